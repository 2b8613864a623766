import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobs.models import ImportRun, ImportSource, Job, JobFingerprint, JobLifecycle
from jobs.services import import_run
from jobs.services.import_source import FIRST_RETRY
from jobs.tasks import LAST_WORDS, LONGEST, import_due, import_source, refresh_duplicates
from nexus.celery import QUEUE, app
from nexus.environment import BASE_DIR
from tests import requirements
from tests.factories import ImportSourceFactory, JobFactory
from tests.jobs.importers.web import Site, Visit, site
from tests.waiting import until

KEY = "hunter2"
RABBITMQ_PATIENCE = 30 * 60  # seconds: `consumer_timeout` of RabbitMQ unless it is configured


def postings(*titles: str) -> bytes:
    rows = [{"id": title, "title": title, "company": "Ada", "description": "Work."} for title in titles]
    return b"\n".join(json.dumps(row).encode() for row in rows)


def answering(*answers: object) -> contextlib.AbstractContextManager[Site]:
    """A site that gives these answers in turn, a document or a status, and the last one from then on."""
    waiting = [*answers]

    def answer(visit: Visit) -> None:
        now = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        visit.send(now, etag=f'"{len(now)}"') if isinstance(now, bytes) else visit.send(status=str(now))

    return site(answer)


def source_of(here: Site, **fields: object) -> ImportSource:
    return ImportSourceFactory(location=here.url(f"/jobs.jsonl?key={KEY}"), **fields)


def run(source: ImportSource) -> ImportSource:
    """What the source looks like after an import of it, as a worker would do it."""
    import_source(source.pk)
    row = ImportSource.objects.get(pk=source.pk)
    assert KEY not in row.last_error
    return row


@pytest.fixture
def private_allowed(settings):
    settings.IMPORT_ALLOW_PRIVATE = True


