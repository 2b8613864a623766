from tests.jobs.importers.formats.reading import posting

JOB = {
    "slug": "baker-berlin-1",
    "company_name": "Acme",
    "title": "Baker",
    "description": "&lt;p&gt;Bake &amp;amp; sell&lt;/p&gt;",
    "remote": True,
    "job_types": ["Full Time", "berufserfahren"],
    "location": "Berlin",
    "created_at": 1_786_807_824,
}


def test_job_is_read_and_its_escaped_description_unescaped():
    found = posting("arbeitnow", {"data": [JOB], "links": {"next": "https://…?page=2"}, "meta": {}})
    assert (found["id"], found["workplace"], found["posted_at"]) == ("baker-berlin-1", "remote", 1_786_807_824)
    assert found["employment_type"] == ["Full Time", "berufserfahren"]
    assert found["description"] == "<p>Bake &amp; sell</p>"


def test_description_in_html_stays_as_it_is():
    html = "<p>if a &lt; b</p>"
    assert posting("arbeitnow", {"data": [JOB | {"description": html}]})["description"] == html
