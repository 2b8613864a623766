"""Whatever is sent, the answer is a clear one, and comes in time."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.core import ids
from tests.door import Answer, send
from tests.schema.search.test_job_search import SEARCH
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db
SECONDS = 5

TEXTS = {
    "long": "engineer " * 1_111,
    "one long word": "a" * 10_000,
    "many quotes": '"' * 10_000,
    "many exclusions": "-a " * 3_000,
    "many prefixes": "a* " * 3_000,
    "many ORs": "a OR " * 2_000,
    "control characters": "".join(map(chr, range(1, 32))) + "engineer",
    "NUL": "eng\x00ineer",
    "right to left": "مهندس برمجيات \u202e\u202b מהנדס תוכנה",
    "punctuation": "!?.,;:()[]{}<>|&*-+/\\\"'`~^%$#@",
    "stop words": "the and of a in der die das le la",
    "SQL": "'; DROP TABLE job_search; -- \\'); SELECT pg_sleep(10); %s %(at)s",
    "tsquery": "a & b | !c <-> d <2> :* 'e':AB ( )",
    "template": "{0} {query} {{}} %% $1 ${x}",
    "emoji": "👩‍💻🏳️‍🌈 engineer 🚀",
    "accents": "e\u0301" * 2_000,
    "combining": "z" + "\u0301" * 5_000,
    "Han": "软件工程师" * 500,
    "fields": 'title: company: skill: title:title: skill:"" company:( title:-x',
    "only excluded": "-engineer NOT nurse",
    "operators": 'OR AND NOT - * " "" OR',
    "surrogate pairs": "𝕖𝕟𝕘𝕚𝕟𝕖𝕖𝕣",
}


def ask(**variables: Any) -> Answer:
    began = time.monotonic()
    answered = send(SEARCH, variables)
    assert time.monotonic() - began < SECONDS
    assert answered.response.status < 500
    return answered


def refusal(**variables: Any) -> tuple[str, str]:
    """The argument at fault, and why."""
    (error,) = ask(**variables).errors
    assert error["extensions"]["code"] == "BAD_REQUEST"
    return error["extensions"]["argument"], error["message"]


@pytest.mark.parametrize("mode", ["ALL", "TITLE", "SKILLS"])
@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_a_query(name: str, mode: str) -> None:
    live_jobs("Engineer", "Software Engineer")
    found = ask(query=TEXTS[name], mode=mode).data["jobSearch"]
    assert found["totalCount"]["value"] >= 0


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_something_that_was_typed(name: str) -> None:
    live_jobs("Engineer")
    answered = send("query($p: String!) { suggest(prefix: $p) { text } }", {"p": TEXTS[name]})
    assert isinstance(answered.data["suggest"], list)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80))
def test_texts_at_random_are_queries(db: None, text: str) -> None:
    assert ask(query=text).data["jobSearch"]["nodes"] == []


def test_text_that_is_too_long_is_refused() -> None:
    assert refusal(query="a" * 10_001) == ("query", "At most 10,000 characters.")
    answered = send("query($p: String!) { suggest(prefix: $p) { text } }", {"p": "a" * 10_001})
    assert answered.codes == ["BAD_REQUEST"]


@pytest.mark.parametrize("radius", [1e9, 1000.1, 0, -1])
def test_a_circle_that_is_too_large_or_none_is_refused(radius: float) -> None:
    argument, message = refusal(near=[{"latitude": 0, "longitude": 0, "radiusKm": radius}])
    assert (argument, message) == ("near.0.radiusKm", "The radius must be above 0 and at most 1000 km.")


@pytest.mark.parametrize(
    ("near", "argument"),
    [
        ([{"latitude": 91, "longitude": 0}], "near.0.latitude"),
        ([{"latitude": 0, "longitude": 0}, {"latitude": 0, "longitude": 181}], "near.1.longitude"),
        ([{"latitude": 0}], "near.0"),
        ([{"place": "nonsense"}], "near.0.place"),
        ([{"place": ids.encode("Place", 2**31 - 1)}], "near.0.place"),
        ([{"latitude": 0, "longitude": 0}] * 6, "near"),
    ],
)
def test_centres_that_are_none_are_refused(near: list[Any], argument: str) -> None:
    assert refusal(near=near)[0] == argument


def test_orders_that_cannot_be_are_refused() -> None:
    assert refusal(orderBy={"field": "DISTANCE"})[0] == "orderBy.field"
    assert refusal(orderBy={"field": "RELEVANCE", "direction": "ASC"})[0] == "orderBy.direction"


@pytest.mark.parametrize(("name", "value"), [("first", -1), ("first", 101), ("perCompany", -1), ("perCompany", 101)])
def test_sizes_that_make_no_sense_are_refused(name: str, value: int) -> None:
    answered = ask(**{name: value})
    assert set(answered.codes) == {"BAD_REQUEST"}


def cursor(*content: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


@pytest.fixture
def end() -> str:
    """The cursor of a page's end."""
    live_jobs(*["Engineer"] * 4)
    found = ask(query="engineer", first=2).data["jobSearch"]
    assert found["pageInfo"]["hasNextPage"]
    text: str = found["pageInfo"]["endCursor"]
    return text


