"""The feed of those who have said nothing of their work: what many people open, and what is new, near where they ask.

Its weights are not among those of `RankingModel`, which are about what is known of a person: its version is 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from math import ceil, exp, expm1, inf, sqrt
from typing import Any

from jobs.feed.candidates import MOST_RANKED
from jobs.feed.constraints import Constraints, eligible
from jobs.feed.features import paid
from jobs.feed.match import Feature, Gap, Match, Reason, Source
from jobs.feed.person import Person
from jobs.feed.reasons import LEAST, MOST_REASONS, NEUTRAL, GapCode, below
from jobs.models import Workplace
from jobs.search.diversity import diversify
from jobs.search.near import places_within
from jobs.search.port import Hit
from jobs.search.postgres.conditions import at_one_of
from jobs.search.postgres.fragment import FALSE, Fragment, all_of, join, rows
from jobs.search.where import MAX_RADIUS_KM, Near
from jobs.services import heat

MODEL_VERSION = 0
WEIGHTS = {Feature.POPULAR: 0.45, Feature.FRESH: 0.35, Feature.PLACE: 0.2}
PAY_WEIGHT = 0.2
"""Of those who have said for how much at least, beside the others."""
PER_COMPANY = 2
LEAST_HEAT = 100.0
"""The hottest job counts as popular as can be, if so much is done with it: as many views of today."""
FRESH_DAYS = 10
"""After so many days a job counts half as new."""
_STEPS_KM = (10, 25, 50, 100, 250, MAX_RADIUS_KM)
# How far it looks for each kind of job: a country or a place may have next to none.
_BOUNDS = {"walked": 50_000, "walked_near": 10_000, "hot": 1_000, "each": 300, "there": 1_000, "in_country": 2_000}

_NEWEST = "(SELECT * FROM job_search WHERE published_at <= %(at)s ORDER BY published_at DESC, job_id DESC LIMIT {}) s"
_FROM = "(SELECT s.job_id FROM {} WHERE {} LIMIT {})"
_HOT = """(SELECT s.job_id FROM (
        SELECT job_id FROM job_heat WHERE heat > {} ORDER BY heat DESC, job_id DESC LIMIT {}
    ) h
    JOIN job_search s ON s.job_id = h.job_id WHERE {})"""
_IN_COUNTRY = """(SELECT s.job_id FROM (
        SELECT DISTINCT job_id FROM (
            SELECT job_id FROM jobs_joblocation WHERE country_id = ANY({}::text[]) LIMIT {}
        ) l
    ) l JOIN job_search s ON s.job_id = l.job_id WHERE {})"""
# Whether it is near, or may be done from there: unknown where that takes a country, none was named, and no place tells.
_FOUND = """
SELECT s.job_id, s.company_id, s.likeness, extract(epoch FROM %(at)s - s.published_at) / 86400,
    s.workplace, s.pay_currency, s.pay_top_minor, s.pay_common, CASE
        WHEN s.workplace <> 'remote' THEN {}
        WHEN s.remote_allowed = '{{}}' AND s.remote_denied = '{{}}' THEN TRUE
        WHEN here.code IS NOT NULL THEN NOT s.remote_denied @> ARRAY[here.code]
            AND (s.remote_allowed = '{{}}' OR s.remote_allowed @> ARRAY[here.code])
    END, h.heat
