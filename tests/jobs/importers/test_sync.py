"""A source and its postings, kept the same: what vanishes is closed, what comes back is open again."""

import gzip
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from jobs.errors import SourceBusy
from jobs.importers.files import Unreadable
from jobs.importers.port import Fault, Row
from jobs.importers.run import Plan, import_from, import_rows
from jobs.models import ImportRow, ImportRun, ImportStatus, Job, JobRevision, SourcePosting
from jobs.services import import_run
from jobs.services.incoming import Fate
from tests.factories import CompanyFactory, JobFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEXT = NOW + timedelta(days=1)


def plan(**changes):
    return Plan(**{"source": "board", "format": "jsonl", "is_sync": True} | changes)


def row(number, **values):
    return {"id": f"A-{number}", "company": "Acme", "title": f"Baker {number}", "posted_at": "2026-02-20"} | values


def take_in(*rows, now=NOW, **changes):
    entries = [
        entry if isinstance(entry, Fault) else Row(place, row(entry) if isinstance(entry, int) else entry)
        for place, entry in enumerate(rows, 1)
    ]
    return import_rows(entries, plan(**changes), now=now)


def lifecycles():
    return dict(Job.objects.order_by("external_reference").values_list("external_reference", "lifecycle"))


def test_vanished_posting_is_closed_with_the_reason():
    take_in(1, 2, 3)
    assert take_in(1, 3, now=NEXT).fates == {Fate.UNCHANGED: 2, Fate.CLOSED: 1}
    job = Job.objects.get(external_reference="A-2")
    assert (job.lifecycle, job.close_reason, job.closed_at, job.version) == ("closed", "withdrawn", NEXT, 2)
    assert SourcePosting.objects.get(job=job).vanished_at == NEXT
    kept = ImportRow.objects.get(run=ImportRun.objects.latest("pk"), fate=Fate.CLOSED)
    assert (kept.job_id, kept.reference, kept.position) == (job.pk, "A-2", None)
    assert kept.reason == "No longer listed by board."
    assert ImportRun.objects.latest("pk").rows_closed == 1


def test_without_sync_nothing_is_closed():
    take_in(1, 2)
    assert take_in(1, is_sync=False, now=NEXT).fates == {Fate.UNCHANGED: 1}
    assert lifecycles() == {"A-1": "published", "A-2": "published"}
    # The next sync finds it gone all the same.
    assert take_in(1, now=NEXT).fates[Fate.CLOSED] == 1


def test_second_sync_of_the_same_postings_changes_nothing():
    take_in(1, 2)
    take_in(1, now=NEXT)
    before = list(Job.objects.order_by("pk").values()), list(JobRevision.objects.order_by("pk").values())
    assert take_in(1, now=NEXT + timedelta(days=1)).fates == {Fate.UNCHANGED: 1}
    assert (list(Job.objects.order_by("pk").values()), list(JobRevision.objects.order_by("pk").values())) == before


def test_posting_that_comes_back_is_open_again():
    take_in(1, 2)
    take_in(1, now=NEXT)
    account = take_in(1, 2, now=NEXT + timedelta(days=1))
    assert account.fates == {Fate.UNCHANGED: 1, Fate.TOUCHED: 1}
    job = Job.objects.get(external_reference="A-2")
    assert (job.lifecycle, job.close_reason, job.closed_at) == ("published", "", None)
    assert job.first_published_at == datetime(2026, 2, 20, tzinfo=UTC)
    assert SourcePosting.objects.get(job=job).vanished_at is None
    assert job.current_revision == 1


def test_posting_that_comes_back_after_its_time_is_expired():
    take_in(1, row(2, expires_at="2026-03-01"))
    take_in(1, now=NEXT)
    take_in(1, row(2, expires_at="2026-03-01"), now=NEXT + timedelta(days=9))
    job = Job.objects.get(external_reference="A-2")
    assert (job.lifecycle, job.closed_at) == ("expired", None)


def test_posting_that_a_person_closed_stays_closed():
    take_in(1, 2)
    Job.objects.filter(external_reference="A-2").update(lifecycle="closed", close_reason="filled", closed_at=NOW)
    take_in(1, now=NEXT)
    take_in(1, 2, now=NEXT + timedelta(days=1))
    job = Job.objects.get(external_reference="A-2")
    assert (job.lifecycle, job.close_reason, job.closed_at) == ("closed", "filled", NOW)


