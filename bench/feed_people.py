"""The judged people on a board: accounts with profiles imported like anybody's, and what is right for them."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from django.db import connection

from accounts.models import User
from bench.feed_judgments import JudgedPerson
from bench.feed_measures import Shape, Subject
from jobs.models import FeedSettings, Job
from jobs.services.profile_import import ProfileImportMode, import_document
from kernel.viewer import Viewer

MAIL = "judged.example"
KEPT_BACK = "kept back"
"""The half of the people that nothing was chosen on."""


def enlist(people: Sequence[JudgedPerson]) -> list[Subject]:
    """An account for each, and as a subject of the measure. Postings that are not on the board are not right."""
    references = {reference for person in people for reference in (*person.right, *person.also)}
    found = Job.objects.filter(external_reference__in=references)
    jobs = dict(found.values_list("external_reference", "pk"))
    return [_enlisted(number, person, jobs) for number, person in enumerate(people)]


def _enlisted(number: int, person: JudgedPerson, jobs: dict[str, UUID]) -> Subject:
    user = User.objects.create_user(f"person.{number}@{MAIL}", name="Somebody")
    document = orjson.dumps(dict(person.resume)).decode()
    import_document(by=Viewer(user_id=user.pk), document=document, mode=ProfileImportMode.REPLACE)
    if person.wanted:
        FeedSettings.objects.create(user=user, wanted_titles=list(person.wanted))
    right, also = (
        {jobs[reference]: grade for reference, grade in rule.items() if reference in jobs}
        for rule in (person.right, person.also)
    )
    kinds = (person.kind, KEPT_BACK) if person.is_kept_back() else (person.kind,)
    return Subject(user.pk, kinds, person.text(), person.title(), right, also)


_SHAPE = """
    SELECT s.job_id, s.company_id, array(SELECT lexeme FROM unnest(s.head) WHERE lexeme LIKE 'o:%%')
    FROM job_search s"""


def shape() -> Shape:
    """Of the board as it is indexed."""
    with connection.cursor() as cursor:
        cursor.execute(_SHAPE)
        rows = cursor.fetchall()
    return Shape(
        companies={job: company for job, company, _ in rows},
        concepts={job: frozenset(concepts) for job, _, concepts in rows},
    )
