"""A search engine that reads the tables whole and looks at every word: slow and simple. Others are measured by it."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from jobs.models import Job, JobVisibility
from jobs.models.job import live
from jobs.search.near import places_within
from jobs.search.port import (
    Atom,
    Clause,
    Hit,
    JobSearchOrderField,
    Precision,
    Query,
    Question,
    Ranked,
    SearchField,
    Total,
)
from jobs.search.where import JobFilter
from jobs.search.words import CONFIGURATIONS, configuration_of, words_of
from jobs.selectors.job_filter import condition_of

PARTS = (SearchField.TITLE, SearchField.SKILL, SearchField.COMPANY, SearchField.ANY)


@cache
def stem(configuration: str, word: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (tsvector_to_array(to_tsvector(%s::regconfig, %s)))[1]", [configuration, word])
        return cursor.fetchone()[0] or word


def forms(word: str) -> set[str]:
    """What a word of a question may be in a posting of whatever language."""
    return {word, *(stem(name, word) for name in ("simple", *CONFIGURATIONS.values()))}


class ReferenceEngine:
    """Matching, filters, orders and counts; scores are how many clauses are met, which is enough to have some."""

    def total(self, query: Query, most: int) -> Total:
        found = len(self._found(query))
        return Total(found) if found < most else Total(most, Precision.AT_LEAST)

    def ranked(self, query: Query, bounds: Sequence[Any] | None = None) -> Ranked:
        hits = [Hit(job.pk, 1.0, job.company_id, hash(job.title)) for job in self._found(query)]
        return Ranked(sorted(hits, key=lambda hit: hit.job_id, reverse=True), is_all=True, bounds=("all",))

    def listed(
        self, query: Query, size: int, *, after: tuple[Any, UUID] | None = None, without: Collection[UUID] = ()
    ) -> Sequence[Hit]:
        is_descending = query.order.is_descending or query.order.field is JobSearchOrderField.RELEVANCE
        rows = [(self._value(query, job), job) for job in self._found(query) if job.pk not in without]
        known = sorted(
            [row for row in rows if row[0] is not None], key=lambda row: (row[0], row[1].pk), reverse=is_descending
        )
        unknown = sorted([row for row in rows if row[0] is None], key=lambda row: row[1].pk, reverse=is_descending)
        hits = [Hit(job.pk, value, job.company_id, hash(job.title)) for value, job in [*known, *unknown]]
        places = [(hit.value, hit.job_id) for hit in hits]
        start = places.index(after) + 1 if after else 0
        return hits[start : start + size]

    def index(self, job_ids: Collection[UUID]) -> None:
        """There is none."""

    def _value(self, query: Query, job: Job) -> Any:
        if query.order.field is JobSearchOrderField.PAY:
            pays = [row.top_yearly_minor for row in job.compensations.all() if row.kind == "base"]
            return pays[0] if pays else None  # in euros, in these tests
        if query.order.field is JobSearchOrderField.DISTANCE:
            kms = [places_within(near).get(row.place_id) for near in query.near for row in job.locations.all()]
            return min((round(km, 3) for km in kms if km is not None), default=None)
        return job.published_at

    def _found(self, query: Query) -> list[Job]:
        rows = Job.objects.filter(live(query.at), visibility=JobVisibility.PUBLIC).select_related("company")
        if query.where:
            rows = rows.filter(condition_of(query.where))
        if query.near:
            rows = rows.filter(condition_of(JobFilter(any_of=tuple(JobFilter(near=near) for near in query.near))))
        rows = rows.prefetch_related("job_skills__skill", "compensations", "locations")
        return [job for job in rows if query.question is None or self._answers(job, query.question)]

    def _answers(self, job: Job, question: Question) -> bool:
        texts = self._texts(job)
        wanted = [clause for clause in question.clauses if not clause.is_excluded and not clause.is_optional]
        unwanted = [clause for clause in question.clauses if clause.is_excluded]
        met = sum(self._has(texts, clause) for clause in wanted)
        return met >= question.at_least * len(wanted) and not any(self._has(texts, clause) for clause in unwanted)

    def _texts(self, job: Job) -> dict[SearchField, list[list[str]]]:
        """The stems of each part, in runs that phrases do not cross."""
        configuration = configuration_of(job.language)

        def run(text: str) -> list[str]:
            return [stem(configuration, word) for word in words_of(text)]

        return {
            SearchField.TITLE: [run(job.title)],
            SearchField.SKILL: [run(row.skill.name) for row in job.job_skills.all()],
            SearchField.COMPANY: [run(job.company.name)],
            SearchField.ANY: [run(job.description_text)],
        }

    def _has(self, texts: dict[SearchField, list[list[str]]], clause: Clause) -> bool:
        return any(self._is_in(texts, atom) for atom in clause.any_of)

    def _is_in(self, texts: dict[SearchField, list[list[str]]], atom: Atom) -> bool:
        parts = PARTS if atom.field is SearchField.ANY else (atom.field,)
        wanted = [forms(word) for word in atom.words]
        length = len(wanted)
        for run in (run for part in parts for run in texts[part]):
            for start in range(len(run) - length + 1):
                *whole, last = zip(run[start : start + length], wanted, strict=True)
                is_last = last[0] in last[1] or (atom.is_prefix and last[0].startswith(atom.words[-1]))
                if is_last and all(word in known for word, known in whole):
                    return True
        return False
