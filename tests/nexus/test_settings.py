import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nexus.environment import BASE_DIR, Environment

KEY = "k3y" * 20
PRODUCTION = {
    "DATABASE_URL": "postgresql://nexus:hidden-password@db.invalid/nexus",
    "REDIS_URL": "redis://cache.invalid:6379/0",
    "CELERY_BROKER_URL": "amqp://queue.invalid:5672//",
    "SECRET_KEY": "b7Wm2-" + "qL9xT4vZ" * 6,
    "ALLOWED_HOSTS": "jobs.example.com",
    "EMAIL_URL": "smtp+tls://nexus:hidden-password@mail.invalid",
    "DEFAULT_FROM_EMAIL": "Nexus <nexus@example.com>",
    "PUBLIC_URL": "https://api.example.com",
    "CLIENT_URL": "https://jobs.example.com",
}
REQUIRED = [name for name in PRODUCTION if name != "DATABASE_URL"]
READS = re.compile(r"\benv\.(?:text|flag|number|choice|items|networks|sender|signing_keys|url)\(\s*\"([A-Z_]+)\"")
OTHER_READS = re.compile(r"os\.environ(?:\.get\(|\[)\"([A-Z_]+)\"")
# Set by make, by pytest or by us for our own children; not for people to set.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "MAKELEVEL", "PATH"}


