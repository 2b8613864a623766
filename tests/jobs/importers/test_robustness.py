"""Whatever a file holds, a row is a posting or a refusal that names its field."""

import io

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.importers.files import Broken, Unreadable
from jobs.importers.formats import FORMATS
from jobs.importers.port import Fault, Row
from jobs.importers.posting import KEYS, Recogniser, Tally
from jobs.services.company import Employers
from jobs.services.incoming import Fate, Import
from jobs.services.posting import upsert
from kernel.errors import Invalid

pytestmark = pytest.mark.django_db

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=200),
    st.sampled_from(
        ["remote", "Remote (US)", "$85k - 95k", "USD", "hour", "2026-02-30", "New York, NY", "C++", "🙂", "\x00"]
    ),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3)
)


@pytest.fixture
def recogniser(request):
    """Built once for all tests of the file: the reference tables are the same for all."""
    if not hasattr(request.module, "_recogniser"):
        request.module._recogniser = Recogniser()
    return request.module._recogniser


def attempt(act):
    """What the act gives, or how it refuses."""
    try:
        return act()
    except (Broken, Invalid, Unreadable) as refusal:
        return refusal


@settings(
    max_examples=400,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(row=st.dictionaries(st.sampled_from(sorted(KEYS)), VALUES))
def test_any_row_is_a_posting_that_goes_in_or_a_refusal(recogniser, row):
    row = {"title": "Nurse", "company": "Acme"} | {key: value for key, value in row.items() if value is not None}
    result = attempt(lambda: recogniser.posting(row, Tally()))
    if isinstance(result, Invalid):
        assert result.field in KEYS
        assert str(result)
    else:
        [outcome] = upsert([result], Import(source="board", now=timezone.now(), employers=Employers()))
        assert outcome.fate in (Fate.CREATED, Fate.REVISED, Fate.TOUCHED, Fate.UNCHANGED), outcome


@settings(max_examples=300, deadline=None, database=None)
@given(layout=st.sampled_from(sorted(FORMATS)), content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_rows_or_faults(layout, content):
    result = attempt(lambda: list(FORMATS[layout].reader.read(io.BytesIO(content))))
    if isinstance(result, Broken | Unreadable):
        assert str(result)
    else:
        assert all(isinstance(entry, Row | Fault) for entry in result)
