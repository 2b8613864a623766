"""What the feed knows of somebody: read once for a feed, in a few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from jobs.feed import profile_words
from jobs.feed.called import called, told
from jobs.feed.constraints import Constraints
from jobs.feed.done import done_by
from jobs.feed.match import Feature
from jobs.feed.said import UNSAID, Said, constraints_of, said_by, spoken_by, version, version_by
from jobs.models import PayPeriod
from jobs.models.pay import YEARLY_FACTORS
from jobs.search.near import places_within
from jobs.search.occupations import classify
from jobs.search.postgres.fragment import Fragment, rows_again
from jobs.search.rates import Rate, common_minor
from jobs.search.where import MAX_RADIUS_KM, Near
from kernel.viewer import Viewer

MOST_OCCUPATIONS = 24
MOST_RELATED = 40
MOST_PLACES = 100
"""So many are looked for one by one."""

# What an occupation counts that a taxonomy calls like another, among its nearest; or that is in one group of ISCO-08
# with it, if the group is small enough to mean something.
RELATED = 0.4
RANKS = 5
GROUPED = 0.2
MOST_GROUPED = 12
# What the occupation counts that takes the most of the skills, where nothing says what the person is called.
BY_SKILLS = 0.6

# Beyond so many radii a place is as far as any; a wide circle holds enough of them as it is.
_RADII = 3
_WIDEST_KM = 250


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who looks for work, as far as they said, and did something."""

    constraints: Constraints
    elsewhere: Constraints | None = None
    """The same, if the person would also go to other countries; None where they would, or no country keeps them."""
    version: str = ""
    """Changes whenever something that the person said changes."""
    skills: Mapping[int, float] = field(default_factory=dict)
    """By skill that the profile names: how well, from 0 to 1."""
    speaks: Mapping[int, float] = field(default_factory=dict)
    """By skill that is a language: how well the person speaks it, from 0 to 1. It leads to no job by itself."""
    occupations: Mapping[int, float] = field(default_factory=dict)
    """By occupation: how much it is what the person does or wants, from 0 to 1."""
    related: Mapping[int, float] = field(default_factory=dict)
    """By occupation that is like one of these: how much, from 0 to 1."""
    titles: Sequence[tuple[tuple[str, ...], float]] = ()
    """The words of what the person was or wants to be called, without grades, and how much that counts today."""
    words: Sequence[tuple[str, float]] = ()
    """The profile's telling words, the rarest first, with how telling each is."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many live jobs had a word, an occupation (`o:1`), a skill (`s:1`), a country (`c:DE`) when it was counted.

    All of them stand under the empty text.
    """
    seniority: str = ""
    home: tuple[float, float] | None = None
    """Latitude and longitude."""
    home_country: str = ""
    radius_km: float | None = None
    place_ids: Sequence[int] = ()
    """Places within the radius."""
    is_by_border: bool = False
    """Whether some of them, where they are few enough to be looked for, are where the person may not work."""
    distances: Mapping[int, float] = field(default_factory=dict)
    """By place within the radius, or not far from it: kilometres from home."""
    pay_floor: tuple[int, str] | None = None
    """The least pay of a year, in minor units of a currency."""
    pay_floor_common: int | None = None
    """The same in cents of the euro, by the newest exchange rate; None where there is none."""
    is_profiled: bool = True
    sliders: Mapping[Feature, float] = field(default_factory=dict)
    """By main feature: how much it counts, from 0 to 2."""
    liked: Sequence[tuple[UUID, float]] = ()
    """Jobs that the person did something with, newest first, with what that is worth today (dismissed: below 0)."""
    shown: Mapping[int, int] = field(default_factory=dict)
    """By likeness: how often the person was shown such a job in the last two weeks since they opened it."""
    followed: Sequence[UUID] = ()
    """Companies."""

    @property
    def says_something(self) -> bool:
        """Whether they said of their work, or did, what tells what they like; what they do not like says little."""
        has_liked = any(worth > 0 for _, worth in self.liked)
        return bool(self.skills or self.occupations or self.titles or self.words or self.followed or has_liked)

    @property
    def able(self) -> Mapping[int, float]:
        """By skill, languages among them: how well the person can do what jobs ask for, from 0 to 1."""
        able = dict(self.skills)
        for key, level in self.speaks.items():
            able[key] = max(level, able.get(key, 0.0))
        return able


