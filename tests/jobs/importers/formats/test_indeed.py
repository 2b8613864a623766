import pytest

from tests.jobs.importers.formats.reading import posting


def feed(extra: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?>
    <source><publisher>Acme ATS</publisher><lastBuildDate>Fri, 10 Dec 2021 22:49:39 GMT</lastBuildDate>
      <job>
        <title><![CDATA[Baker &amp; Cook]]></title>
        <date><![CDATA[Fri, 10 Dec 2021 22:49:39 GMT]]></date>
        <referencenumber><![CDATA[7]]></referencenumber>
        <url><![CDATA[https://acme.example/7]]></url>
        <company><![CDATA[Acme]]></company>
        <city><![CDATA[Phoenix]]></city><state><![CDATA[AZ]]></state><country><![CDATA[US]]></country>
        <description><![CDATA[<p>Bake</p>]]></description>
        {extra}
      </job></source>""".encode()


def test_job_is_read():
    assert posting("indeed-xml", feed()) == {
        "id": "7",
        "company": "Acme",
        "title": "Baker & Cook",
        "locations": [{"city": "Phoenix", "region": "AZ", "country": "US"}],
        "description": "<p>Bake</p>",
        "posted_at": "2021-12-10T22:49:39+00:00",
        "url": "https://acme.example/7",
    }


def test_optional_elements_are_read():
    found = posting(
        "indeed-xml",
        feed(
            "<salary>$50K per year</salary><jobtype>fulltime, contract</jobtype><education>Bachelors</education>"
            "<category>Food</category><expirationdate>2022-01-31</expirationdate>"
        ),
    )
    assert (found["salary"], found["employment_type"], found["education"]) == (
        "$50K per year",
        "fulltime, contract",
        "Bachelors",
    )
    assert (found["category"], found["expires_at"]) == ("Food", "2022-01-31")


@pytest.mark.parametrize(
    ("said", "kept"), [("Fully remote", "remote"), ("Hybrid remote", "hybrid"), ("On-site", None), ("", None)]
)
def test_remote_type_is_the_workplace(said, kept):
    assert posting("indeed-xml", feed(f"<remotetype>{said}</remotetype>")).get("workplace") == kept
