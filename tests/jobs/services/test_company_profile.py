"""A company is opened by a person, and edited by those who run it."""

from dataclasses import replace

import pytest

from accounts.models import AuditEntry
from jobs.errors import CompanyChangedMeanwhile, TooManyCompanies
from jobs.models import Company, Membership, MembershipRole, SlugHistory
from jobs.services import company_profile
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.viewer import ANONYMOUS, Viewer
from tests.factories import CompanyFactory, IndustryFactory, MembershipFactory, PlaceFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def member(company: Company, role: str) -> Viewer:
    return viewer_of(MembershipFactory(company=company, role=role).user)


def change(company: Company, **changes: object) -> Company:
    return company_profile.update(by=member(company, "admin"), company_id=company.pk, changes=changes)


def refused(company: Company, **changes: object) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refusal:
        change(company, **changes)
    return refusal.value.code, refusal.value.field


def test_who_creates_a_company_owns_it() -> None:
    user = UserFactory()
    company = company_profile.create(
        by=viewer_of(user), name="  Łódź   Works ", details={"website": "https://lw.example"}
    )
    assert (company.name, company.slug, company.website) == ("Łódź Works", "lodz-works", "https://lw.example")
    assert Membership.objects.get(company=company).role == MembershipRole.OWNER
    entry = AuditEntry.objects.get(act="company.create")
    assert (entry.company_id, entry.actor_id) == (company.pk, user.pk)
    assert OutboxEvent.objects.get().kind == "CompanyCreated"


def test_companies_of_one_name_have_slugs_of_their_own() -> None:
    by = viewer_of(UserFactory())
    first, second = (company_profile.create(by=by, name="Twin Ltd") for _ in range(2))
    assert first.slug == "twin-ltd"
    assert second.slug.startswith("twin-ltd-")


def test_an_address_that_led_to_another_company_is_not_given_out() -> None:
    SlugHistory.objects.create(slug="old-name", company=CompanyFactory())
    assert company_profile.create(by=viewer_of(UserFactory()), name="Old name").slug.startswith("old-name-")


@pytest.mark.parametrize("name", ["株式会社", "!!!", "x" * 200, "a" * 79 + " b"])
def test_every_name_has_a_slug(name: str) -> None:
    slug = company_profile.create(by=viewer_of(UserFactory()), name=name).slug
    assert 1 <= len(slug) <= 80
    assert slug.strip("-") == slug


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "a\x00b",
        "\ud800",
        "x" * 201,
        "a\x07b",
        "https://evil.example",
        "www.evil.example",
        "Acme \u202egnp.exe",
        "Ac\u200bme",
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        company_profile.create(by=viewer_of(UserFactory()), name=name)
    assert refusal.value.field == "name"
    assert not Company.objects.exists()


def test_nobody_and_keys_create_no_company() -> None:
    for by in (ANONYMOUS, replace(viewer_of(UserFactory()), key_id=uuid7(), scopes=frozenset())):
        with pytest.raises(Forbidden):
            company_profile.create(by=by, name="Mine")


def test_nobody_owns_an_eleventh_company() -> None:
    user = UserFactory()
    for _ in range(company_profile.MOST_OWNED):
        MembershipFactory(user=user, role=MembershipRole.OWNER)
    with pytest.raises(TooManyCompanies):
        company_profile.create(by=viewer_of(user), name="One more")


@pytest.mark.django_db(transaction=True)
def test_of_two_that_are_opened_at_once_only_the_tenth_is() -> None:
    user = UserFactory()
    for _ in range(company_profile.MOST_OWNED - 1):
        MembershipFactory(user=user, role=MembershipRole.OWNER)
    acts = [lambda: company_profile.create(by=viewer_of(user), name="Tenth")] * 4
    assert sorted(at_once(*acts)) == ["TOO_MANY_COMPANIES"] * 3 + ["done"]


@pytest.mark.django_db(transaction=True)
def test_of_those_who_take_a_slug_at_once_each_gets_one() -> None:
    viewers = [viewer_of(UserFactory()) for _ in range(6)]
    acts = [lambda by=by: company_profile.create(by=by, name="Same name") for by in viewers]
    assert at_once(*acts) == ["done"] * 6
    slugs = set(Company.objects.values_list("slug", flat=True))
    assert len(slugs) == 6
    assert "same-name" in slugs


