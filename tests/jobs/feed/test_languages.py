"""Spoken languages are held as the skills that jobs ask for, and lead to no job by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.utils import timezone

from jobs.feed import improving
from jobs.feed.activity import activity_of
from jobs.feed.match import Feature, Rule
from jobs.feed.person import Person, person_of
from jobs.feed.ranking import scored
from jobs.feed.reasons import named, text_of, text_of_gap
from jobs.feed.ways import ways
from jobs.feed.why_not import why_not
from jobs.models import Job, Profile, ProfileSkill, SearchSuggestion, Skill, SkillKind
from kernel.viewer import Viewer
from tests.factories import ProfileLanguageFactory, ProfileSkillFactory, SkillFactory, viewer_of
from tests.feed_board import seeker
from tests.search_board import live_job

pytestmark = pytest.mark.django_db


def language(name: str) -> Skill:
    found: Skill = SkillFactory(slug=name.lower(), name=name, kind=SkillKind.LANGUAGE)
    return found


def speaker(*skills: str, speaks: Mapping[str, str], **profile: Any) -> Viewer:
    """Somebody with skills, one at least, who speaks languages on some levels."""
    viewer = seeker(*skills, **profile)
    for tag, level in speaks.items():
        ProfileLanguageFactory(profile=Profile.objects.get(user_id=viewer.user_id), tag=tag, level=level)
    return viewer


def known(viewer: Viewer) -> Person:
    return person_of(viewer, timezone.now())


def spoken(viewer: Viewer) -> dict[str, float]:
    """How well each language is spoken, by the skill's name."""
    names = dict(Skill.objects.values_list("pk", "name"))
    return {names[key]: level for key, level in known(viewer).speaks.items()}


def asking(*skills: Skill) -> Job:
    return live_job("Zqx", skills=list(skills))


def sentences(viewer: Viewer, job: Job) -> Sequence[str]:
    """What a match says of skills."""
    (match,) = named(scored(known(viewer), [job.pk], timezone.now()))
    said = [*map(text_of, match.reasons), *map(text_of_gap, match.gaps)]
    return [sentence for sentence in said if "skill" in sentence]


def test_a_language_counts_by_its_level_and_none_below_b1_does() -> None:
    for name in ("German", "English", "French", "Italian", "Spanish", "Dutch", "Danish", "Polish"):
        language(name)
    speaks = {"de": "native", "en": "c1", "fr": "b2", "it": "b1", "es": "", "nl": "a2", "da": "a1"}
    held = {"German": 1.0, "English": 1.0, "French": 0.85, "Italian": 0.7, "Spanish": 0.7}
    assert spoken(speaker(speaks=speaks)) == held
    # Who would work in a language speaks it, unless they say how little.
    assert spoken(speaker(speaks=speaks, languages=["pl", "nl", "fr"])) == held | {"Polish": 0.7}


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("pt-BR", "Portuguese"),
        ("en-GB", "English"),
        ("zh-Hant-TW", "Mandarin"),
        ("fil", "Tagalog"),
        ("tl", "Tagalog"),
        ("nb", "Norwegian"),
        ("no", "Norwegian"),
        ("yue", "Cantonese"),
        ("ht", "Haitian Creole"),
    ],
)
def test_a_tag_means_the_language_by_any_of_its_names(tag: str, name: str) -> None:
    language(name)
    assert spoken(speaker(speaks={tag: "c2"})) == {name: 1.0}


@pytest.mark.parametrize(
    ("tag", "name", "known_as"),
    [
        ("cmn", "Mandarin Chinese", "Mandarin"),
        ("nb", "Bokmål", "Norwegian"),
        ("nn", "Norwegian Bokmål", "Norwegian"),
        ("no", "Nynorsk", "Norwegian"),
    ],
)
def test_a_part_of_a_language_is_known_by_its_own_name_as_well(tag: str, name: str, known_as: str) -> None:
    language(name)
    assert spoken(speaker(speaks={tag: "c2"})) == {name: 1.0, known_as: 1.0}


def test_of_two_tags_of_a_language_the_better_counts_and_an_unknown_one_is_none() -> None:
    language("English")
    assert spoken(speaker(speaks={"en-GB": "b1", "en-US": "native", "tlh": "native"})) == {"English": 1.0}


