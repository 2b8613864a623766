from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from jobs.models import ImportSource
from jobs.services import import_source as sources
from kernel.errors import Forbidden, NotFound
from kernel.viewer import ANONYMOUS, Viewer
from tests.factories import ImportSourceFactory, UserFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def admin() -> Viewer:
    return Viewer(UserFactory().pk, "admin")


def reread(source: ImportSource) -> ImportSource:
    return ImportSource.objects.get(pk=source.pk)


def test_new_source_with_an_interval_is_due_and_then_at_its_times():
    source = ImportSourceFactory(interval_minutes=60)
    assert sources.claim_due(NOW) == [source.pk]
    assert sources.claim_due(NOW) == []
    assert sources.claim_due(NOW + 59 * MINUTE) == []
    assert sources.claim_due(NOW + 60 * MINUTE) == [source.pk]
    assert reread(source).next_run_at == NOW + 120 * MINUTE


def test_source_without_an_interval_is_due_once_for_each_time_it_is_asked_for():
    source = ImportSourceFactory(interval_minutes=None)
    assert sources.claim_due(NOW) == []
    for _ in range(2):
        sources.request_import(by=admin(), source_id=source.pk)
    asked = reread(source).next_run_at
    assert sources.claim_due(asked - MINUTE) == []
    assert sources.claim_due(asked) == [source.pk]
    assert sources.claim_due(asked + timedelta(days=99)) == []


def test_inactive_source_is_never_due():
    ImportSourceFactory(is_active=False, next_run_at=NOW)
    assert sources.claim_due(NOW) == []


def test_those_who_waited_longest_come_first_and_the_rest_with_the_next_look(monkeypatch):
    monkeypatch.setattr(sources, "MOST_AT_ONCE", 1)
    late, later = (ImportSourceFactory(next_run_at=NOW - number * MINUTE) for number in (1, 2))
    assert sources.claim_due(NOW) == [later.pk]
    assert sources.claim_due(NOW) == [late.pk]
    assert sources.claim_due(NOW) == []


@pytest.mark.django_db(transaction=True)
def test_of_schedulers_that_look_at_once_one_gets_each_source():
    expected = sorted(ImportSourceFactory().pk for _ in range(30))
    for turn in range(5):
        given: list[int] = []
        look = lambda: given.extend(sources.claim_due(NOW + turn * 60 * MINUTE))  # noqa: B023, E731
        assert at_once(*[look] * 4) == ["done"] * 4
        # Whoever is skipped because another holds the row may get nothing: nobody gets a row twice.
        assert sorted(given) == expected


@pytest.mark.django_db(transaction=True)
def test_source_that_another_scheduler_holds_is_passed_over_and_stays_due_if_that_one_fails():
    source = ImportSourceFactory()
    seen: list[list[int]] = []
    with transaction.atomic():
        assert sources.claim_due(NOW) == [source.pk]
        assert at_once(lambda: seen.append(sources.claim_due(NOW))) == ["done"]
        transaction.set_rollback(True)
    assert seen == [[]]
    assert sources.claim_due(NOW) == [source.pk]


def test_success_forgets_failures_and_remembers_how_to_ask_next_time():
    source = ImportSourceFactory(failures=3, last_error="Down.", etag='"1"')
    sources.succeeded(source, NOW, etag='"2"', last_modified="Mon, 05 Jan 2026 00:00:00 GMT")
    row = reread(source)
    assert (row.failures, row.last_error, row.succeeded_at) == (0, "", NOW)
    assert (row.etag, row.last_modified) == ('"2"', "Mon, 05 Jan 2026 00:00:00 GMT")


def test_validator_that_is_too_long_is_not_kept():
    source = ImportSourceFactory(etag='"1"')
    sources.succeeded(source, NOW, etag="x" * 501, last_modified="y")
    assert (reread(source).etag, reread(source).last_modified) == ("", "")


def test_resync_ends_with_the_import_that_began_after_it_was_asked_for():
    source = ImportSourceFactory()
    sources.request_resync(by=admin(), source_id=source.pk)
    asked = reread(source)
    assert asked.resync_requested_at is not None
    # An import that began before the wish does not fulfil it.
    sources.succeeded(source, NOW)
    assert reread(source).resync_requested_at == asked.resync_requested_at
    sources.succeeded(asked, NOW)
    assert reread(source).resync_requested_at is None


@pytest.mark.parametrize("change", [{"location": "https://example.org/new"}, {"renames": {"title": "headline"}}])
def test_source_that_is_changed_during_an_import_is_read_whole_the_next_time(change):
    source = ImportSourceFactory(etag='"1"')
    row = reread(source)
    for name, value in change.items():
        setattr(row, name, value)
    sources.save(row, [*change], by=admin())
    sources.succeeded(source, NOW, etag='"2"')
    assert reread(source).etag == ""


