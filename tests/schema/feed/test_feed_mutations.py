"""What people say of their feed, and what clients record, through the door."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.utils import timezone

from accounts.models import User
from jobs.models import FeedSettings, InteractionEvent, JobDismissal
from jobs.services import signal
from schema.core import ids
from tests.door import Answer, send
from tests.factories import CurrencyFactory, JobFactory, OccupationFactory, PlaceFactory, UserFactory
from tests.schema.feed.asking import job_id, nurses, own_feed, refusal, seeker, titles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PREFER = """
mutation Prefer($input: PreferencesUpdateInput!) {
  preferencesUpdate(input: $input) {
    profile { headline radiusKm workplaces salaryFloor { amount { amount currency } } occupations { title } version }
    feedSettings { wantedTitles wouldRelocate isProfiled }
    userErrors { code field message }
  }
}
"""
WEIGH = """
mutation Weigh($input: FeedWeightsUpdateInput!) {
  feedWeightsUpdate(input: $input) {
    feedSettings { isProfiled weights { skill title place pay seniority fresh } }
    userErrors { code field }
  }
}
"""
DISMISS = """
mutation Dismiss($input: JobDismissInput!) {
  jobDismiss(input: $input) { jobDismissal { id reason job { title } } userErrors { code field } }
}
"""
UNDO = """
mutation Undo($input: JobDismissUndoInput!) {
  jobDismissUndo(input: $input) { jobDismissal { reason } userErrors { code field } }
}
"""
RECORD = """
mutation Record($input: SignalsRecordInput!) {
  signalsRecord(input: $input) { accepted refused { index id code field text } userErrors { code field } }
}
"""
DISMISSED = """
query Dismissed($first: Int, $after: String) {
  viewer { dismissedJobs(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { reason dismissedAt job { title } }
  } }
}
"""


def act(mutation: str, by: User | None, **values: Any) -> Answer:
    return send(mutation, {"input": values}, by=by)


def done(mutation: str, by: User, **values: Any) -> Any:
    """What a mutation gives that must not refuse."""
    (payload,) = act(mutation, by, **values).data.values()
    assert payload.pop("userErrors") == []
    return payload


def refused(mutation: str, by: User, **values: Any) -> Any:
    """The code and the path of a mutation's refusal."""
    (payload,) = act(mutation, by, **values).data.values()
    (error,) = payload["userErrors"]
    return error["code"], error["field"]


# -- Preferences


def test_three_taps_make_a_feed() -> None:
    CurrencyFactory()
    by, home, occupation = UserFactory(), PlaceFactory(), OccupationFactory()
    nurses(2)
    told = done(
        PREFER,
        by,
        changes={
            "wantedTitles": ["Nurse"],
            "occupationIds": [ids.encode("Occupation", occupation.pk)],
            "homeId": ids.encode("Place", home.pk),
            "radiusKm": 30,
            "salaryFloor": {"amount": "42000", "currency": "EUR", "period": "YEAR"},
        },
    )
    assert told["profile"]["salaryFloor"]["amount"] == {"amount": "42000.00", "currency": "EUR"}
    assert told["profile"]["occupations"] == [{"title": occupation.title}]
    assert told["feedSettings"] == {"wantedTitles": ["Nurse"], "wouldRelocate": False, "isProfiled": True}
    assert len(own_feed(by)["edges"]) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wantedTitles": ["n" * 201]}, ["wantedTitles", "0"]),
        ({"wantedTitles": ["Nurse"] * 11}, ["wantedTitles"]),
        ({"radiusKm": 1_001}, ["radiusKm"]),
        ({"salaryFloor": {"amount": "1", "currency": "EUR", "period": "ONCE"}}, ["salaryFloor", "period"]),
        ({"workLanguages": ["english please"]}, ["workLanguages", "0"]),
    ],
)
def test_preferences_that_cannot_be_are_refused_by_their_field(changes: Any, field: list[str]) -> None:
    CurrencyFactory()
    assert refused(PREFER, UserFactory(), changes=changes) == ("INVALID", ["input", "changes", *field])


