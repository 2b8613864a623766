from tests.jobs.importers.formats.reading import postings

LEGAL = {"last_updated": 1_786_757_871, "legal": "Please link back."}
JOB = {"id": "7", "epoch": 1_786_728_971, "company": "Acme", "position": "Baker", "location": "Oslo", "salary_min": 0}


def test_legal_notice_is_no_posting():
    notice, job = postings("remoteok", [LEGAL, JOB])
    assert notice is None
    assert job is not None
    assert (job["title"], job["workplace"], job["posted_at"]) == ("Baker", "remote", 1_786_728_971)
    assert "salary_currency" not in job


def test_pay_is_in_dollars_a_year():
    (job,) = postings("remoteok", [JOB | {"salary_min": 50_000, "salary_max": 70_000}])
    assert job is not None
    assert [job[f"salary_{key}"] for key in ("min", "max", "currency", "period")] == [50_000, 70_000, "USD", "year"]
