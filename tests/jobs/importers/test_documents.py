"""Documents as boards and feeds have really given them: each is read, or refused with a reason."""

import io

import orjson
import pytest

from jobs.importers.files import Unreadable, opened
from jobs.importers.formats import FORMATS
from jobs.importers.port import Fault, Row
from jobs.importers.run import Plan, import_rows
from jobs.models import Job
from jobs.services.incoming import Fate
from kernel.errors import Invalid

pytestmark = pytest.mark.needs("data")


@pytest.fixture
def document(data_folder):
    """Rows of a document, by its name and its format."""

    def rows(name: str, layout: str) -> list[Row | Fault]:
        with opened(data_folder / "importers" / name) as file:
            return list(FORMATS[layout].reader.read(file.bytes))

    return rows


@pytest.fixture
def postings(document):
    """What the importer makes of each row of a document; without the rows that are no postings."""

    def made(name: str, layout: str) -> list[dict]:
        found = [FORMATS[layout].posting(row.values) for row in document(name, layout)]
        return [posting for posting in found if posting is not None]

    return made


def of_value(layout, value):
    """What the importer makes of a document with that content."""
    rows = FORMATS[layout].reader.read(io.BytesIO(orjson.dumps(value)))
    return [FORMATS[layout].posting(row.values) for row in rows]


def column(postings, *keys):
    return [tuple(posting.get(key) for key in keys) if len(keys) > 1 else posting.get(keys[0]) for posting in postings]


def test_arbeitnow(postings):
    found = postings("real_arbeitnow.json", "arbeitnow")
    assert column(found, "company", "location", "workplace", "posted_at") == [
        ("Georg Kuhn GmbH", "Offenburg", None, 1_786_807_824),
        ("GITO mbH Verlag", "Berlin", None, 1_786_806_026),
        ("veeamsoftware", "Remote", "remote", 1_786_805_732),
    ]
    assert found[0]["id"] == "praktikant-marketing-event-student-in-offenburg-442686"
    # The third was escaped once more than the others.
    assert all(posting["description"].startswith("<") for posting in found)


def test_ashby(postings):
    found = postings("real_ashby.json", "ashby")
    assert column(found, "id", "title") == [
        ("05e14247-17c4-4e98-9a13-53828a4e2f13", "Business Development Representative, New York"),
        ("b21fef72-4864-4a3e-a627-91557a0f8a36", "Business Development Representative, San Francisco"),
        ("d177d052-ef57-4900-acf2-d58e9eded620", "Product Designer"),
    ]
    assert column(found, "workplace", "employment_type") == [("Hybrid", "FullTime")] * 3
    assert [place["city"] for place in found[2]["locations"]] == ["San Francisco", "New York"]
    assert not any(posting.get("company") for posting in found)


def test_greenhouse(postings):
    found = postings("real_greenhouse.json", "greenhouse")
    assert column(found, "id", "locations", "posted_at") == [
        (8503792002, ["Remote, Italy"], "2026-04-17T05:58:03-04:00"),
        (8556658002, ["Remote, Bangalore"], "2026-05-22T09:16:29-04:00"),
        (8638232002, ["Remote, United States"], "2026-07-22T13:38:40-04:00"),
    ]
    assert column(found, "company", "language") == [("GitLab", "en")] * 3
    assert all(posting["description"].startswith('<div class="content-intro"><p>') for posting in found)


def test_himalayas(postings):
    found = postings("real_himalayas.json", "himalayas")
    assert column(found, "company", "remote_countries") == [
        ("Alignment Health", ["United States"]),
        ("Gt Ecom", ["United States"]),
        ("Mercor", ["India"]),
    ]
    assert column(found, "salary_min", "salary_max", "salary_currency", "salary_period") == [
        (77905, 116858, "USD", "annual"),
        (None, None, None, None),
        (14, 14, "USD", "hourly"),
    ]
    assert found[0]["expires_at"] == 1_791_997_231


def test_jobicy(postings):
    found = postings("real_jobicy.json", "jobicy")
    assert column(found, "id", "company", "remote_countries", "seniority") == [
        (150798, "OKX", "LATAM,  Hong Kong,  Mexico,  Singapore", "Director"),
        (150796, "Luxury Presence", "LATAM,  Brazil", "Senior"),
        (150791, "GiveDirectly", "UK,  USA", "Director"),
    ]
    assert found[0]["category"] == "Product & Operations"
    assert [found[2][f"salary_{key}"] for key in ("min", "max", "currency", "period")] == [
        115_000,
        115_000,
        "USD",
        "yearly",
    ]


