"""What stands between a board and being served wrongly."""

import os
import subprocess
import sys

import pytest

from jobs.demo.accounts import ACCOUNTS
from nexus.environment import BASE_DIR
from nexus.roles import ROLES
from tests.factories import UserFactory

prepare = ROLES["prepare"]


@pytest.mark.django_db
def test_demo_accounts_are_refused_where_others_reach_the_board(capsys: pytest.CaptureFixture[str]) -> None:
    UserFactory(email=ACCOUNTS[0].email)
    with pytest.raises(SystemExit, match="passwords are published"):
        prepare("refuse")
    assert ACCOUNTS[0].password not in capsys.readouterr().out


@pytest.mark.django_db
def test_a_board_without_demo_accounts_may_be_reached(capsys: pytest.CaptureFixture[str]) -> None:
    prepare("refuse")
    assert capsys.readouterr().out == ""


def test_nothing_is_served_without_a_database() -> None:
    environment = {**os.environ, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "nexus.settings"}
    command = [sys.executable, "-c", "import nexus.asgi"]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "DATABASE_URL: is not set." in done.stderr
