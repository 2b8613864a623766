"""JSON Resume documents: what goes in comes out, and what is understood is in columns."""

import gzip
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from jobs.models import Experience, PlaceName, Profile, ProfileSkill, SkillAlias
from jobs.services import json_resume, profile, profile_import
from jobs.services.profile_import import Imported
from jobs.text import fold
from kernel.errors import Invalid
from tests.factories import CountryFactory, PlaceFactory, SkillFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db

WORK = {
    "name": "Pied Piper",
    "position": "CEO",
    "startDate": "2013-12-01",
    "endDate": "2014-12-01",
    "summary": "Compresses.",
    "highlights": ["Won a prize"],
    "url": "https://piedpiper.example",
    "description": "A company",
}


def take(by: User, document: Any, mode: str = "replace", *, is_dry_run: bool = False) -> Imported:
    text = document if isinstance(document, str) else json.dumps(document)
    return profile_import.import_document(by=viewer_of(by), document=text, mode=mode, is_dry_run=is_dry_run)


def change(by: User, **changes: Any) -> Profile:
    return profile.update(by=viewer_of(by), changes=changes)


def skill(name: str) -> int:
    """A skill that is known by its name."""
    known = SkillAlias.objects.filter(alias=fold(name)).first()
    known = known or SkillAlias.objects.create(alias=fold(name), skill=SkillFactory(name=name))
    key: int = known.skill_id
    return key


def give(by: User) -> Any:
    key = Profile.objects.get(user=by).pk
    return json.loads(profile_import.documents(viewer_of(by), [key])[key])


def exactly(document: Any) -> str:
    """Tells 1 from 1.0 and from true."""
    return json.dumps(document, sort_keys=True)


def samples(folder: Path) -> list[Any]:
    return [json.loads(path.read_text()) for path in sorted((folder / "importers").glob("jsonresume_*"))]


@pytest.mark.needs("data")
def test_real_documents_come_out_as_they_went_in(data_folder: Path) -> None:
    for name in ("HTML", "CSS", "Compression"):
        skill(name)
    documents = samples(data_folder)
    assert len(documents) == 2
    for document in documents:
        for mode in ("replace", "merge"):
            by = UserFactory()
            take(by, document, mode)
            assert exactly(give(by)) == exactly(document)
            take(by, document, "merge")
            assert exactly(give(by)) == exactly(document), "the same again changes nothing"


@pytest.mark.needs("data")
def test_what_the_real_one_says_is_in_columns(data_folder: Path) -> None:
    (document,) = (sample for sample in samples(data_folder) if "basics" in sample)
    place = PlaceFactory(name="San Francisco", country=CountryFactory(code="US"), population=10**9)
    PlaceName.objects.create(place=place, name="san francisco")
    html = skill("HTML")
    by = UserFactory()
    imported = take(by, document)
    assert imported.added.pop("skills") >= 1
    assert imported.added == {"experiences": 2, "educations": 1, "languages": 1, "links": 3}
    made = Profile.objects.get(user=by)
    assert (made.headline, made.summary[:7], made.home_id) == ("Programmer", "Richard", place.pk)
    work, teaching = made.experiences.order_by("position")
    assert (work.kind, work.organisation, work.title) == ("employment", "Pied Piper", "CEO/President")
    assert (work.started_on, work.ended_on, work.is_current) == (date(2013, 12, 1), date(2014, 12, 1), False)
    assert (teaching.kind, teaching.organisation) == ("volunteering", "CoderDojo")
    assert (html, 5) in [(row.skill_id, row.level) for row in made.profile_skills.all()]
    assert [(row.tag, row.level) for row in made.spoken_languages.all()] == [("en", "native")]
    assert [row.kind for row in made.links.order_by("position")] == ["website", "x", "other"]
    assert imported.remark_count == len(imported.remarks)


@pytest.mark.needs("data")
def test_texts_of_real_people_survive(data_folder: Path) -> None:
    skill("Python")
    by = UserFactory()
    with gzip.open(data_folder / "resumes_public.jsonl.gz", "rt", encoding="utf-8", newline="\n") as file:
        texts = [json.loads(line) for line in file]
    assert len(texts) > 100
    told = 0
    for resume in texts:
        names = re.findall(r"^(.{1,80}?)- Exprience", resume["text"], re.MULTILINE)
        document = {
            "basics": {"label": resume["category"], "summary": resume["text"]},
            "skills": [{"name": name} for name in names],
        }
        told += take(by, document).added["skills"]
        assert exactly(give(by)) == exactly(document)
    assert told > 5