def test_ids_of_something_else_and_old_versions_are_refused() -> None:
    by = seeker()
    skill = ids.encode("Skill", 1)
    assert refusal(act(PREFER, by, changes={"homeId": skill})) == ("BAD_REQUEST", "input.changes.homeId")
    wrong = refusal(act(PREFER, by, changes={"occupationIds": [skill]}))
    assert wrong == ("BAD_REQUEST", "input.changes.occupationIds.0")
    version = done(PREFER, by, changes={"radiusKm": 5})["profile"]["version"]
    done(PREFER, by, changes={"radiusKm": 6})
    code, _ = refused(PREFER, by, changes={"radiusKm": 7}, version=version)
    assert code == "PROFILE_CHANGED_MEANWHILE"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"wantedTitles": ["A nurse"]}, {"wantedTitles": ["A baker"]}),
        ({"wouldRelocate": True}, {"wouldRelocate": False, "wantedTitles": ["A baker"]}),
    ],
)
def test_of_two_who_say_roles_from_one_version_the_second_is_refused(first: Any, second: Any) -> None:
    by = seeker("Cook")
    version = send("{ viewer { profile { version } } }", by=by).data["viewer"]["profile"]["version"]
    told = done(PREFER, by, changes=first, version=version)
    assert told["profile"]["version"] == version + 1
    assert refused(PREFER, by, changes=second, version=version) == ("PROFILE_CHANGED_MEANWHILE", None)
    settings = {"wantedTitles": ["Cook"], "wouldRelocate": False, "isProfiled": True, **first}
    assert told["feedSettings"] == settings
    read = send("{ viewer { feedSettings { wantedTitles wouldRelocate isProfiled } } }", by=by).data["viewer"]
    assert read["feedSettings"] == settings


# -- Weights


def test_weights_are_set_and_reset() -> None:
    by = UserFactory()
    usual = dict.fromkeys(("skill", "title", "place", "pay", "seniority", "fresh"), 1.0)
    told = done(WEIGH, by, weights={"skill": 2, "pay": 0.25}, isProfiled=False)["feedSettings"]
    assert told == {"isProfiled": False, "weights": {**usual, "skill": 2.0, "pay": 0.25}}
    told = done(WEIGH, by, weights={"pay": None, "fresh": 0})["feedSettings"]
    assert told == {"isProfiled": False, "weights": {**usual, "skill": 2.0, "fresh": 0.0}}
    told = done(WEIGH, by, isReset=True, isProfiled=True)["feedSettings"]
    assert told == {"isProfiled": True, "weights": usual}
    read = send("{ viewer { feedSettings { isProfiled weights { skill } } } }", by=by).data["viewer"]["feedSettings"]
    assert read == {"isProfiled": True, "weights": {"skill": 1.0}}


def test_a_slider_changes_the_order() -> None:
    by = seeker("Nurse")
    nurses(3)
    before = own_feed(by)["edges"][0]["match"]
    done(WEIGH, by, weights={"title": 0})
    after = own_feed(by)["edges"][0]["match"]
    (was,) = (part["value"] for part in before["parts"] if part["feature"] == "TITLE")
    assert was > 0
    assert sum(part["value"] for part in after["parts"] if part["feature"] == "TITLE") == 0
    assert after["score"] == pytest.approx(sum(part["value"] for part in after["parts"]), abs=1e-9)


def test_weights_out_of_bounds_are_refused_by_their_field() -> None:
    by = UserFactory()
    assert refused(WEIGH, by, weights={"pay": 2.5}) == ("INVALID", ["input", "weights", "pay"])
    assert refused(WEIGH, by, weights={"seniority": -1}) == ("INVALID", ["input", "weights", "seniority"])
    assert not FeedSettings.objects.exists()


# -- Dismissals


def test_a_dismissed_job_is_gone_at_once_and_comes_back_when_that_is_undone() -> None:
    by = seeker()
    job, other = nurses(2)
    assert len(own_feed(by)["edges"]) == 2
    told = done(DISMISS, by, jobId=job_id(job), reason="WRONG_PLACE")["jobDismissal"]
    assert told == {"id": told["id"], "reason": "WRONG_PLACE", "job": {"title": job.title}}
    assert titles(own_feed(by)) == titles(own_feed(by, refresh=True)) == [other.title]
    assert done(UNDO, by, jobId=job_id(job))["jobDismissal"] == {"reason": "WRONG_PLACE"}
    assert len(own_feed(by, refresh=True)["edges"]) == 2
    assert refused(UNDO, by, jobId=job_id(job)) == ("NOT_FOUND", ["input", "jobId"])


def test_a_job_is_dismissed_once_and_under_one_key() -> None:
    by = seeker()
    (job,) = nurses(1)
    first = done(DISMISS, by, jobId=job_id(job), idempotencyKey="a")["jobDismissal"]
    assert first["reason"] == "NOT_INTERESTED"
    assert done(DISMISS, by, jobId=job_id(job), idempotencyKey="a")["jobDismissal"] == first
    assert done(DISMISS, by, jobId=job_id(job), reason=None)["jobDismissal"]["id"] == first["id"]
    assert JobDismissal.objects.count() == 1


def test_what_cannot_be_seen_cannot_be_dismissed() -> None:
    by = seeker()
    for draft in (JobFactory(draft=True), JobFactory(frozen=True)):
        assert refused(DISMISS, by, jobId=job_id(draft)) == ("NOT_FOUND", ["input", "jobId"])
    assert refusal(act(DISMISS, by, jobId=ids.encode("Company", uuid4()))) == ("BAD_REQUEST", "input.jobId")


