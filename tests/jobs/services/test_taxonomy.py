import shutil
from collections import Counter

import pytest
from django.db import connection

from jobs.importers.posting import Recogniser, Tally
from jobs.importers.skills import SkillReader
from jobs.importers.titles import TitleReader
from jobs.models import (
    Industry,
    IndustryCode,
    Job,
    Occupation,
    OccupationCode,
    OccupationLabel,
    OccupationName,
    OccupationSkill,
    OccupationTerm,
    RelatedOccupation,
    Skill,
    SkillAlias,
    SkillCode,
    SkillKind,
    SkillLabel,
    TaxonomyEdition,
)
from jobs.services import reference, taxonomy
from jobs.services.taxonomy import BadTable
from tests.factories import JobFactory
from tests.jobs.importers import test_understanding as understanding
from tests.jobs.importers.real_rows import rows_of
from tests.jobs.services import races
from tests.jobs.services.taxonomies import tables

pytestmark = pytest.mark.django_db

WRITTEN = (
    Occupation, OccupationTerm, OccupationLabel, OccupationCode, OccupationName, OccupationSkill, RelatedOccupation,
    Skill, SkillAlias, SkillLabel, SkillCode, Industry, IndustryCode,
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return tables.put_all(tmp_path)


def load(folder, **options):
    lines: list[str] = []
    outcome = taxonomy.load(folder, lines.append, **options)
    return outcome, lines


def contents():
    """Everything that a load writes, by table."""
    return {model: sorted(model.objects.values_list(), key=str) for model in WRITTEN}


def ours():
    """What ships with the board, by table."""
    shared = (Industry, Occupation, OccupationTerm, Skill, SkillAlias)
    return {model: sorted(model.objects.filter(scheme="nexus").values_list(), key=str) for model in shared}


def mentioned(reader, text, title="", company=""):
    return {skill.skill_id for skill in reader.mentioned(title, text, company=company)}


def occupation(scheme, code):
    return OccupationCode.objects.get(scheme=scheme, code=code).occupation


def test_a_concept_of_ours_is_linked_and_nothing_of_ours_changes(folder):
    before = ours()
    load(folder)
    engineer = occupation("esco", "o-dev")
    assert engineer == occupation("onet", "15-1252.00") == Occupation.objects.get(slug="software-engineer")
    assert SkillCode.objects.get(code="s-python").skill.slug == "python"
    assert SkillCode.objects.get(code="Structured query language SQL").skill.slug == "sql"
    preparation = dict(Occupation.objects.filter(scheme="nexus").values_list("slug", "preparation"))
    assert preparation.pop("software-engineer") == 4
    assert set(preparation.values()) == {None}
    Occupation.objects.filter(pk=engineer.pk).update(preparation=None)
    assert ours() == before


def test_each_taxonomys_concept_keeps_its_own_names(folder):
    load(folder)
    names = {
        code.scheme: set(code.names.values_list("name", flat=True))
        for code in Occupation.objects.get(slug="glass-annealer").codes.exclude(scheme="isco")
    }
    assert "glass annealer" in names["esco"]
    assert names["onet"]
    assert names["onet"] != names["esco"]


def test_a_concept_of_its_own_becomes_a_row(folder):
    load(folder)
    annealer = occupation("esco", "o-glass")
    assert (annealer.slug, annealer.title, annealer.scheme) == ("glass-annealer", "Glass annealer", "esco")
    assert annealer.category.slug == "production"
    # The same of O*NET: its name is in the plural.
    assert occupation("onet", "51-9195.04") == annealer
    group = annealer.codes.get(scheme="isco")
    assert (group.code, group.title) == ("7315", "Glass makers")
    furnace = occupation("onet", "51-9051.00")
    assert (furnace.title, furnace.preparation) == ("Furnace Annealer", 2)
    skill = SkillCode.objects.get(code="s-glass").skill
    assert (skill.name, skill.kind, skill.scheme) == ("Glass annealing", SkillKind.TECHNICAL, "esco")
    assert skill.aliases == ["annealing of glass", "lehr"]
    assert SkillCode.objects.get(code="s-staff").skill.kind == SkillKind.PROFESSIONAL
    product = SkillCode.objects.get(code="Kilnmaker Systems Kilnmaker Pro").skill
    assert (product.name, product.kind, product.is_ambiguous) == ("Kilnmaker Pro", SkillKind.TOOL, True)


def test_relations_are_between_rows_of_ours(folder):
    _, lines = load(folder)
    annealer = occupation("esco", "o-glass")
    needs = annealer.skills.values_list("skill__name", "relevance", "is_hot", "scheme")
    assert set(needs) == {
        ("Glass annealing", "essential", False, "esco"),
        ("Manage kiln staff", "optional", False, "esco"),
    }
    sql = OccupationSkill.objects.get(occupation__slug="software-engineer", skill__slug="sql")
    assert (sql.is_hot, sql.relevance, sql.scheme) == (True, "optional", "onet")
    related = occupation("onet", "51-9051.00").relations.order_by("rank").values_list("related__slug", "rank")
    assert list(related) == [("glass-annealer", 1), ("software-engineer", 2)]
    assert any("1 left out: they name what is not loaded" in line for line in lines)


def test_industries_lie_below_ours_and_the_finest_codes_lead_to_them(folder):
    _, lines = load(folder)
    industries = dict(IndustryCode.objects.values_list("code", "industry__slug"))
    assert industries == {
        "332": "machinery",
        "3321": "forging-and-stamping",
        "33211": "forging-and-stamping",
        "332111": "forging-and-stamping",
        "332112": "forging-and-stamping",
        "517": "telecommunications",
    }
    forging = Industry.objects.get(slug="forging-and-stamping")
    assert (forging.parent, forging.scheme) == (Industry.objects.get(slug="machinery"), "naics")
    assert IndustryCode.objects.get(code="332").title == "Fabricated Metal Product Manufacturing"
    assert any("of no one industry of ours: 31-33" in line for line in lines)


def test_a_second_load_does_nothing(folder):
    load(folder)
    before = contents()
    outcome, lines = load(folder)
    assert (outcome.loaded, outcome.unchanged) == ((), ("esco", "onet", "naics"))
    assert lines.count("ESCO: nothing to do") == 1
    assert contents() == before


def test_a_load_that_looks_again_writes_nothing(folder):
    load(folder)
    before = contents()
    TaxonomyEdition.objects.all().delete()
    _, lines = load(folder)
    written = [line for line in lines if "rows written" in line]
    assert len(written) == 9
    assert [line for line in written if " 0 rows written" not in line] == []
    assert contents() == before


def test_the_reference_data_and_the_taxonomies_leave_each_other_alone(folder):
    load(folder)
    before = contents()
    # The reference data see that all of theirs is there …
    assert reference.load() is False
    # … and when some is not, they bring it back, and take nothing.
    SkillAlias.objects.get(alias="golang").delete()
    assert reference.load() is True
    assert reference.load() is False
    after = contents()
    assert {model for model in WRITTEN if after[model] != before[model]} == {SkillAlias}
    # The one that was lost has a new key, and all else is what it was.
    assert [row[1:] for row in after[SkillAlias] if row not in before[SkillAlias]] == [
        row[1:] for row in before[SkillAlias] if row not in after[SkillAlias]
    ]
    # So there is nothing to restore.
    outcome, _ = load(folder)
    assert outcome.loaded == ()


def test_a_word_that_becomes_ours_is_taken_from_the_taxonomy(folder, tmp_path_factory, monkeypatch):
    load(folder)
    assert OccupationTerm.objects.get(term="glass annealer").scheme == "esco"
    assert SkillAlias.objects.get(alias="lehr control workbench").scheme == "esco"
    files = tmp_path_factory.mktemp("reference")
    for path in reference.DATA.glob("*.csv*"):
        shutil.copy(path, files)
    occupations, skills = files / "occupations.csv", files / "skills.csv"
    occupations.write_text(
        occupations.read_text() + "glass-cooler,Glass cooler,production,glass annealer,\n", encoding="utf-8"
    )
    skills.write_text(skills.read_text() + "glass-cooling,Glass cooling,technical,lehr control workbench,,0\n", "utf-8")
    monkeypatch.setattr(reference, "DATA", files)
    assert reference.load() is True
    term = OccupationTerm.objects.get(term="glass annealer")
    assert (term.occupation.slug, term.scheme) == ("glass-cooler", "nexus")
    alias = SkillAlias.objects.get(alias="lehr control workbench")
    assert (alias.skill.slug, alias.scheme) == ("glass-cooling", "nexus")
    # Our words are others than at the last load: the taxonomy is settled anew, and its concepts stay what they were.
    outcome, _ = load(folder)
    assert outcome.loaded == ("esco", "onet", "naics")
    assert occupation("esco", "o-glass").slug == "glass-annealer"
    assert OccupationLabel.objects.filter(occupation__slug="glass-annealer", label="glass annealer").exists()
    assert OccupationTerm.objects.get(term="glass annealer").occupation.slug == "glass-cooler"


def test_lost_rows_come_back(folder):
    load(folder)
    before = contents()
    SkillLabel.objects.filter(label="manage kiln staff").delete()
    outcome, _ = load(folder)
    assert outcome.loaded == ("esco",)
    after = contents()
    assert len(after[SkillLabel]) == len(before[SkillLabel])


def test_titles_are_read_by_ours_first(folder):
    before = TitleReader()
    load(folder)
    after = TitleReader()
    for title in ("Programmer", "Plumber", "Software developer", "Senior Java Engineer", "Registered Nurse", "Model"):
        assert after.read(title) == before.read(title), title
    assert after.read("Batch Furnace Annealer")[0] == occupation("onet", "51-9051.00").pk
    # Two have it and it is the name of neither.
    assert after.read("Lehr tender") == (None, None)
    assert set(OccupationLabel.objects.filter(label="lehr tender").values_list("occupation__slug", flat=True)) == {
        "glass-annealer",
        "kiln-firer",
    }


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("You know the Lehr Control Workbench.", {"lehr-control-workbench"}),
        ("You know the Workbench of the Lehr.", {"lehr-control-workbench"}),
        ("You know KilnWorks Annealing Suite and Adobe Annealing Studio.",
         {"kilnworks-annealing-suite", "adobe-annealing-studio"}),
        # Everyday words, whatever the taxonomy takes them for.
        ("You manage kiln staff, lead the kiln, know glass annealing and lehr work.", set()),
        ("At the Lehr Workbench you manage kiln staff.", set()),
        ("As our Glass Shelter Manager you use kiln design DeskTop software.", set()),
        # A word of ours is not hidden.
        ("You know Java Beanology.", {"java"}),
    ],
)  # fmt: skip
def test_texts_are_read_by_proper_names_and_never_by_everyday_words(folder, text, slugs):
    load(folder)
    assert set(Skill.objects.filter(pk__in=mentioned(SkillReader(), text)).values_list("slug", flat=True)) == slugs


