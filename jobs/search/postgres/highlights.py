"""Where found jobs have what was asked for, as HTML in which `<mark>` is the only mark-up and all else is escaped.

What PostgreSQL has for this knows neither folded words nor ours, so it is done here, for the rows of one page: the
words of a text are compared with those of the question as the index compares them, folded and by their stems, and the
words as they stand in the text are marked.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from uuid import UUID

from jobs.search.port import Highlights, Query, SearchField
from jobs.search.postgres.fragment import Fragment, rows_again
from jobs.search.postgres.marks import Marker, Span, Text, Wanted
from jobs.search.postgres.matching import live
from kernel.reading import array

MOST_CHARACTERS = 50_000  # of a text that are looked at
MOST_FRAGMENTS = 3
WIDTH = 180  # characters of a fragment, about


def highlights(query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Highlights]:
    """Where those of the jobs that are live have what the query asks for.

    One statement, and one or two for the stems of words that were not asked for lately.
    """
    if query.question is None or not job_ids:
        return {}
    wanted = Wanted.of(query.question)
    if not wanted:
        return {}
    found = rows_again(Fragment.of(_READ, array(job_ids), live(query)))
    marker = Marker(wanted)
    read = [
        (job_id, skill_ids, [marker.read(each) for each in (title, company, text, *names)])
        for job_id, title, company, text, skill_ids, names in found
    ]
    marker.learn()
    return {job_id: _highlighted(marker, skill_ids, *texts) for job_id, skill_ids, texts in read}


_READ = f"""
SELECT s.job_id, j.title, c.name, left(j.description_text, {MOST_CHARACTERS}), k.ids, k.names
FROM job_search s JOIN jobs_job j ON j.id = s.job_id JOIN jobs_company c ON c.id = s.company_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(id ORDER BY name, id), '{{{{}}}}') AS ids,
        coalesce(array_agg(name ORDER BY name, id), '{{{{}}}}') AS names
    FROM jobs_skill WHERE id = ANY(s.skill_ids)
) k
WHERE s.job_id = ANY({{}}::uuid[]) AND {{}}"""  # noqa: S608


def _highlighted(
    marker: Marker, skill_ids: Sequence[int], title: Text, company: Text, text: Text, *skills: Text
) -> Highlights:
    marked = [
        _marked(skill.text, marker.spans(skill, SearchField.SKILL) or _all_if(skill, key in marker.skills))
        for key, skill in zip(skill_ids, skills, strict=True)
    ]
    return Highlights(
        title=_marked(title.text, marker.spans(title, SearchField.TITLE)),
        company=_marked(company.text, marker.spans(company, SearchField.COMPANY)),
        skills=tuple(html for html in marked if html is not None),
        text=tuple(_fragments(text.text, marker.spans(text, SearchField.ANY))),
    )


def _all_if(text: Text, is_wanted: bool) -> list[Span]:
    return [(0, len(text.text))] if is_wanted else []


def _marked(text: str, spans: Sequence[Span]) -> str | None:
    """The text as HTML with the spans marked; None without any."""
    if not spans:
        return None
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return "".join([*parts, escape(text[at:])])


def _fragments(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """The parts of a text that have the most different words of what is wanted, in its order."""
    words = [text[start:end].lower() for start, end in spans]
    windows: list[tuple[int, int, int]] = []  # worth, first and last span
    last = 0
    for first, (start, _) in enumerate(spans):
        last = max(first, last)
        while last + 1 < len(spans) and spans[last + 1][1] - start <= WIDTH:
            last += 1
        windows.append((len(set(words[first : last + 1])), first, last))
    taken: list[tuple[int, int]] = []
    for _, first, last in sorted(windows, key=lambda window: -window[0]):
        if len(taken) < MOST_FRAGMENTS and all(last < other or first > end for other, end in taken):
            taken.append((first, last))
    behind = 0
    for first, last in sorted(taken):
        start, end = _around(text, spans[first][0], spans[last][1], behind)
        behind = end
        inner = [(begin - start, stop - start) for begin, stop in spans[first : last + 1]]
        marked = _marked(text[start:end], inner)
        if marked:
            before, after = "… " if start else "", " …" if end < len(text) else ""
            yield f"{before}{' '.join(marked.split())}{after}"


def _around(text: str, start: int, end: int, behind: int) -> Span:
    """The span and some of what stands around it, from one word's edge to another's."""
    room = max(0, WIDTH - (end - start)) // 2
    low, high = max(behind, start - room), min(len(text), end + room)
    if low > behind:
        edge = _SPACE.search(text, low, start)
        low = edge.end() if edge else start
    if high < len(text):
        edges = list(_SPACE.finditer(text, end, high))
        high = edges[-1].start() if edges else end
    return low, high


_SPACE = re.compile(r"\s+")
