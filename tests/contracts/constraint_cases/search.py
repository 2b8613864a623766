"""Of the tables that search is made of, and of what jobs say for it."""

from collections.abc import Callable
from datetime import date

from jobs.models import FxRate, SearchDelete, SearchSuggestion, SearchSynonym
from tests.contracts.constraint_cases import change, twice
from tests.factories import CurrencyFactory, JobFactory


def rate() -> FxRate:
    return FxRate.objects.create(currency=CurrencyFactory(), on_date=date(1999, 1, 4), per_euro=1)


def synonym() -> SearchSynonym:
    return SearchSynonym.objects.create(folded="a test word", stands_for="another", weight=0.5)


def suggestion(kind: str = "title") -> SearchSuggestion:
    return SearchSuggestion.objects.create(
        kind=kind, key="1", text="A test", folded="a test", jobs=1, magnitude=0, witnesses=[]
    )


VIOLATIONS: dict[str, Callable[[], object]] = {
    "job_benefits_are_known": lambda: change(JobFactory(), benefits=["bonus", "applause"]),
    "job_visa_is_known": lambda: change(JobFactory(), visa="perhaps"),
    "fx_rate_is_unique": lambda: twice(rate),
    "fx_rate_is_positive": lambda: change(rate(), per_euro=0),
    "search_delete_is_unique": lambda: twice(lambda: SearchDelete.objects.create(deleted="tst", term="test")),
    "search_suggestion_is_unique": lambda: twice(suggestion),
    "search_suggestion_kind_is_known": lambda: suggestion("rumour"),
    "search_synonym_is_unique": lambda: twice(synonym),
    "search_synonym_weight_in_bounds": lambda: change(synonym(), weight=1.1),
}
