"""`manage.py ranking_model`."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jobs.models import RankingModel

pytestmark = pytest.mark.django_db


def ran(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("ranking_model", *args, stdout=out, **options)
    return out.getvalue()


def test_it_lists_shows_adds_and_activates(tmp_path: Path) -> None:
    file = tmp_path / "weights.json"
    file.write_text('{"title": 0.7, "skill": 0.3}')
    before = RankingModel.objects.count()
    assert f"Version {before + 1}" in ran("add", str(file), note="Fitted on half of the people.")
    assert ran("list").splitlines()[-1].endswith("Fitted on half of the people.")
    assert ran("show", str(before + 1)).split() == ["{", '"skill":', "0.3,", '"title":', "0.7", "}"]
    ran("activate", str(before + 1))
    assert [line.split()[:2] for line in ran("list").splitlines() if line.startswith("*")] == [["*", str(before + 1)]]


@pytest.mark.parametrize("args", [("show", "99"), ("activate", "99"), ("add", "/nowhere/weights.json")])
def test_it_says_what_is_wrong(args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"no version 99|cannot be read"):
        ran(*args)


@pytest.mark.parametrize("content", ["not json", '{"charm": 1}', '"skill"'])
def test_it_refuses_a_bad_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "weights.json"
    file.write_text(content)
    before = RankingModel.objects.count()
    with pytest.raises(CommandError):
        ran("add", str(file))
    assert RankingModel.objects.count() == before
