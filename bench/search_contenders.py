"""Who answers the judged queries: our search, and others. Each gives the ids of its best postings, the best first."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import tantivy
from django.db import connection

from jobs.models import Job
from jobs.search.words import words_of
from jobs.selectors import search as searches
from kernel.viewer import Viewer

MOST = 60
"""More than are measured: of what the rules cannot judge the measures leave some out."""
TEXTS = {"title": 4.0, "company": 2.0, "text": 1.0}
HEAP_BYTES = 200_000_000

type Contender = Callable[[str], Sequence[str]]

_TS_RANK_CD = """
SELECT j.external_reference FROM job_search s JOIN jobs_job j ON j.id = s.job_id,
    plainto_tsquery('nexus_en', %s) q
WHERE s.tsv @@ q ORDER BY ts_rank_cd(s.tsv, q) DESC, s.job_id LIMIT %s"""
_DOCUMENTS = """
SELECT j.external_reference, j.title, c.name, j.description_text
FROM job_search s JOIN jobs_job j ON j.id = s.job_id JOIN jobs_company c ON c.id = j.company_id ORDER BY j.id"""


def contenders() -> dict[str, Contender]:
    """By name, over the board as it is indexed."""
    rows = _rows(_DOCUMENTS)
    return {
        "ts_rank_cd": _ts_rank_cd,
        "letter trigrams": _trigrams({row[0]: row[1] for row in rows}),
        "BM25 (tantivy)": _tantivy(rows),
        "Nexus": nexus,
    }


def nexus(text: str) -> list[str]:
    """As anybody searches, but for the spread over companies, which puts good postings behind others on purpose."""
    found = searches.search(Viewer(), searches.SearchRequest(text, per_company=0, size=MOST))
    keys = [hit.job.pk for hit in found.hits]
    references = dict(Job.objects.filter(pk__in=keys).values_list("pk", "external_reference"))
    return [references[key] for key in keys]


def _ts_rank_cd(text: str) -> list[str]:
    return [reference for (reference,) in _rows(_TS_RANK_CD, " ".join(words_of(text)), MOST)]


def _tantivy(rows: Sequence[tuple[str, ...]]) -> Contender:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="en_stem")
    folder = tempfile.mkdtemp(prefix="nexus-tantivy-")
    index = tantivy.Index(builder.build(), path=str(Path(folder)))
    writer = index.writer(HEAP_BYTES, 1)
    for reference, title, company, text in rows:
        writer.add_document(tantivy.Document(id=reference, title=title, company=company, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def best(text: str) -> list[str]:
        # Any of the words: the most that BM25 can make of a text.
        query = index.parse_query(" ".join(words_of(text)), list(TEXTS), TEXTS)
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, MOST).hits]

    return best


def _trigrams(titles: dict[str, str]) -> Contender:
    having: dict[str, list[str]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for reference, title in titles.items():
        found = _letters(title)
        sizes[reference] = len(found)
        for letters in found:
            having[letters].append(reference)

    def best(text: str) -> list[str]:
        asked = _letters(text)
        shared: Counter[str] = Counter()
        for letters in asked:
            shared.update(having.get(letters, ()))
        alike = {key: count / (len(asked) + sizes[key] - count) for key, count in shared.items()}
        return sorted(alike, key=lambda key: (-alike[key], key))[:MOST]

    return best


def _letters(text: str) -> set[str]:
    return {f"  {word} "[i : i + 3] for word in words_of(text) for i in range(len(word) + 1)}


def _rows(statement: str, *values: str | int) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
