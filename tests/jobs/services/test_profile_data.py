"""What goes, and what is given out, with an account."""

import json
from typing import Any

import orjson
import pytest

from accounts.services import erasure, export
from jobs.models import EmployerBlock, Experience, InteractionEvent, Profile, SavedJob
from jobs.services import profile_import, saved_job
from tests.factories import (
    EmployerBlockFactory,
    ExperienceFactory,
    JobFactory,
    ProfileFactory,
    ProfileSkillFactory,
    SavedJobFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db


def test_all_of_a_person_goes_and_nothing_of_others() -> None:
    mine, theirs = ProfileFactory(), ProfileFactory()
    for row in (mine, theirs):
        ExperienceFactory(profile=row)
        ProfileSkillFactory(profile=row)
        EmployerBlockFactory(user=row.user)
        saved_job.save(by=viewer_of(row.user), job_id=JobFactory().pk)
    erasure.erase(mine.user, by=viewer_of(mine.user))
    for model in (Profile, SavedJob, EmployerBlock):
        assert [row.user_id for row in model.objects.all()] == [theirs.user_id]
    assert Experience.objects.get().profile == theirs
    assert sorted(InteractionEvent.objects.values_list("user_id", flat=True), key=bool) == [None, theirs.user_id]


def sections_of(user: Any) -> dict[str, Any]:
    """The sections of this app as the file has them."""
    names = ("profile", "saved_jobs", "blocked_employers", "interactions")
    found: dict[str, Any] = orjson.loads(
        orjson.dumps({name: export.sections[name](user) for name in names}, default=str)
    )
    return found


def test_a_person_is_given_all_of_it() -> None:
    saved = SavedJobFactory(note="Mine")
    user = saved.user
    document = {"basics": {"label": "Cook", "phone": "1"}, "work": [{"position": "Cook", "x": 1}]}
    profile_import.import_document(by=viewer_of(user), document=json.dumps(document), mode="replace")
    blocked = EmployerBlockFactory(user=user)
    found = sections_of(user)
    assert found["profile"]["json_resume"] == document
    assert found["profile"]["headline"] == "Cook"
    assert found["saved_jobs"][0]["note"] == "Mine"
    assert found["blocked_employers"][0]["company_name"] == blocked.company.name


def test_who_has_nothing_is_given_nothing() -> None:
    SavedJobFactory(), EmployerBlockFactory(), ProfileFactory()
    assert sections_of(UserFactory()) == {
        "profile": None,
        "saved_jobs": [],
        "blocked_employers": [],
        "interactions": [],
    }
