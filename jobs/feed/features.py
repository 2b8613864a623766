"""What a job is judged by: each feature as a number from 0 to 1, the more the better it fits.

What is not known is 0.5, and said to be missing: it speaks neither for a job nor against it. `docs/feed.md` has the
formulas and where they come from.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from math import exp, sqrt

from jobs.feed.activity import Activity
from jobs.feed.candidates import CandidateRow
from jobs.feed.match import Feature
from jobs.feed.person import Person
from jobs.feed.profile_words import rarity
from jobs.models import Seniority
from jobs.search.postgres.stems import stems
from jobs.search.words import key_of

NEUTRAL = 0.5
NICE = 0.5
"""What a skill counts that is not required, beside one that is."""
FEW_SKILLS = 3
"""A job that lists fewer says less of itself: its skills count for less."""
HALF_KIND = 1.0
"""Surely one occupation of the person's makes half of what occupations can make; several make more."""
WORDS_ALONE = 0.7
"""What the words of a title make where no occupation is shared."""
STEM = 0.8
"""What a word of a title counts that is there in another form, or in the name of a skill."""
HALF_FRESH_DAYS = 10.0
SHORT_OF_PAY = 6.0
OFFICE_DAYS = 0.5
"""Hybrid work takes this share of the journeys."""
FAR = 0.05
IN_COUNTRY = 0.3
FORGIVEN = 0.7
"""What is left of one's attention for a job with each time that it was shown for nothing."""
MOST_EXPOSED = 400.0
"""Of late shown to so many people, a job is as crowded as can be."""
OTHER_WORDS = 3.0
"""How telling the words of a posting's title are that are not the person's."""
MANY = 0.15
"""A title that names many occupations is less surely of each: by this power of how many."""
MOST_TOLD, HALF_TOLD = 8.0, 6.0
"""Of who says no title, nor mentions one: how telling the most telling word is, and what makes half in a title."""

FEATURES = (
    Feature.SKILL,
    Feature.TITLE,
    Feature.MEANING,
    Feature.ACTIVITY,
    Feature.COLLABORATIVE,
    Feature.PLACE,
    Feature.PAY,
    Feature.SENIORITY,
    Feature.FRESH,
    Feature.QUALITY,
    Feature.EMPLOYER,
    Feature.POPULAR,
    Feature.FATIGUE,
    Feature.CONGESTION,
)
# A word of the title as it is written, as PostgreSQL writes a tsvector.
_EXACTLY = re.compile(r"'=([^']+)':")
_LEVELS = {level: place for place, level in enumerate(Seniority.values)}


type _Title = tuple[Sequence[tuple[str, tuple[str, ...], float]], float, float]
"""Its words as the index has them, each with how telling it is; what that comes to; how much the title counts."""


