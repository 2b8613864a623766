import gzip
import json
from contextlib import closing

import pytest

from jobs.importers.addresses import Unreachable
from jobs.importers.fetch import Limits, Validators
from jobs.importers.files import Unreadable
from jobs.importers.location import documents_in, downloaded, opened_documents
from tests.jobs.importers.web import site


def texts(location, format="jsonl", **options):
    with closing(opened_documents(str(location), format, **options)) as documents:
        return [document.bytes.read().decode() for document in documents]


def write(folder, **files):
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)


def test_file_is_one_document_whatever_it_is_called(tmp_path):
    write(tmp_path, postings=b"x")
    assert texts(tmp_path / "postings") == ["x"]


def test_folder_is_its_files_of_the_format_in_the_order_of_their_names(tmp_path):
    write(tmp_path, b_jsonl=b"2", a_ndjson_gz=gzip.compress(b"1"), c_JSONL=b"3", d_json=b"no", e_jsonl_txt=b"no")
    (tmp_path / ".hidden.jsonl").write_bytes(b"no")
    (tmp_path / "folder.jsonl").mkdir()
    assert texts(tmp_path) == ["1", "2", "3"]
    assert texts(tmp_path, "greenhouse") == ["no"]


@pytest.mark.parametrize(
    ("format", "names"),
    [
        ("csv", ["a.csv"]),
        ("lever", ["a.json"]),
        ("jobposting-jsonld", ["a.html", "a.json", "a.jsonld"]),
        ("hr-xml", ["a.xml"]),
        ("indeed-xml", ["a.xml"]),
        ("careerjet-xml", ["a.xml"]),
    ],
)
def test_files_of_a_format_are_told_by_their_names(tmp_path, format, names):
    for name in ("a.csv", "a.html", "a.json", "a.jsonl", "a.jsonld", "a.xml"):
        (tmp_path / name).touch()
    assert [path.name for path in documents_in(tmp_path, format)] == names


def test_folder_without_files_of_the_format_is_refused_with_what_was_looked_for(tmp_path):
    write(tmp_path, a_csv=b"x")
    with pytest.raises(Unreadable, match=r"has no files that end in \.jsonl or \.ndjson or \.jsonl\.gz or"):
        texts(tmp_path)


def test_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(Unreadable, match="does not exist"):
        texts(tmp_path / "nothing.jsonl")


def test_file_of_a_folder_that_cannot_be_opened_is_told_after_the_others(tmp_path):
    write(tmp_path, a_jsonl=b"1", b_jsonl=b"", c_jsonl=b"3")
    given: list[bytes] = []
    with pytest.raises(Unreadable, match=r"b\.jsonl is empty"):
        given.extend(document.bytes.read() for document in opened_documents(str(tmp_path), "jsonl"))
    assert given == [b"1", b"3"]


def test_url_is_fetched_and_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with site(lambda visit: visit.send(gzip.compress(b"x"), content_encoding="gzip")) as here:
        documents = opened_documents(here.url(), "jsonl", allow_private=True)
        assert next(documents).bytes.read() == b"x"
        assert [*tmp_path.iterdir()]
        documents.close()
    assert not [*tmp_path.iterdir()]


def test_url_of_a_private_machine_is_refused_unless_allowed():
    with site(lambda visit: visit.send(b"x")) as here:
        with pytest.raises(Unreadable, match="not a public address"):
            texts(here.url())
        assert texts(here.url(), allow_private=True) == ["x"]


def test_address_of_another_kind_is_no_path():
    with pytest.raises(Unreadable, match="has to begin with https:// or http://"):
        texts("ftp://example.org/jobs.jsonl")


def listing(pages):
    """A site with these pages by their targets, and 404 for the rest."""

    def answer(visit):
        if visit.target in pages:
            visit.send(json.dumps(pages[visit.target]).encode())
        else:
            visit.send(status="404 Not Found")

    return site(answer)


def read(here, path, format, **options):
    with downloaded(here.url(path), format, allow_private=True, **options) as download:
        return {path.name: json.loads(path.read_text()) for path in sorted(download.path.iterdir())}


def test_pages_are_followed_to_the_one_that_has_no_next():
    pages = {}
    with listing(pages) as here:
        pages["/api"] = {"data": [1], "links": {"next": here.url("/api?page=2")}}
        pages["/api?page=2"] = {"data": [2], "links": {"next": None}}
        assert read(here, "/api", "arbeitnow") == {"000.json": pages["/api"], "001.json": pages["/api?page=2"]}


def test_pages_are_followed_from_where_a_redirect_ended():
    pages = {}
    with listing(pages) as here:
        pages["/api"] = {"data": [1], "links": {"next": here.url("/api?page=2")}}
        pages["/api?page=2"] = {"data": [2]}
        with site(lambda visit: visit.send(status="301 Moved", location=here.url("/api"))) as former:
            assert len(read(former, "/", "arbeitnow")) == 2


