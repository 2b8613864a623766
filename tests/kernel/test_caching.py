"""Tags and their versions: which writes are seen, by whom and when, and what happens without the cache server."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from jobs.market.sheets import Sheet
from jobs.market.sheets import write as write_sheets
from jobs.models import Company, Industry, Skill, SkillKind
from jobs.selectors import job as jobs
from jobs.services import bulk
from kernel import caching
from kernel.caching import Entities, Versions
from nexus.environment import BASE_DIR
from tests.door import send
from tests.factories import CompanyFactory, IndustryFactory, JobFactory, SkillFactory, UserFactory
from tests.valkey import Valkey, running
from tests.waiting import until

ALL = ("company", "job", "taxonomy")

committing = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def versions(monkeypatch: pytest.MonkeyPatch) -> Versions:
    """What this process knows of the versions, new for each test."""
    fresh = Versions()
    monkeypatch.setattr(caching, "versions", fresh)
    monkeypatch.setattr(caching, "_away_until", 0.0)
    return fresh


@pytest.fixture
def valkey(settings: LazySettings) -> Iterator[Valkey]:
    """A cache server of the test's own in place of the others'."""
    with running() as server:
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": server.url}}
        yield server


def changed(before: tuple[str, ...]) -> set[str]:
    """The tags that have other versions than these."""
    now = caching.versions.of(ALL)
    return {tag for tag, then, version in zip(ALL, before, now, strict=True) if then != version}


@committing
def test_a_write_makes_its_tag_old_at_once() -> None:
    company = CompanyFactory()
    before = caching.versions.of(ALL)
    JobFactory(company=company)
    assert changed(before) == {"job"}


@committing
@pytest.mark.parametrize(
    ("statement", "tags"),
    [
        ("UPDATE jobs_company SET name = name", {"company"}),
        ("DELETE FROM jobs_skillalias WHERE alias = ''", {"taxonomy"}),
        (
            "WITH gone AS (DELETE FROM jobs_jobskill RETURNING id) UPDATE jobs_company SET name = name",
            {"job", "company"},
        ),
        ("update jobs_company set name = name", {"company"}),
        ("\n    UPDATE\n        jobs_company\n    SET name = name", {"company"}),
        ("/* by hand */ delete from only public.jobs_skillalias where alias = ''", {"taxonomy"}),
        ('UPDATE "public"."jobs_company" SET name = name', {"company"}),
        ("UPDATE accounts_user SET name = name; update JOBS_COMPANY set name = name", {"company"}),
        ("with gone as (delete from jobs_jobskill returning id) select id from gone", {"job"}),
        ("TRUNCATE jobs_jobskill", {"company", "job", "taxonomy"}),
        ("truncate table jobs_skillalias, jobs_jobskill", {"company", "job", "taxonomy"}),
        ("SELECT id FROM jobs_company FOR UPDATE", set()),
        ("UPDATE accounts_user SET name = name", set()),
    ],
)
def test_every_kind_of_write_is_seen(statement: str, tags: set[str]) -> None:
    before = caching.versions.of(ALL)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert changed(before) == tags


@committing
def test_rows_that_come_by_copy_are_seen() -> None:
    before = caching.versions.of(ALL)
    bulk.insert([Company(name="Copied", slug="copied")])
    assert changed(before) == {"company"}
    before = caching.versions.of(ALL)
    sheet = Sheet(Skill, "id", "slug", "name", "kind", "scheme")
    sheet.add("1000000", "copied", "Copied", SkillKind.TECHNICAL, "nexus")
    write_sheets([sheet])
    assert changed(before) == {"taxonomy"}


@committing
def test_a_transaction_counts_when_it_commits_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bumped: list[set[str]] = []
    bump = caching.versions.bump
    monkeypatch.setattr(caching.versions, "bump", lambda tags: (bumped.append(set(tags)), bump(tags)))
    before = caching.versions.of(ALL)
    with transaction.atomic():
        for company in CompanyFactory.create_batch(3):
            JobFactory(company=company)
        assert changed(before) == set()
    assert bumped == [{"company", "job"}]
    assert changed(before) == {"company", "job"}


@committing
def test_a_transaction_that_is_rolled_back_counts_for_nothing() -> None:
    before = caching.versions.of(ALL)
    with transaction.atomic():
        CompanyFactory()
        transaction.set_rollback(True)
    assert changed(before) == set()
    SkillFactory()
    assert changed(before) == {"taxonomy"}


@committing
@pytest.mark.parametrize("writes_before", [True, False])
def test_a_write_after_a_savepoint_was_rolled_back_counts(writes_before: bool) -> None:
    before = caching.versions.of(ALL)
    with transaction.atomic():
        if writes_before:
            SkillFactory()
        with transaction.atomic():
            CompanyFactory()
            with transaction.atomic():
                CompanyFactory()
            transaction.set_rollback(True)
        CompanyFactory()
    assert changed(before) >= {"company"}
    assert changed(before) == ({"company", "taxonomy"} if writes_before else {"company"})


@committing
def test_a_write_in_a_savepoint_counts_after_one_before_was_rolled_back() -> None:
    before = caching.versions.of(ALL)
    with transaction.atomic():
        with transaction.atomic():
            CompanyFactory()
            transaction.set_rollback(True)
        with transaction.atomic():
            SkillFactory()
    assert "taxonomy" in changed(before)


@committing
def test_a_transaction_knows_what_it_may_have_written() -> None:
    assert not caching.may_have_written("taxonomy")
    SkillFactory()
    assert not caching.may_have_written("taxonomy")
    with transaction.atomic():
        assert not caching.may_have_written("taxonomy")
        CompanyFactory()
        assert not caching.may_have_written("taxonomy")
        SkillFactory()
        assert caching.may_have_written("taxonomy")
        with transaction.atomic():
            CompanyFactory()
            transaction.set_rollback(True)
        assert caching.may_have_written("taxonomy")
    with transaction.atomic():
        assert not caching.may_have_written("taxonomy")


def process_that_says(code: str) -> "subprocess.Popen[str]":
    """Another process of the same board; it runs the code and prints what that prints."""
    program = f"import django; django.setup()\nfrom kernel import caching\n{code}"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "nexus.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@committing
def test_another_process_hears_of_a_write_within_about_a_second() -> None:
    tell = "import sys\nfor line in sys.stdin: print(*caching.versions.of(('company',)), flush=True)"
    with process_that_says(tell) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def told() -> str:
            other.stdin.write("tell\n")  # type: ignore[union-attr]
            other.stdin.flush()  # type: ignore[union-attr]
            return other.stdout.readline().strip()  # type: ignore[union-attr]

        before = told()
        CompanyFactory()
        committed_at = time.monotonic()
        until(lambda: told() != before, seconds=20)
        assert time.monotonic() - committed_at < caching.LAG_SECONDS + 2, "the lag, and what a busy machine adds"
        assert (told(),) == caching.versions.of(("company",))
        other.stdin.close()


@committing
def test_a_write_of_another_process_is_heard_within_about_a_second() -> None:
    before = caching.versions.of(ALL)
    code = "from tests.factories import CompanyFactory; CompanyFactory()"
    with process_that_says(code) as other:
        assert other.wait(60) == 0
    until(lambda: changed(before) == {"company"}, seconds=caching.LAG_SECONDS + 5)


def test_one_thread_asks_for_versions_once_a_second(versions: Versions, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    ask = versions._ask
    monkeypatch.setattr(versions, "_ask", lambda: (asked.append(time.monotonic()), ask()))
    for _ in range(100):
        versions.of(ALL)
    assert len(asked) == 1
    versions._asked_at -= caching.LAG_SECONDS
    assert not versions.is_fresh()
    with versions._asking:
        versions.of(ALL)
    assert len(asked) == 1, "while another thread asks, this one goes on with what it knows"
    versions.of(ALL)
    assert len(asked) == 2


def test_versions_survive_a_server_that_lost_them(valkey: Valkey, versions: Versions) -> None:
    other = Versions()
    versions.bump({"job"})
    before = versions.known(("job",))
    caching.server().flushall()
    versions.bump({"job"})
    assert versions.known(("job",)) > before
    assert other.of(("job",)) == versions.known(("job",))


def test_a_write_counts_where_the_servers_versions_and_clock_were_set_back(valkey: Valkey, versions: Versions) -> None:
    ahead = int((time.time() + 3600) * 1_000_000)
    caching.server().hset(caching._key(), "job", ahead)
    assert versions.of(("job",)) == (str(ahead),)
    caching.server().flushall()
    versions.bump({"job"})
    assert versions.known(("job",)) == (str(ahead + 1),)
    assert Versions().of(("job",)) == (str(ahead + 1),)


def test_an_answer_that_comes_late_takes_nothing_back(versions: Versions) -> None:
    versions.bump({"job"})
    known = versions.known(("job",))
    versions._learn({"job": 1})
    assert versions.known(("job",)) == known


def test_without_the_server_a_process_knows_its_own_writes_and_tells_the_others_later(
    valkey: Valkey, versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Versions()
    versions.bump({"job"})
    before = versions.of(("job",))
    assert other.of(("job",)) == before
    valkey.stop()
    versions.bump({"job"})
    assert not versions.is_current
    assert versions.of(("job",)) != before
    assert versions.of(("company",)) == other.of(("company",))
    valkey.start()
    monkeypatch.setattr(caching, "_away_until", 0.0)
    versions._asked_at = other._asked_at = 0.0
    assert versions.of(("job",)) == other.of(("job",)) != before
    assert versions.is_current


def test_nobody_waits_twice_for_a_server_that_does_not_answer(valkey: Valkey) -> None:
    with caching.reaching() as redis:
        redis.ping()
    valkey.freeze()
    waits = []
    for _ in range(5):
        started = time.monotonic()
        with pytest.raises(caching.CacheAway), caching.reaching() as redis:
            redis.ping()
        waits.append(time.monotonic() - started)
    valkey.thaw()
    assert waits[0] < caching.RETRY_SECONDS + 1
    assert max(waits[1:]) < 0.1


@committing
def test_what_is_shown_lives_until_the_next_job_begins_or_ends() -> None:
    now = timezone.now()
    at = now.timestamp()
    assert caching.expiry(["job"], at=at) == at + caching.LIFETIME_SECONDS
    ending = JobFactory(expires_at=now + timedelta(seconds=20))
    assert caching.expiry(["job"], at=at) == ending.expires_at.timestamp()
    beginning = JobFactory(published_at=now + timedelta(seconds=10))
    assert caching.expiry(["job", "taxonomy"], at=at) == beginning.published_at.timestamp()
    assert caching.expiry(["taxonomy"], at=at) == at + caching.LIFETIME_SECONDS
    assert caching.expiry(["job"], at=at + 11) == ending.expires_at.timestamp()
    assert caching.expiry(["job"], at=at + 21) == at + 21 + caching.LIFETIME_SECONDS


@pytest.mark.django_db
def test_the_next_change_is_looked_up_once_a_version(django_assert_num_queries: Any) -> None:
    at = time.time()
    caching._changes.clear()
    with django_assert_num_queries(2):
        caching.expiry(["job"], at=at)
        caching.expiry(["job"], at=at + 1)
    caching.versions.bump({"job"})
    with django_assert_num_queries(2):
        caching.expiry(["job"], at=at + 1)


@pytest.mark.django_db
def test_jobs_that_are_not_shown_change_nothing() -> None:
    now = timezone.now()
    soon = now + timedelta(seconds=10)
    JobFactory(closed=True, expires_at=soon)
    JobFactory(frozen=True, published_at=soon)
    JobFactory(draft=True)
    assert jobs.next_change(now) != soon
    later = JobFactory(expires_at=now + timedelta(seconds=20))
    assert jobs.next_change(now) == later.expires_at


class Rows:
    """Loads rows, and remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[list[Any]] = []

    def __call__(self, keys: list[Any]) -> dict[Any, Skill]:
        self.asked.append(keys)
        return Skill.objects.in_bulk(keys)


