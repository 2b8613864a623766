"""The stages of jobs and of companies' templates."""

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from jobs.models import Application, Company, Job, Stage, StageTemplate
from jobs.services import pipeline, stage
from kernel.errors import DomainError
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.hiring_board import application, viewer_at
from tests.jobs.services.races import at_once, just_before

pytestmark = pytest.mark.django_db
USUAL = ["Applied", "Screening", "Interview", "Offer", "Hired"]


def names(owner: Job | Company) -> list[str]:
    rows = owner.stages if isinstance(owner, Job) else owner.stage_templates
    assert list(rows.order_by("position").values_list("position", flat=True)) == list(range(rows.count()))
    return list(rows.order_by("position").values_list("name", flat=True))


def key(owner: Job | Company, name: str) -> int:
    rows = owner.stages if isinstance(owner, Job) else owner.stage_templates
    return int(rows.get(name=name).pk)


def refusal(act: object) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refused:
        act()  # type: ignore[operator]
    return refused.value.code, refused.value.field


def test_a_job_begins_with_the_usual_five_or_with_its_company_s() -> None:
    job = JobFactory()
    assert stage.begin(job).kind == "applied"
    assert names(job) == USUAL
    other = JobFactory()
    by = viewer_at(other)
    stage.create(by=by, company_id=other.company_id, kind="interview", name="Second talk", position=3)
    assert names(other.company) == ["Applied", "Screening", "Interview", "Second talk", "Offer", "Hired"]
    stage.begin(other)
    assert names(other) == names(other.company)
    assert names(job) == USUAL


def test_where_there_are_stages_it_is_one_statement() -> None:
    job = JobFactory()
    first = stage.begin(job)
    with CaptureQueriesContext(connection) as statements:
        assert stage.begin(job) == first
    assert len(statements) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_one_makes_them() -> None:
    job = JobFactory()
    assert at_once(*[lambda: stage.begin(job)] * 6) == ["done"] * 6
    assert names(job) == USUAL


@pytest.mark.parametrize("is_template", [False, True])
def test_stages_are_added_renamed_put_in_order_and_deleted(is_template: bool) -> None:
    job = JobFactory()
    by = viewer_at(job)
    owner = job.company if is_template else job
    of = {"company_id": owner.pk} if is_template else {"job_id": owner.pk}
    one = "template_id" if is_template else "stage_id"
    assert stage.create(by=by, kind="interview", name="  Trial   day ", **of) == owner
    assert names(owner) == ["Applied", "Screening", "Interview", "Offer", "Trial day", "Hired"]
    stage.rename(by=by, name="Trial shift", **{one: key(owner, "Trial day")})
    wanted = ["Applied", "Trial shift", "Offer", "Interview", "Screening", "Hired"]
    stage.reorder(by=by, keys=[key(owner, name) for name in wanted], **of)
    assert names(owner) == wanted
    stage.delete(by=by, **{one: key(owner, "Offer")})
    assert names(owner) == ["Applied", "Trial shift", "Interview", "Screening", "Hired"]
    acts = AuditEntry.objects.order_by("pk").values_list("act", "company_id")
    assert list(acts) == [(f"stage.{act}", job.company_id) for act in ("create", "update", "reorder", "delete")]


def test_what_is_refused() -> None:
    job, elsewhere = JobFactory(), JobFactory()
    by = viewer_at(job)
    stage.begin(job)
    stage.begin(elsewhere)
    of = {"job_id": job.pk}
    keys = [key(job, name) for name in USUAL]

    def create(**values: object) -> object:
        return stage.create(**{"by": by, "kind": "offer", "name": "Another", **of, **values})  # type: ignore[arg-type]

    assert refusal(lambda: create(kind="hired")) == ("INVALID", "kind")
    assert refusal(lambda: create(kind="lunch")) == ("INVALID", "kind")
    assert refusal(lambda: create(name=" ")) == ("INVALID", "name")
    assert refusal(lambda: create(name="x" * 81)) == ("INVALID", "name")
    assert refusal(lambda: create(name="a\x00b")) == ("INVALID", "name")
    assert refusal(lambda: create(name="OFFER")) == ("INVALID", "name")
    assert refusal(lambda: create(position=0)) == ("INVALID", "position")
    assert refusal(lambda: create(position=5)) == ("INVALID", "position")
    assert refusal(lambda: create(job_id=elsewhere.pk, by=viewer_at(JobFactory(draft=True)))) == ("FORBIDDEN", None)
    hidden = JobFactory(draft=True)
    assert refusal(lambda: create(job_id=hidden.pk)) == ("NOT_FOUND", "of.job_id")
    assert refusal(lambda: create(company_id=job.company_id)) == ("INVALID", "of")
    interviewer = viewer_at(job, "interviewer", is_on_team=True)
    assert refusal(lambda: create(by=interviewer)) == ("FORBIDDEN", None)
    manager = viewer_at(job, "hiring_manager", is_on_team=True)
    assert refusal(lambda: create(by=manager, job_id=None, company_id=job.company_id)) == ("FORBIDDEN", None)
    for wrong in (keys[:-1], [*keys, keys[1]], [key(elsewhere, "Offer"), *keys[1:]], keys[::-1], [*keys[1:], keys[0]]):
        assert refusal(lambda wrong=wrong: stage.reorder(by=by, keys=wrong, **of)) == ("INVALID", "ids")
    for end in ("Applied", "Hired"):
        assert refusal(lambda end=end: stage.delete(by=by, stage_id=key(job, end))) == ("INVALID", "id")
    assert refusal(lambda: stage.delete(by=by, stage_id=0)) == ("NOT_FOUND", "id")
    assert refusal(lambda: stage.rename(by=by, stage_id=keys[1], name="Offer")) == ("INVALID", "name")
    assert names(job) == names(elsewhere) == USUAL
    assert not AuditEntry.objects.exists()


