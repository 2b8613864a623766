"""JSON Resume documents: read into what a profile holds, and written from it (https://jsonresume.org/schema, 1.0.0).

What no column of ours holds is kept: beside the row that it belongs to, or in `Profile.json_resume`, which has

    document   the document, without the entries and texts that rows and columns give back
    left       entries of a list that made no row, with their places: {"work": [[2, {…}]]}
    skills     the skills that were taken, by id, with the words that told of them and the level they had then
    home       the place that `basics.location` stood for

so that a document that was imported comes out as it went in, but for what the person has changed since.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Max, Min

from jobs.models import ExperienceKind, LinkKind, PlaceName, Profile, ProfileSkill, SkillAlias, SkillLabel
from jobs.services.json_resume_reader import Json, Reader
from jobs.services.json_resume_sections import SECTIONS, given, taken, without_empty
from jobs.services.profile_entries import LISTS, LONGEST_NAME, LONGEST_TEXT
from jobs.text import fold

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
# Of so many distinct words the skills are looked up; a person has room for a hundred.
MOST_WORDS = 2_000
# Which of our lists an entry of a section goes into; `profiles` stands in `basics`.
LIST_OF = {
    "work": "experiences",
    "volunteer": "experiences",
    "education": "educations",
    "languages": "languages",
    "profiles": "links",
}
_KIND_OF = {"work": ExperienceKind.EMPLOYMENT, "volunteer": ExperienceKind.VOLUNTEERING}
# As the schema has them; what else there is comes after them, in its own order.
_MEMBERS = (
    *("$schema", "basics", "work", "volunteer", "education", "awards", "certificates", "publications", "skills"),
    *("languages", "interests", "references", "projects", "meta"),
)
_BASICS = ("name", "label", "image", "email", "phone", "url", "summary", "location", "profiles")
_TEXTS = {"label": ("headline", LONGEST_NAME), "summary": ("summary", LONGEST_TEXT)}
_LEVEL_NAMES = {1: "Beginner", 2: "Elementary", 3: "Intermediate", 4: "Advanced", 5: "Expert"}
_LEVELS = {fold(name): level for level, name in _LEVEL_NAMES.items()} | {
    "basic": 1,
    "novice": 1,
    "competent": 3,
    "proficient": 4,
    "master": 5,
}


@dataclass(slots=True)
class Understood:
    """What a document says in our columns, what is kept of it beside them, and what was not understood."""

    headline: str = ""
    summary: str = ""
    home_id: int | None = None
    rows: dict[str, list[Any]] = field(default_factory=dict)
    rest: Json = field(default_factory=dict)
    remarks: list[tuple[str, str]] = field(default_factory=list)


def understand(document: Json) -> Understood:
    """What a document says. Three statements: skills by their names, and the place."""
    found = Understood()
    rest = dict(document)
    left: dict[str, list[Any]] = {}
    if isinstance(document.get("basics"), dict):
        rest["basics"] = _take_basics(document["basics"], found, left)
    elif "basics" in document:
        found.remarks.append(("basics", "This is not an object."))
    for section in ("work", "volunteer", "education", "languages"):
        if section in document:
            rest[section] = _take_entries(section, section, document[section], found, left)
    skills = _take_skills(document.get("skills"), found)
    found.rest = {"document": rest, "left": left, "skills": skills, "home": None}
    return found


def document_of(profile: Profile, lists: Mapping[str, Sequence[Any]]) -> Json:
    """A profile as a document. `lists` has its rows by the name of the list, in order, skills with their `skill`."""
    rest = profile.json_resume or {"document": {"$schema": SCHEMA}, "left": {}, "skills": {}, "home": None}
    document, left = dict(rest["document"]), rest["left"]
    basics = _give_basics(profile, document.get("basics"), lists["links"], rest)
    if basics or "basics" not in document:
        document["basics"] = basics
    for section in ("work", "volunteer", "education", "languages"):
        rows = [row for row in lists[LIST_OF[section]] if _KIND_OF.get(section) in (None, getattr(row, "kind", None))]
        entries = _give_entries(section, rows, left)
        if entries:
            document[section] = entries
    skills = _give_skills(document.get("skills"), lists["skills"], rest["skills"])
    if skills or isinstance(document.get("skills"), list):
        document["skills"] = skills
    if not document["basics"] and "basics" not in rest["document"]:
        del document["basics"]
    return _ordered(document, _MEMBERS)


def _take_basics(basics: Json, found: Understood, left: dict[str, list[Any]]) -> Json:
    rest, reader = dict(basics), Reader("basics")
    for name, (column, longest) in _TEXTS.items():
        text = reader.text(basics, name, longest)
        setattr(found, column, text)
        if text and basics[name] == text:
            del rest[name]
    if basics.get("url"):
        website = taken(SECTIONS["url"], {"url": basics["url"]}, reader)
        if website is not None:
            found.rows.setdefault("links", []).append(website)
            del rest["url"]
    found.remarks += reader.remarks
    if "profiles" in basics:
        rest["profiles"] = _take_entries("profiles", "basics.profiles", basics["profiles"], found, left)
    found.home_id = _place_of(basics.get("location"))
    return rest


def _place_of(location: Any) -> int | None:
    """The largest town of the name in the country."""
    if not isinstance(location, dict):
        return None
    city, country = location.get("city"), location.get("countryCode")
    if not isinstance(city, str) or not isinstance(country, str) or not fold(city):
        return None
    named = PlaceName.objects.filter(name=fold(city)[:LONGEST_NAME], place__country=country.strip().upper()[:2])
    return named.order_by("-place__population", "place").values_list("place", flat=True).first()


def _take_entries(section: str, path: str, entries: Any, found: Understood, left: dict[str, list[Any]]) -> Any:
    """What stays of a section in the document: nothing of a list, whose entries are rows, or left."""
    if not isinstance(entries, list):
        found.remarks.append((path, "This is not a list."))
        return entries
    listed = LISTS[LIST_OF[section]]
    rows = found.rows.setdefault(LIST_OF[section], [])
    met = {listed.same(row) for row in rows}
    for place, entry in enumerate(entries):
        reader = Reader(f"{path}.{place}")
        row = taken(SECTIONS[section], entry, reader)
        if row is not None and listed.is_distinct and listed.same(row) in met:
            reader.note("", "An entry above says this already.")
            row = None
        if row is not None and len(rows) == listed.most:
            reader.note("", f"There is room for {listed.most} entries.")
            row = None
        if row is None:
            left.setdefault(section, []).append([place, entry])
        else:
            rows.append(row)
            met.add(listed.same(row))
        found.remarks += reader.remarks
    return []


def _take_skills(entries: Any, found: Understood) -> Json:
    if entries is None:
        return {}
    if not isinstance(entries, list):
        found.remarks.append(("skills", "This is not a list."))
        return {}
    words = [word for place, entry in enumerate(entries) for word in _skill_words(entry, f"skills.{place}")]
    folded = {fold(word) for _, word, _ in words}
    known = _skills_of(folded)
    skills: Json = {}
    for path, word, level in words:
        key = known.get(fold(word))
        if key is None:
            found.remarks.append((path, "This skill is not known here."))
        elif str(key) in skills:
            skills[str(key)]["words"].append(fold(word))
        elif len(skills) == LISTS["skills"].most:
            found.remarks.append((path, f"There is room for {LISTS['skills'].most} skills."))
        else:
            skills[str(key)] = {"words": [fold(word)], "level": level}
    found.rows["skills"] = [ProfileSkill(skill_id=int(key), level=skill["level"]) for key, skill in skills.items()]
    return skills


def _skills_of(folded: set[str]) -> dict[str, int]:
    """The skills of these words: by a spelling of it, or else by what taxonomies call one skill and no other.

    What is not safe to read in a text is safe in a list of skills.
    """
    labelled = SkillLabel.objects.filter(label__in=folded, skill__is_retired=False).order_by()
    alone = labelled.values("label").annotate(one=Min("skill"), other=Max("skill")).filter(one=F("other"))
    spelled = SkillAlias.objects.filter(alias__in=folded, skill__is_retired=False).values_list("alias", "skill_id")
    return dict(alone.values_list("label", "one")) | dict(spelled)


def _skill_words(entry: Any, path: str) -> Iterator[tuple[str, str, int | None]]:
    """The name and the keywords of an entry, each with its path and the entry's level."""
    if not isinstance(entry, dict):
        return
    level = entry.get("level")
    read = _LEVELS.get(fold(level)) if isinstance(level, str) else None
    if isinstance(entry.get("name"), str):
        yield f"{path}.name", entry["name"], read
    if isinstance(entry.get("keywords"), list):
        for place, word in enumerate(entry["keywords"]):
            if isinstance(word, str):
                yield f"{path}.keywords.{place}", word, read


