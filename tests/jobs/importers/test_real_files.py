"""Real postings, a few hundred out of each file."""

import itertools

import pytest

from jobs.importers.files import opened
from jobs.importers.formats import FORMATS
from jobs.importers.run import Plan, import_rows
from jobs.models import Job
from jobs.services.incoming import Fate

pytestmark = [pytest.mark.django_db, pytest.mark.needs("data")]
ROWS = 300


def take_in(path, every=1, **options):
    """Imports `ROWS` rows of the file, every so manieth of it."""
    layout = "csv" if ".csv" in path.name else "jsonl"
    with opened(path) as file:
        rows = itertools.islice(FORMATS[layout].reader.read(file.bytes), 0, ROWS * every, every)
        return import_rows(rows, Plan(source=path.name, format=layout, **options))


@pytest.mark.parametrize(
    ("name", "every", "least_places", "least_pays", "least_occupations"),
    [
        ("postings_usajobs_summaries.jsonl.gz", 7, 0.55, 0.99, 0.8),
        ("postings_usajobs_civil.jsonl.gz", 6, 0.55, 0, 0.75),
        ("postings_usajobs_titles.jsonl.gz", 189, 0, 0, 0.8),
        ("postings_city_la.jsonl.gz", 2, 1, 0.99, 0.8),
        ("postings_greenhouse.jsonl.gz", 235, 0.65, 0, 0.65),
    ],
)
def test_public_postings_go_in_and_are_understood(
    data_folder, name, every, least_places, least_pays, least_occupations
):
    account = take_in(data_folder / name, every)
    assert account.faults == []
    assert account.fates == {Fate.CREATED: account.read}
    recognised = account.tally.recognised
    assert recognised["place"] >= least_places * account.read
    assert recognised["pay"] >= least_pays * account.read
    assert recognised["occupation"] >= least_occupations * account.read
    assert take_in(data_folder / name, every).fates == {Fate.UNCHANGED: account.read}


def test_new_yorks_own_columns_go_in_by_map(data_folder):
    renames = {
        "id": "Job ID",
        "title": "Civil Service Title",
        "company": "Agency",
        "salary_min": "Salary Range From",
        "salary_max": "Salary Range To",
    }
    account = take_in(data_folder / "postings_nyc.csv.gz", renames=renames, country="US")
    # Many an id stands there twice: posted inside and outside.
    assert account.fates[Fate.UNCHANGED] > 0
    assert {fault.field for fault in account.faults} <= {"id"}
    assert Job.objects.count() == account.fates[Fate.CREATED] > 0.5 * ROWS
    assert account.tally.recognised["pay"] > 0.9 * account.read


def test_postings_of_hacker_news_go_in_by_map(data_folder):
    account = take_in(
        data_folder / "postings_hn_hiring.jsonl.gz", renames={"title": "headline"}, company="Unnamed company"
    )
    assert account.fates[Fate.CREATED] > 0.9 * account.read
    assert {fault.field for fault in account.faults} <= {"title"}
