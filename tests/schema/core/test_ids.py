"""Global ids: opaque, and only those of ours are read."""

from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schema.root  # noqa: F401  # registers the types
from schema.core import ids
from schema.core.errors import BadRequest


@given(st.uuids())
def test_a_key_survives_being_written_and_read(key: UUID) -> None:
    assert ids.decode(ids.encode("Job", key)) == ("Job", key)


@given(st.integers(0, 2**31 - 1))
def test_so_does_a_number(key: int) -> None:
    assert ids.decode(ids.encode("Skill", key)) == ("Skill", key)


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        ids.decode(text)


@pytest.mark.parametrize(
    "content",
    [
        "Job",
        "Job:",
        "Job:1",
        "Nothing:1",
        "Skill:-1",
        "Skill:2147483648",
        "Skill:01",
        "Skill: 1",
        "Skill:1" + "0" * 5000,
        "Skill:١",
    ],
)
def test_a_forged_id_is_refused(content: str) -> None:
    with pytest.raises(BadRequest):
        ids.decode(urlsafe_b64encode(content.encode()).rstrip(b"=").decode())


def test_one_object_has_one_id() -> None:
    canonical = ids.encode("Skill", 1)
    assert canonical == "U2tpbGw6MQ"
    for other in (canonical + "=", canonical + "==", canonical + "\n", " " + canonical):
        with pytest.raises(BadRequest):
            ids.decode(other)


def test_the_id_of_another_type_is_refused_by_name() -> None:
    with pytest.raises(BadRequest, match="id of the type Skill, not of Job"):
        ids.decode_as("Job", ids.encode("Skill", 1))