def test_dismissed_jobs_are_listed_to_the_person_alone() -> None:
    by = seeker()
    jobs = nurses(3)
    for job in jobs:
        done(DISMISS, by, jobId=job_id(job), reason="COMPANY")
    first = send(DISMISSED, {"first": 2}, by=by).data["viewer"]["dismissedJobs"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    rest = send(DISMISSED, {"first": 2, "after": first["pageInfo"]["endCursor"]}, by=by).data["viewer"]["dismissedJobs"]
    found = [node["job"]["title"] for node in (*first["nodes"], *rest["nodes"])]
    assert found == [job.title for job in reversed(jobs)]
    assert send(DISMISSED, by=seeker()).data["viewer"]["dismissedJobs"]["totalCount"] == 0
    node = "query($id: ID!) { node(id: $id) { id } }"
    own = ids.encode("JobDismissal", JobDismissal.objects.first().pk)
    assert send(node, {"id": own}, by=by).data["node"] == {"id": own}
    assert send(node, {"id": own}, by=seeker()).data["node"] is None


# -- Signals


def a_signal(job: Any, **values: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "jobId": job_id(job),
        "kind": "VIEW",
        "occurredAt": timezone.now().isoformat(),
        **values,
    }


@pytest.fixture
def no_signals_wait() -> None:
    signal.drain()


@pytest.mark.usefixtures("no_signals_wait")
def test_signals_are_taken_one_by_one_and_count_once() -> None:
    by = seeker()
    (job,) = nurses(1)
    session = own_feed(by)["session"]
    shown = a_signal(
        job,
        kind="IMPRESSION",
        surface="FEED",
        session=session["id"],
        position=0,
        modelVersion=session["modelVersion"],
        seconds=3,
    )
    late = a_signal(job, occurredAt=(timezone.now() - timedelta(days=8)).isoformat())
    wrong = a_signal(job, position=-1)
    told = done(RECORD, by, signals=[shown, late, shown, wrong])
    assert told["accepted"] == 2
    assert [(one["index"], one["id"], one["code"], one["field"]) for one in told["refused"]] == [
        (1, late["id"], "TOO_OLD", "occurredAt"),
        (3, wrong["id"], "OUT_OF_RANGE", "position"),
    ]
    assert all(one["text"].endswith(".") for one in told["refused"])
    signal.drain()
    event = InteractionEvent.objects.get(user=by)
    assert (event.kind, event.surface, str(event.session), event.position) == ("impression", "feed", session["id"], 0)


@pytest.mark.usefixtures("no_signals_wait")
def test_whether_there_is_such_a_job_is_not_told() -> None:
    by = seeker()
    hidden = JobFactory(draft=True)
    nowhere = {**a_signal(hidden), "jobId": ids.encode("Job", uuid4())}
    assert done(RECORD, by, signals=[a_signal(hidden), nowhere]) == {"accepted": 2, "refused": []}


def test_too_many_signals_are_refused_together() -> None:
    job = JobFactory()
    signals = [a_signal(job) for _ in range(101)]
    assert refused(RECORD, seeker(), signals=signals) == ("INVALID", ["input", "signals"])
    assert done(RECORD, seeker(), signals=[]) == {"accepted": 0, "refused": []}


def test_more_than_there_is_room_for_is_told_and_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "MOST_WAITING", 0)
    told = act(RECORD.replace("code field }", "code isRetryable }"), seeker(), signals=[a_signal(JobFactory())]).data
    assert told["signalsRecord"]["userErrors"] == [{"code": "TOO_MANY_SIGNALS", "isRetryable": True}]


@pytest.mark.parametrize(("name", "value"), [("id", "x"), ("session", "x"), ("jobId", "x")])
def test_a_signal_with_an_id_that_is_none_names_it(name: str, value: str) -> None:
    job = JobFactory()
    answered = act(RECORD, seeker(), signals=[a_signal(job), a_signal(job, **{name: value})])
    assert refusal(answered) == ("BAD_REQUEST", f"input.signals.1.{name}")


# -- Everybody else


def test_nobody_and_staff_say_nothing(settings: LazySettings) -> None:
    job = JobFactory()
    acts: list[tuple[str, dict[str, Any]]] = [
        (PREFER, {"changes": {"radiusKm": 5}}),
        (WEIGH, {"isProfiled": False}),
        (DISMISS, {"jobId": job_id(job)}),
        (UNDO, {"jobId": job_id(job)}),
        (RECORD, {"signals": [a_signal(job)]}),
    ]
    staff = UserFactory(platform_role="support")
    for mutation, values in acts:
        assert act(mutation, None, **values).codes == ["UNAUTHENTICATED"]
        assert refused(mutation, staff, **values)[0] == "FORBIDDEN"
