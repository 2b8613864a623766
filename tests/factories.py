"""Rows for tests, believable and valid by default. A job is live unless a trait says otherwise.

Reference rows are looked up by their natural key first, so that they never collide with loaded reference data.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.auth.api_key import new_key
from accounts.auth.links import hash_of, link_token
from accounts.models import ApiKey, PlatformRole, Session, User
from jobs.models import (
    Category,
    CloseReason,
    Company,
    CompanyDomain,
    Compensation,
    Country,
    Currency,
    EmployerBlock,
    Experience,
    Follow,
    HiringTeam,
    ImportRun,
    ImportSource,
    ImportStatus,
    Industry,
    Invitation,
    Job,
    JobLifecycle,
    JobLocation,
    JobModeration,
    JobSkill,
    LinkKind,
    Membership,
    MembershipRole,
    Occupation,
    PayPeriod,
    Place,
    Profile,
    ProfileEducation,
    ProfileLanguage,
    ProfileLink,
    ProfileSkill,
    RemoteEligibility,
    SavedJob,
    Skill,
    SkillKind,
    SourcePosting,
    WorkAuthorisation,
    WorkPermission,
)
from jobs.services import description
from kernel.ids import uuid7
from kernel.viewer import Viewer
from nexus.models import TrustedDocument

PASSWORD = "correct horse battery staple"


def viewer_of(user: User) -> Viewer:
    """The viewer that a request of `user` has."""
    return Viewer(user_id=user.pk, platform_role=user.platform_role)


class UserFactory(DjangoModelFactory[User]):
    """A person with a verified address. `password=` is given in clear; without one nobody can log in."""

    class Meta:
        model = User

    class Params:
        platform_admin = factory.Trait(platform_role=PlatformRole.ADMIN)
        moderator = factory.Trait(platform_role=PlatformRole.MODERATOR)
        unverified = factory.Trait(email_verified_at=None)

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    email_verified_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)


class ApiKeyFactory(DjangoModelFactory[ApiKey]):
    """A key of a person, without any scope unless `scopes=` names some. What to send is in its `text`."""

    class Meta:
        model = ApiKey

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Key {n}")
    scopes: list[str] = []

    @classmethod
    def _create(cls, model_class: type[ApiKey], *args: Any, **kwargs: Any) -> ApiKey:
        made = new_key()
        row = model_class.objects.create(prefix=made.prefix, hash=made.hash, **kwargs)
        row.text = made.text  # type: ignore[attr-defined]  # for tests alone: nothing keeps it
        return row


class SessionFactory(DjangoModelFactory[Session]):
    """A log-in of just now."""

    class Meta:
        model = Session

    user = factory.SubFactory(UserFactory)
    method = "password"
    authenticated_at = factory.LazyFunction(timezone.now)
    last_used_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))


class CountryFactory(DjangoModelFactory[Country]):
    class Meta:
        model = Country
        django_get_or_create = ("code",)

    code = "DE"
    name = "Germany"
    continent = "EU"


class CurrencyFactory(DjangoModelFactory[Currency]):
    class Meta:
        model = Currency
        django_get_or_create = ("code",)

    code = "EUR"
    name = "Euro"
    digits = 2


class PlaceFactory(DjangoModelFactory[Place]):
    """A made-up town; its id is beyond those that GeoNames gives out. Real ones: pass `id=`."""

    class Meta:
        model = Place
        django_get_or_create = ("id",)

    id = factory.Sequence(lambda n: 1_000_000_000 + n)
    name = factory.Sequence(lambda n: f"Neustadt {n}")
    ascii_name = factory.SelfAttribute("name")
    country = factory.SubFactory(CountryFactory)
    latitude = 52.52
    longitude = 13.41
    timezone = "Europe/Berlin"
    population = 100_000


class IndustryFactory(DjangoModelFactory[Industry]):
    class Meta:
        model = Industry
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"test-industry-{n}")
    name = factory.Sequence(lambda n: f"Industry {n}")


class CategoryFactory(DjangoModelFactory[Category]):
    """A root category; with `parent=`, a child of it."""

    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"test-category-{n}")
    name = factory.Sequence(lambda n: f"Category {n}")
    parent = None
    path = factory.LazyAttribute(lambda row: f"{row.parent.path if row.parent else ''}{row.slug}/")
    depth = factory.LazyAttribute(lambda row: row.parent.depth + 1 if row.parent else 0)
    position = factory.Sequence(lambda n: n % 30_000)


class OccupationFactory(DjangoModelFactory[Occupation]):
    class Meta:
        model = Occupation
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"test-occupation-{n}")
    title = factory.Sequence(lambda n: f"Occupation {n}")
    category = factory.SubFactory(CategoryFactory)


class SkillFactory(DjangoModelFactory[Skill]):
    class Meta:
        model = Skill
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"test-skill-{n}")
    name = factory.Sequence(lambda n: f"Skill {n}")
    kind = SkillKind.TECHNICAL


class CompanyFactory(DjangoModelFactory[Company]):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Company {n}")
    slug = factory.Sequence(lambda n: f"test-company-{n}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    company = factory.SubFactory(CompanyFactory)
    user = factory.SubFactory(UserFactory)
    role = MembershipRole.RECRUITER


class JobFactory(DjangoModelFactory[Job]):
    """A live posting. `places=`, `skills=` and `pay=` hang rows on it: `JobFactory(draft=True, skills=[python])`."""

    class Meta:
        model = Job
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(lifecycle=JobLifecycle.DRAFT, published_at=None, expires_at=None)
        in_review = factory.Trait(lifecycle=JobLifecycle.IN_REVIEW, published_at=None, expires_at=None)
        approved = factory.Trait(lifecycle=JobLifecycle.APPROVED, published_at=None, expires_at=None)
        scheduled = factory.Trait(
            lifecycle=JobLifecycle.SCHEDULED,
            published_at=None,
            expires_at=None,
            scheduled_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=7)),
        )
        paused = factory.Trait(lifecycle=JobLifecycle.PAUSED)
        expired = factory.Trait(
            lifecycle=JobLifecycle.EXPIRED,
            published_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=40)),
            expires_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=10)),
        )
        closed = factory.Trait(
            lifecycle=JobLifecycle.CLOSED, close_reason=CloseReason.FILLED, closed_at=factory.LazyFunction(timezone.now)
        )
        archived = factory.Trait(
            lifecycle=JobLifecycle.ARCHIVED,
            close_reason=CloseReason.FILLED,
            closed_at=factory.LazyFunction(timezone.now),
        )
        frozen = factory.Trait(moderation=JobModeration.FROZEN)

    company = factory.SubFactory(CompanyFactory)
    title = factory.Sequence(lambda n: f"Engineer {n}")
    description_source = "We build **things**."
    description_format = "markdown"
    description_html = factory.LazyAttribute(
        lambda job: description.render(job.description_source, job.description_format).html
    )
    description_text = factory.LazyAttribute(
        lambda job: description.render(job.description_source, job.description_format).text
    )
    lifecycle = JobLifecycle.PUBLISHED
    published_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    first_published_at = factory.SelfAttribute("published_at")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))

    @factory.post_generation
    def places(self, create: bool, extracted: list[Place] | None, **_: Any) -> None:
        """The first one is primary."""
        for position, place in enumerate(extracted or []):
            JobLocationFactory(job=self, place=place, position=position, is_primary=position == 0)

    @factory.post_generation
    def skills(self, create: bool, extracted: list[Skill] | None, **_: Any) -> None:
        """All of them required."""
        for skill in extracted or []:
            JobSkillFactory(job=self, skill=skill)

    @factory.post_generation
    def pay(self, create: bool, extracted: tuple[int, int] | None, **values: Any) -> None:
        """Least and most base pay a year, in cents of a euro: `pay=(50_000_00, 60_000_00)`, `pay__period="hour"`."""
        if extracted:
            CompensationFactory(job=self, min_minor=extracted[0], max_minor=extracted[1], **values)


class CompanyDomainFactory(DjangoModelFactory[CompanyDomain]):
    """A domain that is to be proved by DNS; `verified_at=` makes it the company's."""

    class Meta:
        model = CompanyDomain

    company = factory.SubFactory(CompanyFactory)
    domain = factory.Sequence(lambda n: f"company{n}.example")
    method = "dns"
    token_hash = factory.LazyAttribute(lambda row: hash_of(f"domain {row.domain} of {row.company.pk}"))


