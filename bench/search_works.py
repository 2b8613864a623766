"""What a search engine is asked in the bench, and by whom the same is asked otherwise."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from bench import search_naive as naive
from bench.search_filters import Filter
from bench.search_rounds import Task
from bench.search_tantivy import Tantivy
from bench.search_words import Words, swapped
from jobs.search.engine import engine
from jobs.search.grammar import KeywordMode, parse
from jobs.search.port import FacetDimension, JobSearchOrderField, Query, SearchOrder, SuggestionKind
from jobs.search.where import Near

MOST_COUNTED = 1_001
FACET_VALUES = 10
EIGHT = [dimension for dimension in FacetDimension if dimension not in (FacetDimension.PAY, FacetDimension.PUBLISHED)]
DEEP_PAGE = 500
BERLIN = Near(latitude=52.52, longitude=13.405, radius_km=100)
WITH_FILTERS = ("medium word", "very common word", "two common words")


class Works:
    """The tasks on the board of this process."""

    def __init__(self, words: Words, filters: Sequence[Filter], tantivy: Tantivy | None) -> None:
        self.words, self.filters, self.tantivy = words, filters, tantivy
        self.engine, self.now, self.cursor = engine(), timezone.now(), connection.cursor()

    def tasks(self) -> list[Task]:
        """All of them, in the order in which they take turns."""
        return [*self.searches(), *self.counts(), *self.facets(), *self.lists(), *self.lookups()]

    def searches(self) -> Iterator[Task]:
        """The best twenty, and whether there are more; among all jobs, among many of them and among few."""
        for name, texts in self.words.classes.items():
            yield Task("search", name, "ours", [self.query(text) for text in texts], self._search)
            yield Task("search", name, "naive", [(text, "") for text in texts], self._naive)
            if self.tantivy:
                yield Task("search", name, "tantivy", texts, self.tantivy.top)
        for each in self.filters:
            for name in WITH_FILTERS:
                texts = self.words.classes[name]
                work, questions = f"{name}, {each.title}", [self.query(text, where=each.where) for text in texts]
                yield Task("search", work, "ours", questions, self._search)
                yield Task("search", work, "naive", [(text, each.condition) for text in texts], self._naive)

    def counts(self) -> Iterator[Task]:
        """How many there are: ours stops counting at a thousand."""
        for name, texts in self.words.classes.items():
            yield Task("count", name, "ours", [self.query(text) for text in texts], self._total)
            yield Task("count", name, "exact", texts, lambda text: naive.count(self.cursor, text))
            if self.tantivy:
                yield Task("count", name, "tantivy", texts, self.tantivy.count)

    def facets(self) -> Iterator[Task]:
        """Eight dimensions, ten values of each."""
        for name, texts in {**self.words.classes, "no words": [""]}.items():
            yield Task("facets", name, "ours", [self.query(text) for text in texts], self._facets)
            yield Task("facets", name, "exact", texts, lambda text: naive.facets(self.cursor, text, FACET_VALUES))
            if self.tantivy and texts != [""]:
                yield Task("facets", name, "tantivy", texts, lambda text: self._tantivy().facets(text, FACET_VALUES))

    def lists(self) -> Iterator[Task]:
        """Pages in other orders, at the top and deep down, against twenty rows by their keys."""
        keys = self._read("SELECT job_id FROM job_search TABLESAMPLE SYSTEM (20) REPEATABLE (1) LIMIT 2000")
        twenties = [keys[start::100] for start in range(20)]
        yield Task("lists", "twenty rows by primary key", "floor", twenties, self._rows)
        newest = self.query("", order=SearchOrder(JobSearchOrderField.PUBLISHED))
        deep = self._position(20 * (DEEP_PAGE - 1))
        yield Task("lists", "newest, no words", "ours", [newest], self._page)
        if deep:
            yield Task(
                "lists", f"newest, no words, page {DEEP_PAGE}", "ours", [deep], lambda at: self._page(newest, at)
            )
        orders = {
            "newest": (SearchOrder(JobSearchOrderField.PUBLISHED), ()),
            "best paid": (SearchOrder(JobSearchOrderField.PAY), ()),
            "nearest": (SearchOrder(JobSearchOrderField.DISTANCE, is_descending=False), (BERLIN,)),
        }
        for title, (order, near) in orders.items():
            for name in ("no words", "rare word", "medium word", "very common word"):
                texts = self.words.classes.get(name, [""])
                if title != "newest" or name != "no words":
                    questions = [self.query(text, order=order, near=near) for text in texts]
                    yield Task("lists", f"{title}, {name}", "ours", questions, self._page)

    def lookups(self) -> Iterator[Task]:
        """What goes along with typing and reading, against one row by its key."""
        keys = self._read("SELECT job_id FROM job_search TABLESAMPLE SYSTEM (20) REPEATABLE (2) LIMIT 20")
        yield Task("lookups", "one row by primary key", "floor", [[key] for key in keys], self._rows)
        terms, typos = self.words.typed, [swapped(word) for word in self.words.typed]
        yield Task("lookups", "did you mean: two letters swapped", "ours", typos, self._correction)
        for letters in (1, 3, 5):
            title = f"suggestions for {letters} letter{'s' * (letters > 1)}"
            yield Task("lookups", title, "ours", [word[:letters] for word in terms], self._suggestions)
        yield Task(
            "lookups", "suggestions, two letters swapped", "ours", [word[:6] for word in typos], self._suggestions
        )
        yield Task("lookups", "ten like a job", "ours", keys, lambda key: self.engine.similar([key], 10, self.now))

    def query(self, text: str, **asked: Any) -> Query:
        """A query as it is written, without what stands in for its words."""
        return Query(at=self.now, question=parse(text, KeywordMode.ALL) if text else None, **asked)

    def _search(self, query: Query) -> object:
        return self.engine.ranked(query)

    def _total(self, query: Query) -> object:
        return self.engine.total(query, MOST_COUNTED)

    def _facets(self, query: Query) -> object:
        return self.engine.facets(query, EIGHT, FACET_VALUES)

    def _page(self, query: Query, after: Any = None) -> object:
        return self.engine.listed(query, 20, after=after)

    def _correction(self, word: str) -> object:
        return self.engine.correct([word])

    def _suggestions(self, prefix: str) -> object:
        return self.engine.suggest(prefix, list(SuggestionKind), 10, self.now)

    def _naive(self, question: tuple[str, str]) -> object:
        return naive.top(self.cursor, *question)

    def _rows(self, keys: list[Any]) -> object:
        self.cursor.execute("SELECT * FROM jobs_job WHERE id = ANY (%s)", [keys])
        return self.cursor.fetchall()

    def _tantivy(self) -> Tantivy:
        assert self.tantivy is not None
        return self.tantivy

    def _position(self, skipped: int) -> Any:
        self.cursor.execute(
            "SELECT published_at, job_id FROM job_search WHERE published_at <= %s AND expires_at > %s"
            " ORDER BY published_at DESC, job_id DESC OFFSET %s LIMIT 1",
            [self.now, self.now, skipped],
        )
        return self.cursor.fetchone()

    def _read(self, statement: str) -> list[Any]:
        self.cursor.execute(statement)
        return [row[0] for row in self.cursor.fetchall()]