@pytest.mark.django_db
@pytest.mark.usefixtures("private_allowed")
class TestImport:
    def test_postings_come_in_under_the_name_of_the_source_with_what_it_says_about_them(self):
        rows = b'{"headline": "Cook", "description": "Soup."}'
        with answering(rows) as here:
            source = run(source_of(here, company="Ada", country_id="DE", renames={"title": "headline"}))
        job = Job.objects.get()
        assert (job.title, job.company.name) == ("Cook", "Ada")
        assert job.sources.get().source == source.name
        assert (source.failures, source.last_error, source.etag) == (0, "", f'"{len(rows)}"')
        assert ImportRun.objects.get().source == source.name

    @pytest.mark.needs("data")
    @pytest.mark.parametrize("board", ["remoteok", "remotive", "greenhouse", "ashby"])
    def test_document_of_a_real_board_comes_in(self, data_folder, board):
        document = (data_folder / "importers" / f"real_{board}.json").read_bytes()
        with answering(document) as here:
            source = run(source_of(here, format=board, company="Ada"))
        assert (source.failures, source.last_error) == (0, "")
        done = ImportRun.objects.get()
        assert (done.rows_read, done.rows_failed) == (Job.objects.count() + done.rows_skipped, 0)
        assert done.rows_created

    @pytest.mark.needs("data")
    def test_list_of_a_real_board_in_pages_comes_in_posting_by_posting(self, data_folder):
        board = json.loads((data_folder / "importers" / "smartrecruiters_api_boschgroup.json").read_text())
        first, second = board["list_pages"]
        documents = {"/postings": first, "/postings?offset=2": second}
        documents |= {f"/postings/{number}": posting for number, posting in board["details"].items()}

        with site(lambda visit: visit.send(json.dumps(documents[visit.target]).encode())) as here:
            source = run(ImportSourceFactory(location=here.url("/postings"), format="smartrecruiters"))
        assert (source.failures, source.last_error) == (0, "")
        assert set(Job.objects.values_list("external_reference", flat=True)) == board["details"].keys()
        # The third one's is empty at the board, too.
        assert Job.objects.exclude(description_text="").count() == 2

    def test_unchanged_document_is_not_read_again(self):
        def answer(visit: Visit) -> None:
            visit.send(status="304 Not Modified") if "if-none-match" in visit.headers else visit.send(
                postings("Cook"), etag='"1"'
            )

        with site(answer) as here:
            first = run(source_of(here))
            second = run(first)
        assert second.succeeded_at > first.succeeded_at
        assert (second.etag, second.failures) == ('"1"', 0)
        assert ImportRun.objects.count() == 1

    def test_resync_reads_an_unchanged_document_again(self):
        with answering(postings("Cook")) as here:
            source = run(source_of(here, etag='"1"', resync_requested_at=timezone.now()))
        assert "if-none-match" not in here.visits[0].headers
        assert source.resync_requested_at is None
        assert ImportRun.objects.count() == 1

    def test_sync_closes_what_is_listed_no_longer(self):
        with answering(postings("Cook", "Nurse"), postings("Cook")) as here:
            run(run(source_of(here, is_sync=True)))
        assert Job.objects.get(lifecycle=JobLifecycle.CLOSED).title == "Nurse"

    def test_server_that_fails_is_asked_again_in_a_minute(self):
        with answering("503 Busy") as here:
            source = run(source_of(here))
        assert f"{here.url()}?… answered 503 Service Unavailable. Failures in a row: 1." in source.last_error
        assert source.next_run_at < timezone.now() + FIRST_RETRY
        assert not ImportRun.objects.exists()

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ("404 Gone", "answered 404 Not Found."),
            (b'{"title": ""}', "Every row was refused; row 1, title:"),
            (b"\n\n", "holds no rows."),
            (b"\xff\xfe\x00\x00", "written in UTF-16"),
        ],
    )
    def test_document_that_is_of_no_use_waits_for_the_next_time(self, answer, said):
        with answering(answer) as here:
            source = run(source_of(here))
        assert said in source.last_error
        assert "nexus-import-" not in source.last_error
        assert source.next_run_at > timezone.now() + 2 * FIRST_RETRY
        assert source.etag == ""

    def test_format_that_is_gone_is_a_failure(self):
        with answering(postings("Cook")) as here:
            assert "pdf is no format" in run(source_of(here, format="pdf")).last_error

    def test_inactive_source_is_not_asked(self):
        with answering(postings("Cook")) as here:
            run(source_of(here, is_active=False))
        assert here.visits == []

    def test_document_that_was_delivered_before_is_not_read_at_once(self):
        with answering(postings("Cook")) as here:
            source = source_of(here)
            import_source.push_request(delivery_info={"redelivered": True})
            try:
                source = run(source)
            finally:
                import_source.pop_request()
        assert here.visits == []
        assert source.last_error.startswith("The worker ended before the import did. Failures in a row: 1.")

    def test_fault_of_ours_is_put_down_and_raised(self, monkeypatch):
        def break_down(*_: object) -> None:
            raise ZeroDivisionError(KEY)

        monkeypatch.setattr("jobs.tasks.imports.import_from", break_down)
        with answering(postings("Cook")) as here:
            source = source_of(here)
            with pytest.raises(ZeroDivisionError):
                import_source(source.pk)
        source.refresh_from_db()
        assert source.last_error.startswith(
            "The import met a fault of ours, which the log tells. Failures in a row: 1."
        )


@pytest.mark.django_db
def test_source_of_the_own_network_is_refused_unless_the_board_allows_it(caplog):
    with answering(postings("Cook")) as here:
        source = run(source_of(here))
    assert "leads to 127.0.0.1, which is not a public address." in source.last_error
    assert KEY not in caplog.text
    assert here.visits == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("private_allowed")
def test_source_that_somebody_imports_is_left_to_them_and_looked_at_again():
    held, done = threading.Event(), threading.Event()

    def hold(name: str) -> None:
        with import_run.alone(name):
            held.set()
            done.wait(30)
        connection.close()

    with answering(postings("Cook")) as here:
        source = source_of(here, interval_minutes=None)
        other = threading.Thread(target=hold, args=(source.name,))
        other.start()
        assert held.wait(30)
        busy = run(source)
        done.set()
        other.join(30)
        assert (busy.failures, Job.objects.count()) == (0, 0)
        assert busy.next_run_at > timezone.now()
        run(source)
    assert Job.objects.count() == 1


def test_schedule_names_a_task_that_is_there():
    entry = app.conf.beat_schedule["import-due"]
    assert entry["task"] == import_due.name
    assert entry["options"]["expires"] <= entry["schedule"] == 60


def test_import_ends_before_any_broker_takes_its_task_back():
    limit = LONGEST + LAST_WORDS
    assert (import_source.soft_time_limit, import_source.time_limit) == (LONGEST, limit)
    assert limit < RABBITMQ_PATIENCE < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


