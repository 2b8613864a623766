from tests.jobs.importers.formats.reading import posting

JOB = {
    "id": 7,
    "url": "https://jobicy.example/7",
    "jobTitle": "Baker &#8211; Bread &amp; Cakes",
    "companyName": "Acme &amp; Sons",
    "jobIndustry": ["Food &amp; Drink"],
    "jobType": ["Full-Time", "Contract"],
    "jobGeo": "UK,  USA",
    "jobLevel": "Senior",
    "pubDate": "2026-08-15 15:28:49",
}


def test_escaped_names_are_unescaped():
    found = posting("jobicy", {"apiVersion": "2", "jobs": [JOB]})
    assert (found["title"], found["company"]) == ("Baker – Bread & Cakes", "Acme & Sons")
    assert (found["category"], found["remote_countries"], found["seniority"]) == ("Food & Drink", "UK,  USA", "Senior")


def test_anywhere_and_any_level_say_nothing():
    found = posting("jobicy", {"jobs": [JOB | {"jobGeo": "Anywhere", "jobLevel": "Any"}]})
    assert not {"remote_countries", "seniority"} & set(found)


def test_pay_is_read_under_old_and_new_keys():
    old = JOB | {"annualSalaryMin": 50_000, "annualSalaryMax": "60000", "salaryCurrency": "GBP"}
    found = posting("jobicy", {"jobs": [old]})
    assert [found[f"salary_{key}"] for key in ("min", "max", "currency", "period")] == [50_000, "60000", "GBP", "year"]
    new = JOB | {"salaryMin": 20, "salaryMax": 30, "salaryCurrency": "GBP", "salaryPeriod": "hourly"}
    found = posting("jobicy", {"jobs": [new]})
    assert [found[f"salary_{key}"] for key in ("min", "max", "currency", "period")] == [20, 30, "GBP", "hourly"]
