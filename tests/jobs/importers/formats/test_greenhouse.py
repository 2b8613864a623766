from tests.jobs.importers.formats.reading import posting

JOB = {
    "id": 127817,
    "title": "Vault Designer",
    "absolute_url": "https://boards.example/vault/jobs/127817",
    "updated_at": "2026-01-14T10:55:28-05:00",
    "location": {"name": "NYC; Remote (US)"},
}


def test_escaped_content_is_unescaped_once():
    found = posting("greenhouse", {"jobs": [JOB | {"content": "&lt;p&gt;R&amp;amp;D &amp;lt;3&lt;/p&gt;"}]})
    assert found["description"] == "<p>R&amp;D &lt;3</p>"
    assert found["description_format"] == "html"


def test_job_of_its_own_is_read():
    assert posting("greenhouse", JOB)["id"] == 127817


def test_older_answer_names_no_company_and_no_first_publication():
    found = posting("greenhouse", {"jobs": [JOB], "meta": {"total": 1}})
    assert "company" not in found
    assert "posted_at" not in found
    assert found["updated_at"] == "2026-01-14T10:55:28-05:00"


def test_ranges_of_pay_in_one_currency_are_one_range_in_units():
    ranges = [
        {"min_cents": 5_000_000, "max_cents": 7_500_050, "currency_type": "USD", "title": "NYC Salary Range"},
        {"min_cents": 4_500_000, "max_cents": 7_000_000, "currency_type": "USD", "title": "Ohio Salary Range"},
        {"min_cents": 1, "max_cents": 99_900_000, "currency_type": "CAD", "title": "Toronto Salary Range"},
    ]
    found = posting("greenhouse", {"jobs": [JOB | {"pay_input_ranges": ranges}]})
    assert (found["salary_min"], found["salary_max"], found["salary_currency"]) == (45_000, 75_000.5, "USD")


def test_offices_say_where_only_if_nothing_else_does():
    offices = [{"name": "East", "location": {"name": "Boston, MA"}}, {"name": "South", "location": "Austin, TX"}]
    assert posting("greenhouse", JOB | {"offices": offices})["locations"] == ["NYC; Remote (US)"]
    assert posting("greenhouse", JOB | {"offices": offices, "location": {"name": ""}})["locations"] == [
        "Boston, MA",
        "Austin, TX",
    ]


def test_deadline_is_the_end():
    assert posting("greenhouse", JOB | {"application_deadline": "2026-03-01"})["expires_at"] == "2026-03-01"
