import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psutil
import pytest
from django.core.management import CommandError, call_command

from jobs.management.commands.market import Command
from jobs.models import Company, Job, Profile
from nexus.environment import BASE_DIR
from tests.servers import reset_database

NOW = "2026-03-02T00:00:00+00:00"
LIMIT = 500 * 2**20  # bytes resident, all processes of the command together


@pytest.mark.django_db
def test_command_makes_a_market_and_says_of_what(capsys) -> None:
    call_command("market", jobs=30, people=3, now=datetime(2026, 3, 2, tzinfo=UTC))
    assert (Job.objects.count(), Profile.objects.count()) == (30, 3)
    told = capsys.readouterr()
    assert told.out.startswith(
        "Market: 30 postings of 22 companies, 3 people, seed 1, up to 2026-03-02T00:00:00+00:00 ("
    )
    assert "Postings 30 of 30" in told.err


@pytest.mark.django_db
def test_moment_without_a_zone_is_utc_and_a_quiet_run_says_nothing(capsys) -> None:
    call_command("market", "--jobs", "3", "--people", "0", "--now", "2026-03-02", verbosity=0)
    assert Job.objects.latest("created_at").created_at < datetime(2026, 3, 2, tzinfo=UTC)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


@pytest.mark.django_db
def test_market_that_is_there_is_kept_unless_it_is_to_be_replaced() -> None:
    call_command("market", jobs=5, verbosity=0)
    with pytest.raises(CommandError, match="is here already, whole or in part"):
        call_command("market", jobs=7, verbosity=0)
    assert Job.objects.count() == 5
    call_command("market", jobs=7, replace=True, verbosity=0)
    assert Job.objects.count() == 7


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--jobs", "0"], "A market has 1 to 10,000,000 jobs, not 0."),
        (["--jobs", "many"], "invalid int value: 'many'"),
        (["--jobs", "5", "--now", "yesterday"], "invalid ISO 8601 moment value: 'yesterday'"),
        (["--jobs", "5", "--processes", "9"], "1 to 8 processes, not 9"),
        (["--jobs", "5", "--people", "-1"], "0 to 1,000,000 people, not -1"),
        ([], "the following arguments are required: --jobs"),
    ],
)
def test_bad_arguments_are_refused_by_name(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("market", *arguments)
    assert not Company.objects.exists()


def test_help_shows_examples() -> None:
    told = Command().create_parser("manage.py", "market").format_help()
    assert "manage.py market --jobs 1000000 --seed 7" in told
    assert "market.example" in told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("processes", ["1", "2"])
def test_interrupted_run_says_what_is_in_and_leaves_no_process(processes: str) -> None:
    """Ctrl-C in a terminal signals the whole group."""
    reset_database()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "nexus.settings"}
    command = [sys.executable, "manage.py", "market", "--jobs", "200000", "--now", NOW, "--processes", processes]
    with subprocess.Popen(
        command, cwd=BASE_DIR, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        until(lambda: Company.objects.count() > 1000)
        children = psutil.Process(run.pid).children(recursive=True)
        os.killpg(run.pid, signal.SIGINT)
        told = run.communicate(timeout=60)[1]
    assert run.returncode == 130
    assert told.endswith(f"\nInterrupted; {Job.objects.count():,} postings are in. --replace clears them.\n")
    assert "Traceback" not in told
    assert psutil.wait_procs(children, timeout=30)[1] == []
    call_command("market", jobs=5, replace=True, verbosity=0)
    assert Job.objects.count() == 5


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_the_market() -> None:
    """Measured as the sum of what is resident in the command and its processes."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "nexus.settings"}
    command = [sys.executable, "manage.py", "market", "--jobs", "60000", "--now", NOW, "--processes", "2"]
    most = 0
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment) as run:
        while run.poll() is None:
            most = max(most, resident(run.pid))
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(0.2)
    assert run.returncode == 0
    assert Job.objects.count() == 60_000
    assert 100 * 2**20 < most < LIMIT


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_run_that_was_killed_leaves_no_process_and_whole_postings_that_replace_clears() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "nexus.settings"}
    command = [sys.executable, "manage.py", "market", "--jobs", "200000", "--now", NOW, "--processes", "2"]
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment) as run:
        processes = [psutil.Process(run.pid)]
        until(Job.objects.exists)
        processes += processes[0].children(recursive=True)
        run.kill()
    assert psutil.wait_procs(processes, timeout=30)[1] == []
    assert not Job.objects.filter(revisions=None).exists()
    assert not Job.objects.filter(job_skills=None).exists()
    with pytest.raises(CommandError, match="whole or in part"):
        call_command("market", jobs=5, verbosity=0)
    call_command("market", jobs=5, replace=True, verbosity=0)
    assert Job.objects.count() == 5


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline


def resident(pid: int) -> int:
    total = 0
    try:
        main = psutil.Process(pid)
        for process in (main, *main.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return total
    return total
