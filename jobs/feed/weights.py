"""The weights of the features: versioned rows, each decided once, of which one is active."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import orjson
from django.db import transaction

from jobs.feed.match import Feature
from jobs.models import RankingModel
from kernel import caching

MAIN = frozenset([Feature.SKILL, Feature.TITLE, Feature.PLACE, Feature.PAY, Feature.SENIORITY, Feature.FRESH])
"""The features that people may slide."""
AGAINST = frozenset([Feature.FATIGUE, Feature.CONGESTION])
"""The features that speak against a job: their weights are not above 0, and no other one's is below."""
KEPT_SECONDS = 5.0
MOST = 10.0
LONGEST_NOTE = 500


class BadWeights(ValueError):
    """Weights that nothing can be ranked by."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of one version."""

    version: int
    values: Mapping[Feature, float]

    def slid(self, sliders: Mapping[Feature, float]) -> Mapping[Feature, float]:
        """With the main ones as much more or less as a person wants."""
        if not sliders:
            return self.values
        return {
            feature: value * sliders.get(feature, 1.0) if feature in MAIN else value
            for feature, value in self.values.items()
        }


_kept: tuple[float, Weights] | None = None


def active() -> Weights:
    """The weights that feeds are ranked with; of a few seconds ago, if they were changed since.

    Raises `BadWeights` where the row was tampered with, or is of features that nobody knows.
    """
    global _kept  # noqa: PLW0603 - one row for the process
    is_alone = not caching.in_transaction()
    if is_alone and _kept is not None and time.monotonic() - _kept[0] < KEPT_SECONDS:
        return _kept[1]
    row = RankingModel.objects.filter(is_active=True).first()
    if row is None:
        raise BadWeights("No weights are active: manage.py ranking_model activate.")
    found = of_row(row)
    if is_alone:
        _kept = (time.monotonic(), found)
    return found


def of_row(row: RankingModel) -> Weights:
    """The weights of a row. Raises `BadWeights`."""
    if checksum(row.weights) != row.checksum:
        raise BadWeights(f"The weights of version {row.version} are not those that were decided: checksum differs.")
    return Weights(row.version, read(row.weights))


def checksum(weights: Mapping[str, Any]) -> str:
    """SHA-256 of the weights as canonical JSON: keys sorted, no spaces."""
    return hashlib.sha256(orjson.dumps(weights, option=orjson.OPT_SORT_KEYS)).hexdigest()


def read(weights: Any) -> Mapping[Feature, float]:
    """Weights by feature. Raises `BadWeights` for what is none, or of a feature that nobody knows."""
    if not isinstance(weights, dict) or not weights:
        raise BadWeights("Weights are a JSON object: a number by the name of each feature.")
    if unknown := sorted(weights.keys() - set(Feature.values)):
        raise BadWeights(f"Not known: {', '.join(unknown)}. Features are {', '.join(Feature.values)}.")
    for name, value in weights.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not isfinite(value) or abs(value) > MOST:
            raise BadWeights(f"{name}: a number from {-MOST:g} to {MOST:g}, not {value!r}.")
    # In the order of the features, so that sums are the same whoever wrote the row.
    return {feature: float(weights[feature.value]) for feature in Feature if feature.value in weights}


@transaction.atomic
def add(weights: Any, note: str) -> RankingModel:
    """Keep weights as the next version, which is not active yet. Raises `BadWeights`."""
    if len(note) > LONGEST_NOTE:
        raise BadWeights(f"A note has at most {LONGEST_NOTE} characters.")
    found = read(weights)
    for feature, value in found.items():
        if value * (-1 if feature in AGAINST else 1) < 0:
            raise BadWeights(f"{feature.value}: {'not above' if feature in AGAINST else 'not below'} 0, not {value:g}.")
    known = {feature.value: value for feature, value in found.items()}
    newest = RankingModel.objects.select_for_update().order_by("-version").first()
    version = newest.version + 1 if newest else 1
    return RankingModel.objects.create(version=version, weights=known, checksum=checksum(known), note=note)


@transaction.atomic
def activate(version: int) -> RankingModel:
    """Rank with a version from now on. Raises `BadWeights` for one that is not there or was tampered with."""
    global _kept  # noqa: PLW0603 - one row for the process
    rows = {row.version: row for row in RankingModel.objects.select_for_update().order_by("pk")}
    row = rows.get(version)
    if row is None:
        raise BadWeights(f"There is no version {version}.")
    of_row(row)
    RankingModel.objects.filter(is_active=True).exclude(pk=row.pk).update(is_active=False)
    row.is_active = True
    row.save(update_fields=["is_active"])
    _kept = None
    return row
