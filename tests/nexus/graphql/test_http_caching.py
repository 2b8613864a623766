"""What HTTP caches may do with an answer."""

import re
from collections.abc import Iterator
from hashlib import sha256

import pytest

from nexus.graphql.http import Request, Response
from nexus.graphql.http_caching import MAX_KEPT, http_caching
from tests.factories import JobFactory
from tests.instances import instance
from tests.over_http import code_of, over_http
from tests.waiting import until

DATA = b'{"jobs":[]}'


def answered(max_age: int | None = 30, *, data: bytes = DATA, method: str = "GET", **headers: str) -> Response:
    given = Response(200, b'{"data":' + data + b"}", {"Content-Type": "application/json", "Cache-Control": "no-store"})
    request = Request(method, {name.replace("_", "-"): value for name, value in headers.items()})
    return http_caching(given, data, request, max_age=max_age)


def test_a_public_answer_may_be_handed_out_to_anyone_for_its_time() -> None:
    response = answered(30)
    assert response.status == 200
    assert response.headers["Cache-Control"] == "public, max-age=30, stale-while-revalidate=5"
    assert response.headers["Vary"] == "Accept, Authorization, Origin"
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["ETag"].startswith('W/"')


@pytest.mark.parametrize("max_age", [None, 0, -1])
def test_any_other_answer_is_for_its_caller_alone(max_age: int | None) -> None:
    response = answered(max_age, if_none_match="*")
    assert (response.status, response.headers["Cache-Control"]) == (200, "private, no-store")
    assert "ETag" not in response.headers
    assert "Authorization" in response.headers["Vary"]


def test_a_post_is_left_as_it_is() -> None:
    response = answered(30, method="POST", if_none_match="*")
    assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in response.headers


def test_the_tag_is_that_of_the_data() -> None:
    assert answered().headers["ETag"] == answered().headers["ETag"]
    assert answered().headers["ETag"] != answered(data=b'{"jobs":[1]}').headers["ETag"]


def test_long_answers_have_tags_too() -> None:
    one, other = (answered(data=b"x" * MAX_KEPT + end).headers["ETag"] for end in (b"1", b"2"))
    assert one != other
    assert one == answered(data=b"x" * MAX_KEPT + b"1").headers["ETag"]


@pytest.mark.parametrize("form", ["{tag}", "{strong}", '"a", {tag}', 'W/"b",{tag} , "c"', "*", " * "])
def test_what_the_client_has_is_not_sent_again(form: str) -> None:
    tag = answered().headers["ETag"]
    response = answered(if_none_match=form.format(tag=tag, strong=tag.removeprefix("W/")))
    assert (response.status, response.body) == (304, b"")
    # RFC 9110, section 15.4.5: what a 200 would have said of caching, and nothing of a body that is not there.
    assert response.headers.keys() == {"ETag", "Cache-Control", "Vary"}
    assert response.headers["ETag"] == tag


@pytest.mark.parametrize("form", ["", '"other"', 'W/"other"', "nonsense", "{bare}", '"{tag}"', '"' * 500])
def test_what_the_client_does_not_have_is_sent(form: str) -> None:
    tag = answered().headers["ETag"]
    response = answered(if_none_match=form.format(tag=tag, bare=tag[3:-1]))
    assert response.status == 200


TITLES = "query Titles { jobs { nodes { title } } }"
BY_HASH = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(TITLES.encode()).hexdigest()}}}


@pytest.fixture
def caching_url(django_db_setup: None, transactional_db: None) -> Iterator[str]:
    """A server with the response cache on."""
    with instance(RESPONSE_CACHE="on") as url:
        yield url


@pytest.mark.live
def test_a_persisted_query_by_get_is_sent_once_and_again_when_it_has_changed(caching_url: str) -> None:
    JobFactory(title="Baker")
    by_text = {"query": TITLES}
    assert code_of(over_http(caching_url, by_text | BY_HASH)) is None
    status, content, headers = over_http(caching_url, BY_HASH, "GET")
    assert (status, content["data"]) == (200, {"jobs": {"nodes": [{"title": "Baker"}]}})
    assert re.fullmatch(r"public, max-age=\d+, stale-while-revalidate=5", headers["cache-control"])
    assert {name.strip() for name in headers["vary"].split(",")} >= {"Accept", "Authorization", "Origin"}
    tag = headers["etag"]
    assert over_http(caching_url, by_text, "GET")[2]["etag"] == tag
    status, content, headers = over_http(caching_url, BY_HASH, "GET", if_none_match=tag)
    assert (status, content, headers["etag"]) == (304, None, tag)
    assert "content-length" not in headers
    assert "content-type" not in headers
    JobFactory(title="Cook")
    until(lambda: over_http(caching_url, BY_HASH, "GET", if_none_match=tag)[0] == 200, 40)


@pytest.mark.parametrize("query", ["{ viewer { user { email } } }", "{ nothing }", '{ node(id: "x") { id } }'])
def test_what_is_for_one_caller_or_has_errors_is_kept_by_nobody(live_url: str, query: str) -> None:
    _, _, headers = over_http(live_url, {"query": query}, "GET")
    assert "no-store" in headers["cache-control"]
    assert "public" not in headers["cache-control"]
    assert "etag" not in headers


@pytest.mark.parametrize("accept", ["*/*", "image/avif,image/webp,*/*;q=0.8", "text/css,*/*;q=0.1"])
def test_an_image_a_style_or_a_form_of_another_site_gets_nothing(live_url: str, accept: str) -> None:
    over_http(live_url, {"query": TITLES} | BY_HASH)
    for content in (BY_HASH, {"query": TITLES}, {"query": "mutation { __typename }"}):
        status, answered, _ = over_http(live_url, content, "GET", accept=accept)
        assert (status, "data" in answered) == (406, False)
        status, answered, _ = over_http(live_url, content, "POST", content_type="text/plain")
        assert (status, "data" in answered) == (415, False)


def test_a_get_runs_no_mutation_by_its_hash_either(live_url: str) -> None:
    mutation = "mutation Act { __typename }"
    by_hash = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(mutation.encode()).hexdigest()}}}
    assert over_http(live_url, {"query": mutation} | by_hash)[1]["data"] == {"__typename": "Mutation"}
    status, _, headers = over_http(live_url, by_hash, "GET")
    assert (status, headers["allow"]) == (405, "POST")