def documented() -> set[str]:
    return set(re.findall(r"^# ([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))


def load(**environment: str) -> subprocess.CompletedProcess[str]:
    """What importing the settings gives in a process with this environment alone."""
    blank = dict.fromkeys(documented(), "")
    code = "import nexus.settings as s; print(s.DEBUG, s.KEY_PREFIX, s.CELERY_BROKER_URL, sep='|')"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env={**blank, "PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def faults(result: subprocess.CompletedProcess[str]) -> list[str]:
    """The names of the variables that were refused."""
    assert result.returncode == 1, result.stdout
    return re.findall(r"^  - ([A-Z_]+): ", result.stderr, re.MULTILINE)


def test_every_variable_read_is_documented_and_every_documented_one_is_read() -> None:
    read: set[str] = set()
    for path in [*(BASE_DIR / "nexus").glob("*.py"), BASE_DIR / "manage.py"]:
        read |= set(READS.findall(path.read_text())) | set(OTHER_READS.findall(path.read_text()))
    for name in ("requirements.py", "servers.py"):
        text = (BASE_DIR / "tests" / name).read_text()
        read |= {name for name in OTHER_READS.findall(text) if name.startswith("NEXUS_")}
    assert read - INTERNAL == documented()


def test_complete_production_starts() -> None:
    result = load(**PRODUCTION)
    assert result.stdout == "False|nexus|amqp://queue.invalid:5672//\n", result.stderr


@pytest.mark.parametrize("missing", REQUIRED)
def test_production_without_it_refuses(missing: str) -> None:
    assert faults(load(**{**PRODUCTION, missing: ""})) == [missing]


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-" + "qL9xT4vZ" * 6, "x" * 49])
def test_production_with_a_weak_key_refuses_and_keeps_it_to_itself(key: str) -> None:
    result = load(**{**PRODUCTION, "SECRET_KEY": key})
    assert faults(result) == ["SECRET_KEY"]
    assert key not in result.stderr


def test_all_faults_are_told_at_once() -> None:
    result = load(
        DATABASE_URL=PRODUCTION["DATABASE_URL"],
        JOB_LIFETIME_DAYS="soon",
        ENGINE="fast",
        LOG_LEVEL="loud",
        DEBUG="maybe",
    )
    assert set(faults(result)) == {
        *("DEBUG", "JOB_LIFETIME_DAYS", "ENGINE", "LOG_LEVEL"),
        *REQUIRED,
    }


def test_open_hosts_refuse_everywhere() -> None:
    assert faults(load(**{**PRODUCTION, "ALLOWED_HOSTS": "jobs.example.com,*"})) == ["ALLOWED_HOSTS"]
    assert "ALLOWED_HOSTS" in faults(load(DEBUG="1", ALLOWED_HOSTS="*"))


def test_every_origin_refuses() -> None:
    assert faults(load(**PRODUCTION, CORS_ALLOWED_ORIGINS="*")) == ["CORS_ALLOWED_ORIGINS"]


@pytest.mark.parametrize("proxies", ["proxy.example.com", "10.0.0.0/8,*", "10.0.0.1/8"])
def test_a_proxy_that_is_no_address_refuses(proxies: str) -> None:
    assert faults(load(**PRODUCTION, TRUSTED_PROXIES=proxies)) == ["TRUSTED_PROXIES"]


@pytest.mark.parametrize("name", ["RATE_LIMIT", "RATE_LIMIT_ADDRESS"])
def test_a_rate_that_no_allowed_operation_fits_in_refuses(name: str) -> None:
    assert faults(load(**PRODUCTION, COST_LIMIT="2000", **{name: "1999"})) == [name]
    assert load(**PRODUCTION, COST_LIMIT="2000", **{name: "0"}).returncode == 0


def test_a_folder_of_metrics_that_is_not_there_refuses() -> None:
    assert faults(load(**PRODUCTION, PROMETHEUS_MULTIPROC_DIR="/no/such/folder")) == ["PROMETHEUS_MULTIPROC_DIR"]


def test_debug_with_public_hosts_refuses() -> None:
    assert faults(load(**PRODUCTION, DEBUG="1")) == ["DEBUG"]


def test_debug_on_this_machine_needs_nothing_else() -> None:
    result = load(
        DATABASE_URL=PRODUCTION["DATABASE_URL"], DEBUG="1", ALLOWED_HOSTS="localhost,board.localhost,127.0.0.1"
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"])
@pytest.mark.parametrize(
    "url", ["host/hidden-password", "postgresql+redis://u:hidden-password@[db/x", "x://hidden-password"]
)
def test_malformed_url_is_refused_without_showing_it(name: str, url: str) -> None:
    result = load(**{**PRODUCTION, name: url})
    assert faults(result) == [name]
    assert "hidden-password" not in result.stderr


def test_prefix_names_every_kind_of_key() -> None:
    from django.conf import settings

    from nexus.celery import app

    prefix = settings.KEY_PREFIX
    assert prefix.startswith("nexus_test_")
    assert settings.CACHES["default"]["KEY_PREFIX"] == prefix
    assert app.conf.task_default_queue == prefix
    assert app.conf.broker_transport_options["global_keyprefix"] == f"{prefix}:"
    assert app.conf.redbeat_key_prefix == f"{prefix}:redbeat"


def test_tasks_are_json_acknowledged_late_and_limited() -> None:
    from nexus.celery import app

    assert app.conf.task_serializer == "json"
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_time_limit > app.conf.task_soft_time_limit > 0
    assert app.conf.result_backend is None


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), ("off", False), (" 0 ", False), ("", True), ("  ", True)]
)
def test_flag_reads_common_words(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", text)
    env = Environment()
    assert env.flag("SOME_FLAG", default=True) is value
    assert env.faults == []


@pytest.mark.parametrize("text", ["-1", "11", "1.5", "²", "1" * 5000, "one"])
def test_number_outside_its_bounds_is_a_fault(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SOME_NUMBER", text)
    env = Environment()
    assert env.number("SOME_NUMBER", default=3, least=0, most=10) == 3
    assert len(env.faults) == 1


def test_copied_example_changes_nothing(tmp_path: Path) -> None:
    """Every line of it is a comment."""
    lines = (BASE_DIR / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_URL", "http://hidden-password@mail.example.com"),
        ("EMAIL_URL", "anymail+carrier-pigeon://hidden-password@"),
        ("EMAIL_URL", "anymail+postmark://hidden-password"),
        ("EMAIL_URL", "smtp://:hidden-password@"),
        ("FILE_STORE", "ftp://hidden-password@bucket"),
        ("FILE_STORE", "s3://key:hidden-password@"),
        ("FILE_STORE", "s3://key:hidden-password@bucket?endpoint=minio"),
        ("FILE_SCANNER", "clamd:hidden-password"),
        ("FILE_SCANNER", "scanner"),
        ("DEFAULT_FROM_EMAIL", "nobody"),
        ("DEFAULT_FROM_EMAIL", "Nexus <nexus@>"),
        ("PUBLIC_URL", "api.example.com"),
        ("CLIENT_URL", "javascript://jobs.example.com"),
        ("MAIL_TEMPLATES", "/no/such/folder"),
        ("EMAIL_WEBHOOK_SECRET", "hidden-password"),
        ("EMAIL_WEBHOOK_SECRET", "board:short"),
    ],
)
def test_mail_that_could_not_be_sent_refuses_and_keeps_secrets_to_itself(name: str, value: str) -> None:
    result = load(**{**PRODUCTION, name: value})
    assert faults(result) == [name]
    assert "hidden-password" not in result.stderr


@pytest.mark.parametrize("sender", ["nexus@example.com", "Nexus <nexus@jobs.example.com>", "nexus@localhost"])
def test_a_sender_with_or_without_a_name_is_taken(sender: str) -> None:
    result = load(**PRODUCTION | {"DEFAULT_FROM_EMAIL": sender})
    assert result.returncode == 0, result.stderr


def test_development_needs_no_mail_server() -> None:
    assert load().returncode == 0


@pytest.mark.parametrize(
    "keys",
    [
        "hidden-password",
        "2027:hidden-password",
        f"2027:{'hidden-password' * 3},2027:{'password-hidden' * 3}",
        f"no name:{'hidden-password' * 3}",
        f":{'hidden-password' * 3}",
        "2027:" + "ab" * 40,
    ],
)
def test_weak_or_nameless_keys_refuse_and_are_not_told(keys: str) -> None:
    result = load(**{**PRODUCTION, "JWT_KEYS": keys})
    assert faults(result) == ["JWT_KEYS"]
    assert "hidden" not in result.stderr


def test_keys_of_tokens_are_read_in_their_order() -> None:
    result = load(**PRODUCTION | {"JWT_KEYS": f"2027:{'Hidden-Password' * 3}, 2026:{'Password-Hidden' * 3}"})
    assert result.returncode == 0, result.stderr


def test_without_keys_of_its_own_there_is_one_of_the_secret_key_and_another_for_another() -> None:
    ((name, key),) = Environment().signing_keys("SOME_KEYS", "one")
    ((other_name, other_key),) = Environment().signing_keys("SOME_KEYS", "another")
    assert name != other_name
    assert key != other_key
    assert "one" not in key
    assert Environment().signing_keys("SOME_KEYS", "one") == ((name, key),)