FROM {} found JOIN job_search s ON s.job_id = found.job_id LEFT JOIN job_heat h ON h.job_id = s.job_id
CROSS JOIN (SELECT coalesce({}::text, (SELECT country_id FROM jobs_place WHERE id = {}::int)) AS code) here"""


def coarse(near: Near | None) -> Near | None:
    """The circle for all who ask from thereabouts: a tenth of a degree, and a radius no smaller than asked."""
    if near is None:
        return None
    radius = next((step for step in _STEPS_KM if step >= near.radius_km), ceil(near.radius_km))
    return replace(near, latitude=round(near.latitude, 1), longitude=round(near.longitude, 1), radius_km=float(radius))


def key_of(near: Near | None, country: str | None) -> str:
    """A word for where it was asked: the same for all who get the same feed."""
    return blake2b(repr((coarse(near), country)).encode(), digest_size=16).hexdigest()


def constraints_of(country: str | None) -> Constraints:
    """What those are kept to who have named a country, or nothing."""
    return Constraints(countries=(country,), remote_for=(country,)) if country else Constraints()


def popular(constraints: Constraints, near: Near | None, at: datetime, person: Person | None = None) -> list[Match]:
    """The jobs that many open and those that are new, best first, spread over companies; for a person who has said for
    how much at least rather those that pay it. Two statements.
    """
    around = places_within(near) if near else {}
    places, nearest = sorted(around), min(around, key=lambda key: (around[key], key), default=None)
    is_near = at_one_of(places) if places else FALSE
    allowed = eligible(constraints, at)
    parts = [
        Fragment.of(_FROM, Fragment.of(_NEWEST, _BOUNDS["walked"]), allowed, _BOUNDS["each"]),
        # What one person did makes nothing popular.
        Fragment.of(_HOT, heat.of(heat.OF_ONE, at), _BOUNDS["hot"], allowed),
    ]
    if places:
        newest = Fragment.of(_NEWEST, _BOUNDS["walked_near"])
        parts.append(Fragment.of(_FROM, newest, all_of([is_near, allowed]), _BOUNDS["each"]))
        # By the index, however many places there are.
        there = Fragment.of("s.place_ids && {}::int[]", places)
        parts.append(Fragment.of(_FROM, Fragment("job_search s"), all_of([there, allowed]), _BOUNDS["there"]))
    if constraints.countries:
        countries = list(constraints.countries)
        parts.append(Fragment.of(_IN_COUNTRY, countries, _BOUNDS["in_country"], allowed))
    # The country that was named; else that of the nearest place, which at a border may be the other one.
    named = constraints.remote_for[0] if len(constraints.remote_for) == 1 else near and near.or_remote_for
    statement = Fragment.of(_FOUND, is_near, join(" UNION ", parts), named, nearest)
    found = rows(Fragment(statement.text, {**statement.params, "at": at}))
    return _ordered(found, at, person or Person(constraints), is_anywhere=near is None)


def _ordered(found: Any, at: datetime, person: Person, *, is_anywhere: bool) -> list[Match]:
    # A job that was only ever shown has a logarithm of nothing.
    heats = {row[0]: row[-1] for row in found if row[-1] is not None and row[-1] > -inf}
    hottest = max([heat.of(LEAST_HEAT, at), *heats.values()])
    # Whatever one person does makes nothing popular, however little is done on the board.
    of_one = heat.of(heat.OF_ONE, at)
    weights = WEIGHTS
    if person.pay_floor:
        weights = {**WEIGHTS, Feature.PAY: PAY_WEIGHT * person.sliders.get(Feature.PAY, 1.0)}
    made: dict[Any, tuple[Hit, Match]] = {}
    for job_id, company_id, likeness, age_days, workplace, currency, top, common, is_there, _ in found:
        hot = heats.get(job_id)
        features = {
            # The root of how many there are, beyond one person's, for each of the hottest one's.
            Feature.POPULAR: 0.0
            if hot is None or hot <= of_one
            else exp((hot - hottest) / 2) * sqrt(expm1(of_one - hot) / expm1(of_one - hottest)),
            Feature.FRESH: 2 ** (-max(0.0, float(age_days)) / FRESH_DAYS),
            Feature.PLACE: NEUTRAL if is_anywhere or is_there is None else float(is_there),
        }
        pay = paid(person, currency, top, common)
        features[Feature.PAY] = NEUTRAL if pay is None else pay
        parts = {feature: weight * features[feature] for feature, weight in weights.items()}
        match = Match(
            job_id,
            company_id,
            sum(parts.values()),
            parts,
            (Source.POPULAR,) if features[Feature.POPULAR] else (Source.FRESH,),
            _reasons(parts, weights, _params(workplace, float(age_days), pay, top, currency)),
            tuple(_gaps(person, pay, top, currency)),
        )
        made[job_id] = Hit(job_id, match.score, company_id, likeness), match
    ordered = sorted((hit for hit, _ in made.values()), key=lambda hit: (-hit.value, hit.job_id.int))
    seen: set[int] = set()
    once = [hit for hit in ordered if not (hit.likeness in seen or seen.add(hit.likeness))]  # type: ignore[func-returns-value]
    return [made[hit.job_id][1] for hit in diversify(once, PER_COMPANY)[:MOST_RANKED]]


type _Params = Mapping[Feature, dict[str, Any] | None]
"""What the sentences need; None where one would not be true."""


def _params(workplace: str, age_days: float, pay: float | None, top: int | None, currency: str) -> _Params:
    return {
        Feature.FRESH: {"days": max(0, int(age_days))},
        Feature.PLACE: {"is_remote": True} if workplace == Workplace.REMOTE else {},
        Feature.PAY: {"top_minor": top, "currency": currency} if pay == 1 and top is not None else None,
    }


def _reasons(parts: Mapping[Feature, float], weights: Mapping[Feature, float], params: _Params) -> tuple[Reason, ...]:
    lifts = {feature: parts[feature] - weight * NEUTRAL for feature, weight in weights.items()}
    telling = sorted((feature for feature in lifts if lifts[feature] >= LEAST), key=lambda one: -lifts[one])
    told = [(one, params.get(one, {})) for one in telling]
    return tuple(Reason(one, parts[one], given) for one, given in told if given is not None)[:MOST_REASONS]


def _gaps(person: Person, pay: float | None, top: int | None, currency: str) -> Iterable[Gap]:
    if top is None:
        yield Gap(GapCode.PAY_UNKNOWN, {})
    elif person.pay_floor and pay is not None and pay < 1:
        yield below(top, currency, *person.pay_floor)
