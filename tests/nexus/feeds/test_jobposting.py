"""Postings as schema.org has them, against the rules that search engines state."""

import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.utils import timezone

from jobs.models import RemoteEligibility
from nexus.feeds.answering import found
from nexus.graphql.http import Request, Response
from nexus.rest.answering import answered
from tests.door import token_for
from tests.factories import (
    CompanyFactory,
    CountryFactory,
    IndustryFactory,
    JobFactory,
    JobLocationFactory,
    MembershipFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db

TEXT = {"type": "string", "minLength": 1}
ADDRESS = {
    "type": "object",
    "required": ["@type"],
    "anyOf": [{"required": ["addressLocality"]}, {"required": ["addressCountry"]}],
    "properties": {
        "@type": {"const": "PostalAddress"},
        "addressLocality": TEXT,
        "addressRegion": TEXT,
        "addressCountry": {"type": "string", "pattern": "^[A-Z]{2}$"},
    },
    "additionalProperties": False,
}
# https://schema.org/JobPosting, and what Google's guide requires and enumerates.
RULES: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["@context", "@type", "title", "description", "datePosted", "hiringOrganization"],
    "properties": {
        "@context": {"const": "https://schema.org/"},
        "@type": {"const": "JobPosting"},
        "title": TEXT,
        "description": {"type": "string", "pattern": "^<"},
        "datePosted": {"type": "string", "format": "date-time"},
        "validThrough": {"type": "string", "format": "date-time"},
        "identifier": {
            "type": "object",
            "required": ["@type", "name", "value"],
            "properties": {"@type": {"const": "PropertyValue"}, "name": TEXT, "value": TEXT},
            "additionalProperties": False,
        },
        "url": {"type": "string", "format": "uri"},
        "hiringOrganization": {
            "type": "object",
            "required": ["@type", "name"],
            "properties": {
                "@type": {"const": "Organization"},
                "name": TEXT,
                "sameAs": {"type": "string", "format": "uri"},
                "logo": {"type": "string", "format": "uri"},
                "url": {"type": "string", "format": "uri"},
            },
            "additionalProperties": False,
        },
        "jobLocation": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["@type", "address"],
                "properties": {
                    "@type": {"const": "Place"},
                    "address": ADDRESS,
                    "geo": {
                        "type": "object",
                        "required": ["@type", "latitude", "longitude"],
                        "properties": {
                            "@type": {"const": "GeoCoordinates"},
                            "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                            "longitude": {"type": "number", "minimum": -180, "maximum": 180},
                        },
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
        "jobLocationType": {"const": "TELECOMMUTE"},
        "applicantLocationRequirements": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["@type", "name"],
                "properties": {"@type": {"const": "Country"}, "name": TEXT},
                "additionalProperties": False,
            },
        },
        "employmentType": {
            "type": "array",
            "minItems": 1,
            "items": {
                "enum": [
                    *("FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY"),
                    *("INTERN", "VOLUNTEER", "PER_DIEM", "OTHER"),
                ]
            },
        },
        "baseSalary": {
            "type": "object",
            "required": ["@type", "currency", "value"],
            "properties": {
                "@type": {"const": "MonetaryAmount"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "value": {
                    "type": "object",
                    "required": ["@type", "unitText"],
                    "anyOf": [{"required": ["value"]}, {"required": ["minValue"]}, {"required": ["maxValue"]}],
                    "properties": {
                        "@type": {"const": "QuantitativeValue"},
                        "unitText": {"enum": ["HOUR", "DAY", "WEEK", "MONTH", "YEAR"]},
                        "value": {"type": "number", "exclusiveMinimum": 0},
                        "minValue": {"type": "number", "minimum": 0},
                        "maxValue": {"type": "number", "exclusiveMinimum": 0},
                    },
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
        "directApply": {"type": "boolean"},
        "skills": TEXT,
        "educationRequirements": {
            "anyOf": [
                {"const": "no requirements"},
                {
                    "type": "object",
                    "required": ["@type", "credentialCategory"],
                    "properties": {
                        "@type": {"const": "EducationalOccupationalCredential"},
                        "credentialCategory": {
                            "enum": [
                                *("high school", "associate degree", "bachelor degree"),
                                *("professional certificate", "postgraduate degree"),
                            ]
                        },
                    },
                    "additionalProperties": False,
                },
            ]
        },
        "jobBenefits": TEXT,
        "occupationalCategory": TEXT,
        "industry": TEXT,
    },
    "additionalProperties": False,
    # Nobody may be asked to come to a place that is not said, unless nobody has to come.
    "if": {"required": ["jobLocationType"]},
    "else": {"not": {"required": ["applicantLocationRequirements"]}},
}
VALIDATOR = jsonschema.Draft202012Validator(RULES, format_checker=jsonschema.FormatChecker())


def get(path: str, **headers: str) -> Response:
    return answered(found, Request("GET", {"host": "localhost", **headers}, path=path))


def posting_of(job: Any) -> dict[str, Any]:
    response = get(f"/jobs/{job.slug}.jsonld")
    assert response.status == 200, response.body
    assert response.headers["Content-Type"] == "application/ld+json"
    content: dict[str, Any] = json.loads(response.body)
    faults = [error.message for error in VALIDATOR.iter_errors(content)]
    assert faults == []
    return content


def test_the_rules_refuse_what_is_not_so() -> None:
    assert list(VALIDATOR.iter_errors({"@type": "JobPosting"}))
    job = JobFactory(places=[PlaceFactory()], pay=(1, 2))
    good = posting_of(job)
    for name, value in (
        ("employmentType", ["EMPLOYEE"]),
        ("datePosted", 5),
        ("jobLocation", [{"@type": "Place", "address": {"@type": "PostalAddress"}}]),
        ("baseSalary", {"@type": "MonetaryAmount", "currency": "€", "value": 5}),
        ("applicantLocationRequirements", [{"@type": "Country", "name": "France"}]),
    ):
        assert list(VALIDATOR.iter_errors({**good, name: value})), name


def test_a_posting_says_all_that_is_known() -> None:
    company = CompanyFactory(website="https://zoo.example", industry=IndustryFactory(name="Zoos"))
    job = JobFactory(
        company=company,
        title="Zoo keeper",
        external_reference="Z-1",
        description_source="Feed **lions**.",
        employment_types=["full_time", "contract"],
        places=[PlaceFactory(name="Köln", region_name="NRW")],
        skills=[SkillFactory(name="Lions"), SkillFactory(name="Tigers")],
        pay=(50_000_00, 60_000_50),
        education="bachelor",
        occupation=OccupationFactory(title="Animal keeper"),
        benefits=["meals", "bonus"],
    )
    content = posting_of(job)
    assert content["description"] == "<p>Feed <strong>lions</strong>.</p>\n" or "lions" in content["description"]
    assert content["identifier"]["value"] == "Z-1"
    assert content["url"] == f"https://jobs.example/jobs/{job.slug}"
    assert content["hiringOrganization"]["sameAs"] == "https://zoo.example"
    assert content["jobLocation"][0]["address"] == {
        "@type": "PostalAddress",
        "addressLocality": "Köln",
        "addressRegion": "NRW",
        "addressCountry": "DE",
    }
    assert content["employmentType"] == ["FULL_TIME", "CONTRACTOR"]
    value = content["baseSalary"]["value"]
    assert (value["minValue"], value["maxValue"], value["unitText"]) == (50_000, 60_000.5, "YEAR")
    assert content["directApply"] is True
    assert content["skills"] == "Lions, Tigers"
    assert content["educationRequirements"]["credentialCategory"] == "bachelor degree"
    assert content["industry"] == "Zoos"
    assert content["occupationalCategory"] == "Animal keeper"
    assert content["datePosted"] == job.first_published_at.isoformat(timespec="seconds")
    assert "jobLocationType" not in content


def test_a_remote_posting_says_from_where() -> None:
    job = JobFactory(workplace="remote")
    france = CountryFactory(code="FR", name="France")
    RemoteEligibility.objects.create(job=job, country=france)
    RemoteEligibility.objects.create(job=job, country=CountryFactory(), is_allowed=False)
    content = posting_of(job)
    assert content["jobLocationType"] == "TELECOMMUTE"
    assert content["applicantLocationRequirements"] == [{"@type": "Country", "name": "France"}]
    assert "jobLocation" not in content


@pytest.mark.parametrize("education", ["none", "secondary", "vocational", "master", "doctorate", ""])
def test_every_schooling_has_a_word(education: str) -> None:
    assert ("educationRequirements" in posting_of(JobFactory(education=education))) == bool(education)


@pytest.mark.parametrize("kind", ["full_time", "part_time", "contract", "temporary", "internship", "apprenticeship"])
def test_every_kind_of_terms_has_a_word(kind: str) -> None:
    assert posting_of(JobFactory(employment_types=[kind]))["employmentType"]


@pytest.mark.parametrize(("pay", "period", "value"), [((5, 5), "hour", {"value": 0.05}), ((7, None), "month", {})])
def test_pay_that_is_one_number_or_has_one_end(pay: Any, period: str, value: dict[str, float]) -> None:
    shown = posting_of(JobFactory(pay=pay, pay__period=period))["baseSalary"]["value"]
    assert shown == {"@type": "QuantitativeValue", "unitText": period.upper(), **(value or {"minValue": 0.07})}


@pytest.mark.parametrize(("pay", "period"), [((5, 5), "once"), ((0, 0), "month"), ((None, 0), "hour")])
def test_pay_that_is_given_once_or_is_nothing_is_no_salary(pay: Any, period: str) -> None:
    assert "baseSalary" not in posting_of(JobFactory(pay=pay, pay__period=period))


def test_a_place_known_by_its_words_or_its_country_alone() -> None:
    job = JobFactory()
    JobLocationFactory(job=job, place=None, country=None, text="By the sea", position=0)
    JobLocationFactory(job=job, place=None, country=CountryFactory(code="FR", name="France"), text="x", position=1)
    assert [place["address"].get("addressCountry") for place in posting_of(job)["jobLocation"]] == [None, "FR"]


def test_nothing_in_it_ends_a_script() -> None:
    job = JobFactory(title="</script><script>alert(1)</script> & \u2028 <!--", description_source="</script>")
    response = get(f"/jobs/{job.slug}.jsonld")
    assert not {b"<", b">", b"&", "\u2028".encode()} & {response.body[n : n + 1] for n in range(len(response.body))}
    assert "\u2028".encode() not in response.body
    assert json.loads(response.body)["title"] == job.title


def test_a_posting_that_ended_is_gone_and_a_hidden_one_was_never_there() -> None:
    gone = [JobFactory(expired=True), JobFactory(closed=True), JobFactory(archived=True)]
    gone.append(
        JobFactory(expires_at=timezone.now() - timedelta(seconds=1), published_at=timezone.now() - timedelta(1))
    )
    never = [JobFactory(draft=True), JobFactory(in_review=True), JobFactory(scheduled=True), JobFactory(paused=True)]
    never += [
        JobFactory(frozen=True),
        JobFactory(visibility="unlisted"),
        JobFactory(expired=True, moderation="removed"),
    ]
    never += [JobFactory(closed=True, visibility="unlisted"), JobFactory(closed=True, close_reason="moderation")]
    never += [JobFactory(closed=True, published_at=None, first_published_at=None, expires_at=None)]
    never += [
        JobFactory(company=CompanyFactory(status="suspended")),
        JobFactory(expired=True, company__status="closed"),
    ]
    for job in gone:
        assert get(f"/jobs/{job.slug}.jsonld").status == 410, job.lifecycle
    missing = get("/jobs/none-at-all.jsonld")
    assert missing.status == 404
    for job in never:
        response = get(f"/jobs/{job.slug}.jsonld")
        assert response.status == 404, (job.lifecycle, job.moderation)
        told = [json.loads(body) | {"requestId": ""} for body in (response.body, missing.body)]
        assert told[0] == told[1]


def test_who_asks_makes_no_difference() -> None:
    membership = MembershipFactory()
    draft, live = JobFactory(company=membership.company, draft=True), JobFactory(company=membership.company)
    authorization = f"Bearer {token_for(membership.user)}"
    assert get(f"/jobs/{draft.slug}.jsonld", authorization=authorization).status == 404
    assert get(f"/jobs/{live.slug}.jsonld", authorization=authorization).body == get(f"/jobs/{live.slug}.jsonld").body


@pytest.mark.parametrize("path", ["/jobs/", "/jobs/.jsonld", "/jobs/a/b.jsonld", "/jobs/a.json", "/jobs/\x00.jsonld"])
def test_other_addresses_are_not_found(path: str) -> None:
    assert get(path).status == 404
    assert get(f"/jobs/{'x' * 300}.jsonld").status == 404
