"""A board full of secrets: rows of two companies and of several people, each with a word that few may read.

`plant` writes them; what it gives says who may read which. A secret that nobody is named for is for nobody at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import AuditEntry, DataRequest, Notification, User
from accounts.selectors.audit import note_reads
from jobs.models import (
    Application,
    ApplicationDraft,
    ApplicationTransition,
    CompanyExport,
    CompanyStatus,
    Currency,
    EmailTemplate,
    FeedSettings,
    File,
    FormVersion,
    Job,
    JobDismissal,
    JobReport,
    MembershipRole,
    ModerationCase,
    Note,
    ProfileSection,
    Resume,
    StageTemplate,
)
from jobs.services import json_resume
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from schema.core import ids
from tests.factories import (
    ApiKeyFactory,
    CompanyDomainFactory,
    CompanyFactory,
    CurrencyFactory,
    EmployerBlockFactory,
    ExperienceFactory,
    HiringTeamFactory,
    InvitationFactory,
    JobFactory,
    MembershipFactory,
    ProfileEducationFactory,
    ProfileFactory,
    ProfileLanguageFactory,
    ProfileLinkFactory,
    SavedJobFactory,
    SessionFactory,
    UserFactory,
    WorkAuthorisationFactory,
)
from tests.hiring_board import application
from tests.roles import Scene

MEMBERS = {"interviewer", "hiring_manager", "recruiter", "company_admin", "owner"}
RECRUITERS = {"recruiter", "company_admin", "owner"}
ADMINS = {"company_admin", "owner"}
STAFF = {"moderator", "platform_admin"}
HELPERS = {"support", "platform_admin"}
ELSEWHERE = {"outside_owner"}
# What hashes of passwords begin with.
NOBODYS = ("argon2$", "SECRET-HASH")


@dataclass(frozen=True)
class Secret:
    """A text, or the id of an object, that only these roles may find in an answer."""

    text: str
    seen_by: frozenset[str]
    is_id: bool = False
    is_told: bool = False
    """Of an id: more people are told it than may ask for the object by it, who are `seen_by` here."""


class _Garden:
    """What was planted so far."""

    def __init__(self, scene: Scene, live: Job, mark: str) -> None:
        self.scene = scene
        self.live = live
        self.mark = mark
        self.secrets = [Secret(text, frozenset()) for text in NOBODYS]

    def word(self, text: str, seen_by: set[str]) -> str:
        """A text that only these may read."""
        self.secrets.append(Secret(text, frozenset(seen_by)))
        return text

    def node(self, type_name: str, key: object, seen_by: set[str], *, is_told: bool = False) -> None:
        """An object that only these may know of; or only ask for by its id, where others are told that (`is_told`)."""
        self.secrets.append(Secret(ids.encode(type_name, key), frozenset(seen_by), is_id=True, is_told=is_told))


def plant(scene: Scene, live: Job, mark: str = "one") -> list[Secret]:
    """Write the rows, and say who may read what of them; no row of them is everybody's.

    `live` is a job that people keep notes to. Two gardens of one database have two marks.
    """
    garden = _Garden(scene, live, mark)
    for name, user in scene.people.items():
        if user is not None and name != "key":
            _person(garden, name, user)
    _company(garden, "A", RECRUITERS, ADMINS)
    _company(garden, "B", ELSEWHERE, ELSEWHERE)
    _exported(garden, "A", RECRUITERS, ADMINS)
    _exported(garden, "B", ELSEWHERE, ELSEWHERE)
    _team(garden)
    _moderation(garden)
    _offer(garden)
    _hidden_company(garden)
    _applications(garden)
    for name in ("seeker", "recruiter"):
        _profile(garden, name)
        _resume(garden, name)
    _shown_profile(garden)
    return garden.secrets


def _person(garden: _Garden, name: str, user: User) -> None:
    """Address, name, log-ins and password of somebody."""
    colleagues = RECRUITERS | {"platform_admin"} if name in {*MEMBERS, "suspended_owner"} else set()
    if name == "outside_owner":
        colleagues = {"platform_admin"}
    if name == "hiring_manager":
        # Whom the other company has invited.
        colleagues |= ELSEWHERE
    user.email = garden.word(f"secret-{name}@{garden.mark}.example", {name} | HELPERS | colleagues)
    # A key of the owner's knows whose it is.
    itself = {name, "key"} if name == "owner" else {name}
    garden.node("User", user.pk, itself | HELPERS, is_told=True)
    user.set_password("a password that is never told")
    user.save(update_fields=["email", "password"])
    session = SessionFactory(user=user, device=garden.word(f"SECRET-DEVICE-{name}", {name}), address="192.0.2.77")
    garden.node("Session", session.pk, {name})
    key = ApiKeyFactory(user=user, name=garden.word(f"SECRET-OWN-KEY-{name}", {name}))
    garden.node("ApiKey", key.pk, {name})
    request = DataRequest.objects.create(user=user, expires_at=timezone.now())
    garden.node("DataExport", request.pk, {name})


def _company(garden: _Garden, letter: str, recruiters: set[str], admins: set[str]) -> None:
    """A company's draft, invitation, key, domain and log."""
    scene = garden.scene
    company = scene.company if letter == "A" else scene.elsewhere
    draft = scene.job if letter == "A" else JobFactory(draft=True, company=company)
    readers = recruiters | STAFF
    draft.title = garden.word(f"SECRET-DRAFT-{letter}", readers)
    draft.description_text = draft.description_html = garden.word(f"SECRET-TEXT-{letter}", readers)
    draft.description_source = garden.word(f"SECRET-SOURCE-{letter}", readers)
    draft.review_comment = garden.word(f"SECRET-REVIEW-{letter}", readers)
    draft.save()
    garden.node("Job", draft.pk, readers)
    invitation = InvitationFactory(
        company=company,
        email=garden.word(f"secret-invited-{letter}@{garden.mark}.example".lower(), recruiters | {"platform_admin"}),
        token_hash=f"SECRET-HASH-{letter}-{garden.mark}",
    )
    garden.node("Invitation", invitation.pk, recruiters | {"platform_admin"})
    address = f"service-{letter}@{garden.mark}.invalid".lower()
    service = User.objects.create_user(address, kind="service", name=f"Service {letter}")
    key = ApiKeyFactory(user=service, company_id=company.pk, name=garden.word(f"SECRET-KEY-{letter}", admins))
    garden.node("ApiKey", key.pk, admins)
    domain = CompanyDomainFactory(
        company=company, domain=garden.word(f"secret-domain-{letter}.example".lower(), admins)
    )
    garden.node("CompanyDomain", domain.pk, admins)
    by = Viewer(user_id=scene.people["owner"].pk if letter == "A" else scene.people["outside_owner"].pk)
    AuditEntry.objects.create(
        act="company.update",
        actor_id=by.user_id,
        target_type="Company",
        target_id=str(company.pk),
        company_id=company.pk,
        before={"website": "nothing"},
        after={"website": garden.word(f"SECRET-AUDIT-{letter}", admins | {"platform_admin"})},
        address="192.0.2.99",
    )
    note_reads("profile.read", by=by, targets=[("Profile", UUID(int=1))], company_id=company.pk)
    for membership in company.memberships.all():
        own = {name for name, user in scene.people.items() if user and user.pk == membership.user_id} - {"key"}
        garden.node("Membership", membership.pk, recruiters | {"platform_admin"} | own)