def test_what_may_pass_is_tried_again_soon_and_then_less_and_less_often():
    source = ImportSourceFactory(interval_minutes=60)
    pauses = []
    for _ in range(14):
        ImportSource.objects.update(next_run_at=NOW + 60 * MINUTE)
        sources.failed(source, NOW, "Nobody answers.", is_passing=True)
        pauses.append((reread(source).next_run_at - NOW) / MINUTE)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440, 1440]
    row = reread(source)
    assert row.is_active
    assert row.last_error == "Nobody answers. Failures in a row: 14. Next try: 2026-03-02 12:00 UTC."


def test_what_will_not_pass_waits_for_the_interval_and_then_longer():
    source = ImportSourceFactory(interval_minutes=60)
    pauses = []
    for _ in range(7):
        ImportSource.objects.update(next_run_at=NOW + 60 * MINUTE)
        sources.failed(source, NOW, "No JSON.", is_passing=False)
        pauses.append((reread(source).next_run_at - NOW) / MINUTE)
    assert pauses == [60, 120, 240, 480, 960, 1440, 1440]


def test_interval_above_a_day_is_never_shortened_to_one():
    source = ImportSourceFactory(interval_minutes=60 * 24 * 7, failures=9999)
    sources.failed(source, NOW, "No JSON.", is_passing=False)
    assert reread(source).next_run_at == NOW + timedelta(days=7)


def test_source_without_an_interval_is_given_up_and_says_so():
    source = ImportSourceFactory(interval_minutes=None)
    for _ in range(sources.MOST_RETRIES):
        sources.failed(source, NOW, "Nobody answers.", is_passing=True)
        assert reread(source).next_run_at > NOW
    sources.failed(source, NOW, "Nobody answers.", is_passing=True)
    row = reread(source)
    assert row.next_run_at is None
    assert row.last_error == "Nobody answers. It is not tried again until somebody asks for it."


def test_wish_for_an_import_outlives_the_failure_of_the_one_before():
    source = ImportSourceFactory(next_run_at=NOW)
    sources.failed(source, NOW, "No JSON.", is_passing=False)
    assert reread(source).next_run_at == NOW


def test_long_reason_still_says_what_happens_next():
    source = ImportSourceFactory()
    sources.failed(source, NOW, "x" * 5000, is_passing=True)
    assert reread(source).last_error.endswith("UTC.")


def test_busy_source_is_looked_at_again_in_a_while_and_never_later_than_planned():
    soon = ImportSourceFactory(next_run_at=NOW + MINUTE)
    far = ImportSourceFactory(next_run_at=NOW + 60 * MINUTE)
    asked = ImportSourceFactory(interval_minutes=None)
    for source in (soon, far, asked):
        sources.postpone(source, NOW)
    assert [(reread(source).next_run_at - NOW) / MINUTE for source in (soon, far, asked)] == [1, 5, 5]


@pytest.mark.parametrize("ask", [sources.request_import, sources.request_resync])
def test_only_administrators_ask_and_only_of_active_sources(ask):
    source = ImportSourceFactory()
    for viewer in (ANONYMOUS, Viewer(UserFactory().pk, "moderator")):
        with pytest.raises(Forbidden):
            ask(by=viewer, source_id=source.pk)
    assert reread(source).next_run_at is None
    ImportSource.objects.update(is_active=False)
    for source_id in (source.pk, source.pk + 1):
        with pytest.raises(NotFound):
            ask(by=admin(), source_id=source_id)


def test_saving_is_for_administrators():
    with pytest.raises(Forbidden):
        sources.save(ImportSourceFactory.build(), [], by=ANONYMOUS)
    assert not ImportSource.objects.exists()


def test_new_interval_begins_at_once_and_another_title_changes_nothing_of_the_schedule():
    source = ImportSourceFactory(next_run_at=NOW, etag='"1"')
    source.title = "Remote OK"
    sources.save(source, ["title"], by=admin())
    assert (reread(source).title, reread(source).next_run_at, reread(source).etag) == ("Remote OK", NOW, '"1"')
    source.interval_minutes = 5
    sources.save(source, ["interval_minutes"], by=admin())
    assert (reread(source).next_run_at, reread(source).etag) == (None, '"1"')


def test_claiming_takes_two_statements_however_many_are_due(django_assert_num_queries):
    for _ in range(20):
        ImportSourceFactory()
    # Two of them open and close the savepoint that stands for the transaction here.
    with django_assert_num_queries(4, connection=connection):
        assert len(sources.claim_due(NOW)) == 20