def _give_basics(profile: Profile, kept: Any, links: Sequence[Any], rest: Json) -> Json:
    basics = dict(kept) if isinstance(kept, dict) else {}
    for name, (column, longest) in _TEXTS.items():
        text = getattr(profile, column)
        if Reader("").text(basics, name, longest) != text:
            basics.pop(name, None)
        if text:
            basics.setdefault(name, text)
    website = next((link for link in links if link.kind == LinkKind.WEBSITE), None)
    if website is not None:
        basics["url"] = given(SECTIONS["url"], website)["url"]
    if profile.home_id != rest["home"]:
        basics.pop("location", None)
        basics |= _location_of(profile)
    profiles = _give_entries("profiles", [link for link in links if link is not website], rest["left"])
    if profiles:
        basics["profiles"] = profiles
    return _ordered(basics, _BASICS)


def _location_of(profile: Profile) -> Json:
    home = profile.home
    if home is None:
        return {}
    place = [("city", home.name), ("countryCode", home.country_id), ("region", home.region_name)]
    return {"location": without_empty(place)}


def _give_entries(section: str, rows: Iterable[Any], left: Json) -> list[Any]:
    entries: list[Any] = [given(SECTIONS[section], row) for row in rows]
    for place, entry in left.get(section, ()):
        entries.insert(place, entry)
    return entries


