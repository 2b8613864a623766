import io

import pytest
from django.core.management import CommandError, call_command

from jobs.models import OccupationCode, Skill, TaxonomyEdition
from tests.jobs.services.taxonomies import tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return tables.put_all(tmp_path)


def run(folder, *arguments, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command("taxonomy_load", str(folder), *arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_says_what_it_loaded_and_then_that_there_is_nothing_to_do(folder):
    out, err = run(folder)
    assert "O*NET job zones: Job Zones.txt" in out
    assert "Taxonomies: loaded ESCO, ONET, NAICS (" in out
    assert err == ""
    out, _ = run(folder)
    assert "Taxonomies: unchanged ESCO, ONET, NAICS (" in out
    assert OccupationCode.objects.filter(scheme="esco").count() == 3


def test_quiet_is_quiet(folder):
    assert run(folder, verbosity=0) == ("", "")
    assert TaxonomyEdition.objects.count() == 3


def test_a_dry_run_writes_nothing(folder):
    out, _ = run(folder, "--dry-run")
    assert out.strip().endswith("Dry run: nothing was written.")
    assert not OccupationCode.objects.exists()


def test_a_broken_table_is_a_plain_error(folder):
    (folder / "Job Zones.txt").write_text("O*NET-SOC Code\tZone\n1\t2\n3\n")
    with pytest.raises(CommandError, match=r"^Job Zones\.txt, line 3: has 1 values for 2 columns\.$"):
        run(folder)
    assert set(TaxonomyEdition.objects.values_list("scheme", flat=True)) == {"esco"}


def test_a_folder_that_is_not_there_is_a_plain_error(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nowhere")


def test_a_terminal_sees_how_far_it_is(folder, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    err = Terminal()
    monkeypatch.setattr("sys.stderr", err)
    call_command("taxonomy_load", str(folder), stdout=io.StringIO())
    assert f"ESCO  {'█' * 30} 100%" in err.getvalue()


def test_the_reference_data_are_brought_up_first(folder):
    Skill.objects.filter(slug="python").delete()
    run(folder)
    assert Skill.objects.get(slug="python").codes.get().code == "s-python"