def _exported(garden: _Garden, letter: str, recruiters: set[str], admins: set[str]) -> None:
    """What a company exported, and what happened in it."""
    scene = garden.scene
    company, asker = (scene.company, "recruiter") if letter == "A" else (scene.elsewhere, "outside_owner")
    export = CompanyExport.objects.create(
        company=company,
        requested_by=scene.people[asker],
        kind="applications",
        format="csv",
        expires_at=timezone.now() + timedelta(days=1),
    )
    garden.node("CompanyExport", export.pk, recruiters)
    word = garden.word(f"SECRET-EVENT-{letter}", admins | {"platform_admin"})
    OutboxEvent.objects.create(
        kind="CompanyUpdated", aggregate=f"company:{company.pk}", payload={"company_id": str(company.pk), "name": word}
    )


def _resume(garden: _Garden, name: str) -> None:
    """A résumé that was sent to nobody."""
    user, called = garden.scene.people[name], garden.word(f"SECRET-RESUME-{name}", {name})
    stored_as = f"files/{name}-{garden.mark}"
    file = File.objects.create(owner=user, purpose="resume", state="waiting", name=called, size=1, stored_as=stored_as)
    garden.node("File", file.pk, {name})
    resume = Resume.objects.create(user=user, file=file, is_default=True)
    garden.node("Resume", resume.pk, {name})


def _team(garden: _Garden) -> None:
    """A draft that one hiring manager works on, and no interviewer."""
    readers = RECRUITERS | STAFF | {"hiring_manager"}
    draft = JobFactory(draft=True, company=garden.scene.company, title=garden.word("SECRET-OF-THE-TEAM", readers))
    HiringTeamFactory(job=draft, user=garden.scene.people["hiring_manager"], role="hiring_manager")
    garden.node("Job", draft.pk, readers)


