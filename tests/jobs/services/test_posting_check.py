from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from jobs.models import Category, Necessity, Occupation, Skill
from jobs.services import posting_check
from jobs.services.incoming import AskedSkill, Location, Pay, Posting
from kernel.errors import Invalid

pytestmark = pytest.mark.django_db
BERLIN = 2950159
NAIVE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
NOWHERE = 2**31 - 1
MANY = range(1, 400)


def posting(**changes):
    return Posting(**{"company": "Acme", "reference": "A-1", "title": "Baker"} | changes)


def check(**changes):
    given = posting(**changes)
    posting_check.check(given, posting_check.known([given]))


def test_a_bare_posting_passes():
    check()


def test_a_whole_posting_passes():
    skills = Skill.objects.order_by("pk")[:2]
    check(
        language="pt-BR",
        url="https://acme.example/1?a=b",
        description="<p>We bake.</p>",
        description_format="html",
        category_id=Category.objects.first().pk,
        occupation_id=Occupation.objects.first().pk,
        employment_types=("full_time", "part_time"),
        workplace="remote",
        seniority="senior",
        education="none",
        locations=(Location("Berlin", BERLIN, "DE"), Location("Somewhere else")),
        remote_from=(("DE", ""), ("US", "CA"), ("US", "NY")),
        pay=Pay("EUR", "year", 4_000_000, 5_000_000, "40-50k"),
        skills=tuple(AskedSkill(skill.pk, Necessity.REQUIRED) for skill in skills),
        published_at=timezone.now() - timedelta(days=1),
        expires_at=timezone.now() + timedelta(days=30),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference", ""),
        ("reference", "  "),
        ("reference", "x" * 201),
        ("reference", "a\x00"),
        ("title", ""),
        ("title", " \n"),
        ("title", "x" * 301),
        ("title", "\ud800"),
        ("description", "a\x00b"),
        ("description", "\udfff"),
        ("description_format", "word"),
        ("language", ""),
        ("language", "english!"),
        ("language", "EN"),
        ("language", "en-" + "x" * 8),
        ("url", "javascript:alert(1)"),
        ("url", "ftp://acme.example/1"),
        ("url", "acme"),
        ("url", "https://acme.example/" + "x" * 2000),
        ("employment_types", ("full_time", "forever")),
        ("workplace", "moon"),
        ("seniority", "wizard"),
        ("education", "life"),
        ("category_id", NOWHERE),
        ("category_id", 2**63),
        ("occupation_id", NOWHERE),
        ("skills", (AskedSkill(NOWHERE, Necessity.NICE),)),
        ("skills", (AskedSkill(1, Necessity.NICE), AskedSkill(1, Necessity.REQUIRED))),
        ("skills", tuple(AskedSkill(key, Necessity.NICE) for key in MANY)),
        ("locations", (Location("Nowhere", NOWHERE),)),
        ("locations", (Location("Nowhere", None, "XX"),)),
        ("locations", (Location(""),)),
        ("locations", (Location("x" * 301),)),
        ("locations", (Location("a\x00"),)),
        ("locations", (Location("Berlin", BERLIN), Location("Berlin, too", BERLIN))),
        ("locations", tuple(Location(str(key)) for key in MANY)),
        ("remote_from", (("XX", ""),)),
        ("remote_from", (("", ""),)),
        ("remote_from", (("US", "x" * 21),)),
        ("remote_from", (("US", "\x00"),)),
        ("remote_from", (("DE", ""), ("DE", ""))),
        ("remote_from", tuple(("DE", str(key)) for key in MANY)),
        ("pay", Pay("XXY", "year", 1, 2)),
        ("pay", Pay("EUR", "decade", 1, 2)),
        ("pay", Pay("EUR", "year", None, None)),
        ("pay", Pay("EUR", "year", 2, 1)),
        ("pay", Pay("EUR", "year", -1, None)),
        ("pay", Pay("EUR", "year", None, 2**63)),
        ("pay", Pay("EUR", "year", 1, 2, "\x00")),
        ("pay", Pay("\x00", "year", 1, 2)),
        ("published_at", NAIVE),
        ("published_at", datetime(1969, 12, 31, tzinfo=UTC)),
        ("published_at", datetime.max.replace(tzinfo=UTC)),
        ("expires_at", NAIVE),
        ("expires_at", datetime.max.replace(tzinfo=UTC)),
        ("expires_at", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_bad_value_is_refused_by_its_field(field, value):
    with pytest.raises(Invalid) as refusal:
        check(**{field: value})
    assert refusal.value.field == field
    assert str(refusal.value)


def test_an_end_before_the_beginning_is_refused():
    now = timezone.now()
    with pytest.raises(Invalid) as refusal:
        check(published_at=now, expires_at=now)
    assert refusal.value.field == "expires_at"


def test_known_asks_six_times_at_most(django_assert_max_num_queries):
    postings = [posting(category_id=1, skills=(AskedSkill(key, Necessity.NICE),)) for key in range(30)]
    with django_assert_max_num_queries(6):
        posting_check.known(postings)