@pytest.mark.parametrize(
    "other",
    [
        {"query": "nurse"},
        {"query": None},
        {"query": "engineer", "mode": "TITLE"},
        {"query": "engineer", "where": {"countries": ["DE"]}},
        {"query": "engineer", "near": [{"latitude": 1, "longitude": 1}]},
        {"query": "engineer", "orderBy": {"field": "PAY"}},
        {"query": "engineer", "isBroadened": False},
        {"query": "engineer", "perCompany": 0},
    ],
)
def test_a_cursor_of_another_search_is_refused(end: str, other: dict[str, Any]) -> None:
    told = "after", "This cursor belongs to another search, or another list."
    assert refusal(**other, after=end) == told


def test_a_cursor_fits_its_own_search_however_large_the_page(end: str) -> None:
    for first in (1, 2, 100):
        assert ask(query="engineer", first=first, after=end).data["jobSearch"]["nodes"]


def test_a_cursor_of_another_list_is_refused(end: str) -> None:
    cursor_of_list = send("{ jobs(first: 1) { pageInfo { endCursor } } }").data["jobs"]["pageInfo"]["endCursor"]
    assert refusal(query="engineer", after=cursor_of_list)[0] == "after"
    answered = send("query($after: String) { jobs(after: $after) { totalCount } }", {"after": end})
    assert answered.codes == ["BAD_REQUEST"]


NO_CURSORS = ["", "x", "é", "🚀", "null", "e30", cursor(), cursor(1), cursor("jobSearch"), "a" * 70_000]


@pytest.mark.parametrize("text", NO_CURSORS)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    assert refusal(query="engineer", after=text)[0] == "after"


def opened(text: str) -> list[Any]:
    """What is in a cursor."""
    read: list[Any] = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


def test_forged_cursors_are_refused_or_show_what_anybody_is_shown(end: str) -> None:
    real = opened(end)
    forgeries: list[Any] = [None, -1, 2**62, 1e300, "x", "'; --", [], {}, True, ["x"], [2, 1, "y"], [1, "1", "2"]]
    for place in range(2, len(real)):
        for forgery in forgeries:
            answered = ask(query="engineer", after=cursor(*real[:place], forgery, *real[place + 1 :]))
            assert set(answered.codes) <= {"BAD_REQUEST"}, (place, forgery, answered.errors)
    for shorter in (real[:-1], [*real, 1]):
        assert ask(query="engineer", after=cursor(*shorter)).codes == ["BAD_REQUEST"]


def test_nobody_looks_into_the_future_by_a_cursor(end: str) -> None:
    later = timezone.now() + timedelta(days=2)
    live_job("Engineer to come", published_at=later, expires_at=later + timedelta(days=9))
    real = opened(end)
    real[2] = round((timezone.now() + timedelta(days=5)).timestamp() * 1_000_000)
    answered = ask(query="engineer", after=cursor(*real))
    told = orjson.dumps(answered.content).decode()
    assert "to come" not in told
    if not answered.errors:
        assert answered.data["jobSearch"]["totalCount"]["value"] == 4