def test_remoteok(document, postings):
    assert len(document("real_remoteok.json", "remoteok")) == 4  # the first is the legal notice
    found = postings("real_remoteok.json", "remoteok")
    assert column(found, "id", "title", "location") == [
        ("1136719", "Shop Assistant Cammeray", "Cammeray, "),
        ("1136687", "Brand Protection & Marketplace Compliance Analyst", ""),
        ("1136747", "Store Manager", "Marsa, "),
    ]
    assert column(found, "posted_at")[0] == "2026-08-14T17:36:11+00:00"


def test_remotive(postings):
    found = postings("real_remotive.json", "remotive")
    assert column(found, "id", "remote_countries", "salary", "employment_type") == [
        (2091093, "USA", "Pay per task", "part_time"),
        (1680495, None, "$31,2k- $52k", "full_time"),
        (2086540, None, "OTE $25k - $35k", "full_time"),
    ]


def test_adzuna(postings):
    found = postings("shape_only_adzuna.json", "adzuna")
    assert column(found, "id", "company", "location", "salary_min", "salary_max", "posted_at") == [
        ("4567890123", "Acme Corp", "London, Greater London", 45_000, 60_000, "2026-08-01T09:12:00Z"),
        ("4567890124", "Beta Ltd", "Manchester", None, None, "2026-08-02T14:30:00Z"),
    ]


@pytest.mark.django_db
def test_lever(document, postings):
    found = postings("shape_only_lever.json", "lever")
    assert column(found, "title", "locations", "salary_min", "salary_max", "salary_currency") == [
        ("Senior Backend Engineer", ["Remote - US"], 140_000, 190_000, "USD"),
        ("Data Analyst", ["New York, NY (Hybrid)"], None, None, None),
        ("", [], None, None, None),
    ]
    rows = document("shape_only_lever.json", "lever")
    account = import_rows(rows, Plan(source="lever", format="lever", company="Example"))
    assert account.fates == {Fate.CREATED: 2, Fate.FAILED: 1}
    assert [(fault.position, fault.field) for fault in account.faults] == [(3, "title")]


def test_greenhouse_questions_are_refused(document):
    with pytest.raises(Unreadable, match=r"it has no title\. Its keys: questions"):
        document("shape_only_greenhouse_questions.json", "greenhouse")


def test_smartrecruiters(data_folder, document):
    # The file wraps two pages of a list, and the postings in full.
    with pytest.raises(Unreadable, match=r"without a list under content.* Its keys: list_pages, details"):
        document("smartrecruiters_api_boschgroup.json", "smartrecruiters")
    wrapped = orjson.loads((data_folder / "importers" / "smartrecruiters_api_boschgroup.json").read_bytes())
    listed = [posting for page in wrapped["list_pages"] for posting in of_value("smartrecruiters", page)]
    full = [posting for detail in wrapped["details"].values() for posting in of_value("smartrecruiters", detail)]
    expected = [
        ("744000135080134", "Facilities Soft Services Engineer", "Bosch Group", None, "Full-time"),
        ("744000900000001", "Senior Data Engineer", "The Nielsen Company", "remote", "Full-time"),
        ("744000135078460", "Software Architect", "Bosch Group", "hybrid", "Part-time"),
    ]
    assert column(listed, "id", "title", "company", "workplace", "employment_type") == expected
    assert column(full, "id", "title", "company", "workplace", "employment_type") == expected
    assert column(full, "language", "seniority") == [
        ("es-MX", "Associate"),
        ("en", "Mid-Senior Level"),
        ("en", "Associate"),
    ]
    assert (
        listed[0]["locations"]
        == full[0]["locations"]
        == [{"city": "Pedro Escobedo", "region": "Qro.", "country": "MX"}]
    )
    assert [len(posting["description"]) > 20 for posting in full] == [True, True, False]


def test_schema_org_examples(data_folder, document):
    # The file wraps JSON-LD as texts: none of its rows is any itself.
    rows = document("schemaorg_jobposting_examples.json", "jobposting-jsonld")
    assert len(rows) == 12
    for row in rows:
        with pytest.raises(Invalid, match="Not JSON-LD: the object has no @type"):
            FORMATS["jobposting-jsonld"].posting(row.values)
    wrapped = orjson.loads((data_folder / "importers" / "schemaorg_jobposting_examples.json").read_bytes())
    found = {}
    for entry in wrapped:
        (row,) = FORMATS["jobposting-jsonld"].reader.read(io.BytesIO(entry["json_ld"].encode()))
        found[entry["types"].split()[0]] = FORMATS["jobposting-jsonld"].posting(row.values)
    assert len(found) == 12
    assert all(posting["title"] for posting in found.values())
    first = found["#eg-0028"]
    assert [first[key] for key in ("salary_min", "salary_currency", "employment_type", "posted_at")] == [
        "100000",
        "USD",
        ["Full-time"],
        "2011-10-31",
    ]
    assert first["locations"] == [{"city": "Kirkland", "region": "WA", "country": None}]
    assert first["education"].startswith("Bachelor's Degree")
    assert first["skills"] is None  # sentences, not names
    assert (found["#eg-0268"]["workplace"], found["#eg-0268"]["remote_countries"]) == ("remote", ["USA"])
    assert (found["#eg-0251"]["company"], found["#eg-0281"]["company"]) == ("ACME Software", "ACME Corp.")
    assert found["#eg-0465"]["education"] == "bachelor degree"


