"""The name of the code that a process runs."""

from pathlib import Path

import pytest

from kernel import release


def test_it_changes_with_the_code_and_with_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "ROOT", tmp_path)
    inner = tmp_path / "board" / "inner"
    inner.mkdir(parents=True)
    for folder in (inner.parent, inner):
        (folder / "__init__.py").touch()

    def name() -> str:
        release.release.cache_clear()
        return release.release()

    try:
        names = [name()]
        (inner / "rule.py").write_text("x = 1")
        names.append(name())
        (inner / "rule.py").write_text("x = 2")
        names.append(name())
        (inner / "rule.py").rename(inner / "rules.py")
        names.append(name())
        assert len(set(names)) == 4
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "cache.py").write_text("x = 3")
        (inner / "notes.txt").write_text("x = 4")
        (inner / "rules.py").touch()
        assert name() == names[-1]
    finally:
        release.release.cache_clear()


def test_it_reads_the_whole_board() -> None:
    read = {path.relative_to(release.ROOT).as_posix() for path in release._modules(release.ROOT)}
    assert {"kernel/release.py", "jobs/selectors/job.py", "schema/job/types.py", "nexus/graphql/view.py"} <= read