def test_posting_that_another_source_lists_stays():
    take_in(1, 2)
    take_in(1, 2, source="other")
    account = take_in(1, now=NEXT)
    assert account.fates == {Fate.UNCHANGED: 1, Fate.TOUCHED: 1}
    assert lifecycles()["A-2"] == "published"
    assert "another source" in ImportRow.objects.get(run=ImportRun.objects.latest("pk"), fate="touched").reason
    assert take_in(1, source="other", now=NEXT).fates[Fate.CLOSED] == 1
    assert lifecycles()["A-2"] == "closed"


def test_posting_that_somebody_took_down_stays_as_it_is():
    take_in(1, 2)
    Job.objects.filter(external_reference="A-2").update(lifecycle="paused")
    assert take_in(1, now=NEXT).fates == {Fate.UNCHANGED: 1, Fate.TOUCHED: 1}
    assert lifecycles()["A-2"] == "paused"


def test_jobs_that_no_source_listed_are_left_alone():
    JobFactory(company=CompanyFactory(name="Acme"), external_reference="own")
    take_in(1)
    take_in(2, 1, now=NEXT)
    assert lifecycles()["own"] == "published"


def test_refused_row_is_not_taken_for_a_vanished_one():
    take_in(1, 2, 3)
    account = take_in(1, row(2, salary_min=1, salary_currency="XXX"), now=NEXT)
    assert account.fates == {Fate.UNCHANGED: 1, Fate.FAILED: 1, Fate.CLOSED: 1}
    assert lifecycles() == {"A-1": "published", "A-2": "published", "A-3": "closed"}


def test_row_that_the_database_refuses_is_not_taken_for_a_vanished_one():
    take_in(1, 2)
    take_in(1, row(2, description="x" * 200_000), now=NEXT)
    assert lifecycles()["A-2"] == "published"


def test_nothing_is_closed_where_a_refused_row_does_not_say_what_it_is():
    take_in(1, 2)
    account = take_in(1, Fault(2, "Not JSON."), now=NEXT)
    assert "1 refused rows do not say" in account.not_closed
    assert lifecycles()["A-2"] == "published"
    assert account.has_failed


def test_nothing_is_closed_where_the_source_breaks_off(tmp_path):
    path = tmp_path / "board.jsonl"
    path.write_text("".join(json.dumps(row(number)) + "\n" for number in (1, 2)))
    import_from(str(path), plan(), now=NOW)
    cut = tmp_path / "cut.jsonl.gz"
    lines = [json.dumps(row(number)).encode() + b"\n" for number in range(1, 900)]
    cut.write_bytes(gzip.compress(b"".join(lines))[:-300])
    account = import_from(str(cut), plan(), now=NEXT)
    assert account.not_closed == "The source was not read to its end."
    assert set(lifecycles().values()) == {"published"}
    assert ImportRun.objects.latest("pk").status == ImportStatus.FAILED


def test_source_that_lost_most_of_its_postings_closes_none_unless_told_to():
    take_in(*range(1, 61))
    account = take_in(*range(1, 11), now=NEXT)
    assert account.not_closed == "50 of the 60 postings that board lists would be closed, more than 50% of them."
    assert set(lifecycles().values()) == {"published"}
    assert take_in(*range(1, 11), now=NEXT, most_closed=1).fates[Fate.CLOSED] == 50


@pytest.mark.parametrize("empty", ["[]", '{"jobs": []}'])
def test_small_board_may_empty(tmp_path, empty):
    take_in(1, 2)
    path = tmp_path / "board.json"
    path.write_text(empty)
    assert import_from(str(path), plan(format="json"), now=NEXT).fates == {Fate.CLOSED: 2}


@pytest.mark.parametrize(
    ("layout", "answer"),
    [
        ("json", '{"error": "rate limited"}'),
        ("json", "{}"),
        *(
            (layout, '{"error": "rate limited"}')
            for layout in ("remotive", "arbeitnow", "greenhouse", "lever", "ashby")
        ),
        ("csv", "Service temporarily unavailable"),
        ("csv", "id,company,title\n"),
        ("jsonl", "\n\n"),
        ("jsonl", "Service temporarily unavailable"),
        ("indeed-xml", "<html><body>Busy</body></html>"),
    ],
)
def test_answer_that_is_an_error_closes_nothing(tmp_path, layout, answer):
    take_in(*range(1, 16))
    path = tmp_path / "answer"
    path.write_text(answer)
    try:
        account = import_from(str(path), plan(format=layout, company="Acme"), now=NEXT)
    except Unreadable:
        pass
    else:
        assert account.has_failed
        assert account.not_closed
    assert set(lifecycles().values()) == {"published"}