WORDS = [
    "name",
    "position",
    "organization",
    "startDate",
    "endDate",
    "summary",
    "highlights",
    "url",
    "network",
    "institution",
    "area",
    "studyType",
    "score",
    "courses",
    "language",
    "fluency",
    "level",
    "keywords",
    "label",
    "profiles",
    "location",
    "city",
    "countryCode",
    "x",
]
TEXTS = ["2024-05", "2024-13", "2024", "2024-05-31", "0000", "", " ", "Present", "English", "C1", "https://a.example"]
TEXTS += ["GitHub", "Python", "python", "Expert", "a" * 201]
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9).map(lambda n: round(n, 3) + 0.0)
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
    | st.sampled_from(TEXTS)
)
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["basics", "work", "volunteer", "education", "skills", "languages", "awards", "meta", "x"]),
    JSON | st.lists(JSON, max_size=5),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(document=DOCUMENTS)
def test_any_object_comes_out_as_it_went_in(document: Any) -> None:
    skill("Python")
    by = UserFactory()
    take(by, document)
    assert exactly(give(by)) == exactly(document)
    take(by, document, "merge")
    assert exactly(give(by)) == exactly(document), "the same again changes nothing"


def test_what_the_person_changes_is_written_and_the_rest_stays() -> None:
    by = UserFactory()
    take(by, {"work": [WORK], "x": 1})
    entry = {"title": "CTO", "organisation": "Pied Piper", "started_on": "2013-12", "ended_on": "2015-01"}
    change(by, experiences=[entry, {"title": "Chef"}], headline="Boss")
    assert give(by) == {
        "basics": {"label": "Boss"},
        "work": [
            {
                "name": "Pied Piper",
                "position": "CTO",
                "startDate": "2013-12-01",
                "endDate": "2015-01",
                "url": "https://piedpiper.example",
                "description": "A company",
            },
            {"position": "Chef"},
        ],
        "x": 1,
    }


def test_what_the_person_takes_away_does_not_come_back() -> None:
    by = UserFactory()
    python, rust = skill("Python"), skill("Rust")
    entries = [{"name": "Coding", "level": "Expert", "keywords": ["Python", "Rust"]}, {"name": "Rust"}]
    take(by, {"basics": {"label": "X", "url": "https://x.example"}, "work": [WORK], "skills": entries})
    change(by, experiences=[], links=[], headline=None, skills=[{"skill_id": python, "level": 2}])
    assert give(by) == {
        "basics": {},
        "work": [],
        "skills": [{"name": "Coding", "level": "Expert", "keywords": []}, {"name": "Python", "level": "Elementary"}],
    }
    assert rust not in set(ProfileSkill.objects.values_list("skill_id", flat=True))


def test_a_profile_that_was_written_here_is_a_document() -> None:
    by, place = UserFactory(), PlaceFactory(name="Ulm", region_name="Baden-Württemberg")
    change(
        by,
        headline="Nurse",
        home_id=place.pk,
        educations=[{"institution": "School", "study_type": "Diploma", "courses": ["Care"]}],
        languages=[{"tag": "de", "level": "native"}, {"tag": "nb"}, {"tag": "pt-BR", "level": "b1"}],
        links=[{"kind": "github", "url": "https://github.com/n"}, {"kind": "website", "url": "https://n.example"}],
        skills=[{"skill_id": skill("Care"), "level": 4}],
    )
    assert give(by) == {
        "$schema": json_resume.SCHEMA,
        "basics": {
            "label": "Nurse",
            "url": "https://n.example",
            "location": {"city": "Ulm", "countryCode": "DE", "region": "Baden-Württemberg"},
            "profiles": [{"network": "GitHub", "url": "https://github.com/n"}],
        },
        "education": [{"institution": "School", "studyType": "Diploma", "courses": ["Care"]}],
        "skills": [{"name": "Care", "level": "Advanced"}],
        "languages": [
            {"language": "German", "fluency": "Native speaker"},
            {"language": "Norwegian Bokmål"},
            {"language": "pt-BR", "fluency": "B1"},
        ],
    }


@pytest.mark.parametrize(
    ("written", "started", "ended", "is_current", "remarks"),
    [
        ({"startDate": "2013", "endDate": "2014"}, date(2013, 1, 1), date(2014, 12, 1), False, []),
        ({"startDate": "2013-05"}, date(2013, 5, 1), None, True, []),
        ({"startDate": "2013-05", "endDate": ""}, date(2013, 5, 1), None, True, []),
        ({"startDate": "2013-05", "endDate": "Present"}, date(2013, 5, 1), None, True, []),
        ({"endDate": "2013-05"}, None, date(2013, 5, 1), False, []),
        ({"startDate": "2024-13"}, None, None, False, ["work.0.startDate"]),
        ({"startDate": "2024-02-30"}, None, None, False, ["work.0.startDate"]),
        ({"startDate": "1066"}, None, None, False, ["work.0.startDate"]),
        ({"startDate": 2013}, None, None, False, ["work.0.startDate"]),
        ({"startDate": "2014", "endDate": "2013"}, date(2014, 1, 1), None, False, ["work.0.endDate"]),
    ],
)
def test_dates_are_read_as_months(
    written: dict[str, Any], started: date | None, ended: date | None, is_current: bool, remarks: list[str]
) -> None:
    by = UserFactory()
    document = {"work": [{"position": "Cook", **written}]}
    imported = take(by, document)
    row = Experience.objects.get()
    assert (row.started_on, row.ended_on, row.is_current) == (started, ended, is_current)
    assert [remark.path for remark in imported.remarks] == remarks
    assert give(by) == document