def _applications(garden: _Garden) -> None:
    """What somebody sent to a company and is still writing, what another sent to a job with a team, and what is asked.

    The company's record of a person is shown to those who hire, and to nobody else: not to the person, either.
    """
    scene, me = garden.scene, {"seeker"}
    rule = {"above": garden.word("987654301", RECRUITERS | {"platform_admin"})}
    question = {"id": "years", "kind": "number", "label": "How many years?", "knock_out": rule}
    # Of a draft: what a live posting asks is everybody's.
    FormVersion.objects.create(job=scene.job, number=1, questions=[question])
    sent = application(
        garden.live,
        scene.people["seeker"],
        cover_letter=garden.word("SECRET-FIRST-LETTER", me | RECRUITERS),
        source=garden.word("SECRET-FIRST-SOURCE", RECRUITERS),
    )
    garden.node("Application", sent.pk, me | RECRUITERS)
    _contact(garden, sent, "one", RECRUITERS)
    draft = ApplicationDraft.objects.create(
        user=scene.people["seeker"], job=garden.live, cover_letter=garden.word("SECRET-WRITTEN", me)
    )
    garden.node("ApplicationDraft", draft.pk, me)
    job = JobFactory(draft=True, company=scene.company)
    for role in ("hiring_manager", "interviewer"):
        HiringTeamFactory(job=job, user=scene.people[role], role=role)
    readers, hirers = RECRUITERS | {"hiring_manager", "interviewer"}, RECRUITERS | {"hiring_manager"}
    other = application(
        job,
        UserFactory(),
        cover_letter=garden.word("SECRET-LETTER-TO-A-TEAM", readers),
        source=garden.word("SECRET-SOURCE-OF-A-TEAM", hirers),
    )
    garden.node("Application", other.pk, readers)
    _contact(garden, other, "two", hirers)
    _pipeline(garden, sent, RECRUITERS)
    _pipeline(garden, other, hirers)


def _pipeline(garden: _Garden, sent: Application, hirers: set[str]) -> None:
    """What a company calls its stages, what it has written down of an application, and its words for rejections."""
    scene, number = garden.scene, "one" if hirers == RECRUITERS else "two"
    # Interviewers of the team know the stages, and notes that name them.
    team = hirers | {"interviewer"} if number == "two" else hirers
    sent.stage.name = garden.word(f"SECRET-STAGE-{number}", team | {"platform_admin"})
    sent.stage.save()
    garden.node("Stage", sent.stage_id, team | {"platform_admin"})
    interviewer = scene.people["interviewer"]
    for text, readers, is_named in (("SECRET-NOTE-ON", hirers, False), ("SECRET-WORD-TO", team, True)):
        note = Note.objects.create(
            application=sent,
            author=scene.people["recruiter"],
            text=garden.word(f"{text}-{number}", readers),
            mentioned=[interviewer.pk] if interviewer and is_named else [],
        )
        garden.node("Note", note.pk, readers)
    comment = garden.word(f"SECRET-COMMENT-{number}", hirers)
    ApplicationTransition.objects.filter(application=sent).update(comment=comment)
    company, readers = sent.job.company, RECRUITERS | {"platform_admin"}
    words = EmailTemplate.objects.create(
        company=company, name=f"No {number}", subject="No", body=garden.word(f"SECRET-REJECTION-{number}", readers)
    )
    garden.node("EmailTemplate", words.pk, readers)
    begun = StageTemplate.objects.create(
        company=company,
        kind="applied" if number == "one" else "hired",
        name=garden.word(f"SECRET-TEMPLATE-{number}", readers),
        position=company.stage_templates.count(),
    )
    garden.node("StageTemplate", begun.pk, readers)


def _contact(garden: _Garden, sent: Application, number: str, readers: set[str]) -> None:
    known = sent.candidate
    known.email = garden.word(f"secret-contact-{number}@{garden.mark}.example", readers)
    known.phone = garden.word(f"SECRET-CALL-{number}", readers)
    known.tags = [garden.word(f"SECRET-TAG-{number}", readers)]
    known.save()


def _moderation(garden: _Garden) -> None:
    """What somebody reported of a live job, and what moderators decided of a draft."""
    case = ModerationCase.objects.create(job=garden.live, reports=1, comment=garden.word("SECRET-CASE", STAFF))
    text = garden.word("SECRET-REPORT", STAFF)
    JobReport.objects.create(case=case, reporter=garden.scene.people["seeker"], reason="scam", text=text)
    garden.node("ModerationCase", case.pk, STAFF)
    ModerationCase.objects.create(
        job=garden.scene.job,
        decision="cleared",
        comment=garden.word("SECRET-DECISION", RECRUITERS | STAFF),
        decided_by=garden.scene.people["moderator"],
        decided_at=timezone.now(),
    )


def _offer(garden: _Garden) -> None:
    """An invitation of the other company: who is invited learns the name of whoever invites, and no address."""
    invited, by = garden.scene.people["hiring_manager"], garden.scene.people["outside_owner"]
    invitation = InvitationFactory(
        company=garden.scene.elsewhere, email=invited.email, invited_by=by, token_hash=f"SECRET-HASH-C-{garden.mark}"
    )
    garden.node("Invitation", invitation.pk, ELSEWHERE | {"platform_admin", "hiring_manager"})