class FollowFactory(DjangoModelFactory[Follow]):
    class Meta:
        model = Follow

    user = factory.SubFactory(UserFactory)
    company = factory.SubFactory(CompanyFactory)


class InvitationFactory(DjangoModelFactory[Invitation]):
    """An open invitation; `invitation_token(row)` is what its mail holds."""

    class Meta:
        model = Invitation

    company = factory.SubFactory(CompanyFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    role = MembershipRole.RECRUITER
    token_hash = factory.LazyAttribute(lambda row: hash_of(link_token("invitation", row.id)))
    id = factory.LazyFunction(uuid7)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


def invitation_token(row: Invitation) -> str:
    """The token of the link that was mailed."""
    return link_token("invitation", row.pk)


class HiringTeamFactory(DjangoModelFactory[HiringTeam]):
    class Meta:
        model = HiringTeam

    job = factory.SubFactory(JobFactory)
    user = factory.SubFactory(UserFactory)
    role = "interviewer"


class JobLocationFactory(DjangoModelFactory[JobLocation]):
    class Meta:
        model = JobLocation

    job = factory.SubFactory(JobFactory)
    place = factory.SubFactory(PlaceFactory)
    country = factory.LazyAttribute(lambda row: row.place.country if row.place else None)
    text = factory.LazyAttribute(lambda row: row.place.name if row.place else "Somewhere")


class RemoteEligibilityFactory(DjangoModelFactory[RemoteEligibility]):
    class Meta:
        model = RemoteEligibility

    job = factory.SubFactory(JobFactory)
    country = factory.SubFactory(CountryFactory)


class CompensationFactory(DjangoModelFactory[Compensation]):
    class Meta:
        model = Compensation

    job = factory.SubFactory(JobFactory)
    currency = factory.SubFactory(CurrencyFactory)
    period = PayPeriod.YEAR
    min_minor = 50_000_00
    max_minor = 60_000_00


class JobSkillFactory(DjangoModelFactory[JobSkill]):
    class Meta:
        model = JobSkill

    job = factory.SubFactory(JobFactory)
    skill = factory.SubFactory(SkillFactory)


class ImportRunFactory(DjangoModelFactory[ImportRun]):
    class Meta:
        model = ImportRun

    source = factory.Sequence(lambda n: f"source-{n}.jsonl")
    format = "jsonl"
    status = ImportStatus.FINISHED


class ImportSourceFactory(DjangoModelFactory[ImportSource]):
    """Imported once an hour, and due at once."""

    class Meta:
        model = ImportSource

    name = factory.Sequence(lambda n: f"source-{n}")
    location = factory.LazyAttribute(lambda source: f"https://{source.name}.example/jobs.jsonl?key=hunter2")
    format = "jsonl"
    interval_minutes = 60


class SourcePostingFactory(DjangoModelFactory[SourcePosting]):
    class Meta:
        model = SourcePosting

    source = factory.Sequence(lambda n: f"source-{n}")
    job = factory.SubFactory(JobFactory)
    first_seen_at = factory.LazyFunction(timezone.now)
    last_seen_at = factory.LazyFunction(timezone.now)


class ProfileFactory(DjangoModelFactory[Profile]):
    """Somebody who looks for work within 20 km of home."""

    class Meta:
        model = Profile

    user = factory.SubFactory(UserFactory)
    headline = "Engineer"
    home = factory.SubFactory(PlaceFactory)
    radius_km = 20


class ProfileSkillFactory(DjangoModelFactory[ProfileSkill]):
    class Meta:
        model = ProfileSkill

    profile = factory.SubFactory(ProfileFactory)
    skill = factory.SubFactory(SkillFactory)


class ExperienceFactory(DjangoModelFactory[Experience]):
    class Meta:
        model = Experience

    profile = factory.SubFactory(ProfileFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    title = "Engineer"
    organisation = factory.Sequence(lambda n: f"Works {n}")


class ProfileEducationFactory(DjangoModelFactory[ProfileEducation]):
    class Meta:
        model = ProfileEducation

    profile = factory.SubFactory(ProfileFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    institution = factory.Sequence(lambda n: f"School {n}")


class ProfileLanguageFactory(DjangoModelFactory[ProfileLanguage]):
    class Meta:
        model = ProfileLanguage

    profile = factory.SubFactory(ProfileFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    tag = "en"


class ProfileLinkFactory(DjangoModelFactory[ProfileLink]):
    class Meta:
        model = ProfileLink

    profile = factory.SubFactory(ProfileFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    kind = LinkKind.OTHER
    url = factory.Sequence(lambda n: f"https://person.example/{n}")


class WorkAuthorisationFactory(DjangoModelFactory[WorkAuthorisation]):
    class Meta:
        model = WorkAuthorisation

    profile = factory.SubFactory(ProfileFactory)
    country = factory.SubFactory(CountryFactory)
    permission = WorkPermission.CITIZEN


class SavedJobFactory(DjangoModelFactory[SavedJob]):
    class Meta:
        model = SavedJob

    user = factory.SubFactory(UserFactory)
    job = factory.SubFactory(JobFactory)
    title = factory.LazyAttribute(lambda row: row.job.title)


class EmployerBlockFactory(DjangoModelFactory[EmployerBlock]):
    class Meta:
        model = EmployerBlock

    user = factory.SubFactory(UserFactory)
    company = factory.SubFactory(CompanyFactory)


class TrustedDocumentFactory(DjangoModelFactory[TrustedDocument]):
    """A query that one app publishes, by its SHA-256."""

    class Meta:
        model = TrustedDocument

    name = factory.Sequence(lambda n: f"Document{n}")
    text = factory.LazyAttribute(lambda document: f"query {document.name} {{ __typename }}")
    sha256 = factory.LazyAttribute(lambda document: sha256(document.text.encode()).hexdigest())
    id = factory.SelfAttribute("sha256")
    kind = "query"
    apps = ["web"]
    published_at = factory.LazyFunction(timezone.now)
    changed_at = factory.LazyFunction(timezone.now)