def test_an_update_changes_what_it_names_and_nothing_else() -> None:
    company = CompanyFactory(website="https://old.example", benefits=["Tea"])
    industry, place = IndustryFactory(), PlaceFactory()
    changed = change(
        company,
        name="New name",
        kind="agency",
        description="We **build**. <script>x</script>",
        aliases=["NN", "NN", " N  N "],
        size_band="11-50",
        industry=industry.pk,
        headquarters=place.pk,
    )
    changed.refresh_from_db()
    assert (changed.name, changed.kind, changed.size_band) == ("New name", "agency", "11-50")
    assert (changed.industry, changed.headquarters) == (industry, place)
    assert changed.aliases == ["NN", "N N"]
    assert "<strong>build</strong>" in changed.description_html
    assert "<script>" not in changed.description_html
    assert (changed.slug, changed.website, changed.benefits) == (company.slug, "https://old.example", ["Tea"])
    assert changed.version == 2


def test_null_clears() -> None:
    company = change(CompanyFactory(website="https://a.example", aliases=["A"]), description="Words", size_band="1-10")
    names = ("website", "aliases", "description", "size_band", "industry", "headquarters", "benefits")
    cleared = change(company, **dict.fromkeys(names))
    assert (cleared.website, cleared.aliases, cleared.size_band, cleared.description_html) == ("", [], "", "")


def test_what_was_and_what_became_is_written_down() -> None:
    company = CompanyFactory(name="Old")
    change(company, name="New", description="1234567")
    entry = AuditEntry.objects.get(act="company.update")
    assert entry.before == {"name": "Old", "description_source": 0}
    assert entry.after == {"name": "New", "description_source": 7}
    assert OutboxEvent.objects.get().kind == "CompanyUpdated"


def test_an_update_that_changes_nothing_leaves_no_trace() -> None:
    company = CompanyFactory(name="Same")
    assert change(company, name="Same").version == 1
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", "\x00"),
        ("name", "n" * 201),
        ("kind", None),
        ("kind", "club"),
        ("website", "javascript:alert(1)"),
        ("website", "ftp://a.example"),
        ("website", "example.com"),
        ("website", "https://a.example/" + "x" * 500),
        ("website", "https://a.example/\x00"),
        ("description", "x" * 100_001),
        ("description", "\x00"),
        ("aliases", ["x"] * 20 + ["y"]),
        ("aliases", [""]),
        ("benefits", ["x" * 101]),
        ("benefits", ["a\x00"]),
        ("size_band", "7"),
        ("industry", 999_999),
        ("headquarters", 5),
        ("logo", "not base64"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(field: str, value: object) -> None:
    company = CompanyFactory()
    assert refused(company, **({"name": "Changed"} | {field: value})) == ("INVALID", f"changes.{field}")
    company.refresh_from_db()
    assert (company.version, company.name == "Changed") == (1, False)


def test_an_older_version_is_refused() -> None:
    company = CompanyFactory()
    by = member(company, "owner")
    company_profile.update(by=by, company_id=company.pk, changes={"name": "A"}, version=1)
    with pytest.raises(CompanyChangedMeanwhile):
        company_profile.update(by=by, company_id=company.pk, changes={"name": "B"}, version=1)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_edit_one_version_at_once_one_does() -> None:
    company = CompanyFactory()
    by = member(company, "owner")
    acts = [
        lambda name=name: company_profile.update(by=by, company_id=company.pk, changes={"name": name}, version=1)
        for name in ("A", "B", "C")
    ]
    assert sorted(at_once(*acts)) == ["COMPANY_CHANGED_MEANWHILE"] * 2 + ["done"]


def test_a_suspended_member_may_not() -> None:
    membership = MembershipFactory(role="owner", suspended_at="2026-01-01T00:00Z")
    with pytest.raises(Forbidden):
        company_profile.update(by=viewer_of(membership.user), company_id=membership.company_id, changes={"name": "X"})


def test_a_hidden_company_looks_like_none() -> None:
    hidden = CompanyFactory(status="suspended")
    for key in (hidden.pk, uuid7()):
        with pytest.raises(NotFound):
            company_profile.update(by=viewer_of(UserFactory()), company_id=key, changes={"name": "X"})
