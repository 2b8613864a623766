"""`docs/profiles.md` says what is so: the JSON Resume mapping, sections, weights and limits."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from jobs.models import PlaceName, Profile, ProfileSection, SkillAlias
from jobs.selectors.profile_completeness import RULES
from jobs.services import profile_import
from jobs.services.profile_entries import LISTS
from schema.root import schema
from tests.factories import CountryFactory, PlaceFactory, SkillFactory, UserFactory, viewer_of

GUIDE = (Path(settings.BASE_DIR) / "docs" / "profiles.md").read_text(encoding="utf-8")
# One value for each member that the table names, which no other member has.
DATES = {"startDate": "2019-03-04", "endDate": "2020-07-08"}
VALUES: dict[str, Any] = {
    "keywords[]": "Python",
    "level": "Expert",
    "language": "German",
    "fluency": "C1",
    "network": "GitHub",
    "url": "https://table.example/1",
    "location": {"city": "Tabletown", "countryCode": "DE"},
    "highlights": ["Told"],
    "courses": ["Told"],
    **DATES,
}
IN_BASICS = {"location": VALUES["location"]}
BESIDES = {
    "work": {"position": "Filler"},
    "volunteer": {"position": "Filler"},
    "education": {"institution": "Filler"},
    "languages": {"language": "French"},
    "profiles": {"url": "https://filler.example"},
    "skills": {"name": "Python"},
}


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    part = GUIDE.split(f"\n{heading}\n", 1)[1]
    lines = re.findall(r"^\|(.*)\|$", part.split("\n## ", 1)[0], re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def mapping() -> list[tuple[str, str]]:
    """Each member of a document that the guide names, and the field that it says it becomes; empty for what is kept."""
    return [
        (member, "" if becomes == "–" else becomes.strip("`"))
        for members, becomes, *_ in table("## JSON Resume")
        for member in re.findall(r"`([^`]+)`", members)
    ]


def document_with(member: str) -> dict[str, Any]:
    """A document that says one thing, and as little else as an entry needs to be one."""
    section, _, rest = member.partition(".")
    if not rest:
        return {section.removesuffix("[]"): [{"name": "Kept"}]}
    if section == "basics" and not rest.startswith("profiles"):
        return {"basics": {rest: VALUES.get(rest, "Told here")}}
    name = rest.removeprefix("profiles[].")
    owner = "profiles" if section == "basics" else section.removesuffix("[]")
    value = "Told here" if (owner, name) == ("work", "location") else VALUES.get(name, "Told here")
    if (owner, name) == ("skills", "name"):
        value = "Python"
    entry = BESIDES[owner] | ({"keywords": [value], "name": "X"} if name == "keywords[]" else {name: value})
    return {"basics": {"profiles": [entry]}} if owner == "profiles" else {owner: [entry]}


def state(user: Any) -> dict[str, Any]:
    """The profile's fields as the guide names them."""
    profile = Profile.objects.get(user=user)
    found: dict[str, Any] = {"headline": profile.headline, "summary": profile.summary, "home": profile.home_id}
    columns = {
        "experiences": ("organisation", "title", "place", "started_on", "ended_on", "summary", "highlights"),
        "educations": ("institution", "area", "study_type", "started_on", "ended_on", "score", "courses"),
        "links": ("kind", "url"),
        "spoken_languages": ("tag", "level"),
        "profile_skills": ("skill_id", "level"),
    }
    for relation, names in columns.items():
        for name in names:
            field = f"{relation.split('_')[-1]}.{_camel(name).removesuffix('Id')}"
            found[field] = str(list(getattr(profile, relation).values_list(name, flat=True)))
    return found


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


@pytest.mark.django_db
@pytest.mark.parametrize(("member", "becomes"), mapping(), ids=lambda value: value or "kept")
def test_every_member_becomes_what_the_table_says(member: str, becomes: str) -> None:
    place = PlaceFactory(name="Tabletown", country=CountryFactory(), population=10**9)
    PlaceName.objects.create(place=place, name="tabletown")
    if not SkillAlias.objects.filter(alias="python").exists():
        SkillAlias.objects.create(alias="python", skill=SkillFactory(name="Python"))
    document = document_with(member)
    told, silent = UserFactory(), UserFactory()
    for user, said in ((told, document), (silent, _without(document, member))):
        profile_import.import_document(by=viewer_of(user), document=json.dumps(said), mode="replace")
    after, before = state(told), state(silent)
    changed = {name for name in after if after[name] != before[name]}
    key = Profile.objects.get(user=told).pk
    assert json.loads(profile_import.documents(viewer_of(told), [key])[key]) == document
    if not becomes:
        assert not changed, "it is only kept"
    elif becomes == "links":
        assert "links.url" in changed
    else:
        assert becomes in changed


def _without(document: dict[str, Any], member: str) -> dict[str, Any]:
    """The document that does not say the one thing."""
    section, _, rest = member.partition(".")
    if not rest or (section == "basics" and not rest.startswith("profiles")):
        return {}
    name = rest.removeprefix("profiles[].").removesuffix("[]")
    owner = "profiles" if section == "basics" else section.removesuffix("[]")
    said = document["basics"]["profiles"] if owner == "profiles" else document[owner]
    entry = {key: value for key, value in said[0].items() if key != name}
    return {"basics": {"profiles": [entry]}} if owner == "profiles" else {owner: [entry]}


def test_every_member_of_the_schema_is_named() -> None:
    sections = {member.split(".")[0].removesuffix("[]") for member, _ in mapping()}
    named = {
        *("basics", "work", "volunteer", "education", "awards", "certificates", "publications", "skills", "languages"),
        *("interests", "references", "projects", "meta", "$schema"),
    }
    assert sections == named


def test_sections_are_those_of_the_code() -> None:
    rows = table("Sections:")
    assert [row[0].strip("`") for row in rows] == [section.name for section in ProfileSection]
    fields = schema.graphql_schema.type_map["Profile"].fields
    for _, shown in rows:
        assert set(shown.strip("`").split()) <= set(fields)


def test_weights_are_those_of_the_code() -> None:
    rows = {re.match(r"`(\w+)`", row[0])[1]: int(row[1]) for row in table("## Completeness")}
    assert rows == {rule.part.name: rule.weight for rule in RULES}


def test_limits_are_those_of_the_code() -> None:
    for name, words in {
        "experiences": "experiences",
        "educations": "educations",
        "skills": "skills",
        "languages": "\nlanguages|languages",
        "links": "links",
        "work_authorisations": "work authorisations",
    }.items():
        assert re.search(rf"{LISTS[name].most}\s+({words})", GUIDE), name
    assert "300,000 bytes" in GUIDE
    assert f"the first {profile_import.MOST_REMARKS} are named" in GUIDE