def _hidden_company(garden: _Garden) -> None:
    """A company that is suspended, with a job that would be live."""
    members = {"seeker"}
    company = CompanyFactory(
        status=CompanyStatus.SUSPENDED,
        name=garden.word("SECRET-HIDDEN-COMPANY", members | STAFF),
        slug=f"hidden-{garden.mark}",
    )
    membership = MembershipFactory(company=company, role=MembershipRole.OWNER, user=garden.scene.people["seeker"])
    garden.node("Company", company.pk, members | STAFF)
    garden.node("Membership", membership.pk, members | {"platform_admin"})
    job = JobFactory(company=company, title=garden.word("SECRET-HIDDEN-JOB", members | STAFF))
    garden.node("Job", job.pk, members | STAFF)


def _profile(garden: _Garden, name: str) -> None:
    """All of a private profile, and what belongs to it."""
    me = {name}
    user = garden.scene.people[name]
    profile = ProfileFactory(
        home=None,
        user=user,
        headline=garden.word(f"SECRET-HEADLINE-{name}", me),
        summary=garden.word(f"SECRET-SUMMARY-{name}", me),
        shown_sections=list(ProfileSection.values),
        json_resume=json_resume.understand({"basics": {"phone": garden.word(f"SECRET-PHONE-{name}", me)}}).rest,
        **_floor(garden, name, me),
    )
    garden.node("Profile", profile.pk, me)
    ExperienceFactory(profile=profile, position=0, title=garden.word(f"SECRET-EXPERIENCE-{name}", me))
    ProfileEducationFactory(profile=profile, position=0, institution=garden.word(f"SECRET-SCHOOL-{name}", me))
    ProfileLinkFactory(profile=profile, position=0, url=garden.word(f"https://secret-link.example/{name}", me))
    ProfileLanguageFactory(profile=profile, position=0)
    WorkAuthorisationFactory(profile=profile)
    saved = SavedJobFactory(user=user, job=garden.live, note=garden.word(f"SECRET-NOTE-{name}", me))
    garden.node("SavedJob", saved.pk, me)
    block = EmployerBlockFactory(user=user, company=garden.live.company)
    garden.node("EmployerBlock", block.pk, me)
    dismissed = JobDismissal.objects.create(user=user, job=garden.live)
    garden.node("JobDismissal", dismissed.pk, me)
    FeedSettings.objects.create(user=user, wanted_titles=[garden.word(f"SECRET-ROLE-{name}", me)])
    words = {"job": garden.word(f"SECRET-NEWS-{name}", me)}
    news = Notification.objects.create(user=user, event_id=user.pk, topic="postings", kind="job_approved", values=words)
    garden.node("Notification", news.pk, me)


def _shown_profile(garden: _Garden) -> None:
    """A profile that recruiters find, but for those of one company, and in which only the summary is shown."""
    me = {"interviewer"}
    profile = ProfileFactory(
        home=None,
        user=garden.scene.people["interviewer"],
        summary=garden.word("SECRET-FOR-RECRUITERS", me | RECRUITERS),
        shown_sections=[ProfileSection.SUMMARY],
        visibility="recruiters",
        notice_days=4321 % 366,
        **_floor(garden, "interviewer", me),
    )
    garden.node("Profile", profile.pk, me | RECRUITERS)
    ExperienceFactory(profile=profile, position=0, title=garden.word("SECRET-HIDDEN-SECTION", me))
    hidden = CompanyFactory(status=CompanyStatus.SUSPENDED)
    helper = garden.scene.people["outside_owner"]
    helped = MembershipFactory(company=hidden, user=helper, role=MembershipRole.INTERVIEWER)
    garden.node("Membership", helped.pk, ELSEWHERE | {"platform_admin"})
    block = EmployerBlockFactory(user=profile.user, company=hidden)
    garden.node("EmployerBlock", block.pk, me)


def _floor(garden: _Garden, name: str, me: set[str]) -> dict[str, object]:
    """The least pay: a number that is found nowhere else."""
    amount = 77_000_113 + 1_000_000 * len(name)
    garden.word(str(amount)[:-2], me)
    currency: Currency = CurrencyFactory()
    return {"salary_floor_minor": amount, "salary_floor_currency": currency, "salary_floor_period": "year"}


def nodes(secrets: list[Secret]) -> Iterator[tuple[str, str]]:
    """The type and the global id of every object that not everybody may know of."""
    for secret in secrets:
        if secret.is_id:
            type_name, _ = ids.decode(secret.text)
            yield type_name, secret.text