class Judge:
    """Judges jobs for one person: what is the same for all of them is worked out once."""

    def __init__(self, person: Person, activity: Activity) -> None:
        self._person = person
        self._activity = activity
        counts = person.counts
        jobs = counts.get("", 0)

        def telling(term: str) -> float:
            return rarity(counts.get(term, 0), jobs) if jobs else 1.0

        rarities = [telling(f"s:{key}") for key in person.skills]
        # Of who names no skill it is not known which they have, whatever they speak.
        able = person.able if person.skills else {}
        self._skills = {key: (idf := telling(f"s:{key}"), idf * level) for key, level in able.items()}
        # A skill that the person has not counts as one that they name would: nobody counted it for them.
        self._other = sum(rarities) / len(rarities) if rarities else 1.0
        # What is said unsurely is all that is known: it counts beside the surest.
        surest = max(person.occupations.values(), default=1.0)
        self._own = {key: value / surest for key, value in person.occupations.items()}
        self._related = {key: value / surest for key, value in person.related.items()}
        most_titled = max((share for _, share in person.titles), default=1.0)
        self._titles = [_title(words, share / most_titled, telling) for words, share in person.titles]
        self._title_keys = {key_of(words): share / most_titled for words, share in person.titles}
        self._told = {} if person.titles else _told(person)
        self._countries = {person.home_country} if person.home_country else set(person.constraints.countries)
        self._level = _LEVELS.get(person.seniority)
        self._floor = person.pay_floor
        self._near: dict[int, dict[int | None, float]] = {}
        for (kind, skill), value in activity.near.items():
            self._near.setdefault(kind, {})[skill] = value
        self._most_skilled = max(activity.skills.values(), default=0.0)
        least_liked = max(1.0, -min([0.0, *activity.occupations.values(), *activity.titles.values()]))
        self._most_liked = max([least_liked, *activity.occupations.values()])
        self._most_titled = max([least_liked, *activity.titles.values()])
        self._fatigue = {likeness: 1.0 - FORGIVEN**times for likeness, times in person.shown.items()}

    def values(self, row: CandidateRow) -> list[float | None]:
        """What is known, in the order of `FEATURES`; None: nothing. `jobs.feed.meaning` has what the text says."""
        return [
            self._skill(row) if self._skills else None,
            self._title(row) if self._own or self._titles or self._told else None,
            None,
            self._liked(row) if self._activity.titles else None,
            self._collaborative(row) if self._activity.near else None,
            self._place(row),
            paid(self._person, row.pay_currency, row.pay_top_minor, row.pay_common) if self._floor else None,
            self._seniority(row),
            0.5 ** (row.age_days / HALF_FRESH_DAYS),
            _quality(row),
            1.0 if row.is_company_verified else None,
            row.signals / (row.signals + 20.0) if row.signals else None,
            self._fatigue.get(row.likeness, 0.0) if self._fatigue else 0.0,
            min(1.0, row.exposure / MOST_EXPOSED),
        ]

    def _skill(self, row: CandidateRow) -> float | None:
        """The share of what is asked for that the person can do, by how rare and how required it is, and how well."""
        asked = row.skill_ids
        if not asked:
            return None
        required = row.required_skill_ids
        mine, other = self._skills, self._other
        count = len(asked)
        # All that is asked for as if the person had none of it, then what they have put right.
        has, possible = 0.0, other * (NICE * count + (1.0 - NICE) * len(required))
        for key in asked:
            if key in mine:
                idf, able = mine[key]
                worth = 1.0 if key in required else NICE
                has += worth * able
                possible += worth * (idf - other)
        share = has / possible
        return share if count >= FEW_SKILLS else (count * share + (FEW_SKILLS - count) * NEUTRAL) / FEW_SKILLS

    def _title(self, row: CandidateRow) -> float:
        """How surely it is of the person's kinds of work, or of neighbouring ones, and the words of its title."""
        own, related = self._own, self._related
        sure = near = 0.0
        for key, sureness in row.occupations.items():
            if key in own:
                sure += sureness * own[key]
            elif key in related:
                # Many that are related are hardly more than one.
                near += (sureness * related[key]) ** 2
        kind = (sure + sqrt(near)) / max(1, len(row.occupations)) ** MANY
        kind /= kind + HALF_KIND
        words = self._title_keys.get(row.title_key, 0.0)
        if self._told:
            words = self._worded(row)
        elif not words:
            head = row.head
            for parts, possible, share in self._titles:
                met = 0.0
                count = 0
                for exactly, forms, idf in parts:
                    if exactly in head:
                        met += idf
                        count += 1
                    else:
                        for form in forms:
                            if form in head:
                                met += STEM * idf
                                count += 1
                                break
                if count:
                    others = OTHER_WORDS * max(row.title_length - count, 0)
                    # What has only some of the words (any other engineer) is less than their share.
                    words = max(words, share * met / possible * met / sqrt(possible * (met + others)))
        return 1.0 - (1.0 - kind) * (1.0 - WORDS_ALONE * words)

    def _worded(self, row: CandidateRow) -> float:
        """How much the words of its title are those that tell most of the profile."""
        met = others = 0.0
        for word in _EXACTLY.findall(row.head):
            if word in self._told:
                met += self._told[word]
            else:
                others += OTHER_WORDS
        return met / (met + others + HALF_TOLD)

    def _liked(self, row: CandidateRow) -> float:
        """0.5 is neither like what the person liked nor like what they put away."""
        activity = self._activity
        if row.likeness in activity.by_likeness:
            # Like the others: like itself is every job, and what says the same.
            activity = activity.without(row.likeness)
        kind = 0.0
        liked = activity.occupations
        for key, sureness in row.occupations.items():
            if key in liked:
                value = sureness * liked[key] / self._most_liked
                if abs(value) > abs(kind):
                    kind = value
        skill = 0.0
        if row.skill_ids and self._most_skilled > 0:
            of = activity.skills
            skill = sum([of[key] for key in row.skill_ids if key in of]) / (self._most_skilled * len(row.skill_ids))
        title = activity.titles.get(row.title_key, 0.0) / self._most_titled
        return min(1.0, max(0.0, NEUTRAL + NEUTRAL * (0.45 * kind + 0.35 * skill + 0.2 * title)))

    def _collaborative(self, row: CandidateRow) -> float:
        near = self._near
        best = 0.0
        for key, sureness in row.occupations.items():
            if of_kind := near.get(key):
                for skill in (*row.skill_ids, None):
                    value = of_kind.get(skill)
                    if value is not None and value * sureness > best:
                        best = value * sureness
        return best

    def _place(self, row: CandidateRow) -> float | None:
        """1 within the radius; beyond it the less the further. What is done from home is near."""
        person = self._person
        there = self._countries
        if not there:
            return None
        if row.workplace == "remote":
            return 1.0
        if not (row.countries or row.place_ids):
            return None
        is_in_country = not row.countries or not there.isdisjoint(row.countries)
        radius = person.radius_km
        if radius is None or person.home is None:
            return 1.0 if is_in_country else IN_COUNTRY
        if not row.place_ids:
            return None if is_in_country else FAR
        if row.distance_km is None:
            return FAR
        way = row.distance_km * (OFFICE_DAYS if row.workplace == "hybrid" else 1.0)
        return 1.0 if way <= radius else max(FAR, exp(-(way - radius) / radius))

    def _seniority(self, row: CandidateRow) -> float | None:
        if self._level is None or row.seniority not in _LEVELS:
            return None
        return max(0.0, 1.0 - abs(_LEVELS[row.seniority] - self._level) / 3)


