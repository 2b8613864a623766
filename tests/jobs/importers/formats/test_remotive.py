import pytest

from tests.jobs.importers.formats.reading import posting

JOB = {
    "id": 7,
    "url": "https://remotive.example/7",
    "title": "Baker &amp; Cook",
    "company_name": "Acme",
    "candidate_required_location": "USA, Canada",
    "job_type": "full_time",
    "salary": "€45k–55k + bonus",
    "publication_date": "2026-08-13T06:25:53",
}


def test_jobs_are_remote_from_the_countries_that_are_named():
    found = posting("remotive", {"0-legal-notice": "…", "job-count": 1, "jobs": [JOB]})
    assert (found["title"], found["workplace"]) == ("Baker & Cook", "remote")
    assert (found["remote_countries"], found["salary"]) == ("USA, Canada", "€45k–55k + bonus")


@pytest.mark.parametrize(
    ("change", "key"),
    [({"candidate_required_location": "Worldwide"}, "remote_countries"), ({"job_type": "other"}, "employment_type")],
)
def test_what_says_nothing_is_left_out(change, key):
    assert key not in posting("remotive", {"jobs": [JOB | change]})
