"""`manage.py documents_publish`."""

import io
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from nexus.environment import BASE_DIR
from nexus.models import TrustedDocument
from nexus.trusted_documents import running
from tests.factories import TrustedDocumentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manifest(tmp_path: Path):
    """Writes a manifest of these texts, by their hash."""

    def write(*texts: str, **named: str) -> str:
        path = tmp_path / "manifest.json"
        content = {sha256(text.encode()).hexdigest(): text for text in texts} | named
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)

    return write


def run(*arguments: str, verbosity: int = 1) -> str:
    out = io.StringIO()
    call_command("documents_publish", *arguments, stdout=out, verbosity=verbosity)
    return out.getvalue()


def refused(*arguments: str) -> tuple[int, str]:
    """The exit code and all that was said."""
    err = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("documents_publish", *arguments, stderr=err, verbosity=0)
    return refusal.value.returncode, f"{err.getvalue()}{refusal.value}"


def names() -> set[str]:
    return set(running().values_list("name", flat=True))


def test_a_manifest_is_published_and_told(manifest, settings) -> None:
    path = manifest("query One { __typename }", "mutation Two { __typename }")
    said = run(path, "--app", "web", "--release", "2026.11")
    assert "new        query        One " in said
    assert "new        mutation     Two " in said
    assert "web: 2 new, 0 unchanged, 0 withdrawn." in said
    assert "TRUSTED_DOCUMENTS is off here" in said
    assert set(TrustedDocument.objects.values_list("version", flat=True)) == {"2026.11"}
    settings.TRUSTED_DOCUMENTS = "required"
    assert run(path, "--app", "web") == "web: 0 new, 2 unchanged, 0 withdrawn.\n"


def test_replace_withdraws_and_a_dry_run_does_not(manifest) -> None:
    run(manifest("query One { __typename }", "query Two { __typename }"), "--app", "web")
    path = manifest("query Two { __typename }", "query Three { __typename }")
    said = run(path, "--app", "web", "--replace", "--dry-run")
    assert "withdrawn  query        One " in said
    assert "web: 1 new, 1 unchanged, 1 withdrawn (dry run: nothing was written)." in said
    assert names() == {"One", "Two"}
    run(path, "--app", "web", "--replace")
    assert names() == {"Two", "Three"}


def test_one_refused_document_keeps_all_out(manifest) -> None:
    code, said = refused(manifest("query One { __typename }", bad="{ nothing }"), "--app", "web")
    assert code == 1
    assert "bad: Cannot query field 'nothing' on type 'Query'. (line 1)" in said
    assert "1 refused; nothing was published." in said
    assert names() == set()


def test_an_id_of_another_text_is_refused(manifest) -> None:
    run(manifest(page="query One { __typename }"), "--app", "web")
    code, said = refused(manifest(page="query Two { __typename }"), "--app", "ios")
    assert code == 1
    assert "page: The id names another text already" in said
    assert names() == {"One"}


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_what_is_no_manifest_is_not_read(content: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    code, said = refused(str(path))
    assert code == 2
    assert "is no manifest. It is not" in said


def test_a_missing_file_and_a_bad_label_are_told(manifest, tmp_path: Path) -> None:
    assert refused(str(tmp_path / "gone.json")) == (
        2,
        f"{tmp_path}/gone.json cannot be read: No such file or directory.",
    )
    assert refused(str(tmp_path))[0] == 2
    for option, label in (("--app", ""), ("--app", "a b"), ("--app", "a" * 65), ("--release", "a\x00")):
        code, said = refused(manifest("{ __typename }"), option, label)
        assert code == 2
        assert option in said


def test_a_manifest_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(b'{"page": "query One { __typename }"}'))
    monkeypatch.setattr(sys, "stdin", given)
    run("-", "--app", "web")
    assert names() == {"One"}


def test_the_list_tells_uses(manifest) -> None:
    TrustedDocumentFactory(name="Popular", uses=1234567, apps=["ios", "web"])
    TrustedDocumentFactory(name="Dead")
    head, first, second = run("--list").splitlines()
    assert head.split() == ["uses", "last", "used", "apps", "kind", "name", "id"]
    assert first.split()[:5] == ["1,234,567", "never", "ios,", "web", "query"]
    assert second.split()[0] == "0"
    assert "Dead" in second


def test_documents_that_the_schema_has_left_behind_are_found() -> None:
    TrustedDocumentFactory()
    assert run("--check", verbosity=1) == "All 1 published documents run on this server.\n"
    old = TrustedDocumentFactory(text="query Old { nothing }", name="Old", apps=["ios"])
    code, said = refused("--check")
    assert code == 1
    assert f"{old.id} (ios): Cannot query field 'nothing'" in said
    assert "1 of 2 published documents run no longer" in said


def test_many_documents_are_told_in_part(manifest) -> None:
    path = manifest(*(f"query Many{number} {{ __typename }}" for number in range(45)))
    assert "new        and 5 more; --verbosity 2 shows them" in run(path, "--dry-run")
    assert "more" not in run(path, "--dry-run", verbosity=2)


def test_help_has_the_forms_and_the_exit_codes() -> None:
    said = subprocess.run(
        [sys.executable, "manage.py", "documents_publish", "--help"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for part in ("apollo-persisted-query-manifest", "--replace", "--dry-run", "--check", "Exit code: 0"):
        assert part in said


@pytest.mark.parametrize("arguments", [[], ["--list", "--check"], ["manifest.json", "--list"]])
def test_one_thing_is_asked_for_at_a_time(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("documents_publish", *arguments)
