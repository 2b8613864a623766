"""docs/state-machines.md is what the machines make."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from jobs.machines.machine import Machine
from jobs.management.commands import machines


def test_the_file_is_up_to_date() -> None:
    call_command("machines", check=True)


def test_a_file_that_is_behind_is_noticed_and_written(settings: LazySettings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    path = tmp_path / "docs" / "state-machines.md"
    path.parent.mkdir()
    path.write_text("# Old\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("machines", check=True)
    call_command("machines", verbosity=0)
    call_command("machines", check=True)
    assert path.read_text(encoding="utf-8") == machines.document()


@pytest.mark.parametrize("machine", machines.MACHINES, ids=lambda machine: machine.name)
def test_every_state_and_every_step_is_in_it(machine: Machine[object]) -> None:
    section = machines.section(machine)
    for state in machine.states:
        assert f"| `{state.value}` | {state.label} |" in section
    for origin, target in machine.pairs():
        assert f"  {origin} --> {target} : " in section
    assert section.count("\n| `") == len(machine.states) + len(machine.moves)


def test_every_machine_is_in_it() -> None:
    """Also one in a file that nobody has named to the command."""
    folder = Path(machines.__file__).parents[2] / "machines"
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.py")]
    assert sum(text.count("= Machine(") for text in texts) == len(machines.MACHINES)