_AROUND = """
SELECT 'r', o.related_id::text, o.occupation_id, o.rank::int FROM jobs_relatedoccupation o
WHERE o.occupation_id = ANY(%(occupations)s::int[]) AND o.rank <= %(ranks)s
UNION ALL
SELECT 'i', mate.occupation_id::text, own.occupation_id, 0 FROM jobs_occupationcode own
JOIN jobs_occupationcode mate ON mate.scheme = 'isco' AND mate.code = own.code
    AND mate.occupation_id <> own.occupation_id
WHERE own.scheme = 'isco' AND own.occupation_id = ANY(%(occupations)s::int[])
UNION ALL
SELECT 'c', term, NULL, jobs FROM search_term WHERE term = ANY(%(terms)s::text[])
UNION ALL
SELECT 'c', 's:' || key, NULL, max(jobs) FROM search_suggestion
WHERE kind = 'skill' AND key = ANY(%(skills)s::text[]) GROUP BY key
UNION ALL
SELECT 'l', n.name, n.id, coalesce((
    SELECT max(jobs) FROM search_suggestion WHERE kind = 'skill' AND key = n.id::text
), 0) FROM jobs_skill n WHERE n.name = ANY(%(languages)s::text[]) AND n.kind = 'language'
UNION ALL
SELECT 'c', 'c:' || code, NULL, (share * (SELECT jobs FROM search_term WHERE term = ''))::int FROM (
    SELECT unnest(most_common_elems::text::text[]) AS code, unnest(most_common_elem_freqs) AS share
    FROM pg_stats WHERE schemaname = current_schema AND tablename = 'job_search' AND attname = 'countries'
) country WHERE code = ANY(%(countries)s::text[])
UNION ALL
SELECT 'b', '', NULL, 0 WHERE EXISTS (
    SELECT FROM jobs_place WHERE id = ANY(%(places)s::int[]) AND country_id <> ALL(%(countries)s::text[])
)"""


def person_of(viewer: Viewer, at: datetime) -> Person:
    """What is known of the viewer as of an instant; of nobody, nothing. Four statements at most.

    What the person said is taken as it is now: only what was done is known with its time.
    """
    if viewer.user_id is None:
        return Person(Constraints())
    said = said_by(viewer.user_id, at)
    liked, shown = done_by(viewer.user_id, at, is_profiled=said.is_profiled)
    return _around(replace(_said(said, viewer.user_id), liked=liked, shown=shown), said, at)


def version_of(viewer: Viewer, at: datetime) -> str:
    """The version of `person_of`, alone. One statement."""
    return version_by(viewer.user_id, at) if viewer.user_id is not None else ""


def _common(floor: tuple[int, str] | None, said: Said) -> int | None:
    if floor is None or said.floor_per_euro is None or said.floor_digits is None:
        return None
    minor, currency = floor
    return common_minor(currency, minor, {currency: Rate(said.floor_per_euro, said.floor_digits)})


def _said(said: Said, user_id: UUID) -> Person:
    """All but what takes more statements."""
    floor = None
    if said.floor_minor is not None and said.floor_period and said.floor_currency:
        floor = (said.floor_minor * YEARLY_FACTORS[PayPeriod(said.floor_period)], said.floor_currency)
    has_home = said.latitude is not None and said.longitude is not None
    main = {feature.value for feature in Feature}
    return Person(
        constraints=constraints_of(said, user_id),
        elsewhere=_elsewhere(said, user_id),
        version=version(said.profile_id, said.profile_version, said.settings_version, said.hidden),
        skills={key: level / 5 if level else UNSAID for key, level, _ in said.skills},
        seniority=said.seniority or "",
        home=(said.latitude, said.longitude) if has_home else None,  # type: ignore[arg-type]
        home_country=said.country or "",
        radius_km=float(said.radius_km) if said.radius_km else None,
        pay_floor=floor,
        pay_floor_common=_common(floor, said),
        is_profiled=said.is_profiled,
        sliders={
            Feature(name): min(max(float(value), 0.0), 2.0) for name, value in said.weights.items() if name in main
        },
        followed=tuple(said.followed or ()),
    )


