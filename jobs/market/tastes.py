"""What people of the market like, which their profiles do not say: by this they open, keep and apply.

A taste is drawn from a source of its own. It is over what a posting is, before a word of it is written: the kind of
work, skills, pay, distance, the company's trade and size, where the work is done and on what level. It knows nothing of
titles, words, dates, or of who else looks at a posting; and what it weighs the one by against the other, each person
draws anew. For one person in eight it is after another kind of work than the profile says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, exp, log, radians, sin, sqrt
from random import Random

from jobs.market.chance import Chance, Draw
from jobs.market.content import PER_YEAR, Content, period_of, usual_pay
from jobs.market.world import Kind, Land, Town, World

SHARE_CHANGING = 0.125
# How near work is to what the person is after: the same, of the same category, of the same field, any other.
SAME, SIBLING, COUSIN, STRANGE = 2.6, 0.9, -1.2, -4.0
LEVELS = ("intern", "entry", "mid", "senior", "lead", "executive")
BANDS = (10, 50, 200, 1000)
EARTH_KM = 6371.0
# What each further e-fold of the way takes away, beyond what is near for the person.
FAR = 0.55
# What somebody said that they do not want they seldom open.
UNREADABLE, OTHER_COUNTRY, OTHER_TERMS, OTHER_WORKPLACE = 5.0, 4.0, 3.0, 3.0
# What cannot be explained by anything: how much it sways.
MOOD = 0.6
# From what worth on somebody opens, keeps, goes on to apply, applies, half of the time.
OPENED, SAVED, CLICKED, APPLIED = -2.2, 0.0, 0.2, -0.3
HIDDEN_BELOW, HIDDEN = -5.0, 0.08


@dataclass(frozen=True, slots=True)
class Said:
    """What of somebody's profile their taste is not free of."""

    land: Land
    kind: Kind
    home: Town
    language: str
    seniority: str
    skills: frozenset[int]
    employment_type: str
    workplaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taste:
    """One person's. `kind` is the work that they are after."""

    said: Said
    kind: Kind
    skills: Mapping[int, float]
    pay: float
    reach_km: float
    level: float
    trades: Mapping[str, float]
    sizes: tuple[float, ...]
    workplaces: Mapping[str, float]

    def worth(self, posting: Content, mood: Random) -> float:
        """How much somebody likes a posting; around `OPENED` it is even whether they open it."""
        worth = self._work(posting.kind) + mood.gauss(0, MOOD)
        liked = [self.skills.get(skill, 0.0) for skill, _ in posting.skills]
        worth += sum(liked) / sqrt(len(liked)) if liked else 0.0
        worth += self._paid(posting) + self._reached(posting)
        worth -= self.level * abs(_step(posting.seniority) - _step(self.said.seniority))
        worth += self.trades.get(posting.employer.trade.sector, 0.0) + self.workplaces[posting.workplace]
        worth += self.sizes[sum(posting.employer.people > most for most in BANDS)]
        worth -= UNREADABLE * (posting.language not in (self.said.language, "en"))
        worth -= OTHER_TERMS * (posting.employment_type != self.said.employment_type)
        return worth - OTHER_WORKPLACE * (posting.workplace not in self.said.workplaces)

    def _work(self, kind: Kind) -> float:
        if kind is self.kind:
            return SAME
        if kind.category_id == self.kind.category_id:
            return SIBLING
        return COUSIN if kind.field == self.kind.field else STRANGE

    def _paid(self, posting: Content) -> float:
        """Against what is usual for the person's level in their country; nobody likes not to be told."""
        if posting.pay is None:
            return -0.2 * self.pay
        land, kind = posting.employer.land, posting.kind
        usual = usual_pay(land, kind, self.said.seniority) * PER_YEAR[period_of(land, kind)]
        paid = (posting.pay.low + posting.pay.high) / 2 * PER_YEAR[posting.pay.period]
        return self.pay * max(-1.0, min(1.0, 3 * log(paid / usual)))

    def _reached(self, posting: Content) -> float:
        if posting.workplace == "remote":
            lands = {land.code for land in posting.remote_from}
            return 0.0 if not lands or self.said.land.code in lands else -OTHER_COUNTRY
        nearest = min(_km(self.said.home, town) for town in posting.towns)
        abroad = all(town.country != self.said.land.code for town in posting.towns)
        return -FAR * log(1 + nearest / self.reach_km) - OTHER_COUNTRY * abroad


def taste(chance: Chance, world: World, number: int, said: Said) -> Taste:
    """The taste of the person of that number; equal arguments, equal tastes."""
    drawn = chance.of(Draw.TASTE, number)
    kind = said.kind
    if drawn.random() < SHARE_CHANGING:
        others = [other for other in world.kinds if other.field != kind.field and other.workplaces[0] > 0]
        kind = drawn.choice(others) if others else kind
    return Taste(
        said=said,
        kind=kind,
        # What somebody names they like a little more, but not all of it.
        skills={skill: drawn.gauss(0.35 if skill in said.skills else 0.0, 0.5) for skill, _ in kind.skills.items},
        pay=drawn.lognormvariate(-0.4, 0.6),
        reach_km=drawn.lognormvariate(4.0, 0.8),
        level=drawn.uniform(0.2, 0.9),
        trades={trade.sector: drawn.gauss(0, 0.4) for trade in world.trades.items},
        sizes=tuple(drawn.gauss(0, 0.3) for _ in range(len(BANDS) + 1)),
        workplaces={name: drawn.gauss(0, 0.4) for name in ("on_site", "hybrid", "remote")},
    )


def deeds(worth: float, chance: Random) -> list[str]:
    """What somebody does with a posting that they are shown: to applying, each less likely than the one before."""
    if chance.random() >= _likely(worth - OPENED):
        return ["impression", "hide"] if worth < HIDDEN_BELOW and chance.random() < HIDDEN else ["impression"]
    done = ["impression", "view"]
    if chance.random() < _likely(worth - SAVED):
        done.append("save")
    if chance.random() < _likely(worth - CLICKED):
        done.append("apply_click")
        if chance.random() < _likely(worth - APPLIED):
            done.append("apply")
    return done


def _likely(worth: float) -> float:
    return 1 / (1 + exp(-2 * worth))


def _step(seniority: str) -> int:
    return LEVELS.index(seniority)


def _km(one: Town, other: Town) -> float:
    """Along the earth's surface."""
    up, side = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    half = sin(up / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(side / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
