import gzip
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from jobs.importers import intake
from jobs.importers.files import Unreadable
from jobs.importers.port import Fault, Row
from jobs.importers.run import Plan, import_from, import_rows
from jobs.models import Company, ImportRow, ImportRun, Job, JobRevision, SourcePosting
from jobs.services.incoming import Fate
from tests.waiting import until

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def plan(**changes):
    return Plan(**{"source": "board", "format": "jsonl"} | changes)


def row(number, **values):
    return {"id": f"A-{number}", "company": "Acme", "title": f"Baker {number}"} | values


def written(tmp_path: Path, *rows, name="board.jsonl"):
    path = tmp_path / name
    path.write_bytes(
        b"".join(entry if isinstance(entry, bytes) else json.dumps(entry).encode() + b"\n" for entry in rows)
    )
    return str(path)


def everything():
    tables = (Job, JobRevision, SourcePosting, ImportRun, ImportRow, Company)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_every_row_has_its_fate_and_the_run_is_recorded(tmp_path):
    path = written(tmp_path, row(1), b"{oops\n", row(2, salary_currency="XXX", salary_min=1), row(3, colour="red"))
    account = import_from(str(path), plan(), now=NOW)
    assert account.fates == {Fate.CREATED: 2, Fate.FAILED: 2}
    assert [(fault.position, fault.field) for fault in account.faults] == [(2, ""), (3, "salary_currency")]
    record = ImportRun.objects.get()
    assert (record.status, record.source, record.format, record.is_sync) == ("finished", "board", "jsonl", False)
    assert (record.rows_read, record.rows_created, record.rows_failed) == (4, 2, 2)
    assert record.report["unknown_keys"] == {"colour": 1}
    assert record.report["faults"][1] == {
        "position": 3,
        "field": "salary_currency",
        "reason": "Not a currency: 'XXX'.",
    }
    assert record.finished_at is not None
    assert set(SourcePosting.objects.values_list("last_run_id", flat=True)) == {record.pk}
    rows = record.rows.order_by("position").values_list("position", "fate", "reference", "field")
    assert list(rows) == [
        (1, "created", "A-1", ""),
        (2, "failed", "", ""),
        (3, "failed", "A-2", "salary_currency"),
        (4, "created", "A-3", ""),
    ]


def test_second_import_changes_nothing(tmp_path):
    path = written(tmp_path, *(row(number) for number in range(20)))
    import_from(str(path), plan(), now=NOW)
    before = list(Job.objects.order_by("pk").values()), list(JobRevision.objects.order_by("pk").values())
    assert import_from(str(path), plan()).fates == {Fate.UNCHANGED: 20}
    assert (list(Job.objects.order_by("pk").values()), list(JobRevision.objects.order_by("pk").values())) == before


def test_changed_row_is_revised(tmp_path):
    import_from(written(tmp_path, row(1), row(2)), plan(), now=NOW)
    account = import_from(written(tmp_path, row(1), row(2, title="Cook")), plan(), now=NOW)
    assert account.fates == {Fate.UNCHANGED: 1, Fate.REVISED: 1}


def test_first_row_of_a_reference_counts(tmp_path):
    path = written(tmp_path, row(1), row(1), row(1, title="Cook"))
    for fate in (Fate.CREATED, Fate.UNCHANGED):
        account = import_from(str(path), plan(), now=NOW)
        assert account.fates[fate] >= 1
        assert account.faults == [Fault(3, "The reference 'A-1' is already that of row 1.", "id")]
    assert Job.objects.get().title == "Baker 1"
    assert JobRevision.objects.count() == 1


def test_keys_may_be_written_in_other_ways_and_renamed(tmp_path):
    path = written(
        tmp_path, {"ID": 1, "Company": "Acme", "headline": "Baker", "title": "ignored", "Posted-At": "2026-02-01"}
    )
    account = import_from(str(path), plan(renames={"title": "headline"}), now=NOW)
    job = Job.objects.get()
    assert (job.title, job.external_reference, job.published_at.date().isoformat()) == ("Baker", "1", "2026-02-01")
    assert account.unknown_keys == {"title": 1}


def is_locked():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE d.datname = current_database() AND locktype = 'advisory')"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_killed_import_leaves_whole_batches_and_the_next_one_takes_in_the_rest(tmp_path):
    rows = [json.dumps(row(number)).encode() + b"\n" for number in range(1_050)]
    pipe = tmp_path / "board.jsonl"
    os.mkfifo(pipe)
    # Open for both, so that neither opening nor writing (it fits into the pipe) waits for the other side.
    feed = os.open(pipe, os.O_RDWR)
    command = [sys.executable, "manage.py", "jobs_import", str(pipe), "--source", "board"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR) as process:
        try:
            assert os.write(feed, b"".join(rows[:1_010])) < 64 * 1024
            until(lambda: process.poll() is not None or Job.objects.count() == 1_000)
        finally:
            process.kill()
    os.close(feed)
    assert process.returncode == -signal.SIGKILL
    assert Job.objects.count() == JobRevision.objects.count() == 1_000
    # The server sees a moment later that its client is gone, and only then gives up its lock.
    until(lambda: not is_locked())
    path = tmp_path / "whole.jsonl"
    path.write_bytes(b"".join(rows))
    assert import_from(str(path), plan()).fates == {Fate.UNCHANGED: 1_000, Fate.CREATED: 50}


def test_truncated_gzip_keeps_what_was_read(tmp_path):
    rows = [row(number, description=" ".join(f"{number * word:x}" for word in range(200))) for number in range(400)]
    whole = gzip.compress(b"".join(json.dumps(entry).encode() + b"\n" for entry in rows))
    path = tmp_path / "board.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    account = import_from(str(path), plan(), now=NOW)
    assert 0 < Job.objects.count() == account.fates[Fate.CREATED] < 400
    assert account.broken.position == account.fates[Fate.CREATED] + 1
    assert account.has_failed
    assert ImportRun.objects.get().status == "failed"
    assert "ends early" in ImportRun.objects.get().report["faults"][0]["reason"]


def test_dry_run_foresees_what_an_import_does_and_leaves_nothing_behind(tmp_path):
    import_from(written(tmp_path, row(1), row(2), row(3)), plan(), now=NOW)
    before = everything()
    path = written(tmp_path, row(1), row(2, title="Cook"), row(4), row(5, salary_currency="XXX", salary_min=1))
    foreseen = import_from(path, plan(is_dry_run=True, is_sync=True), now=NOW)
    assert everything() == before
    assert [(line.fate, line.reference, line.title) for line in foreseen.plan] == [
        (Fate.REVISED, "A-2", "Cook"),
        (Fate.CREATED, "A-4", "Baker 4"),
        (Fate.CLOSED, "A-3", "Baker 3"),
    ]
    assert "title" in foreseen.plan[0].changed
    assert import_from(path, plan(is_sync=True), now=NOW).fates == foreseen.fates


def test_file_without_rows_is_named_and_leaves_no_run(tmp_path):
    with pytest.raises(Unreadable, match="holds no rows"):
        import_from(written(tmp_path, b"\n\n"), plan())
    assert not ImportRun.objects.exists()


def test_thousands_of_unknown_keys_are_counted_within_bounds():
    rows = [Row(1, row(1) | {f"key{number}": number for number in range(20_000)})]
    account = import_rows(rows, plan(), now=NOW)
    assert account.fates == {Fate.CREATED: 1}
    assert len(account.unknown_keys) == intake.MOST_UNKNOWN_KEYS
