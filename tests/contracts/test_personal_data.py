"""Whatever points to a person is given to them as data and goes with their account, or it is said here why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.models import (
    AuditEntry,
    DataRequest,
    EmailSuppression,
    EmailToken,
    Identity,
    Notification,
    NotificationPreference,
    QuietHours,
    Totp,
    User,
)
from accounts.services import erasure, export
from jobs.models import (
    ApplicationDraft,
    CompanyDomain,
    CompanyExport,
    FeedSettings,
    File,
    FormVersion,
    InteractionEvent,
    InteractionKind,
    Invitation,
    JobDismissal,
    JobReport,
    ModerationCase,
    Resume,
)
from tests.factories import (
    ApiKeyFactory,
    CompanyDomainFactory,
    CompanyFactory,
    EmployerBlockFactory,
    FollowFactory,
    HiringTeamFactory,
    InvitationFactory,
    JobFactory,
    MembershipFactory,
    ProfileFactory,
    SavedJobFactory,
    SessionFactory,
    UserFactory,
    viewer_of,
)
from tests.hiring_board import application

pytestmark = pytest.mark.django_db

ADDRESS = "ada.lovelace@acme.example"


@dataclass(frozen=True)
class Held:
    """Something that is kept of a person: how a row of it comes to be, and the section of the file that has it."""

    make: Callable[[User], Any]
    section: str | None
    """None: it is gone within a day, or the person has it from elsewhere."""


def soon() -> Any:
    return timezone.now() + timedelta(days=1)


def used_identity(user: User) -> Identity:
    return Identity.objects.create(user=user, provider="google", subject=str(user.pk), last_used_at=timezone.now())


def asked_change(user: User) -> EmailToken:
    return EmailToken.objects.create(
        user=user,
        purpose="change",
        email=f"{user.pk.hex}@acme.example",
        from_email=user.email,
        token_hash=user.pk.hex,
        expires_at=soon(),
    )


def reported(user: User) -> JobReport:
    case = ModerationCase.objects.create(job=JobFactory(), reports=1)
    return JobReport.objects.create(
        case=case, reporter=user, reason="scam", text="I am Ada Lovelace, and it is a fraud."
    )


def uploaded(user: User) -> File:
    return File.objects.create(owner=user, purpose="resume", name="cv.pdf", size=1, stored_as=f"files/{uuid4().hex}")


def exported(user: User) -> CompanyExport:
    return CompanyExport.objects.create(
        company=CompanyFactory(), requested_by=user, kind="jobs", format="csv", expires_at=soon()
    )


def logged(user: User) -> LogEntry:
    """What the admin itself notes of a change that somebody of the staff made."""
    return LogEntry.objects.create(
        user=UserFactory(platform_admin=True),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
    )


HELD = {
    "accounts.ApiKey.user": Held(lambda user: ApiKeyFactory(user=user), "api_keys"),
    "accounts.DataRequest.user": Held(lambda user: DataRequest.objects.create(user=user, expires_at=soon()), None),
    "accounts.EmailToken.user": Held(asked_change, None),
    "accounts.Identity.user": Held(used_identity, "identities"),
    "accounts.Notification.user": Held(
        lambda user: Notification.objects.create(user=user, event_id=uuid4(), topic="mentions", kind="mentioned"),
        "notifications",
    ),
    "accounts.NotificationPreference.user": Held(
        lambda user: NotificationPreference.objects.create(
            user=user, topic="mentions", channel="email", cadence="none"
        ),
        "notification_preferences",
    ),
    "accounts.QuietHours.user": Held(
        lambda user: QuietHours.objects.create(user=user, begins_at="22:00", ends_at="07:00"),
        "notification_preferences",
    ),
    "accounts.Session.user": Held(lambda user: SessionFactory(user=user), "sessions"),
    "accounts.Totp.user": Held(
        lambda user: Totp.objects.create(user=user, secret="sealed", enabled_at=timezone.now()), "account"
    ),
    "jobs.Candidate.user": Held(lambda user: application(user=user).candidate, "applications"),
    "jobs.Application.referrer": Held(lambda user: application(referrer=user), None),
    "jobs.ApplicationDraft.user": Held(
        lambda user: ApplicationDraft.objects.create(user=user, job=JobFactory()), "application_drafts"
    ),
    "jobs.FormVersion.actor": Held(
        lambda user: FormVersion.objects.create(job=JobFactory(), number=1, actor=user), None
    ),
    "jobs.EmployerBlock.user": Held(lambda user: EmployerBlockFactory(user=user), "blocked_employers"),
    "jobs.FeedSettings.user": Held(
        lambda user: FeedSettings.objects.create(user=user, wanted_titles=["Engineer"]), "feed_settings"
    ),
    "jobs.Follow.user": Held(lambda user: FollowFactory(user=user), "follows"),
    "jobs.HiringTeam.user": Held(lambda user: HiringTeamFactory(user=user), "hiring_teams"),
    "jobs.InteractionEvent.user": Held(
        lambda user: InteractionEvent.objects.create(user=user, job=JobFactory(), kind=InteractionKind.SAVE),
        "interactions",
    ),
    "jobs.JobDismissal.user": Held(
        lambda user: JobDismissal.objects.create(user=user, job=JobFactory()), "dismissed_jobs"
    ),
    "jobs.Membership.user": Held(lambda user: MembershipFactory(user=user, role="recruiter"), "memberships"),
    "jobs.Profile.user": Held(lambda user: ProfileFactory(user=user), "profile"),
    "jobs.SavedJob.user": Held(lambda user: SavedJobFactory(user=user), "saved_jobs"),
    "jobs.File.owner": Held(uploaded, "files"),
    "jobs.Resume.user": Held(lambda user: Resume.objects.create(user=user, file=uploaded(user)), "resumes"),
    "jobs.CompanyExport.requested_by": Held(exported, "company_exports"),
    "jobs.JobReport.reporter": Held(reported, "job_reports"),
    "jobs.CompanyDomain.asked_by": Held(lambda user: CompanyDomainFactory(asked_by=user), None),
    "jobs.Invitation.invited_by": Held(lambda user: InvitationFactory(invited_by=user), None),
}
# The row of somebody who is forgotten says nothing of them any more; what points at it may stay.
KEPT = {
    "account.EmailAddress.user": "allauth only speaks the providers' protocols: its tables stay empty",
    "admin.LogEntry.user": "what staff did in the admin; names of others in it go with them",
    "jobs.ApplicationTransition.actor": "what became of an application, and among the person's own acts in the file",
    "jobs.DuplicateVerdict.by": "the company's, and among the person's own acts in the file",
    "jobs.ModerationCase.decided_by": "what staff decided, and among the person's own acts in the file",
    "jobs.JobRevision.actor": "the company's history of its posting",
    "jobs.Note.author": "the company's, and among the person's own acts in the file",
    "socialaccount.SocialAccount.user": "allauth only speaks the providers' protocols: its tables stay empty",
}


def pointers() -> dict[str, Any]:
    """Every column of every table that points to a person."""
    return {
        f"{model._meta.label}.{field.name}": (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is User
    }


def test_whatever_points_to_a_person_is_named_here() -> None:
    assert HELD.keys() | KEPT.keys() == pointers().keys()
    assert not HELD.keys() & KEPT.keys()


@pytest.mark.parametrize("name", HELD)
def test_it_is_in_the_file_and_goes_with_the_person(name: str) -> None:
    model, field = pointers()[name]
    held, user, other = HELD[name], UserFactory(), UserFactory()
    before = told(user)
    held.make(user)
    others = held.make(other)
    after = told(user)
    if held.section is not None:
        assert after[held.section] != before[held.section]
    assert told(other).keys() == after.keys()
    erasure.erase(user, by=viewer_of(user))
    assert list(model.objects.filter(**{f"{field}__isnull": False}).values_list("pk", flat=True)) == [others.pk]


def told(user: User) -> dict[str, Any]:
    """The file, as it is written."""
    sections = {name: read(user) for name, read in export.sections.items()}
    found: dict[str, Any] = orjson.loads(orjson.dumps(sections, default=str))
    return found


def test_no_table_has_the_address_of_who_is_gone() -> None:
    user = UserFactory(email=ADDRESS, name="Ada Lovelace")
    for held in HELD.values():
        held.make(user)
    InvitationFactory(email=ADDRESS)
    domain = CompanyDomainFactory(domain="acme.example", method="email", email=ADDRESS, asked_by=user)
    logged(user)
    erasure.erase(user, by=viewer_of(user))
    left = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.get_internal_type() in ("CharField", "EmailField", "TextField", "JSONField")
        if any("lovelace" in str(value).lower() for value in model._default_manager.values_list(field.name, flat=True))
    ]
    assert left == []
    assert CompanyDomain.objects.get(pk=domain.pk).email == "deleted@acme.example"
    assert not Invitation.objects.filter(email=ADDRESS).exists()


def test_an_open_invitation_of_who_is_gone_is_taken_back() -> None:
    user = UserFactory()
    sent, others = InvitationFactory(invited_by=user), InvitationFactory(invited_by=UserFactory())
    erasure.erase(user, by=viewer_of(user))
    assert Invitation.objects.get(pk=sent.pk).status == "revoked"
    assert Invitation.objects.get(pk=others.pk).status == "open"


def test_the_file_says_that_others_read_or_changed_what_is_the_person_s() -> None:
    user, staff = UserFactory(email=ADDRESS), UserFactory(platform_admin=True)
    profile = ProfileFactory(user=user)
    for target_type, key, act in (
        ("User", user.pk, "user.suspend"),
        ("Profile", profile.pk, "profile.read"),
        ("User", staff.pk, "user.restore"),
    ):
        AuditEntry.objects.create(act=act, actor_id=staff.pk, target_type=target_type, target_id=str(key))
    EmailSuppression.objects.create(email=ADDRESS)
    found = told(user)
    assert [entry["act"] for entry in found["acts_of_others"]] == ["user.suspend"]
    assert [entry["act"] for entry in found["profile_reads"]] == ["profile.read"]
    assert str(staff.pk) not in str(found)
    assert [row["reason"] for row in found["mail_suppressions"]] == ["manual"]