def test_page_without_rows_is_the_last():
    pages = {"/api": {"data": [], "links": {"next": "/api?page=2"}}}
    with listing(pages) as here:
        assert len(read(here, "/api", "arbeitnow")) == 1


def test_list_that_goes_in_circles_ends():
    pages = {"/api": {"data": [1], "links": {"next": "/api?2"}}, "/api?2": {"data": [1], "links": {"next": "/api"}}}
    with listing(pages) as here:
        assert len(read(here, "/api", "arbeitnow")) == 2


def test_list_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr("jobs.importers.location.MAX_PAGES", 3)

    def answer(visit):
        visit.send(json.dumps({"data": [1], "links": {"next": f"{visit.target}x"}}).encode())

    with site(answer) as here, pytest.raises(Unreadable, match="has more than 3 pages"):
        read(here, "/api", "arbeitnow")
    assert len(here.visits) == 3


def test_list_that_goes_on_at_another_server_is_refused_and_the_key_stays():
    elsewhere = r"goes on at http://10\.0\.0\.7/\?…, which is another server"
    pages = {"/api?key=hunter2": {"data": [1], "links": {"next": "http://10.0.0.7/?key=hunter2"}}}
    with listing(pages) as here, pytest.raises(Unreadable, match=elsewhere) as refusal:
        read(here, "/api?key=hunter2", "arbeitnow")
    assert "hunter2" not in str(refusal.value)


def test_limits_are_those_of_all_pages_together():
    pages = {"/api": {"data": ["x" * 600], "links": {"next": "/2"}}, "/2": {"data": ["x" * 600]}}
    with listing(pages) as here:
        with pytest.raises(Unreadable, match="is larger than"):
            read(here, "/api", "arbeitnow", limits=Limits(size=1000))
        with pytest.raises(Unreachable, match="took longer than 0 s"):
            read(here, "/api", "arbeitnow", limits=Limits(total=0))


@pytest.mark.parametrize("page", [[1], "x", {"data": [1], "links": [1]}, {"data": [1], "links": {"next": 7}}])
def test_page_of_another_shape_is_left_to_its_reader(page):
    with listing({"/api": page}) as here:
        assert read(here, "/api", "arbeitnow") == {"000.json": page}


def test_list_without_descriptions_is_read_posting_by_posting():
    first, second = "/v1/companies/acme/postings?limit=2", "/v1/companies/acme/postings?limit=2&offset=2"
    pages = {
        first: {"offset": 0, "totalFound": 3, "content": [{"id": "1"}, {"id": "2"}]},
        second: {"offset": 2, "totalFound": 3, "content": [{"id": "3"}]},
        "/v1/companies/acme/postings/1": {"id": "1"},
        # The second one was taken down meanwhile.
        "/v1/companies/acme/postings/3": {"id": "3"},
    }
    with listing(pages) as here:
        assert [*read(here, first, "smartrecruiters").values()] == [{"id": "1"}, {"id": "3"}]
    assert {visit.target for visit in here.visits} == {*pages, "/v1/companies/acme/postings/2"}


def test_posting_that_two_pages_list_is_fetched_once():
    pages = {
        "/acme": {"offset": 0, "totalFound": 2, "content": [{"id": "1"}]},
        "/acme?offset=1": {"offset": 1, "totalFound": 2, "content": [{"id": "1"}]},
        "/acme/1": {"id": "1"},
    }
    with listing(pages) as here:
        assert [*read(here, "/acme", "smartrecruiters").values()] == [{"id": "1"}]
    assert len(here.visits) == 3


def test_posting_that_cannot_be_read_ends_the_list():
    def answer(visit):
        rows = [{"id": str(number)} for number in range(100)]
        page = {"offset": 0, "totalFound": 100, "content": rows}
        visit.send(json.dumps(page).encode()) if visit.target == "/acme" else visit.send(status="503 Busy")

    with site(answer) as here, pytest.raises(Unreachable, match="answered 503"):
        read(here, "/acme", "smartrecruiters")
    assert len(here.visits) < 50


@pytest.mark.parametrize("number", ["../../admin", "1?x=y", 7, None])
def test_id_that_would_lead_elsewhere_is_not_followed(number):
    page = {"offset": 0, "totalFound": 1, "content": [{"id": number}]}
    with listing({"/acme": page}) as here:
        assert read(here, "/acme", "smartrecruiters") == {"000.json": page}


def test_other_formats_are_one_document_that_may_be_unchanged():
    def answer(visit):
        visit.send(status="304 Not Modified") if "if-none-match" in visit.headers else visit.send(b"x", etag='"1"')

    with site(answer) as here:
        with downloaded(here.url(), "jsonl", allow_private=True) as download:
            assert (download.path.read_bytes(), download.validators) == (b"x", Validators('"1"'))
        with downloaded(here.url(), "jsonl", allow_private=True, validators=download.validators) as download:
            assert download.path is None
