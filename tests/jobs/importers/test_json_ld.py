import io

import orjson
import pytest

from jobs.importers.files import Unreadable
from jobs.importers.json_ld import MAX_PAGE, JsonLd
from jobs.importers.port import Fault, Row

JOB = {"@type": "JobPosting", "title": "Baker"}
ORGANIZATION = {"@type": "Organization", "@id": "#acme", "name": "Acme"}


def read(content):
    written = content if isinstance(content, bytes) else orjson.dumps(content)
    return list(JsonLd().read(io.BytesIO(written)))


def page(*scripts: str, head: str = "") -> bytes:
    written = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return f"<!doctype html><html><head>{head}</head><body>{written}<p>Hi</p></body></html>".encode()


@pytest.mark.parametrize(
    "document",
    [
        JOB,
        [JOB],
        {"@context": "https://schema.org", "@graph": [JOB]},
        [{"@context": "https://schema.org", "@graph": [JOB]}],
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": JOB}]},
        {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": JOB}]},
        {"@type": "WebPage", "mainEntity": JOB},
    ],
)
def test_thing_is_found_in_every_container(document):
    assert read(document) == [Row(1, JOB)]
    assert read(page(orjson.dumps(document).decode())) == [Row(1, JOB)]


def test_page_may_have_several_scripts_and_a_bad_one_is_a_fault():
    found = read(page('{"@type": "JobPosting", "title": "Baker"}', "{nonsense", '[{"@type": "WebSite"}]'))
    assert (found[0], found[2]) == (Row(1, JOB), Row(3, {"@type": "WebSite"}))
    assert isinstance(found[1], Fault)
    assert found[1].position == 2


def test_thing_that_is_only_named_is_looked_up_in_its_page():
    graph = {"@graph": [JOB | {"hiringOrganization": {"@id": "#acme"}}, ORGANIZATION]}
    job, organization = read(page(orjson.dumps(graph).decode()))
    assert job.values["hiringOrganization"] == organization.values == ORGANIZATION


def test_other_scripts_do_not_count():
    content = b'<script>var x = "<p>";</script>' + page('{"@type": "JobPosting", "title": "Baker"}')
    assert read(content) == [Row(1, JOB)]


@pytest.mark.parametrize(
    ("declared", "encoding"), [("iso-8859-2", "iso-8859-2"), ("windows-1250", "windows-1250"), ("", "windows-1252")]
)
def test_page_may_be_in_another_encoding(declared, encoding):
    title = "Łódź" if declared else "Zürich"
    content = page(f'{{"@type": "JobPosting", "title": "{title}"}}', head=f'<meta charset="{declared}">').decode()
    (row,) = read(content.encode(encoding))
    assert row.values["title"] == title


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html><body>Nothing</body></html>", "holds no JSON-LD"),
        (b"<script " * 100_000, "holds no JSON-LD"),
        (b'<script type="application/ld+json">' * 100_000, "holds no JSON-LD"),
        (b"<p>" + b"x" * MAX_PAGE, "longer than"),
        (b'<meta charset="klingon"><script type="application/ld+json">{"a": "\xff"}</script>', "klingon"),
        (b'{"title": "Baker"}', "it has no @type"),
    ],
)
def test_document_without_things_is_named(content, message):
    with pytest.raises(Unreadable, match=message):
        read(content)


def test_deeply_nested_lists_are_gone_through():
    deep = b"[" * 900 + orjson.dumps(JOB) + b"]" * 900
    assert read(page(deep.decode())) == [Row(1, JOB)]