def test_refused_rows_without_an_id_close_nothing():
    bare = [{"company": "Acme", "title": f"Baker {number}", "posted_at": "2026-02-20"} for number in range(30)]
    take_in(*bare)
    account = take_in(*bare[:21], *({"company": "Acme", "posted_at": "2026-02-20"} for _ in range(9)), now=NEXT)
    assert account.not_closed == "9 refused rows do not say which posting they are."
    assert set(Job.objects.values_list("lifecycle", flat=True)) == {"published"}


def test_stated_share_is_the_share():
    take_in(*range(1, 16))
    account = take_in(*range(1, 15), now=NEXT, most_closed=0)
    assert account.not_closed == "1 of the 15 postings that board lists would be closed, more than 0% of them."
    assert set(lifecycles().values()) == {"published"}


def test_address_that_lists_only_the_newest_is_not_synchronised():
    with pytest.raises(Unreadable, match="its newest postings only"):
        import_from("https://remoteok.com/api", plan(format="remoteok"), now=NOW)


def test_row_that_states_a_guessed_language_is_refused_from_the_first_time_on():
    german = "Wir backen Brot und Kuchen für die ganze Stadt und suchen jemanden, der früh aufsteht. " * 4
    rows = [row(1, language="de"), row(1, title="Bäcker", description=german)]
    first = take_in(*rows, is_sync=False)
    again = take_in(*rows, is_sync=False)
    assert first.fates[Fate.CREATED] == again.fates[Fate.UNCHANGED] == 1
    assert first.fates[Fate.REVISED] == again.fates[Fate.REVISED] == 0
    assert Job.objects.get(language="de").title == "Baker 1"


def test_dry_run_foresees_what_would_be_closed():
    take_in(1, 2)
    account = take_in(1, now=NEXT, is_dry_run=True)
    assert [(line.fate, line.reference) for line in account.plan] == [(Fate.CLOSED, "A-2")]
    assert lifecycles()["A-2"] == "published"
    assert SourcePosting.objects.filter(vanished_at=None).count() == 2
    assert ImportRun.objects.count() == 1


def test_many_vanished_postings_are_closed_in_batches_with_few_statements(django_assert_max_num_queries):
    take_in(*range(1, 1_101))
    with django_assert_max_num_queries(75):
        assert take_in(1_101, now=NEXT, most_closed=1).fates[Fate.CLOSED] == 1_100
    assert set(Job.objects.exclude(external_reference="A-1101").values_list("lifecycle", flat=True)) == {"closed"}


def test_run_that_died_is_put_down_as_failed_by_the_next():
    dead = import_run.begin("board", "jsonl")
    take_in(1)
    dead.refresh_from_db()
    assert (dead.status, dead.finished_at is not None) == (ImportStatus.FAILED, True)


def test_rows_of_the_last_runs_are_kept(monkeypatch):
    monkeypatch.setattr(import_run, "KEPT_RUNS", 2)
    for day in range(4):
        take_in(1, 2, now=NOW + timedelta(days=day))
    take_in(1, source="other")
    kept = ImportRun.objects.filter(rows__isnull=False).distinct().order_by("pk")
    runs = list(ImportRun.objects.order_by("pk"))
    assert list(kept) == runs[2:]
    assert [each.rows_read for each in runs] == [2, 2, 2, 2, 1]


def test_record_that_is_no_posting_is_skipped(tmp_path):
    path = tmp_path / "remote.json"
    job = {"id": "7", "company": "Acme", "position": "Baker", "epoch": 1_770_000_000}
    path.write_text(json.dumps([{"legal": "Please link back."}, job]))
    account = import_from(str(path), Plan(source="remoteok", format="remoteok"), now=NOW)
    assert account.fates == {Fate.SKIPPED: 1, Fate.CREATED: 1}
    assert ImportRow.objects.get(position=1).fate == "skipped"