def paid(person: Person, currency: str, top_minor: int | None, common: int | None) -> float | None:
    """How the most that a job pays in a year compares with the person's floor: 1 where it is at least that; less the
    further it falls short. None where either is not known. `common` is in cents of the euro.
    """
    if person.pay_floor is None:
        return None
    floor, floor_currency = person.pay_floor
    top: int | None
    if currency == floor_currency:
        top = top_minor
    else:
        top, floor = common, person.pay_floor_common or 0
    if top is None or floor <= 0:
        return None
    return 1.0 if top >= floor else exp(-SHORT_OF_PAY * (floor - top) / floor)


def _title(words: Sequence[str], share: float, telling: Callable[[str], float]) -> _Title:
    parts = []
    for word, forms in zip(words, stems(words), strict=True):
        # As PostgreSQL writes a tsvector; all of these are letters and digits.
        parts.append((f"'={word}':", tuple(f"'{form}':" for form in forms), telling(word)))
    return parts, sum(idf for *_, idf in parts), share


def _told(person: Person) -> Mapping[str, float]:
    most = max((worth for _, worth in person.words), default=1.0)
    return {word: MOST_TOLD * worth / most for word, worth in person.words}


def _quality(row: CandidateRow) -> float:
    """How much a posting says of what people want to know."""
    said = 0.25 if row.pay_currency else 0.0
    said += 0.25 * min(len(row.skill_ids), 4) / 4
    if row.seniority:
        said += 0.15
    if row.workplace:
        said += 0.1
    if row.terms:
        said += 0.1
    if row.place_ids or row.countries or row.workplace == "remote":
        said += 0.15
    return said
