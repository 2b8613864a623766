"""Searches that leave out what the person who asks has dealt with."""

import pytest

from jobs.models import JobDismissal
from tests.door import Answer, send
from tests.factories import SavedJobFactory, UserFactory
from tests.search_board import live_jobs

pytestmark = pytest.mark.django_db

HIDE = """
query Hide($hide: [SearchHide!], $first: Int, $after: String) {
  jobSearch(query: "nurse", hide: $hide, first: $first, after: $after) {
    totalCount { value } pageInfo { endCursor } nodes { title }
  }
}
"""


def titles(answered: Answer) -> set[str]:
    return {node["title"] for node in answered.data["jobSearch"]["nodes"]}


def test_what_was_dismissed_and_saved_is_left_out_and_not_counted() -> None:
    by = UserFactory()
    dismissed, saved, other = live_jobs("Night nurse", "Ward nurse", "School nurse")
    JobDismissal.objects.create(user=by, job=dismissed)
    SavedJobFactory(user=by, job=saved)
    assert titles(send(HIDE, {"hide": ["DISMISSED"]}, by=by)) == {saved.title, other.title}
    left = send(HIDE, {"hide": ["DISMISSED", "SAVED", "SEEN", "APPLIED"]}, by=by)
    assert titles(left) == {other.title}
    assert left.data["jobSearch"]["totalCount"] == {"value": 1}
    for hide in (None, []):
        assert len(titles(send(HIDE, {"hide": hide}, by=by))) == 3


def test_nothing_is_hidden_from_others() -> None:
    job, _ = live_jobs("Night nurse", "Ward nurse")
    JobDismissal.objects.create(user=UserFactory(), job=job)
    for other in (None, UserFactory()):
        assert len(titles(send(HIDE, {"hide": ["DISMISSED"]}, by=other))) == 2


def test_a_cursor_belongs_to_what_was_hidden() -> None:
    by = UserFactory()
    live_jobs("Night nurse", "Ward nurse", "School nurse")
    end = send(HIDE, {"hide": ["SAVED"], "first": 1}, by=by).data["jobSearch"]["pageInfo"]["endCursor"]
    assert len(titles(send(HIDE, {"hide": ["SAVED"], "first": 2, "after": end}, by=by))) == 2
    (error,) = send(HIDE, {"hide": ["SEEN"], "after": end}, by=by).errors
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_REQUEST", "after")


def test_an_unknown_kind_is_refused() -> None:
    assert send(HIDE, {"hide": ["EVERYTHING"]}).codes == ["BAD_REQUEST"]
