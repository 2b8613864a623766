import pytest

from jobs.importers import vocabulary
from jobs.models import Education, EmploymentType, PayPeriod, Seniority, Workplace
from jobs.text import fold


@pytest.mark.parametrize(
    ("word", "said", "meant"),
    [
        (vocabulary.employment_type, "Full-Time", EmploymentType.FULL_TIME),
        (vocabulary.employment_type, "FULL_TIME", EmploymentType.FULL_TIME),
        (vocabulary.employment_type, "Teilzeit", EmploymentType.PART_TIME),
        (vocabulary.employment_type, "CONTRACTOR", EmploymentType.CONTRACT),
        (vocabulary.workplace, "On-site", Workplace.ON_SITE),
        (vocabulary.workplace, "TELECOMMUTE", Workplace.REMOTE),
        (vocabulary.seniority, "Mid-Level", Seniority.MID),
        (vocabulary.seniority, "Entry level", Seniority.ENTRY),
        (vocabulary.education, "Bachelor's Degree", Education.BACHELOR),
        (vocabulary.period, "per annum", PayPeriod.YEAR),
        (vocabulary.period, "p.a.", PayPeriod.YEAR),
        (vocabulary.period, "Hourly", PayPeriod.HOUR),
    ],
)
def test_usual_words_are_known(word, said, meant):
    assert word(said) is meant


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        (vocabulary.employment_type, EmploymentType),
        (vocabulary.workplace, Workplace),
        (vocabulary.seniority, Seniority),
        (vocabulary.education, Education),
        (vocabulary.period, PayPeriod),
    ],
)
def test_our_own_values_are_known(word, choices):
    assert [word(choice.value) for choice in choices] == list(choices)


def test_other_words_are_unknown():
    assert vocabulary.employment_type("Intermittent") is None
    assert vocabulary.period("fortnight") is None


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Senior Software Engineer", Seniority.SENIOR),
        ("Sr. Analyst", Seniority.SENIOR),
        ("Staff Software Engineer", Seniority.LEAD),
        ("Principal Designer", Seniority.LEAD),
        ("Senior Director of Sales", Seniority.EXECUTIVE),
        ("Chief Financial Officer", Seniority.EXECUTIVE),
        ("VP, Engineering", Seniority.EXECUTIVE),
        ("Junior Developer", Seniority.ENTRY),
        ("Software Engineer II", Seniority.MID),
        ("Summer Intern", Seniority.INTERN),
        ("Software Engineer I - Mobile", Seniority.ENTRY),
        ("Data Scientist - PhD (2026)", Seniority.ENTRY),
        ("Customer Success Manager II", Seniority.MID),
        ("Supervisory Nurse", Seniority.LEAD),
        ("Senior Park Maintenance Supervisor", Seniority.LEAD),
        ("Manager, Commercial Sales", Seniority.LEAD),
        ("Chief of Drafting Operations", Seniority.LEAD),
        ("Chief of Staff", None),
        ("Executive Assistant to the Director", None),
        ("Account Manager", None),
        ("Staff Nurse", None),
        ("Staff Assistant to the General Manager", None),
        ("Senior Living Caregiver", None),
        ("Lead Generation Specialist", None),
        ("Internal Auditor", None),
        ("Executive Assistant", None),
        ("Nurse", None),
    ],
)
def test_level_is_read_off_the_title(title, level):
    assert vocabulary.seniority_of_title(fold(title)) is level


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Retail Associate - Part Time", [EmploymentType.PART_TIME]),
        ("Data Science Internship", [EmploymentType.INTERNSHIP]),
        ("Apprentice Electrician", [EmploymentType.APPRENTICESHIP]),
        ("Volunteer Coordinator", []),
        ("Internship Program Manager", []),
        ("Nurse", []),
    ],
)
def test_kind_of_employment_is_read_off_the_title(title, kinds):
    assert vocabulary.employment_of_title(fold(title)) == kinds


@pytest.mark.parametrize(
    ("title", "workplace"),
    [
        ("Nurse (Remote)", Workplace.REMOTE),
        ("Remote Sales Manager", Workplace.REMOTE),
        ("Baker - Hybrid", Workplace.HYBRID),
        ("Remote Sensing Scientist", None),
        ("Hybrid Cloud Engineer", None),
        ("Distributed Systems Engineer", None),
    ],
)
def test_workplace_is_read_off_the_title(title, workplace):
    assert vocabulary.workplace_of_title(fold(title)) is workplace


def test_terms_are_read_off_a_part_of_a_headline():
    part = "Remote (US), full-time or contract"
    assert vocabulary.employment_of_text(fold(part)) == [EmploymentType.FULL_TIME, EmploymentType.CONTRACT]
    assert vocabulary.without_employment(part).split() == ["Remote", "(US),", "or"]
