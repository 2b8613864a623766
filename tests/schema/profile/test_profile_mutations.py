"""`profileUpdate` and `profileImport`, and the profile as it is read."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, User
from jobs.models import Profile
from jobs.services import profile
from schema.core import ids
from tests.door import Answer, send, send_to_oracle
from tests.factories import (
    CurrencyFactory,
    ExperienceFactory,
    MembershipFactory,
    OccupationFactory,
    PlaceFactory,
    ProfileFactory,
    ProfileSkillFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db

UPDATE = """
mutation Update($input: ProfileUpdateInput!) {
  profileUpdate(input: $input) { profile { headline version } userErrors { code field message } }
}
"""
IMPORT = """
mutation Import($input: ProfileImportInput!) {
  profileImport(input: $input) {
    profile { headline experiences { title startedOn isCurrent } }
    result { experiences skills remarkCount remarks { path message } }
    userErrors { code field }
  }
}
"""
EVERYTHING = """
fragment All on Profile {
  id name headline summary seniority radiusKm workplaces employmentTypes workLanguages noticeDays isOpen shownSections
  home { name country { code } }
  categories { name } occupations { title }
  experiences { kind title organisation place startedOn endedOn isCurrent summary highlights }
  educations { institution area studyType startedOn endedOn score courses }
  skills { skill { name } level years }
  languages { tag level } links { kind url } workAuthorisations { country { code } permission }
}
fragment Own on Profile {
  visibility version salaryFloor { amount { amount currency } period } jsonResume
  completeness { percent missing { part weight advice } }
}
"""
OWN = EVERYTHING + "{ viewer { profile { ...All ...Own } } }"
ANY = EVERYTHING + "query($id: ID!) { node(id: $id) { ...All ...Own } }"


def update(by: User | None, changes: Any, **more: Any) -> Answer:
    return send(UPDATE, {"input": {"changes": changes, **more}}, by=by)


def refusals(answer: Answer, name: str = "profileUpdate") -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in answer.data[name]["userErrors"]]


def own(by: User) -> Any:
    return send(OWN, by=by).data["viewer"]["profile"]


def whole(by: User, count: int = 1) -> None:
    """Fills a profile, `count` entries in each list."""
    CurrencyFactory()
    PlaceFactory()
    profile.update(
        by=viewer_of(by),
        changes={
            "headline": "Nurse",
            "home_id": PlaceFactory().pk,
            "occupation_ids": [OccupationFactory().pk for _ in range(count)],
            "experiences": [{"title": f"T{n}", "started_on": "2020-02", "is_current": True} for n in range(count)],
            "educations": [{"area": f"A{n}", "ended_on": "2020-02"} for n in range(count)],
            "skills": [{"skill_id": SkillFactory().pk, "level": 3} for _ in range(count)],
            "languages": [{"tag": f"{chr(97 + n)}a", "level": "b2"} for n in range(count)],
            "links": [{"kind": "github", "url": f"https://a.example/{n}"} for n in range(count)],
            "work_authorisations": [{"country": "DE", "permission": "permit"}],
        },
    )


def test_there_is_none_until_it_is_written() -> None:
    by = UserFactory()
    assert own(by) is None
    assert update(by, {"headline": "Nurse"}).data["profileUpdate"] == {
        "profile": {"headline": "Nurse", "version": 1},
        "userErrors": [],
    }
    assert own(by)["headline"] == "Nurse"


def test_all_that_is_written_is_read() -> None:
    by, place, occupation = UserFactory(), PlaceFactory(), OccupationFactory()
    CurrencyFactory()
    skill = SkillFactory()
    changes = {
        "summary": "Cares.",
        "homeId": ids.encode("Place", place.pk),
        "radiusKm": 20,
        "seniority": "MID",
        "workplaces": ["REMOTE"],
        "employmentTypes": ["PART_TIME"],
        "workLanguages": ["de"],
        "occupationIds": [ids.encode("Occupation", occupation.pk)],
        "categoryIds": [ids.encode("Category", occupation.category_id)],
        "salaryFloor": {"amount": "2500.5", "currency": "EUR", "period": "MONTH"},
        "noticeDays": 90,
        "isOpen": True,
        "visibility": "RECRUITERS",
        "shownSections": ["SKILLS", "NAME"],
        "experiences": [{"kind": "VOLUNTEERING", "title": "Cook", "startedOn": "2020-02", "highlights": ["Soup"]}],
        "educations": [{"institution": "School", "endedOn": "2019-07", "courses": ["Care"]}],
        "skills": [{"skillId": ids.encode("Skill", skill.pk), "level": 4, "years": 2}],
        "languages": [{"tag": "de", "level": "NATIVE"}],
        "links": [{"kind": "LINKEDIN", "url": "https://linkedin.example/a"}],
        "workAuthorisations": [{"country": "DE", "permission": "CITIZEN"}],
    }
    assert refusals(update(by, changes)) == []
    read = own(by)
    document = json.loads(read.pop("jsonResume"))
    assert document["volunteer"] == [{"position": "Cook", "startDate": "2020-02", "highlights": ["Soup"]}]
    assert read.pop("completeness")["missing"][0] == {
        "part": "SKILLS",
        "weight": 15,
        "advice": "Add at least three skills.",
    }
    assert read == {
        **{name: value for name, value in changes.items() if not name.endswith(("Id", "Ids"))},
        "id": ids.encode("Profile", Profile.objects.get().pk),
        "name": by.name,
        "headline": None,
        "version": 1,
        "home": {"name": place.name, "country": {"code": "DE"}},
        "occupations": [{"title": occupation.title}],
        "categories": [{"name": occupation.category.name}],
        "shownSections": ["NAME", "SKILLS"],
        "salaryFloor": {"amount": {"amount": "2500.50", "currency": "EUR"}, "period": "MONTH"},
        "experiences": [
            {
                "kind": "VOLUNTEERING",
                "title": "Cook",
                "organisation": None,
                "place": None,
                "startedOn": "2020-02",
                "endedOn": None,
                "isCurrent": False,
                "summary": None,
                "highlights": ["Soup"],
            }
        ],
        "educations": [
            {
                "institution": "School",
                "area": None,
                "studyType": None,
                "startedOn": None,
                "endedOn": "2019-07",
                "score": None,
                "courses": ["Care"],
            }
        ],
        "skills": [{"skill": {"name": skill.name}, "level": 4, "years": 2}],
        "workAuthorisations": [{"country": {"code": "DE"}, "permission": "CITIZEN"}],
    }


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"experiences": [{"title": "A"}] * 3 + [{"title": "B", "endedOn": "2024-13"}]}, "experiences.3.endedOn"),
        ({"experiences": [{"title": "A"}] * 51}, "experiences"),
        ({"headline": "a\x00"}, "headline"),
        ({"salaryFloor": {"amount": "1.005", "currency": "EUR", "period": "YEAR"}}, "salaryFloor.amount"),
        ({"languages": [{"tag": "klingon"}]}, "languages.0.tag"),
        ({"links": [{"url": "javascript:alert(1)"}]}, "links.0.url"),
        ({"noticeDays": 10_000}, "noticeDays"),
        ({"skills": [{"skillId": ids.encode("Skill", 2**31 - 1)}]}, "skills.0.skillId"),
    ],
)
def test_a_refusal_names_the_field(changes: Any, path: str) -> None:
    CurrencyFactory()
    by = UserFactory()
    assert refusals(update(by, changes)) == [("INVALID", ["input", "changes", *path.split(".")])]
    assert not Profile.objects.exists()


def test_what_was_cleared_is_read_at_once() -> None:
    by = ProfileFactory(visibility="recruiters", seniority="mid").user
    query = UPDATE.replace("{ headline version }", "{ visibility seniority version }")
    changes = {"visibility": None, "seniority": None}
    assert send(query, {"input": {"changes": changes}}, by=by).data["profileUpdate"]["profile"] == {
        "visibility": "PRIVATE",
        "seniority": None,
        "version": 2,
    }


def test_a_newer_version_is_not_overwritten() -> None:
    by = ProfileFactory().user
    assert refusals(update(by, {"headline": "A"}, version=1)) == []
    assert refusals(update(by, {"headline": "B"}, version=1)) == [("PROFILE_CHANGED_MEANWHILE", None)]


@pytest.mark.parametrize(
    "changes",
    [{"skills": [{"skillId": "abc"}]}, {"homeId": ids.encode("Skill", 1)}, {"noticeDays": 2**40}, {"isOpen": "yes"}],
)
def test_what_is_no_such_input_is_a_bad_request(changes: Any) -> None:
    assert update(UserFactory(), changes).codes == ["BAD_REQUEST"]


def test_ten_thousand_entries_are_too_many_to_be_looked_at() -> None:
    assert update(UserFactory(), {"experiences": [{"title": "A"}] * 10_000}).codes == ["DOCUMENT_TOO_COMPLEX"]


def test_halves_of_characters_are_no_fault_of_ours() -> None:
    body = (
        UPDATE.replace("$input: ProfileUpdateInput!", "")
        .replace("mutation Update()", "mutation")
        .replace("$input", '{changes: {headline: "\\ud800"}}')
    )
    answer = send(body, by=UserFactory())
    assert "INTERNAL" not in answer.codes
    assert answer.codes or refusals(answer)


def test_recruiters_are_shown_the_sections_and_told_what_is_not_theirs() -> None:
    shown = ProfileFactory(visibility="recruiters", shown_sections=["skills"], summary="S")
    ExperienceFactory(profile=shown)
    ProfileSkillFactory(profile=shown)
    by = MembershipFactory(role="recruiter", company__verified_at=timezone.now()).user
    variables = {"id": ids.encode("Profile", shown.pk)}
    answer = send(ANY, variables, by=by)
    node = answer.content["data"]["node"]
    assert len(node["skills"]) == 1
    hidden = (
        "name",
        "headline",
        "summary",
        "home",
        "visibility",
        "version",
        "salaryFloor",
        "jsonResume",
        "completeness",
    )
    assert {name: node[name] for name in hidden} == dict.fromkeys(hidden)
    assert node["experiences"] == []
    assert set(answer.codes) == {"FORBIDDEN"}
    assert {error["path"][1] for error in answer.errors} == set(hidden[4:])
    assert send_to_oracle(ANY, variables, by=by)["data"] == answer.content["data"]


def test_a_request_that_asks_twice_is_put_down_once() -> None:
    shown = ProfileFactory(visibility="recruiters", shown_sections=["summary"])
    by = MembershipFactory(role="recruiter", company__verified_at=timezone.now()).user
    query = "query($id: ID!) { a: node(id: $id) { id } b: node(id: $id) { ... on Profile { headline } } }"
    for times in (1, 2):
        data = send(query, {"id": ids.encode("Profile", shown.pk)}, by=by).data
        assert data["b"] == {"headline": "Engineer"}
        entries = AuditEntry.objects.filter(act="profile.read", target_id=str(shown.pk), actor_id=by.pk)
        assert entries.count() == times
        assert entries.exclude(request_id="").count() == times


def test_null_stands_for_what_is_meant_without_it() -> None:
    by = UserFactory()
    for unsaid in ({"mode": None}, {"isDryRun": None}):
        payload = send(IMPORT, {"input": {"document": "{}", **unsaid}}, by=by).data["profileImport"]
        assert payload["userErrors"] == []
        assert payload["profile"] is not None


@pytest.mark.parametrize("role", ["nobody", "seeker", "moderator", "platform_admin"])
def test_others_are_shown_none(role: str) -> None:
    shown = ProfileFactory(visibility="recruiters", shown_sections=["skills"])
    by = {"nobody": lambda: None, "seeker": UserFactory}.get(role, lambda: UserFactory(**{role: True}))()
    assert send(ANY, {"id": ids.encode("Profile", shown.pk)}, by=by).data == {"node": None}


def test_more_rows_take_no_more_statements() -> None:
    few, many = UserFactory(), UserFactory()
    whole(few)
    whole(many, 15)
    counts = []
    for by in (few, many, few, many):
        with CaptureQueriesContext(connection) as statements:
            assert own(by)["headline"] == "Nurse"
        counts.append(len(statements))
    assert counts[2] == counts[3], "the same, whatever was cached before"
    assert max(counts) <= 30


def take(by: User | None, document: Any, **more: Any) -> Answer:
    text = document if isinstance(document, str) else json.dumps(document)
    return send(IMPORT, {"input": {"document": text, **more}}, by=by)


def test_a_document_is_taken_in() -> None:
    by = UserFactory()
    document = {
        "basics": {"label": "Cook"},
        "work": [{"position": "Cook", "startDate": "2020-02-03", "endDate": "soon"}],
    }
    taken = take(by, document, isDryRun=True).data["profileImport"]
    assert taken["profile"] is None
    assert taken["result"]["experiences"] == 1
    assert own(by) is None
    assert take(by, document, mode="REPLACE").data["profileImport"] == {
        "profile": {
            "headline": "Cook",
            "experiences": [{"title": "Cook", "startedOn": "2020-02", "isCurrent": False}],
        },
        "result": {
            "experiences": 1,
            "skills": 0,
            "remarkCount": 1,
            "remarks": [{"path": "work.0.endDate", "message": "This is no date such as 2024, 2024-05 or 2024-05-31."}],
        },
        "userErrors": [],
    }
    assert json.loads(own(by)["jsonResume"]) == document
    assert take(by, document).data["profileImport"]["result"]["experiences"] == 0, "merged, it adds nothing"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"a": NaN}',
        '{"a": "\x00"}',
        '{"a": "\\ud800"}',
        '{"a":' + "[" * 5_000,
        '{"a": "' + "x" * 300_000 + '"}',
    ],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    assert refusals(take(UserFactory(), text), "profileImport") == [("INVALID", ["input", "document"])]


def test_nobody_writes_without_signing_in() -> None:
    assert update(None, {"headline": "A"}).codes == ["UNAUTHENTICATED"]
    assert take(None, {}).codes == ["UNAUTHENTICATED"]