@committing
def test_entities_are_loaded_once_until_their_tag_is_written_to() -> None:
    entities: Entities[int, Skill] = Entities(Skill, most=10)
    rows = Rows()
    one, two = SkillFactory(), SkillFactory()
    assert entities.through([one.pk], rows) == {one.pk: one}
    assert entities.through([one.pk, two.pk, 0], rows) == {one.pk: one, two.pk: two}
    assert rows.asked == [[one.pk], [two.pk, 0]]
    CompanyFactory()
    entities.through([one.pk], rows)
    assert len(rows.asked) == 2
    Skill.objects.filter(pk=one.pk).update(name="Renamed")
    assert entities.through([one.pk], rows)[one.pk].name == "Renamed"


@committing
def test_entities_are_as_old_as_what_hangs_on_them() -> None:
    somebody = UserFactory()
    job = JobFactory(company__industry=IndustryFactory(name="Before"))
    asked = "{ jobs { nodes { company { industry { name } } } } }"

    def name() -> Any:
        return send(asked, by=somebody).data["jobs"]["nodes"][0]["company"]["industry"]["name"]

    assert name() == "Before"
    Industry.objects.filter(pk=job.company.industry_id).update(name="After")
    assert name() == "After"


@committing
def test_a_transaction_has_no_part_in_entities() -> None:
    entities: Entities[int, Skill] = Entities(Skill, most=10)
    skill = SkillFactory()
    with transaction.atomic():
        Skill.objects.filter(pk=skill.pk).update(name="Never seen")
        assert entities.through([skill.pk], Rows())[skill.pk].name == "Never seen"
        transaction.set_rollback(True)
    assert entities.through([skill.pk], Rows())[skill.pk].name == skill.name


@committing
def test_what_was_read_before_a_write_is_not_kept_after_it() -> None:
    entities: Entities[int, Skill] = Entities(Skill, most=10)
    skill = SkillFactory()

    def read_then_somebody_writes(keys: list[int]) -> dict[int, Skill]:
        found = Skill.objects.in_bulk(keys)
        Skill.objects.filter(pk=skill.pk).update(name="Renamed")
        return found

    entities.through([skill.pk], read_then_somebody_writes)
    assert entities.through([skill.pk], Rows())[skill.pk].name == "Renamed"


@committing
def test_entities_are_bounded_in_number_and_in_time() -> None:
    entities: Entities[int, int] = Entities(Skill, most=10)
    loads: list[list[int]] = []

    def load(keys: list[int]) -> dict[int, int]:
        loads.append(keys)
        return {key: key for key in keys}

    for key in range(100):
        entities.through([key], load)
        assert len(entities._rows()) <= 10
    entities.through([99], load)
    assert len(loads) == 100
    version, _, rows = entities._kept
    entities._kept = (version, time.monotonic(), rows)
    entities.through([99], load)
    assert len(loads) == 101
