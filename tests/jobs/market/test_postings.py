from collections import Counter, defaultdict
from datetime import timedelta
from statistics import mean

import pytest
from django.db.models import F, Q, Sum

from accounts.models import User
from jobs.market.content import PER_YEAR
from jobs.market.timeline import DAYS
from jobs.market.world import document
from jobs.models import Company, Compensation, Currency, Job, JobLocation, JobRevision, Membership, Place
from jobs.services import description, revision
from jobs.services import job as jobs
from tests.factories import UserFactory, viewer_of
from tests.jobs.market.conftest import JOBS, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]


def test_descriptions_are_what_the_renderer_makes_of_their_source() -> None:
    for job in Job.objects.order_by("pk")[::2]:
        rendered = description.render(job.description_source, job.description_format)
        assert (job.description_html, job.description_text) == (rendered.html, rendered.text)
    assert set(Job.objects.values_list("description_format", flat=True)) == {"markdown", "text"}


def test_revision_is_what_the_service_would_have_recorded() -> None:
    for job in Job.objects.order_by("pk").prefetch_related(
        "locations", "remote_eligibility", "compensations", "job_skills"
    ):
        content = revision.content_of(
            job,
            locations=job.locations.all(),
            remote_eligibility=job.remote_eligibility.all(),
            compensations=job.compensations.all(),
            job_skills=job.job_skills.all(),
        )
        assert job.content_hash == revision.content_hash(content)
        stored = JobRevision.objects.get(job=job)
        assert (stored.number, stored.content) == (job.current_revision, content)
        assert stored.changed == revision.changed_fields(None, content)


def test_posting_can_be_closed_like_any_other() -> None:
    job = Job.objects.filter(lifecycle="published").earliest("pk")
    owner = UserFactory()
    Membership.objects.create(company=job.company, user=owner, role="owner")
    jobs.close(by=viewer_of(owner), job_id=job.pk, reason="filled")
    job.refresh_from_db()
    assert (job.lifecycle, job.close_reason) == ("closed", "filled")


def test_keys_are_version_7_in_the_order_of_publication() -> None:
    keys = list(Job.objects.order_by("pk").values_list("pk", "created_at"))
    assert {key.version for key, _ in keys} == {7}
    assert [created for _, created in keys] == sorted(created for _, created in keys)
    assert all(key.int >> 80 == round(created.timestamp() * 1000) for key, created in keys)


def test_dates_lie_within_ninety_days_and_follow_one_another() -> None:
    dated = Job.objects.exclude(published_at=None)
    assert dated.filter(published_at__lt=NOW - timedelta(days=DAYS)).count() == 0
    assert dated.filter(published_at__gt=NOW).count() == 0
    assert Job.objects.filter(closed_at__lt=F("published_at")).count() == 0
    assert Job.objects.filter(lifecycle="expired", expires_at__gt=NOW).count() == 0
    assert Job.objects.filter(lifecycle__in=["published", "paused"], expires_at__lte=NOW).count() == 0
    weekend = dated.filter(published_at__iso_week_day__gte=6).count()
    assert weekend < 0.1 * dated.count()


def test_most_are_live_and_every_other_state_occurs() -> None:
    states = Counter(Job.objects.values_list("lifecycle", flat=True))
    assert states["published"] > 0.5 * JOBS
    assert {"expired", "closed", "paused", "draft"} <= states.keys()


def test_six_languages_are_spoken_english_most() -> None:
    languages = Counter(Job.objects.values_list("language", flat=True))
    assert set(languages) == {"en", "de", "fr", "es", "pl", "nl"}
    assert 0.5 * JOBS < languages["en"] < 0.85 * JOBS


def test_senior_people_are_paid_more_for_the_same_work() -> None:
    pay: dict[str, list[float]] = defaultdict(list)
    rows = Compensation.objects.filter(currency="USD", kind="base").values_list(
        "job__seniority", "top_yearly_minor", "job__category__path"
    )
    for seniority, amount, path in rows:
        pay[seniority].append(amount / 100 / (1 if path.startswith(("software", "data", "management")) else 0.6))
    levels = [mean(pay[level]) for level in ("entry", "mid", "senior", "lead")]
    assert levels == sorted(levels)


def test_pay_is_in_the_country_s_currency_and_a_good_part_keeps_silent() -> None:
    named = Job.objects.filter(compensations__isnull=False).distinct().count()
    assert 0.3 * JOBS < named < 0.7 * JOBS
    foreign = Compensation.objects.filter(job__locations__country="DE").exclude(currency="EUR")
    assert not foreign.exists()
    assert set(Compensation.objects.values_list("period", flat=True)) >= {"hour", "month", "year"}


def test_nobody_works_full_time_for_less_than_the_country_s_lowest_pay() -> None:
    lowest = {code: land["lowest"] * 12 for code, land in document("countries.toml").items()}
    digits = dict(Currency.objects.values_list("code", "digits"))
    rows = Compensation.objects.exclude(job__employment_types__overlap=["internship", "apprenticeship"]).values_list(
        "job__company__headquarters__country", "currency", "period", "min_minor", "job__title"
    )
    assert len(rows) > 0.2 * JOBS
    for country, currency, period, least, title in rows:
        yearly = least / 10 ** digits[currency] * PER_YEAR[period]
        assert yearly >= 0.999 * lowest[country], title


def test_large_towns_have_more_postings() -> None:
    located = JobLocation.objects.filter(place__country="US")
    assert located.exclude(country="US").count() == 0
    large = located.filter(place__population__gte=500_000).count() / located.count()
    towns = Place.objects.filter(country="US")
    people = towns.aggregate(everybody=Sum("population"), large=Sum("population", filter=Q(population__gte=500_000)))
    assert large == pytest.approx(people["large"] / people["everybody"], abs=0.15)


def test_remote_postings_have_no_town_and_others_have_one_that_is_primary() -> None:
    assert not JobLocation.objects.filter(job__workplace="remote").exists()
    apart = Job.objects.exclude(workplace="remote")
    assert apart.filter(locations__is_primary=True).count() == apart.count()
    assert Job.objects.filter(workplace="remote", remote_eligibility__isnull=False).exists()


def test_skills_fit_the_occupation() -> None:
    """Most of what a nurse is asked for is not what a developer is asked for."""
    asked = {
        root: set(Job.objects.filter(category__path__startswith=root).values_list("job_skills__skill__slug", flat=True))
        for root in ("software/", "health-care/")
    }
    common = asked["software/"] & asked["health-care/"]
    assert len(common) < 0.25 * min(len(skills) for skills in asked.values())


def test_few_companies_have_many_postings_and_most_have_few() -> None:
    sizes = sorted(Counter(Job.objects.values_list("company", flat=True)).values(), reverse=True)
    tenth = len(sizes) // 10
    assert sum(sizes[:tenth]) > 0.35 * JOBS
    assert sizes[len(sizes) // 2] <= 4
    assert set(Company.objects.values_list("size_band", flat=True)) >= {"1-10", "11-50", "51-200", "201-500"}


def test_no_address_leads_to_anybody() -> None:
    for job in Job.objects.filter(apply_kind="url"):
        assert job.apply_url.split("/")[2].endswith(".market.example")
    for job in Job.objects.filter(apply_kind="email"):
        assert job.apply_email.endswith(".market.example")
    for website in Company.objects.values_list("website", flat=True):
        assert website.endswith(".market.example")
    assert not User.objects.exclude(email__endswith="@people.market.example").exists()