def test_folder_is_one_source(tmp_path):
    for name, numbers in (("b.jsonl", (3,)), ("a.jsonl", (1, 2))):
        (tmp_path / name).write_text("".join(json.dumps(row(number)) + "\n" for number in numbers))
    assert import_from(str(tmp_path), plan(), now=NOW).fates == {Fate.CREATED: 3}
    rows = ImportRow.objects.order_by("document", "position").values_list("document", "position", "reference")
    assert list(rows) == [("a.jsonl", 1, "A-1"), ("a.jsonl", 2, "A-2"), ("b.jsonl", 1, "A-3")]


def test_unreadable_file_of_a_folder_does_not_keep_the_others_out(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps(row(1)) + "\n")
    (tmp_path / "b.jsonl").write_bytes(json.dumps(row(2)).encode("utf-16"))
    (tmp_path / "c.jsonl").write_text(json.dumps(row(3)) + "\n")
    account = import_from(str(tmp_path), plan(), now=NOW)
    assert account.fates == {Fate.CREATED: 2}
    assert account.broken.reason.startswith("b.jsonl: ")
    assert account.not_closed


def test_row_that_was_not_taken_in_a_thousand_times_is_put_down_in_batches(monkeypatch):
    waiting = []
    account_for = import_run.account_for
    monkeypatch.setattr(
        import_run, "account_for", lambda run, rows: waiting.append(len(rows)) or account_for(run, rows)
    )
    take_in(*[Fault(place, "Not JSON.") for place in range(1, 1_301)], is_sync=False)
    assert waiting == [500, 500, 300]
    assert ImportRow.objects.filter(fate="failed").count() == 1_300


@pytest.mark.django_db(transaction=True)
def test_second_import_of_a_source_is_refused_while_the_first_runs():
    has_begun, may_go_on = threading.Event(), threading.Event()
    refusals = []

    def slowly():
        yield Row(1, row(1))
        has_begun.set()
        assert may_go_on.wait(20)
        yield Row(2, row(2))

    def first():
        try:
            assert import_rows(slowly(), plan(), now=NOW).fates == {Fate.CREATED: 2}
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert has_begun.wait(20)
    try:
        take_in(1, now=NEXT)
    except SourceBusy as refusal:
        refusals.append(str(refusal))
    # Another source waits for nobody.
    assert take_in(9, source="other").fates == {Fate.CREATED: 1}
    may_go_on.set()
    thread.join(20)
    assert refusals == ["board is being imported at this moment."]
    assert Job.objects.count() == 3
    assert take_in(1, 2, now=NEXT).fates == {Fate.UNCHANGED: 2}


@pytest.mark.django_db(transaction=True)
def test_two_syncs_of_one_source_at_once_close_what_one_of_them_would():
    take_in(*range(1, 41))
    outcomes = at_once(lambda: take_in(*range(1, 31), now=NEXT), lambda: take_in(*range(11, 41), now=NEXT))
    assert set(outcomes) <= {"done", "SOURCE_BUSY"}
    assert "done" in outcomes
    # Whoever came last said what is listed.
    listed = set(SourcePosting.objects.filter(vanished_at=None).values_list("job__external_reference", flat=True))
    assert listed in [{f"A-{number}" for number in numbers} for numbers in (range(1, 31), range(11, 41))]
    published = {reference for reference, lifecycle in lifecycles().items() if lifecycle == "published"}
    assert published == listed


@pytest.mark.parametrize("nothing", [[], {}, "", None])
def test_empty_value_is_as_good_as_left_out(nothing):
    account = take_in(row(1, location=nothing, category=nothing, salary=nothing, skills=nothing), is_sync=False)
    assert account.fates == {Fate.CREATED: 1}


@pytest.mark.parametrize("moment", ["2026-02-20T25:00", "2026-02-20 12:61"])
def test_time_of_day_that_there_is_not_is_refused(moment):
    account = take_in(row(1, posted_at=moment), is_sync=False)
    assert [fault.field for fault in account.faults] == ["posted_at"]
    assert not Job.objects.exists()


def test_csv_whose_lines_end_in_carriage_returns_says_so(tmp_path):
    path = tmp_path / "board.csv"
    path.write_bytes(b"id,company,title\n1,Acme,Baker\r2,Acme,Cook\r")
    account = import_from(str(path), plan(format="csv", is_sync=False), now=NOW)
    assert "a line ends in a carriage return alone" in account.faults[0].reason
