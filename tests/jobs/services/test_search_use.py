from datetime import date, timedelta
from threading import Thread
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from jobs.models import SearchUse
from jobs.search.port import JobSearchOrderField, SearchOrder
from jobs.search.where import JobFilter, Near
from jobs.selectors.search import KeywordMode, SearchRequest
from jobs.services import search_use
from jobs.services.search_use import Tally, Use, filters_of, without_persons
from kernel.viewer import ANONYMOUS, Viewer
from kernel.write_behind import WriteBehind
from tests.search_board import live_jobs

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_use, "uses", WriteBehind(search_use.write, search_use._add))


def searched(text: str = "", *, viewer: Viewer = ANONYMOUS, **more: object) -> SearchUse | None:
    """The only row there is after a search, if there is one."""
    search_use.search(viewer, SearchRequest(text=text, **more))
    search_use.uses.write()
    return SearchUse.objects.first()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Senior Développeur (H/F)", "senior developpeur h f"),
        ("jobs for ann.example+x@mail.example please", "jobs for please"),
        ("ann＠mail.example nurse", "nurse"),
        ("a\u200bnn@mail.example nurse", "nurse"),
        ("nurse @@ann@mail.example", "nurse"),
        ("call +49 (0)30 123-45 67 nurse", "call nurse"),
        ("030/1234567", ""),
        ("tax id 86095742719", "tax id"),
        ("٠١٢٣٤٥٦٧٨٩", ""),
        ("zip 90210", "zip"),
        ("ISO 9001 since 2026, 24/7", "iso 9001 since 2026 24 7"),
        ("x" * 500, "x" * 100),
        ("'; DROP TABLE jobs; --", "drop table jobs"),
        ("\x00\x01\ud800", ""),
        ("!!! ???", ""),
    ],
)
def test_what_is_kept_of_a_query_has_no_person_in_it(text: str, kept: str) -> None:
    assert without_persons(text) == kept


def test_filters_are_kept_by_name_only() -> None:
    not_remote = JobFilter(none_of=JobFilter(workplaces=("remote",)))
    where = JobFilter(countries=("DE",), any_of=(JobFilter(companies=(UUID(int=1),)), not_remote))
    order = SearchOrder(JobSearchOrderField.PAY)
    request = SearchRequest(where=where, near=(Near(53.5, 10),), order=order, mode=KeywordMode.TITLE)
    assert filters_of(request) == "by_pay companies countries mode_title near workplaces"
    assert filters_of(SearchRequest(text="nurse")) == ""


def test_what_is_searched_for_once_and_twice_in_a_minute_is_written_together() -> None:
    for text in ("nurse", "nurse", "driver"):
        search_use.search(ANONYMOUS, SearchRequest(text=text))
    search_use.uses.write()
    assert set(SearchUse.objects.values_list("text", "searches", "corrected")) == {("nurse", 2, 0), ("driver", 1, 0)}


def test_a_search_is_noted_without_who(django_user_model: type) -> None:
    live_jobs("Nurse")
    row = searched("Nurse", viewer=Viewer(user_id=UUID(int=7), address="192.0.2.1"))
    assert row is not None
    assert (row.on_date, row.text, row.filters, row.found) == (timezone.now().date(), "nurse", "", "few")
    assert (row.searches, row.slowest) == (1, row.milliseconds)
    assert {field.name for field in SearchUse._meta.fields} == {
        "id", "on_date", "text", "filters", "found", "searches", "corrected", "broadened", "milliseconds", "slowest"
    }  # fmt: skip


def test_a_search_that_finds_nothing_is_told_apart() -> None:
    live_jobs("Nurse")
    row = searched("zeppelinist", is_corrected=False, is_expanded=False, is_broadened=False)
    assert row is not None
    assert row.found == "none"


def test_a_search_for_counts_only_has_found_what_there_is() -> None:
    live_jobs(*["Nurse"] * 12)
    row = searched("nurse", size=0)
    assert row is not None
    assert row.found == "many"


@pytest.mark.parametrize("order", [JobSearchOrderField.RELEVANCE, JobSearchOrderField.PUBLISHED])
def test_more_than_a_page_is_many(order: JobSearchOrderField) -> None:
    live_jobs(*["Nurse"] * 12)
    row = searched("nurse", size=3, order=SearchOrder(order))
    assert row is not None
    assert row.found == "many"


def test_a_later_page_is_no_new_search() -> None:
    live_jobs(*["Nurse"] * 5)
    first = search_use.search(ANONYMOUS, SearchRequest(text="nurse", size=2))
    search_use.search(ANONYMOUS, SearchRequest(text="nurse", size=2, after=first.hits[-1].position))
    search_use.uses.write()
    assert SearchUse.objects.get().searches == 1


def test_what_is_counted_adds_up() -> None:
    use = Use(TODAY, "nurse", "", "many")
    search_use.write({use: Tally(2, 1, 0, 30, 20)})
    search_use.write({use: Tally(1, 0, 1, 5, 5), use._replace(filters="near"): Tally(1, 0, 0, 40, 40)})
    row = SearchUse.objects.get(text="nurse", filters="")
    assert (row.searches, row.corrected, row.broadened, row.milliseconds, row.slowest) == (3, 1, 1, 35, 20)
    assert SearchUse.objects.count() == 2


def test_a_day_has_only_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_use, "MOST_A_DAY", 3)
    one = Tally(1, 0, 0, 1, 1)
    for _ in range(2):
        search_use.write({Use(TODAY, "known", "", "none"): one})
    for start in range(0, 6, 2):
        search_use.write({Use(TODAY, f"made up {number}", "", "none"): one for number in (start, start + 1)})
    search_use.write(
        {Use(TODAY, "known", "", "none"): one, Use(TODAY + timedelta(days=1), "other day", "", "none"): one}
    )
    # The last write that begins below the limit may go past it by what it holds.
    assert SearchUse.objects.filter(on_date=TODAY).count() <= 4
    assert SearchUse.objects.get(text="known").searches == 3
    assert SearchUse.objects.filter(text="other day").exists()


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_lose_nothing() -> None:
    uses = [Use(TODAY, f"query {number}", "", "few") for number in range(40)]

    def write(order: int) -> None:
        try:
            for _ in range(5):
                search_use.write({use: Tally(1, 0, 0, 1, 1) for use in uses[::order]})
        finally:
            connection.close()

    threads = [Thread(target=write, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(SearchUse.objects.values_list("searches", flat=True)) == {20}


def test_old_searches_are_forgotten() -> None:
    today = timezone.now().date()
    kept, gone = today - timedelta(days=90), today - timedelta(days=91)
    search_use.write({Use(on_date, "nurse", "", "few"): Tally(1, 0, 0, 1, 1) for on_date in (today, kept, gone)})
    assert search_use.forget_old() == 1
    assert set(SearchUse.objects.values_list("on_date", flat=True)) == {today, kept}
