import pytest

from jobs.importers.skills import MOST_LISTED, MOST_SKILLS, SkillReader
from jobs.models import Necessity, Skill

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(request):
    """Built once for all tests of the file: the reference tables are the same for all."""
    if not hasattr(request.module, "_reader"):
        request.module._reader = SkillReader()
    return request.module._reader


def names(found):
    known = dict(Skill.objects.filter(pk__in=[asked.skill_id for asked in found]).values_list("pk", "name"))
    return {known[asked.skill_id]: asked.necessity for asked in found}


@pytest.mark.parametrize(("words_between", "is_meant"), [(2, True), (12, False), (50, False)])
def test_everyday_word_is_a_skill_only_near_a_clear_one(reader, words_between, is_meant):
    text = "You know Python and " + "bread " * words_between + "Go"
    assert ("Go" in names(reader.mentioned("Baker", text))) is is_meant


@pytest.mark.parametrize("title", ["Sr. React Dev", "Go Dev", "Go devs"])
def test_dev_is_company_for_an_everyday_word(reader, title):
    assert len(reader.mentioned(title, "")) == 1


def test_listed_skills_are_found_by_any_spelling(reader):
    found, unknown = reader.listed(["golang", "C++", "basket weaving"], ["k8s"])
    assert names(found) == {"Go": Necessity.REQUIRED, "C++": Necessity.REQUIRED, "Kubernetes": Necessity.NICE}
    assert unknown == ["basket weaving"]


def test_text_names_skills_and_what_is_merely_nice(reader):
    text = "You know Python and PostgreSQL. Nice to have: Kubernetes, Python."
    assert names(reader.mentioned("Backend developer", text)) == {
        "Python": Necessity.REQUIRED,
        "PostgreSQL": Necessity.REQUIRED,
        "Kubernetes": Necessity.NICE,
    }


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("Services in Python, Go and Rust.", "Go"),
        ("Statistics with R and Python.", "R"),
        ("A React developer who cares.", "React"),
        ("Reports in SQL and Excel.", "Excel"),
    ],
)
def test_everyday_word_in_company_is_a_skill(reader, text, skill):
    assert skill in names(reader.mentioned("", text))


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("Go to our website.", "Go"),
        ("We go far with Python.", "Go"),
        ("You excel at SQL.", "Excel"),
        ("Spring 2026 intake.", "Spring"),
        ("Section C of the form. Python is used elsewhere.", "C"),
        ("Our French customers.", "French"),
    ],
)
def test_everyday_word_alone_is_none(reader, text, skill):
    assert skill not in names(reader.mentioned("", text))


def test_languages_count_in_titles_and_in_plain_terms(reader):
    assert "German" in names(reader.mentioned("Customer support (German)", ""))
    assert "English" in names(reader.mentioned("", "Fluent English is needed."))


def test_employers_own_name_and_everybodys_virtues_are_not_looked_for_in_texts(reader):
    found = reader.mentioned("Engineer", "Datadog values teamwork. We use Kafka.", company="Datadog, Inc.")
    assert set(names(found)) == {"Kafka"}
    assert reader.listed(["Teamwork", "Datadog"], [])[1] == []


def test_listed_skills_are_stated_and_mentioned_ones_guessed(reader):
    assert [asked.is_guessed for asked in reader.listed(["SQL"], ["Docker"])[0]] == [False, False]
    assert [asked.is_guessed for asked in reader.mentioned("SQL developer", "Docker, too.")] == [True, True]


def test_no_more_skills_than_fit(reader):
    every = list(Skill.objects.values_list("name", flat=True))
    assert len(reader.listed(every, [])[0]) == MOST_LISTED
    assert len(reader.mentioned("", "\n".join(every))) == MOST_SKILLS


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("Acme is a platform for ecommerce and logistics. You know Python.", {"Python"}),
        ("We're building tools for machine learning. You know Python.", {"Python"}),
        ("Apply at https://github.com/acme/python or www.kafka.example", set()),
        ("The database is a PostgreSQL.", {"PostgreSQL"}),
    ],
)
def test_what_the_employer_is_and_links_to_is_not_asked_for(reader, text, skills):
    assert set(names(reader.mentioned("", text, company="Acme (YC W23)"))) == skills


def test_longest_name_wins(reader):
    assert names(reader.mentioned("", "Apps in React Native.")) == {"React Native": Necessity.REQUIRED}