def test_what_is_not_read_can_be_looked_for(folder):
    load(folder)
    labels = dict(SkillLabel.objects.values_list("label", "skill__slug"))
    assert labels["glass annealing"] == "glass-annealing"
    assert labels["glass shelter manager"] == "glass-shelter-manager"
    assert labels["lehr work"] == "lehr-control-workbench"


def test_a_board_that_an_older_loader_filled_is_loaded_anew(folder, monkeypatch):
    monkeypatch.setattr(taxonomy, "LOADER_VERSION", taxonomy.LOADER_VERSION - 1)
    load(folder)
    lehr = Skill.objects.get(slug="glass-annealing")
    # As a board has it that was filled when everyday words were read.
    SkillLabel.objects.filter(label="glass annealing").delete()
    SkillAlias.objects.create(alias="glass annealing", skill=lehr, scheme="esco")
    monkeypatch.undo()
    assert load(folder)[0].loaded == ("esco", "onet", "naics")
    assert not SkillAlias.objects.filter(alias="glass annealing").exists()
    assert SkillLabel.objects.filter(label="glass annealing", skill=lehr).exists()
    assert load(folder)[0].loaded == ()


def test_a_concept_that_is_gone_is_retired_and_comes_back(folder):
    load(folder)
    annealer = occupation("esco", "o-kiln")
    JobFactory(occupation=annealer)
    tables.put(folder, "occupations_en.csv", tables.ESCO_OCCUPATIONS[:-1])
    _, lines = load(folder)
    annealer.refresh_from_db()
    assert annealer.is_retired
    assert annealer.codes.get(scheme="esco").is_retired
    assert not annealer.terms.exists()
    assert Job.objects.get().occupation == annealer
    assert not Occupation.objects.get(slug="software-engineer").is_retired
    assert any(line.endswith(", 1 retired") for line in lines)
    tables.put(folder, "occupations_en.csv", tables.ESCO_OCCUPATIONS)
    load(folder)
    annealer.refresh_from_db()
    assert not annealer.is_retired
    assert annealer.terms.filter(term="kiln firer").exists()


