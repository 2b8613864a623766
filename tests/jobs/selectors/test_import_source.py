import pytest

from jobs.selectors.import_source import Attribution, attributions
from kernel.viewer import ANONYMOUS
from tests.factories import ImportSourceFactory

pytestmark = pytest.mark.django_db


def test_sources_are_called_by_title_with_a_link_back_and_else_by_name(django_assert_num_queries):
    ImportSourceFactory(name="remoteok", title="Remote OK", homepage="https://remoteok.com")
    ImportSourceFactory(name="plain", homepage="https://plain.example")
    with django_assert_num_queries(1):
        found = attributions(ANONYMOUS, {"remoteok", "plain", "a-file"})
    assert found == {
        "remoteok": Attribution("Remote OK", "https://remoteok.com"),
        "plain": Attribution("plain"),
        "a-file": Attribution("a-file"),
    }