def test_merging_adds_and_changes_nothing() -> None:
    by = UserFactory()
    change(by, headline="Mine", experiences=[{"title": "Own", "organisation": "Here"}], languages=[{"tag": "en"}])
    document = {
        "basics": {"label": "Theirs", "summary": "New", "name": "N"},
        "work": [WORK],
        "languages": [{"language": "English", "fluency": "C2"}, {"language": "Klingon"}],
    }
    imported = take(by, document, "merge")
    assert imported.added == {"experiences": 1, "educations": 0, "skills": 0, "languages": 0, "links": 0}
    assert [remark.path for remark in imported.remarks] == ["languages.1.language", "basics.label"]
    made = Profile.objects.get(user=by)
    assert (made.headline, made.summary) == ("Mine", "New")
    assert list(made.experiences.order_by("position").values_list("title", flat=True)) == ["Own", "CEO"]
    assert give(by)["languages"] == [{"language": "English"}, {"language": "Klingon"}]


def test_a_dry_run_tells_and_does_nothing() -> None:
    by = UserFactory()
    imported = take(by, {"work": [WORK, 5]}, is_dry_run=True)
    assert (imported.profile, imported.added["experiences"], imported.remark_count) == (None, 1, 1)
    assert not Profile.objects.exists()


def test_what_there_is_no_room_for_is_kept_and_told() -> None:
    by = UserFactory()
    document = {"work": [{"position": f"Cook {n}"} for n in range(55)], "basics": {"summary": "s" * 5_001}}
    imported = take(by, document)
    assert imported.added["experiences"] == 50
    assert imported.remark_count == 6
    assert give(by) == document


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON"),
        ("[]", "is an object"),
        ("null", "is an object"),
        ('{"a": NaN}', "number"),
        ('{"a": 1e999}', "number"),
        ('{"a": ' + "9" * 5_000 + "}", "number"),
        ('{"a": 18446744073709551616}', "number"),
        ('{"a": [{"b": -9223372036854775809}]}', "number"),
        ('{"a": [{"b": 1, "b": 2}]}', "twice"),
        ('{"a": "\x00"}', "NUL"),
        ('{"a": "\\u0000"}', "NUL"),
        ('{"\\u0000": 1}', "NUL"),
        ('{"a": "\\ud800"}', "surrogates"),
        ('{"a": "\ud800"}', "surrogates"),
        ('{"a":' + "[" * 40 + "]" * 40 + "}", "deeper"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "deeper"),
        ('{"a": "' + "ä" * 150_000 + '"}', "300,000 bytes"),
    ],
)
def test_what_is_no_document_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        take(UserFactory(), text)
    assert refusal.value.field == "document"


def test_the_largest_numbers_of_a_document_come_out_as_they_went_in() -> None:
    by = UserFactory()
    document = {"basics": {}, "meta": {"most": 2**64 - 1, "least": -(2**63), "part": 0.1}}
    take(by, document)
    assert exactly(give(by)) == exactly(document)


def test_ten_thousand_entries_are_read() -> None:
    by = UserFactory()
    document = {"skills": [{"name": f"skill {n}"} for n in range(10_000)]}
    imported = take(by, document)
    assert (imported.remark_count, len(imported.remarks)) == (10_000, 200)
    assert give(by) == document


def test_a_document_full_of_words_is_read() -> None:
    by = UserFactory()
    python = skill("Python")
    document = {"skills": [{"keywords": ["Python", *(f"{n:x}" for n in range(35_000))]}]}
    imported = take(by, document)
    assert imported.added["skills"] >= 1
    assert ProfileSkill.objects.filter(skill_id=python).exists()
    assert give(by) == document


def test_documents_cannot_pile_up_for_ever() -> None:
    by = UserFactory()
    take(by, {"a": "x" * 290_000})
    take(by, {"b": "x" * 290_000}, "merge")
    with pytest.raises(Invalid, match="no room"):
        take(by, {"c": "x" * 290_000}, "merge")


def test_nobody_has_another_persons_document() -> None:
    by, other = UserFactory(), UserFactory(platform_admin=True)
    take(by, {"work": [WORK]})
    assert profile_import.documents(viewer_of(other), [Profile.objects.get().pk]) == {}