def test_what_a_new_edition_renames_stays_the_same_row(folder):
    load(folder)
    key = occupation("esco", "o-kiln").pk
    changed = (*tables.ESCO_OCCUPATIONS[:-1], (*tables.ESCO_OCCUPATIONS[-1][:3], "kiln operator of clay", ""))
    tables.put(folder, "occupations_en.csv", changed)
    load(folder)
    renamed = occupation("esco", "o-kiln")
    assert (renamed.pk, renamed.slug, renamed.title) == (key, "kiln-firer", "Kiln operator of clay")


@pytest.mark.parametrize("name", sorted(tables.FILES))
def test_any_table_alone_is_taken_or_waits_for_another(tmp_path, name):
    tables.put(tmp_path, name, tables.FILES[name])
    outcome, _ = load(tmp_path)
    assert len(outcome.loaded) == 1


def test_tables_that_come_one_by_one_add_up(folder, tmp_path_factory):
    for name in (
        "occupations_en.csv", "skills_en.csv.gz", "occupationSkillRelations_en.csv", "ISCOGroups_en.csv",
        "Occupation Data.txt", "Job Zones.txt",
    ):  # fmt: skip
        alone = tmp_path_factory.mktemp("alone")
        tables.put(alone, name, tables.FILES[name])
        load(alone)
    assert occupation("esco", "o-glass").skills.count() == 2
    assert occupation("onet", "51-9051.00").preparation == 2
    # The other titles that were loaded stay when their table is missing.
    load(folder)
    assert OccupationTerm.objects.filter(term="batch furnace annealer").exists()
    alone = tmp_path_factory.mktemp("alone")
    tables.put(alone, "Occupation Data.txt", tables.ONET_OCCUPATIONS)
    load(alone)
    assert OccupationTerm.objects.filter(term="batch furnace annealer").exists()