def _elsewhere(said: Said, user_id: UUID) -> Constraints | None:
    if said.would_relocate or not said.country:
        return None
    return constraints_of(replace(said, would_relocate=True), user_id)


def _around(person: Person, said: Said, at: datetime) -> Person:
    """What taxonomies, counts and the map say of it: a statement each for words and places."""
    titles = called(said, at.date())
    concepts = classify(titles)
    occupations: dict[int, float] = dict.fromkeys(said.in_categories, 0.3)
    for title, share in titles.items():
        for key, likelihood in concepts[title]:
            occupations[key] = max(occupations.get(key, 0.0), share * likelihood)
    occupations |= {key: 1.0 for key, _ in said.occupations}
    if said.by_skills and not titles:
        most = said.by_skills[0][1]
        for key, worth in said.by_skills:
            occupations[key] = max(occupations.get(key, 0.0), BY_SKILLS * (worth / most) ** 3)
    best = sorted(occupations.items(), key=lambda item: (-item[1], item[0]))[:MOST_OCCUPATIONS]
    occupations = dict(best)
    texts = profile_words.Texts(
        titles=list(titles),
        skills=[name for _, _, name in said.skills],
        texts=[said.headline or "", said.summary or "", *told(said)],
    )
    words = texts.words()
    near = _near(person)
    place_ids = tuple(key for key, km in near.items() if person.radius_km and km <= person.radius_km)
    found = _counted(occupations, person, words, place_ids, spoken_by(said))
    return replace(
        person,
        occupations=occupations,
        speaks=found.speaks,
        related=found.related,
        titles=profile_words.titles(titles),
        words=profile_words.telling(words, found.counts),
        counts=found.counts,
        distances=near,
        place_ids=place_ids,
        is_by_border=found.is_by_border,
    )


class _Counted(NamedTuple):
    """What the statement `_AROUND` says of a person, by the names of the fields of `Person`."""

    related: dict[int, float]
    counts: dict[str, int]
    speaks: dict[int, float]
    is_by_border: bool


def _counted(
    occupations: Mapping[int, float],
    person: Person,
    words: Mapping[str, float],
    place_ids: Sequence[int],
    languages: Mapping[str, float],
) -> _Counted:
    keys = list(occupations)
    given: dict[str, Any] = {
        "occupations": keys,
        "ranks": RANKS,
        "terms": ["", *words, *(f"o:{key}" for key in keys)],
        "skills": [str(key) for key in person.skills],
        "languages": list(languages),
        "countries": list(person.constraints.countries),
        "places": list(place_ids) if len(place_ids) <= MOST_PLACES else [],
    }
    is_by_border = False
    related: dict[int, float] = {}
    counts: dict[str, int] = {}
    speaks: dict[int, float] = {}
    mates: dict[int, list[int]] = {}
    for what, text, owner, number in rows_again(Fragment(_AROUND, given)):
        if what == "c":
            counts[text] = number
        elif what == "l":
            speaks[owner] = languages[text]
            counts[f"s:{owner}"] = number
        elif what == "b":
            is_by_border = True
        elif what == "r":
            related[int(text)] = max(related.get(int(text), 0.0), occupations[owner] * RELATED)
        else:
            mates.setdefault(owner, []).append(int(text))
    for owner, those in mates.items():
        if len(those) <= MOST_GROUPED:
            for key in those:
                related[key] = max(related.get(key, 0.0), occupations[owner] * GROUPED)
    likely = ((key, value) for key, value in related.items() if key not in occupations)
    nearest = sorted(likely, key=lambda item: (-item[1], item[0]))[:MOST_RELATED]
    return _Counted(dict(nearest), counts, speaks, is_by_border)


def _near(person: Person) -> Mapping[int, float]:
    if person.home is None or person.radius_km is None:
        return {}
    radius = max(person.radius_km, min(person.radius_km * _RADII, _WIDEST_KM))
    return places_within(Near(*person.home, min(radius, MAX_RADIUS_KM)))
