"""The same documents in tantivy, a search library that runs in this process: what a search can cost at the least.

Its answers are not ours: it folds and stems in its own way, keeps no order but its own, and forgets nothing that is
closed. It shows what the words and their postings alone take.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tantivy

TEXTS = {"title": 4.0, "skills": 2.0, "company": 2.0, "text": 1.0}
# By dimension: the documents' field.
FACETS = ("place", "country", "category", "employment_type", "workplace", "seniority", "skill", "company_id")
DOCUMENTS = """
    SELECT job.title, company.name, job.description_text,
        (SELECT string_agg(skill.name, ' ') FROM jobs_skill skill WHERE skill.id = ANY (s.skill_ids)),
        s.place_ids, s.countries, s.category_id, s.employment_types, s.workplace, s.seniority, s.skill_ids,
        s.company_id, s.published_at
    FROM job_search s JOIN jobs_job job ON job.id = s.job_id JOIN jobs_company company ON company.id = s.company_id
"""
HEAP_BYTES = 200_000_000


class Tantivy:
    """An index of all documents in a folder."""

    def __init__(self, folder: Path, rows: Iterator[Sequence[Any]]) -> None:
        builder = tantivy.SchemaBuilder()
        for name in TEXTS:
            builder.add_text_field(name, tokenizer_name="en_stem")
        for name in FACETS:
            builder.add_text_field(name, tokenizer_name="raw", fast=True)
        builder.add_integer_field("published_at", fast=True)
        self.index = tantivy.Index(builder.build(), path=str(folder))
        writer = self.index.writer(HEAP_BYTES, 1)
        for row in rows:
            writer.add_document(_document(row))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def asked(self, text: str) -> tantivy.Query:
        """All of the words, in whichever fields."""
        return self.index.parse_query(text, list(TEXTS), TEXTS, conjunction_by_default=True)

    def top(self, text: str) -> int:
        """The best twenty; it counts no more than it has to."""
        return len(self.searcher.search(self.asked(text), 20, count=False).hits)

    def count(self, text: str) -> int:
        """How many match."""
        found = self.searcher.search(self.asked(text), 1, count=True)
        return found.count or 0  # type: ignore[attr-defined]  # its stubs leave it out

    def facets(self, text: str, most: int) -> dict[str, Any]:
        """The commonest values of the eight fields among all that match."""
        wanted = {name: {"terms": {"field": name, "size": most}} for name in FACETS}
        return self.searcher.aggregate(self.asked(text), wanted)


def _document(row: Sequence[Any]) -> tantivy.Document:
    title, company, text, skills, places, countries, category, employment, workplace, seniority, skill_ids, by, at = row
    many = {
        "title": [title],
        "company": [company],
        "text": [text],
        "skills": [skills],
        "place": places,
        "country": countries,
        "category": [category],
        "employment_type": employment,
        "workplace": [workplace],
        "seniority": [seniority],
        "skill": skill_ids,
        "company_id": [by],
    }
    document = tantivy.Document()
    for name, values in many.items():
        for value in values:
            if value not in (None, ""):
                document.add_text(name, str(value))
    document.add_integer("published_at", int(at.timestamp()))
    return document
