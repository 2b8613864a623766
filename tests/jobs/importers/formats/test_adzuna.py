from tests.jobs.importers.formats.reading import posting

JOB = {
    "id": "7",
    "title": "<strong>Baker</strong> &amp; Cook",
    "company": {"display_name": "Acme"},
    "location": {"display_name": "Leeds, West Yorkshire", "area": ["UK", "Yorkshire And The Humber", "Leeds"]},
    "category": {"label": "Hospitality & Catering Jobs", "tag": "hospitality-catering-jobs"},
    "contract_time": "part_time",
    "contract_type": "permanent",
    "salary_min": 20_000,
    "salary_max": 25_000.5,
    "salary_is_predicted": "0",
    "redirect_url": "https://www.adzuna.example/land/ad/7",
}


def document(**job):
    return {"count": 1, "mean": 22_000, "results": [JOB | job]}


def test_job_is_read():
    found = posting("adzuna", document())
    assert (found["title"], found["company"], found["country"]) == ("Baker & Cook", "Acme", "UK")
    assert found["employment_type"] == ["part_time"]
    assert (found["salary_min"], found["salary_max"], found["salary_period"]) == (20_000, 25_000.5, "year")


def test_predicted_pay_is_not_kept():
    assert not any(key.startswith("salary") for key in posting("adzuna", document(salary_is_predicted="1")))


def test_contract_is_a_kind_of_employment():
    assert posting("adzuna", document(contract_type="contract"))["employment_type"] == ["part_time", "contract"]
