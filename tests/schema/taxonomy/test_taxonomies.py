"""Occupations, and what official taxonomies say of them, of skills and of industries."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Company, Industry, Occupation, OccupationSkill, Skill, SkillCode
from jobs.selectors import taxonomy as selectors
from jobs.services import taxonomy
from kernel.viewer import Viewer
from tests.door import send
from tests.factories import CompanyFactory, OccupationFactory, SkillFactory
from tests.jobs.services.taxonomies import tables

pytestmark = pytest.mark.django_db

OCCUPATIONS = """
query($where: OccupationWhere) {
  occupations(where: $where, first: 50) {
    totalCount
    nodes {
      slug title preparation isRetired
      category { slug }
      codes { scheme code title isRetired }
      skills { relevance isHot skill { slug codes { scheme code } } }
      related { slug }
    }
  }
}"""


@pytest.fixture
def loaded(tmp_path: Path) -> None:
    taxonomy.load(tables.put_all(tmp_path))


def occupations(**where: Any) -> list[Any]:
    return list(send(OCCUPATIONS, {"where": where}).data["occupations"]["nodes"])


@pytest.mark.usefixtures("loaded")
def test_an_occupation_tells_what_taxonomies_say_of_it() -> None:
    (annealer,) = occupations(titleStartsWith="furnace ann")
    skills = annealer.pop("skills")
    assert {
        "relevance": "OPTIONAL",
        "isHot": False,
        "skill": {"slug": "kilnmaker-pro", "codes": [{"scheme": "ONET", "code": "Kilnmaker Systems Kilnmaker Pro"}]},
    } in skills
    assert [skill["isHot"] for skill in skills] == [True, True, False, False, False]
    assert annealer == {
        "slug": "furnace-annealer",
        "title": "Furnace Annealer",
        "preparation": 2,
        "isRetired": False,
        "category": {"slug": "production"},
        "codes": [{"scheme": "ONET", "code": "51-9051.00", "title": "Furnace Annealers", "isRetired": False}],
        "related": [{"slug": "glass-annealer"}, {"slug": "software-engineer"}],
    }


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("prefix", "slug"),
    [("Programmer", "software-engineer"), ("LEHR t", "kiln-firer"), ("glass heat", "glass-annealer")],
)
def test_an_occupation_is_found_by_any_title(prefix: str, slug: str) -> None:
    assert slug in [occupation["slug"] for occupation in occupations(titleStartsWith=prefix)]


@pytest.mark.usefixtures("loaded")
def test_a_skill_is_found_by_a_label_that_texts_are_not_read_by() -> None:
    found = send('{ skills(where: {nameStartsWith: "lead the kiln"}) { totalCount nodes { name } } }').data["skills"]
    assert found == {"totalCount": 1, "nodes": [{"name": "Manage kiln staff"}]}


@pytest.mark.usefixtures("loaded")
def test_lists_are_kept_to_a_vocabulary_and_to_categories() -> None:
    esco = occupations(schemes=["ESCO"])
    assert {row["slug"] for row in esco} == {"glass-annealer", "kiln-firer"}
    total = send("{ skills(where: {schemes: [ONET]}) { totalCount } }").data["skills"]["totalCount"]
    assert total == 5
    (category,) = send("{ categories(where: {isRoot: false}, first: 1) { nodes { id name } } }").data["categories"][
        "nodes"
    ]
    found = occupations(categories=[category["id"]])
    assert found
    assert len({row["category"]["slug"] for row in found}) == 1


def test_retired_rows_are_not_listed_and_still_found_by_what_points_at_them() -> None:
    gone: Any = OccupationFactory(title="Lamp lighter", is_retired=True)
    SkillFactory(name="Lamp lighting", is_retired=True)
    assert occupations(titleStartsWith="Lamp l") == []
    assert send("{ skills { nodes { isRetired } } }").data["skills"]["nodes"][0]["isRetired"] is False
    assert selectors.occupations_by_id(Viewer(), [gone.pk])[gone.pk].is_retired


@pytest.mark.usefixtures("loaded")
def test_an_industry_of_a_taxonomy_lies_below_ours() -> None:
    CompanyFactory(industry=Industry.objects.get(slug="forging-and-stamping"))
    found = send(
        "{ companies { nodes { industry { name codes { code } parent { slug parent { slug } children { slug } } } } } }"
    ).data["companies"]["nodes"]
    assert len(found) == Company.objects.count() == 1
    assert found[0]["industry"] == {
        "name": "Forging and Stamping",
        "codes": [{"code": code} for code in ("3321", "33211", "332111", "332112")],
        "parent": {"slug": "machinery", "parent": None, "children": [{"slug": "forging-and-stamping"}]},
    }


@pytest.mark.usefixtures("loaded")
def test_many_occupations_take_as_many_queries_as_one() -> None:
    def queries(**where: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert occupations(**where)
        return len(captured)

    assert queries(titleStartsWith="furnace ann") == queries(schemes=["ESCO", "ONET"])


def test_lists_below_an_occupation_are_bounded_and_the_strongest_comes_first() -> None:
    occupation: Any = OccupationFactory()
    skills: list[Any] = [SkillFactory(name=f"Skill {number:03}") for number in range(selectors.MOST_SKILLS + 5)]
    for number, skill in enumerate(skills):
        relevance = "essential" if skill is skills[-1] else "optional"
        OccupationSkill.objects.create(
            occupation=occupation, skill=skill, relevance=relevance, is_hot=number == 40, scheme="esco"
        )
    # Two taxonomies have it; the stronger word counts.
    OccupationSkill.objects.create(occupation=occupation, skill=skills[7], relevance="essential", scheme="onet")
    found = selectors.skills_of_occupations(Viewer(), [occupation.pk])[occupation.pk]
    assert len(found) == selectors.MOST_SKILLS
    assert [need.skill_id for need in found[:4]] == [skills[number].pk for number in (7, -1, 40, 0)]
    assert len({need.skill_id for need in found}) == len(found)
    SkillCode.objects.bulk_create(
        SkillCode(skill=skills[0], scheme="onet", code=f"tool {number}") for number in range(selectors.MOST_CODES + 1)
    )
    codes = selectors.codes_of_skills(Viewer(), [skills[0].pk])[skills[0].pk]
    assert len(codes) == selectors.MOST_CODES


def test_every_page_of_the_occupations_together_is_every_occupation() -> None:
    page = (
        "query($after: String) { occupations(first: 100, after: $after)"
        " { nodes { slug } pageInfo { hasNextPage endCursor } } }"
    )
    slugs: list[str] = []
    after, more = None, True
    while more:
        found = send(page, {"after": after}).data["occupations"]
        slugs += [node["slug"] for node in found["nodes"]]
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert sorted(slugs) == sorted(Occupation.objects.values_list("slug", flat=True))


@pytest.mark.parametrize("prefix", ["%", "_", "'", "!!!"])
def test_a_title_is_text_and_no_pattern(prefix: str) -> None:
    assert occupations(titleStartsWith=prefix) == []
    assert Skill.objects.exists()
