import gzip
import shutil

import pytest

from jobs.models import Category, Company, Occupation, OccupationTerm, Place, PlaceName, Region, Skill, SkillAlias
from jobs.services import reference
from tests.factories import CompanyFactory, SkillFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A copy of the reference files that a test may change."""
    for name in reference.FILES:
        shutil.copy(reference.DATA / name, tmp_path / name)
    monkeypatch.setattr(reference, "DATA", tmp_path)
    return tmp_path


def replace(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def test_reference_data_are_whole():
    berlin = Place.objects.get(pk=2950159)
    assert (berlin.country_id, berlin.region_name, berlin.timezone) == ("DE", "Berlin", "Europe/Berlin")
    assert set(berlin.names.values_list("name", flat=True)) >= {"berlin"}
    assert Place.objects.count() > 30_000
    assert Region.objects.get(country="US", abbreviation="CA").name == "California"
    backend = Category.objects.get(slug="backend-development")
    assert (backend.path, backend.depth) == ("software/software-development/backend-development/", 2)
    assert backend.parent.slug == "software-development"
    assert Occupation.objects.count() >= 300
    assert Skill.objects.count() >= 600
    assert SkillAlias.objects.get(alias="golang").skill.slug == "go"
    assert OccupationTerm.objects.get(term="rn").is_abbreviation


def test_no_name_is_left_unfolded():
    for model, field in ((PlaceName, "name"), (SkillAlias, "alias"), (OccupationTerm, "term")):
        values = model.objects.values_list(field, flat=True)
        assert [value for value in values if reference.fold(value) != value] == []


def test_unchanged_files_are_not_read_again(files, monkeypatch):
    reference.load()
    monkeypatch.setattr(reference, "read", lambda name: pytest.fail(f"{name} was read"))
    assert reference.load() is False


def test_changed_row_is_updated_in_place(files):
    skill = Skill.objects.get(slug="python")
    replace(files / "skills.csv", "python,Python,", "python,Python 3,")
    lines = []
    assert reference.load(lines.append) is True
    skill.refresh_from_db()
    assert skill.name == "Python 3"
    assert any(line.startswith("skills:") and line.endswith(", 1 written") for line in lines)
    assert any(line.startswith("places:") and line.endswith(", 0 written") for line in lines)


def test_row_that_left_the_files_stays_and_its_name_that_left_goes(files):
    company = CompanyFactory(headquarters_id=2950159)
    own = SkillFactory(slug="basket-weaving", name="Basket weaving")
    with gzip.open(files / "places.csv.gz", "rt") as file:
        rows = file.read().splitlines(keepends=True)
    with gzip.open(files / "places.csv.gz", "wt") as file:
        file.writelines(row for row in rows if not row.startswith("2950159,"))
    replace(files / "skills.csv", "golang|", "")
    reference.load()
    assert Company.objects.get(pk=company.pk).headquarters.name == "Berlin"
    assert Skill.objects.filter(pk=own.pk).exists()
    assert not SkillAlias.objects.filter(alias="golang").exists()


def test_spelling_of_two_skills_is_refused_and_nothing_changes(files):
    replace(files / "skills.csv", "golang|", "golang|python|")
    with pytest.raises(ValueError, match="'python' stands for"):
        reference.load()
    assert SkillAlias.objects.get(alias="python").skill.slug == "python"


def test_category_without_a_way_to_a_root_is_refused(files):
    replace(files / "categories.csv", "backend-development,software-development,", "backend-development,nowhere,")
    with pytest.raises(ValueError, match="no root leads to 'backend-development'"):
        reference.load()


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_are_one(files):
    Skill.objects.filter(slug="python").delete()
    results = []
    assert at_once(*[lambda: results.append(reference.load())] * 3) == ["done"] * 3
    assert sorted(results) == [False, False, True]
    assert Skill.objects.filter(slug="python").count() == 1