def _give_skills(kept: Any, rows: Sequence[ProfileSkill], was_taken: Json) -> list[Any]:
    """The entries without the words of skills that the person no longer has so, and an entry for each other skill."""
    levels = {str(row.skill_id): row.level for row in rows}
    told = {key for key, skill in was_taken.items() if key in levels and levels[key] == skill["level"]}
    dropped = {word for key, skill in was_taken.items() if key not in told for word in skill["words"]}
    entries = []
    for entry in kept if isinstance(kept, list) else ():
        shorter = _without(entry, dropped)
        if shorter or not entry:
            entries.append(shorter)
    others = [row for row in rows if str(row.skill_id) not in told]
    return entries + [
        without_empty([("name", row.skill.name), ("level", _LEVEL_NAMES.get(row.level or 0, ""))]) for row in others
    ]


def _without(entry: Any, words: set[str]) -> Any:
    """An entry of `skills` without some of its words; empty where it said nothing else."""
    if not isinstance(entry, dict) or not any(fold(word) in words for _, word, _ in _skill_words(entry, "")):
        return entry
    shorter = dict(entry)
    if isinstance(entry.get("name"), str) and fold(entry["name"]) in words:
        del shorter["name"]
    if isinstance(entry.get("keywords"), list):
        left = [word for word in entry["keywords"] if not isinstance(word, str) or fold(word) not in words]
        shorter["keywords"] = left
    return shorter if shorter.get("name") or shorter.get("keywords") else {}


def _ordered(members: Json, first: Sequence[str]) -> Json:
    names = [name for name in first if name in members]
    return {name: members[name] for name in (*names, *(name for name in members if name not in first))}