def test_a_stage_that_one_is_not_shown_is_none() -> None:
    job = JobFactory()
    by = viewer_at(job)
    stage.begin(job)
    stage.create(by=by, company_id=job.company_id, kind="screen", name="Call")
    keys = {"stage_id": key(job, "Offer")}, {"template_id": key(job.company, "Call")}
    for nobody in (viewer_of(UserFactory()), viewer_at(JobFactory()), viewer_of(UserFactory(moderator=True))):
        for of in keys:
            assert refusal(partial(stage.rename, by=nobody, name="Ours", **of)) == ("NOT_FOUND", "id")
            assert refusal(partial(stage.delete, by=nobody, **of)) == ("NOT_FOUND", "id")
    interviewer = viewer_at(job, "interviewer", is_on_team=True)
    assert refusal(partial(stage.rename, by=interviewer, name="Ours", **keys[0])) == ("FORBIDDEN", None)
    assert key(job, "Offer")
    assert key(job.company, "Call")


def test_a_hiring_manager_sets_up_the_stages_of_the_team_s_job() -> None:
    job, other = JobFactory(), None
    manager = viewer_at(job, "hiring_manager", is_on_team=True)
    stage.create(by=manager, job_id=job.pk, kind="screen", name="Call")
    other = JobFactory(company=job.company)
    assert refusal(lambda: stage.create(by=manager, job_id=other.pk, kind="screen", name="Call"))[0] == "FORBIDDEN"


def test_a_job_has_at_most_thirty() -> None:
    job = JobFactory()
    by = viewer_at(job)
    for number in range(25):
        stage.create(by=by, job_id=job.pk, kind="interview", name=f"Talk {number}")
    assert refusal(lambda: stage.create(by=by, job_id=job.pk, kind="interview", name="Talk"))[0] == "TOO_MANY_STAGES"
    assert Stage.objects.filter(job=job).count() == stage.MOST_STAGES


def test_a_stage_in_which_somebody_is_stays() -> None:
    row = application(kind="screen")
    by = viewer_at(row.job)
    assert refusal(lambda: stage.delete(by=by, stage_id=row.stage_id))[0] == "STAGE_IN_USE"
    assert Stage.objects.filter(pk=row.stage_id).exists()


def test_what_ended_in_a_stage_that_goes_is_filed_under_the_one_before() -> None:
    row = application(kind="screen", status="rejected")
    by = viewer_at(row.job)
    with CaptureQueriesContext(connection) as statements:
        stage.delete(by=by, stage_id=row.stage_id)
    assert not any("jobs_applicationtransition" in query["sql"] for query in statements), "no history is read through"
    row = Application.objects.get(pk=row.pk)
    assert (row.stage.kind, row.status) == ("applied", "rejected")
    assert row.transitions.get().to_kind == "screen"


def put(row: Application, stage_id: int) -> None:
    """Past every check in Python; the database looks at once, and not when the transaction ends."""
    Application.objects.filter(pk=row.pk).update(stage=stage_id)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_no_application_is_in_another_job_s_stage_nor_in_none() -> None:
    row, other = application(), application()
    for stage_id in (other.stage_id, 0):
        with pytest.raises(IntegrityError, match="application_stage_is_of_its_job"), transaction.atomic():
            put(row, stage_id)


@pytest.mark.django_db(transaction=True)
def test_two_who_add_at_once_both_do() -> None:
    job = JobFactory()
    by = viewer_at(job)
    acts = [
        lambda number=number: stage.create(by=by, job_id=job.pk, kind="screen", name=f"Call {number}")
        for number in range(6)
    ]
    assert at_once(*acts) == ["done"] * 6
    assert len(names(job)) == 11


@pytest.mark.django_db(transaction=True)
def test_a_name_is_taken_once() -> None:
    company = CompanyFactory()
    by = viewer_of(MembershipFactory(company=company).user)
    act = lambda: stage.create(by=by, company_id=company.pk, kind="screen", name="Call")  # noqa: E731
    assert sorted(at_once(act, act)) == ["INVALID", "done"]
    assert StageTemplate.objects.filter(company=company).count() == 6


@pytest.mark.django_db(transaction=True)
def test_who_comes_into_a_stage_before_it_goes_keeps_it() -> None:
    row = application()
    by = viewer_at(row.job)
    target = row.job.stages.get(kind="interview")

    def move() -> object:
        return pipeline.move(by=by, application_id=row.pk, stage_id=target.pk, version=1)

    def delete() -> object:
        return stage.delete(by=by, stage_id=target.pk)

    assert just_before(move, delete) == "STAGE_IN_USE"
    other = row.job.stages.get(kind="offer")

    def delete_other() -> object:
        return stage.delete(by=by, stage_id=other.pk)

    def move_there() -> object:
        return pipeline.move(by=by, application_id=row.pk, stage_id=other.pk, version=2)

    assert just_before(delete_other, move_there) == "NOT_FOUND"
