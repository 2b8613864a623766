from pathlib import Path

import pytest

from tests import requirements


@pytest.fixture(autouse=True)
def missing_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEXUS_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setattr(requirements, "lacking", requirements.lacking.__wrapped__)


def test_missing_requirement_skips_by_name_and_reason(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEXUS_TEST_STRICT", raising=False)
    request.node.add_marker(pytest.mark.needs("data"))
    with pytest.raises(pytest.skip.Exception, match=r"needs data: no folder .*nowhere; set NEXUS_DATA"):
        requirements.pytest_runtest_setup(request.node)


def test_missing_requirement_fails_when_strict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_TEST_STRICT", "1")
    request.node.add_marker(pytest.mark.needs("data"))
    with pytest.raises(pytest.fail.Exception, match="needs data"):
        requirements.pytest_runtest_setup(request.node)


def test_unknown_requirement_is_a_mistake(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.needs("moonlight"))
    with pytest.raises(pytest.UsageError, match="moonlight"):
        requirements.pytest_runtest_setup(request.node)