@pytest.mark.parametrize(
    ("name", "column", "value", "message"),
    [
        ("occupations_en.csv", 2, "X1", "occupations_en.csv, line 4, column iscoGroup: X1 is no group of ISCO-08."),
        ("occupations_en.csv", 3, "", "occupations_en.csv, line 4, column preferredLabel: is empty."),
        ("occupationSkillRelations_en.csv", 1, "vital", "column relationType: 'vital' is neither essential nor"),
        ("Occupation Data.txt", 0, "51/9051", "column O*NET-SOC Code: 51/9051 is no code of the Standard"),
        ("Technology Skills.txt", 1, "x" * 201, "column Example: is longer than 200 characters"),
        ("Related Occupations.txt", 3, "0", "column Index: '0' is no rank from 1 to 999."),
        ("Related Occupations.txt", 3, "²", "column Index: '²' is no rank"),
        ("Job Zones.txt", 1, "6", "Job Zones.txt, line 3, column Job Zone: '6' is no job zone from 1 to 5."),
        ("naics_2022.csv", 0, "33x", "column 2022 NAICS US Code: '33x' is no code of NAICS."),
    ],
)
def test_a_bad_value_is_named_and_nothing_of_its_taxonomy_is_written(folder, name, column, value, message):
    rows = [list(row) for row in tables.FILES[name]]
    rows[2][column] = value
    tables.put(folder, name, rows)
    with pytest.raises(BadTable) as error:
        load(folder)
    assert message in str(error.value)
    scheme = {"o": "esco", "O": "onet", "T": "onet", "R": "onet", "J": "onet", "n": "naics"}[name[0]]
    of_occupations = (OccupationCode, OccupationName, OccupationTerm, OccupationLabel, OccupationSkill)
    for model in (*of_occupations, SkillCode, SkillAlias, SkillLabel):
        assert not model.objects.filter(scheme=scheme).exists()
    assert not TaxonomyEdition.objects.filter(scheme=scheme).exists()
    # What came before it is in.
    assert TaxonomyEdition.objects.filter(scheme="esco").exists() is (scheme != "esco")


