"""Clicks that lead from a posting to where one applies elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.models import InteractionEvent, Job, JobHeat
from jobs.services import apply_click, signal
from jobs.services.apply_click import Click
from kernel.errors import NotFound
from tests.factories import JobFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE = Click("192.0.2.1", BROWSER)


def elsewhere(**values: object) -> Job:
    """A live job that takes applications at an address of the company's."""
    job: Job = JobFactory(**{"apply_kind": "url", "apply_url": "https://acme.example/jobs/1?a=b", **values})
    return job


def led_on(job: Job, click: Click = HERE, *, at: datetime | None = None) -> str:
    return apply_click.led_on(job.slug, click, at=at or datetime.now(UTC))


def written() -> list[InteractionEvent]:
    """The clicks, once what waits is written."""
    signal.drain()
    return list(InteractionEvent.objects.order_by("occurred_at"))


def test_it_leads_to_the_company_and_is_put_down_as_nobody_s() -> None:
    job = elsewhere()
    assert led_on(job, Click("192.0.2.1", BROWSER, source="search")) == "https://acme.example/jobs/1?a=b"
    (event,) = written()
    assert (event.job, event.user, event.kind, event.surface) == (job, None, "apply_click", "search")


def test_nobody_s_clicks_warm_no_posting() -> None:
    led_on(elsewhere())
    assert len(written()) == 1
    assert not JobHeat.objects.exists()


def test_a_source_of_somebody_else_s_counts_as_another() -> None:
    led_on(elsewhere(), Click("192.0.2.1", BROWSER, source="'; drop table"))
    assert written()[0].surface == "other"


def test_by_mail_it_leads_to_an_address_and_here_to_the_posting(settings: object) -> None:
    by_mail = JobFactory(apply_kind="email", apply_email="jobs+new@acme.example")
    assert led_on(by_mail) == "mailto:jobs%2Bnew@acme.example"
    here = JobFactory()
    assert led_on(here) == f"https://jobs.example/jobs/{here.slug}"
    assert [event.job for event in written()] == [by_mail]


def test_it_counts_once_an_hour_for_an_address_and_a_program() -> None:
    job = elsewhere()
    now = datetime.now(UTC).replace(minute=10)
    for click in (HERE, HERE, Click("192.0.2.2", BROWSER), Click("192.0.2.1", f"{BROWSER} again")):
        led_on(job, click, at=now)
    led_on(job, HERE, at=now - timedelta(hours=1))
    led_on(elsewhere(), HERE, at=now)
    assert len(written()) == 5


@pytest.mark.parametrize(
    "click",
    [
        Click("192.0.2.1", ""),
        Click("192.0.2.1", "Googlebot/2.1 (+http://www.google.com/bot.html)"),
        Click("192.0.2.1", "curl/8.5.0"),
        Click("192.0.2.1", "Slackbot-LinkExpanding 1.0"),
        Click("192.0.2.1", "Mozilla/5.0 HeadlessChrome/130.0"),
        Click("192.0.2.1", "python-requests/2.32"),
        Click("192.0.2.1", BROWSER, is_counted=False),
    ],
)
def test_robots_and_who_only_looks_are_led_on_and_not_counted(click: Click) -> None:
    assert led_on(elsewhere(), click) == "https://acme.example/jobs/1?a=b"
    assert written() == []


@pytest.mark.parametrize(
    "values",
    [
        {"moderation": "frozen"},
        {"lifecycle": "paused"},
        {"company__status": "suspended"},
        {"apply_url": "javascript:alert(1)"},
        {"apply_url": "//evil.example"},
    ],
)
def test_what_is_hidden_or_leads_nowhere_is_not_there(values: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        led_on(elsewhere(**values))
    assert written() == []


def test_no_address_breaks_out_of_its_header() -> None:
    job = elsewhere(apply_url="https://acme.example/ü?q=a b\r\nSet-Cookie: x=1")
    assert set(led_on(job)).isdisjoint("\r\n ü")