@contextlib.contextmanager
def process(log: Path, *arguments: str) -> Iterator[psutil.Process]:
    """`celery` with these arguments as a process of its own, for the length of the block."""
    command = [sys.executable, "-m", "celery", "-A", "nexus.celery", *arguments]
    with log.open("wb") as output:
        child = subprocess.Popen(command, cwd=BASE_DIR, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            yield psutil.Process(child.pid)
        finally:
            child.terminate()
            code = child.wait(60)
    assert code == 0, log.read_text()
    assert KEY not in log.read_text()


@pytest.fixture(params=["valkey", pytest.param("rabbitmq", marks=pytest.mark.needs("rabbitmq"))])
def broker(request, monkeypatch) -> Iterator[Celery]:
    """Whoever sends tasks over this broker; processes that are started after this use it too."""
    url = requirements.rabbitmq_url() if request.param == "rabbitmq" else settings.CELERY_BROKER_URL
    # Celery asks this variable before it asks anything else.
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    monkeypatch.setenv("IMPORT_ALLOW_PRIVATE", "1")
    with Celery() as caller:
        # Whoever declares a queue otherwise than the worker does is refused by RabbitMQ, or has the worker refused.
        caller.conf.update(task_default_queue=QUEUE, task_queues=app.conf.task_queues)
        if request.param == "valkey":
            caller.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        yield caller


@pytest.mark.django_db(transaction=True)
def test_worker_imports_what_is_due_once_and_tries_again_what_failed(broker, tmp_path):
    def is_now(**fields: object) -> bool:
        return ImportSource.objects.filter(pk=source.pk, **fields).exists()

    def make_due() -> None:
        ImportSource.objects.update(next_run_at=timezone.now())
        for _ in range(3):
            broker.send_task("jobs.tasks.imports.import_due")

    with (
        answering("503 Busy", postings("Cook", "Nurse")) as here,
        process(tmp_path / "log", "worker", "--concurrency=2", f"--hostname={os.getpid()}@localhost"),
    ):
        source = source_of(here)
        make_due()
        until(lambda: is_now(failures=1))
        assert "answered 503" in ImportSource.objects.get().last_error
        make_due()
        until(lambda: is_now(failures=0, succeeded_at__isnull=False))
        assert sorted(Job.objects.values_list("title", flat=True)) == ["Cook", "Nurse"]
        assert is_now(next_run_at__gt=timezone.now(), last_error="")
        # Whatever else was sent has been taken by the time that this has.
        marker = ImportSourceFactory(location=here.url("/marker"))
        broker.send_task("jobs.tasks.imports.import_source", [marker.pk])
        until(lambda: ImportSource.objects.filter(pk=marker.pk, succeeded_at__isnull=False).exists())
    assert len([visit for visit in here.visits if "marker" not in visit.target]) == 2
    assert ImportRun.objects.filter(source=source.name).count() == 1


@pytest.mark.django_db(transaction=True)
def test_document_that_kills_its_reader_is_put_down_and_not_read_again_at_once(broker, tmp_path):
    def kill_readers(_: Visit) -> None:
        for reader in worker.children():
            reader.kill()

    with (
        site(kill_readers) as here,
        process(tmp_path / "log", "worker", "--concurrency=1", f"--hostname=fatal-{os.getpid()}@localhost") as worker,
    ):
        source = source_of(here)
        broker.send_task("jobs.tasks.imports.import_source", [source.pk])
        until(lambda: ImportSource.objects.filter(failures=1).exists())
    assert "The worker ended before the import did." in ImportSource.objects.get().last_error
    assert len(here.visits) == 1


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_scheduler_has_due_sources_imported(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPORT_ALLOW_PRIVATE", "1")
    with (
        answering(postings("Cook")) as here,
        process(tmp_path / "worker.log", "worker", "--concurrency=1", f"--hostname=long-{os.getpid()}@localhost"),
        process(tmp_path / "beat.log", "beat", "--pidfile="),
    ):
        source_of(here)
        until(lambda: ImportSource.objects.filter(succeeded_at__isnull=False).exists(), seconds=150)
    assert Job.objects.get().title == "Cook"
    assert len(here.visits) == 1


@pytest.mark.django_db
def test_postings_that_no_import_has_compared_are_compared():
    twins = [JobFactory(title="Baker", description_text="")]
    twins.append(JobFactory(title="Baker", description_text="", company=twins[0].company))
    refresh_duplicates()
    placed = JobFingerprint.objects.filter(job__in=twins)
    assert placed.count() == 2
    assert len(set(placed.values_list("cluster", flat=True))) == 1
