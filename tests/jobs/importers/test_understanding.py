"""How well postings are understood: 200 real ones, labelled by hand, against what is read out of them.

`labelled_postings.jsonl` holds file, id and what a person who read the row says of it; no words of the postings. The
rows are a sample of each file (seeded, by id). How they were labelled:

- Only what the view below shows was read: of a description the first `MOST_TEXT` characters, and nothing of what a
  collector made up itself (levels, ways of working, the pay that it found in a text).
- places: every town where the work is done, by GeoNames id; the country of a town that GeoNames' cities of 15,000 do
  not hold, of a region, or where just a country is named, unless a town in it is labelled. A group of countries is each
  of them up to five, and nothing above that. Where headline and text name several jobs, those of the first or of all.
- workplace: what is said of this job; of several ways hybrid comes before remote, and remote before on-site.
- pay: the first amount or range stated for the job, in minor units; one alone is the least unless it says "up to".
- seniority: what title or text says: "I", "new grad", "junior" entry; "II" mid; "staff", "principal", "lead", who
  supervises or manages people lead; directors and vice presidents executive. Plain titles have none. Of several
  levels ("mid/senior") the lowest.
- employment types: as said of the job; "five years of full-time experience" is not.
- skills: slugs of jobs/data/skills.csv that a title names as its subject ("payroll specialist", not the occupation
  itself: "product manager"), or that the text asks for, uses in the job or lists as its stack, required or nice.
  Not what the employer's product does, and none of the kind "professional" (teamwork and the like).

The rules were improved on this sample: its figures are upper bounds of what other postings would give.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.importers.posting import Recogniser, Tally
from jobs.models import Country, EmploymentType, PayPeriod, Place, Seniority, Skill, SkillKind, Workplace
from jobs.services.incoming import Posting
from tests.jobs.importers.real_rows import rows_of

pytestmark = pytest.mark.django_db

LABELS = Path(__file__).with_name("labelled_postings.jsonl")
ASPECTS = ("language", "workplace", "places", "pay", "seniority", "employment_types", "skills")
MOST_TEXT = 1_500
MOST_COUNTRIES = 5
# What of each file's rows is read, and as which key of ours.
VIEWS = {
    "postings_greenhouse.jsonl.gz": {"title": "title", "location": "location"},
    "postings_ats_teasers.jsonl.gz": {
        "title": "title",
        "company": "company",
        "location": "location",
        "salary_text": "salary",
        "employment_type": "employment_type",
        "description": "description",
    },
    "postings_hn_hiring.jsonl.gz": {"headline": "title", "description": "description"},
    "postings_usajobs_summaries.jsonl.gz": {
        "title": "title",
        "location": "location",
        "country": "country",
        "salary_min": "salary_min",
        "salary_max": "salary_max",
        "salary_currency": "salary_currency",
        "salary_period": "salary_period",
        "employment_type": "employment_type",
        "description": "description",
    },
    "postings_usajobs_civil.jsonl.gz": {
        "title": "title",
        "location": "location",
        "country": "country",
        "description": "description",
    },
    "postings_city_la.jsonl.gz": {"title": "title", "location": "location", "description": "description"},
    "postings_gsa_tts.jsonl.gz": {
        "title": "title",
        "location": "location",
        "description": "description",
        "description_format": "description_format",
    },
    "postings_simplify_newgrad.json.gz": {"title": "title", "company_name": "company", "locations": "locations"},
    "postings_nyc.csv.gz": {
        "Civil Service Title": "title",
        "Agency": "company",
        "Salary Range From": "salary_min",
        "Salary Range To": "salary_max",
    },
}
# The country of rows that name none, as --country would say it.
COUNTRIES = {"postings_nyc.csv.gz": "US"}

# Precision and recall that must not be lost: just below what was measured.
FLOORS = {
    "language": (0.983, 0.983),
    "workplace": (0.968, 0.955),
    "places": (0.987, 0.945),
    "pay": (0.995, 0.945),
    "seniority": (0.956, 0.894),
    "employment_types": (0.995, 0.957),
    "skills": (0.772, 0.888),
}


def labels() -> list[dict[str, Any]]:
    return [json.loads(line) for line in LABELS.read_text().splitlines()]


def view(file: str, row: dict[str, Any]) -> dict[str, Any]:
    plain = {ours: row[theirs] for theirs, ours in VIEWS[file].items() if row.get(theirs) not in (None, "")}
    if "description" in plain:
        plain["description"] = plain["description"][:MOST_TEXT]
    return plain


def told(posting: Posting, slugs: dict[int, str]) -> dict[str, set[Any]]:
    """What was read out of a posting, in the terms of the labels."""
    towns = {location.place_id for location in posting.locations if location.place_id}
    with_towns = {location.country for location in posting.locations if location.place_id}
    countries = {location.country for location in posting.locations if location.country and not location.place_id}
    eligible = {country for country, _ in posting.remote_from}
    if len(eligible) <= MOST_COUNTRIES:
        countries |= eligible
    pay = posting.pay
    return {
        "language": {posting.language},
        "workplace": {posting.workplace} - {""},
        "places": towns | (countries - with_towns),
        "pay": {(pay.currency, str(pay.period), pay.min_minor, pay.max_minor)} if pay else set(),
        "seniority": {posting.seniority} - {""},
        "employment_types": set(posting.employment_types),
        "skills": {slugs[skill.skill_id] for skill in posting.skills if skill.skill_id in slugs},
    }


def expected(label: dict[str, Any]) -> dict[str, set[Any]]:
    return {
        "language": {label["language"]},
        "workplace": {label["workplace"]} - {None},
        "places": set(label["places"]),
        "pay": {tuple(label["pay"])} if label["pay"] else set(),
        "seniority": {label["seniority"]} - {None},
        "employment_types": set(label["employment_types"]),
        "skills": set(label["skills"]),
    }


def compared(folder: Path) -> Iterator[tuple[str, str, set[Any], set[Any]]]:
    """Id, aspect, what is right, what was read, of every labelled row."""
    recogniser = Recogniser()
    slugs = dict(Skill.objects.exclude(kind=SkillKind.PROFESSIONAL).values_list("pk", "slug"))
    wanted = labels()
    rows = {file: rows_of(folder / file) for file in VIEWS}
    for label in wanted:
        file = label["file"]
        row = view(file, rows[file][label["id"]])
        posting = recogniser.posting(row, Tally(), company="Unnamed company", country=COUNTRIES.get(file, ""))
        right, read = expected(label), told(posting, slugs)
        for aspect in ASPECTS:
            yield label["id"], aspect, right[aspect], read[aspect]


@pytest.mark.needs("data")
def test_postings_are_understood_as_well_as_they_were(data_folder):
    hits, read, right = Counter[str](), Counter[str](), Counter[str]()
    report: dict[str, list[str]] = {aspect: [] for aspect in ASPECTS}
    for row, aspect, truth, said in compared(data_folder):
        hits[aspect] += len(truth & said)
        read[aspect] += len(said)
        right[aspect] += len(truth)
        if truth != said:
            report[aspect].append(
                f"  {row}: missed {sorted(map(str, truth - said))}, wrong {sorted(map(str, said - truth))}"
            )
    failures = []
    for aspect, (least_precision, least_recall) in FLOORS.items():
        precision, recall = hits[aspect] / read[aspect], hits[aspect] / right[aspect]
        if precision < least_precision or recall < least_recall:
            failures.append(
                f"{aspect}: precision {precision:.3f} (least {least_precision}), recall {recall:.3f} "
                f"(least {least_recall})"
            )
            failures.extend(report[aspect])
    assert not failures, "\n".join(failures)


def test_labels_are_sound():
    rows = labels()
    assert len(rows) == len({(row["file"], row["id"]) for row in rows}) == 200
    assert {row["file"] for row in rows} == set(VIEWS)
    slugs = set(Skill.objects.exclude(kind=SkillKind.PROFESSIONAL).values_list("slug", flat=True))
    places = {place for row in rows for place in row["places"]}
    known = set(
        Place.objects.filter(pk__in=[place for place in places if isinstance(place, int)]).values_list("pk", flat=True)
    )
    known |= set(Country.objects.values_list("code", flat=True))
    for row in rows:
        assert set(row["skills"]) <= slugs, row["id"]
        assert set(row["places"]) <= known, row["id"]
        assert row["workplace"] in (None, *Workplace.values), row["id"]
        assert row["seniority"] in (None, *Seniority.values), row["id"]
        assert set(row["employment_types"]) <= set(EmploymentType.values), row["id"]
        if row["pay"]:
            currency, period, least, most = row["pay"]
            assert (len(currency), period in PayPeriod.values) == (3, True), row["id"]
            assert least is None or most is None or least <= most, row["id"]