def test_a_dry_run_says_what_would_happen_and_changes_nothing(folder):
    before = contents()
    outcome, lines = load(folder, is_dry_run=True)
    assert outcome.loaded == ("esco", "onet", "naics")
    assert any(line.startswith("ESCO occupations: 3 read, 2 of their own, 1 linked to ours") for line in lines)
    assert contents() == before
    assert not TaxonomyEdition.objects.exists()


def test_a_folder_without_tables_is_refused(tmp_path):
    (tmp_path / "notes.md").touch()
    with pytest.raises(BadTable, match="holds no table of ESCO"):
        load(tmp_path)


def test_missing_and_unknown_files_are_named(folder):
    (folder / "notes.md").touch()
    (folder / "Job Zones.txt").unlink()
    _, lines = load(folder)
    assert "notes.md: left alone, no table of a taxonomy" in lines
    assert "O*NET job zones: missing" in lines
    assert "O*NET occupations: Occupation Data.txt" in lines


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_are_one(folder):
    outcomes = []
    assert races.at_once(*[lambda: outcomes.append(load(folder)[0])] * 2) == ["done"] * 2
    assert [scheme for outcome in outcomes for scheme in outcome.loaded].count("esco") == 1
    assert OccupationCode.objects.filter(scheme="esco").count() == 3


def labelled(folder):
    """The postings that `test_understanding` has labels of, as it shows them."""
    rows = {file: rows_of(folder / file) for file in understanding.VIEWS}
    return [understanding.view(label["file"], rows[label["file"]][label["id"]]) for label in understanding.labels()]


def recognised(rows):
    """The skills read in each row."""
    recogniser = Recogniser()
    postings = [recogniser.posting(row, Tally(), company="Unnamed company") for row in rows]
    return [{skill.skill_id for skill in posting.skills} for posting in postings]


@pytest.mark.needs("data")
def test_the_real_taxonomies_take_no_skill_from_a_posting_and_add_few(data_folder):
    native = set(Skill.objects.values_list("pk", flat=True))
    rows = labelled(data_folder)
    before = recognised(rows)
    load(data_folder / "taxonomies")
    after = recognised(rows)
    assert sum(map(len, before)) > 200
    assert [skills & native for skills in after] == before
    # iOS alone, by name and by number of postings: a handful of 200.
    added = Counter(skill for skills in after for skill in skills - native)
    assert set(Skill.objects.filter(pk__in=added).values_list("slug", flat=True)) == {"ios"}
    assert added.total() <= 4


@pytest.mark.needs("data")
def test_the_real_tables_go_in_and_a_second_time_change_nothing(data_folder):
    folder = data_folder / "taxonomies"
    titles = TitleReader()
    load(folder)
    assert OccupationCode.objects.filter(scheme="esco").count() == 3007
    assert SkillCode.objects.filter(scheme="esco").count() == 13896
    assert OccupationCode.objects.filter(scheme="onet").count() == 1016
    assert SkillCode.objects.filter(scheme="onet").count() == 8632
    assert IndustryCode.objects.count() == 2072
    assert Industry.objects.filter(scheme="naics").count() < 400
    assert occupation("onet", "15-1252.00").slug == "software-engineer"
    assert occupation("esco", "f2b15a0e-e65a-438a-affb-29b9d50b77d1").slug == "software-engineer"
    assert occupation("onet", "29-1141.00").slug == "registered-nurse"
    assert SkillCode.objects.get(code="Apache Kafka").skill.scheme == "nexus"
    assert OccupationSkill.objects.count() > 140_000
    # Every word of ours still means what it did.
    read = TitleReader()
    terms = list(OccupationTerm.objects.filter(scheme="nexus", is_abbreviation=False).values_list("term", flat=True))
    assert [term for term in terms if read.read(term) != titles.read(term)] == []
    ours = SkillAlias.objects.filter(scheme="nexus").values_list("alias", flat=True)
    assert set(ours).isdisjoint(SkillAlias.objects.exclude(scheme="nexus").values_list("alias", flat=True))
    TaxonomyEdition.objects.all().delete()
    _, lines = load(folder)
    written = [line for line in lines if "rows written" in line]
    assert len(written) == 9
    assert [line for line in written if " 0 rows written" not in line] == []
    assert load(folder)[0].loaded == ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT term FROM jobs_occupationterm GROUP BY term HAVING count(*) > 1")
        assert cursor.fetchall() == []