def test_only_a_language_is_spoken() -> None:
    SkillFactory(slug="test-german", name="German", kind=SkillKind.TECHNICAL)
    german = language("German")
    assert set(known(speaker(speaks={"de": "native"})).speaks) == {german.pk}


def test_what_is_spoken_is_held_beside_the_skills_and_the_better_level_counts() -> None:
    english, german = language("English"), language("German")
    viewer = speaker(speaks={"en": "native", "de": "b1"})
    profile = Profile.objects.get(user_id=viewer.user_id)
    ProfileSkillFactory(profile=profile, skill=english, level=2)
    ProfileSkillFactory(profile=profile, skill=german, level=5)
    person = known(viewer)
    assert (person.skills[english.pk], person.skills[german.pk]) == (0.4, 1.0)
    assert (person.able[english.pk], person.able[german.pk]) == (1.0, 1.0)
    assert person.able.keys() == person.skills.keys()


def test_no_gap_names_a_language_that_the_person_speaks() -> None:
    feeding = SkillFactory(name="Feeding", slug="feeding")
    german, english, french = map(language, ("German", "English", "French"))
    viewer = speaker("Feeding", speaks={"de": "native", "en": "c1", "fr": "a2"})
    (said,) = sentences(viewer, asking(feeding, german, english))
    assert said.startswith("You have all the skills it names")
    assert sentences(viewer, asking(french, german)) == ["Your profile lacks 1 skill it asks for: French."]


def test_who_names_no_skill_is_judged_by_none() -> None:
    german, french = language("German"), language("French")
    viewer = speaker(speaks={"de": "native"})
    ProfileSkill.objects.all().delete()
    assert sentences(viewer, asking(german, french)) == []


def test_a_spoken_language_is_worth_what_it_is_among_the_jobs() -> None:
    feeding = SkillFactory(name="Feeding", slug="feeding")
    german, english, other = language("German"), language("English"), SkillFactory()
    for skill, jobs in ((german, 40), (feeding, 7)):
        SearchSuggestion.objects.create(
            kind="skill", key=str(skill.pk), text=skill.name, folded=skill.name.lower(), jobs=jobs, magnitude=1,
            witnesses=[],
        )  # fmt: skip
    person = known(speaker("Feeding", speaks={"de": "native", "en": "native"}))
    assert (person.counts[f"s:{german.pk}"], person.counts[f"s:{english.pk}"]) == (40, 0)
    jobs = [asking(german, english, other), asking(feeding, german, english), asking(other, english)]
    found = scored(person, [job.pk for job in jobs], timezone.now())
    parts = {match.job_id: match.parts[Feature.SKILL] for match in found}
    assert parts[jobs[1].pk] > parts[jobs[0].pk] > 0


def test_no_job_is_considered_for_a_language_that_is_only_spoken() -> None:
    language("English")
    silent, speaks = known(speaker(speaks={})), known(speaker(speaks={"en": "native"}))
    assert speaks.speaks
    at = timezone.now()
    sources = [[way.source for way in ways(one, activity_of(one, at))] for one in (silent, speaks)]
    queries = [[way.tsquery for way in ways(one, activity_of(one, at))] for one in (silent, speaks)]
    assert sources[0] == sources[1]
    assert queries[0] == queries[1]


def test_who_speaks_a_language_is_not_told_to_learn_it() -> None:
    feeding, english, french = SkillFactory(name="Feeding", slug="feeding"), language("English"), language("French")
    for one in (english, french):
        asking(feeding, one)
    viewer = speaker("Feeding", speaks={"en": "b2"})
    assert [one.params for one in improving.improvements(viewer)] == [{"skill_id": french.pk, "skill": "French"}]
    assert len(improving.improvements(viewer_of(Profile.objects.get(user_id=seeker("Feeding").user_id).user))) == 2


@pytest.mark.parametrize("written", ["no", "nb", "nn-NO"])
@pytest.mark.parametrize("said", ["no", "nb-NO", "nn"])
def test_what_is_written_under_another_code_of_the_language_is_read(said: str, written: str) -> None:
    viewer, job, other = seeker("Python", languages=[said]), *(live_job(language=tag) for tag in (written, "sv"))
    broken = {key: tuple(found.broken) for key, found in why_not(viewer, "", [job.pk, other.pk]).items()}
    assert broken == {job.pk: (), other.pk: (Rule.LANGUAGE,)}
