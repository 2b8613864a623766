"""What holds of every format."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.importers.formats import FORMATS, PLAIN, SOURCES
from jobs.importers.plain import KEYS
from kernel.errors import Invalid

NAMES = [
    "jsonl",
    "json",
    "csv",
    "greenhouse",
    "lever",
    "ashby",
    "smartrecruiters",
    "remotive",
    "remoteok",
    "arbeitnow",
    "himalayas",
    "jobicy",
    "adzuna",
    "jobposting-jsonld",
    "indeed-xml",
    "careerjet-xml",
    "hr-xml",
]
# Every key that an importer reads, so that a value of the wrong kind meets each of them.
THEIR_KEYS = """
    id title text name position jobTitle company company_name companyName companySlug hiringOrganization
    categories location locations allLocations jobLocation address postalAddress addressLocality addressCountry
    offices content description descriptionHtml descriptionPlain lists additional salary salaryRange min max
    currency interval pay_input_ranges min_cents max_cents currency_type compensation summaryComponents
    compensationType minValue baseSalary value unitText unitCode salary_min salary_max salary_is_predicted
    minSalary maxSalary salaryPeriod annualSalaryMin workplaceType isListed isRemote secondaryLocations jobAd
    sections companyDescription experienceLevel typeOfEmployment label function language code postingUrl
    identifier candidate_required_location job_type legal locationRestrictions seniority guid jobIndustry
    jobType jobGeo jobLevel contract_time contract_type area display_name category @type @id skills
    educationRequirements applicantLocationRequirements jobLocationType employmentType title date url apply_url
    contracttype city state country remotetype Payload Action #text JobPositionPosting JobPositionInformation
    JobPositionDescription CompensationDescription Pay SalaryAnnual JobPositionLocation LocationSummary
    HowToApply ApplicationMethods ByWeb URL Classification Schedule PostDetail
"""
WORDS = sorted(set(THEIR_KEYS.split()))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["JobPosting", "Salary", "1 YEAR", "delete", "//[", "http://[", "&#0;", "&#xD800;", "<x>", "\x00"]),
    st.text(string.printable, max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=12,
)


def attempt(act):
    """What the act gives, or how it refuses."""
    try:
        return act()
    except Invalid as refusal:
        return refusal


def test_every_format_has_its_name():
    assert list(FORMATS) == NAMES
    assert len(PLAIN) + len(SOURCES) == len(NAMES)


@pytest.mark.parametrize("importer", SOURCES, ids=lambda importer: importer.name)
@settings(max_examples=50, deadline=None, database=None)
@given(record=st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=15))
def test_any_record_is_a_posting_or_none_or_refused(importer, record):
    outcome = attempt(lambda: importer.posting(record))
    if isinstance(outcome, Invalid):
        assert outcome.field
    else:
        assert outcome is None or set(outcome) <= KEYS


@pytest.mark.parametrize("importer", PLAIN, ids=lambda importer: importer.name)
def test_plain_record_stays_as_it_is(importer):
    record = {"title": "Baker", "Job Title": "Cook"}
    assert importer.posting(record) is record