@pytest.mark.django_db
def test_indeed_feed_whose_every_posting_stands_twice(document, postings):
    rows = document("indeed_feed_pl.xml", "indeed-xml")
    found = postings("indeed_feed_pl.xml", "indeed-xml")
    assert len(found) == 80
    assert len(set(column(found, "id"))) == 40
    assert found[0]["id"] == found[1]["id"] == "45424-20132496"
    assert found[0]["locations"] == [{"city": "Opole", "region": "opolskie", "country": "PL"}]
    assert (found[0]["posted_at"], found[-1]["posted_at"]) == ("2017-01-30", "2017-02-23")
    assert not any(posting["company"] for posting in found)
    account = import_rows(rows, Plan(source="indeed", format="indeed-xml", company="Paretti"))
    assert account.faults == []
    assert account.fates == {Fate.CREATED: 40, Fate.UNCHANGED: 40}


def test_careerjet_feed(postings):
    found = postings("careerjet_feed_pl.xml", "careerjet-xml")
    assert len(found) == 39
    assert set(column(found, "company")) == {"PARETTI"}
    # The feed gives the address of the whole site for every posting's; the forms to apply are apart.
    assert len(set(column(found, "url"))) == 39
    assert found[2]["title"] == "Praca przy produkcji (kwiaty) Holandia"
    assert (found[0]["locations"], found[2]["locations"]) == (["Opole"], [])


def test_hr_xml_request_to_delete_is_refused(data_folder, document):
    (row,) = document("hrxml_0.99_peopleclick_fr.xml", "hr-xml")
    with pytest.raises(Invalid, match="to delete the posting") as caught:
        FORMATS["hr-xml"].posting(row.values)
    assert caught.value.field == "Action"
    text = (data_folder / "importers" / "hrxml_0.99_peopleclick_fr.xml").read_bytes()
    (row,) = FORMATS["hr-xml"].reader.read(io.BytesIO(text.replace(b"<Action>delete<", b"<Action>add<")))
    posting = FORMATS["hr-xml"].posting(row.values)
    assert posting["id"] == "PCK232-167454"
    assert posting["title"] == "Représentant(e) des services financiers (stagiaire)CVM-Nov"
    assert (posting["education"], posting["salary_min"], posting["locations"]) == ("BA/BS", "0", [])
    assert posting["url"].startswith("https://careers.peopleclick.com/")


@pytest.mark.django_db
def test_posting_in_json_resume_goes_in_by_map(document):
    rows = document("jsonresume_sample.job.json", "json")
    renames = {"employment_type": "type", "workplace": "remote", "seniority": "experience", "skills": "keywords"}
    account = import_rows(rows, Plan(source="resume", format="json", renames=renames))
    assert account.faults == []
    job = Job.objects.get()
    assert (job.title, job.workplace, job.seniority) == ("Web Developer", "hybrid", "mid")
    assert list(job.employment_types) == ["full_time"]


@pytest.mark.django_db
def test_resume_is_refused(document):
    rows = document("jsonresume_sample.resume.json", "json")
    account = import_rows(rows, Plan(source="resume", format="json", company="Nobody"))
    assert account.fates == {Fate.FAILED: 1}
    assert [(fault.position, fault.field) for fault in account.faults] == [(1, "title")]
    assert "needs a title" in account.faults[0].reason


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [
        ("greenhouse_boards_before_2026-01-05.json.gz", 3389, 5026512008, 7460165),
        ("greenhouse_boards_after_2026-01-08.json.gz", 3379, 4587106005, 8036172002),
    ],
)
def test_boards_of_a_day_are_a_flat_list(postings, name, count, first, last):
    found = postings(name, "json")
    assert len(found) == count
    assert (found[0]["id"], found[-1]["id"]) == (first, last)
    assert {"company", "title", "location", "url", "updated_at"} <= set(found[0])
