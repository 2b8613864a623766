"""People who look for work in the market, and what they did with its postings.

Where they live goes by population and their kinds of work by what the market hires for. What they were shown is mostly
of the kind of work that they are after; what they opened, kept and applied to of it goes by their taste
(`jobs.market.tastes`), which no profile says.
"""

import unicodedata
from array import array as numbers
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import ceil
from random import Random

from django.db.models import Model

from accounts.models import User
from jobs.market.chance import Chance, Draw, key
from jobs.market.companies import DOMAIN, Employer
from jobs.market.content import lowest_pay, period_of, seniority_of, step_of, usual_pay
from jobs.market.postings import DAY, NO_CODE, Postings, code, moment
from jobs.market.sheets import NULL, Sheet, array, text
from jobs.market.tastes import Said, Taste, deeds, taste
from jobs.market.timeline import Timeline
from jobs.market.world import Kind, Land, Town, Weighted, World, document
from jobs.models import InteractionEvent, Profile, ProfileSection, ProfileSkill

MAIL = f"people.{DOMAIN}"
# Nobody logs in as one of them: Django takes what begins like this for no password at all.
UNUSABLE = "!{:040x}"

Categories, Occupations = Profile.categories.through, Profile.occupations.through
STRIDES: dict[type[Model], int] = {ProfileSkill: 16, Categories: 1, Occupations: 2}
# Everything but who they are.
SHOWN_SECTIONS = array([section.value for section in ProfileSection if section is not ProfileSection.NAME])
RADII = (5, 10, 20, 20, 30, 50, 50, 100)
SHARE_OPEN, SHARE_VISIBLE, SHARE_WITH_FLOOR, SHARE_WITH_SECOND_KIND = 0.55, 0.3, 0.45, 0.25
# How many postings somebody was shown: 2 for half of them, hundreds for a few.
SHOWN_SHAPE, MOST_SHOWN = 1.1, 300
SHOWN_LEAST = 10
SHARE_FITTING = 0.88
# People search, and skim what they find: of so many postings they stop at the one that they like most.
LOOKED_OVER = 3
ENOUGH = 20
# People look at the same postings: so many are kept in mind, some kilobyte each.
KEPT = 5_000
# Most look within days, few after weeks: mean in days.
AFTER = 5.0


class People:
    """The market's people, by number from 0. `codes` are those of its postings, in their order."""

    def __init__(
        self,
        chance: Chance,
        world: World,
        timeline: Timeline,
        employers: Weighted[Employer],
        postings: Postings,
        codes: numbers[int],
        first: Mapping[str, int],
    ) -> None:
        self._chance, self._world, self._timeline, self._employers = chance, world, timeline, employers
        self._said, self._life = lru_cache(KEPT)(postings.said), lru_cache(KEPT)(postings.life)
        self._first = {model: first[model._meta.db_table] for model in STRIDES}
        self._by_code: dict[int, numbers[int]] = {}
        for number, found in enumerate(codes):
            self._by_code.setdefault(found, numbers("I")).append(number)
        self._by_code.pop(NO_CODE, None)
        self._by_category: dict[int, numbers[int]] = {}
        for found, some in self._by_code.items():
            self._by_category.setdefault(world.kinds[found >> 5].category_id, numbers("I")).extend(some)
        self._live = numbers("I", (number for number, found in enumerate(codes) if found != NO_CODE))
        self.users = Sheet(
            User, "id", "created_at", "updated_at", "password", "email", "name", "email_verified_at", "locale",
            "timezone",
        )  # fmt: skip
        self.profiles = Sheet(
            Profile, "id", "created_at", "updated_at", "user_id", "headline", "summary", "home_id", "radius_km",
            "seniority", "workplaces", "employment_types", "languages", "salary_floor_minor",
            "salary_floor_currency_id", "salary_floor_period", "is_open", "visibility", "shown_sections",
        )  # fmt: skip
        self.skills = Sheet(ProfileSkill, "id", "profile_id", "skill_id", "level", "years")
        self.categories = Sheet(Categories, "id", "profile_id", "category_id")
        self.occupations = Sheet(Occupations, "id", "profile_id", "occupation_id")
        self.events = Sheet(InteractionEvent, "id", "occurred_at", "user_id", "job_id", "kind")
        self.sheets = (self.users, self.profiles, self.skills, self.categories, self.occupations, self.events)

    def add(self, number: int) -> tuple[str, Taste]:
        """Add a person's rows to the sheets, and what the person did; returns the user's key and their taste."""
        chance = self._chance.of(Draw.PERSON, number)
        employer = self._employers.choose(chance)
        land, kind = employer.land, employer.trade.kinds.choose(chance)
        # A year at most before now, three months at least: before anything there is to look at.
        joined = self._timeline.now - chance.randrange(91 * DAY, 365 * DAY)
        user = key(chance, joined)
        language = land.languages.choose(chance)
        town = land.towns.choose(chance)
        name, email = self._name(chance, land, number)
        self.users.add(
            user, moment(joined), moment(joined), UNUSABLE.format(chance.getrandbits(160)),
            email, text(name), moment(joined), language, town.timezone,
        )  # fmt: skip
        said = self._profile(chance, number, user, joined, land, kind, language, town)
        liking = taste(self._chance, self._world, number, said)
        self._behave(chance, number, user, liking)
        return user, liking

    def _name(self, chance: Random, land: Land, number: int) -> tuple[str, str]:
        names = document("names.toml")[land.names]
        given, family = chance.choice(names["given"]), chance.choice(names["family"])
        return f"{given} {family}", f"{ascii_of(given)}.{ascii_of(family)}.{number}@{MAIL}"

    def _profile(
        self, chance: Random, number: int, user: str, joined: int, land: Land, kind: Kind, language: str, home: Town
    ) -> Said:
        profile = key(chance, joined)
        seniority = seniority_of(kind).choose(chance)
        title = self._world.titles.get(language, {}).get(kind.slug, kind.titles[0])
        skills = list(dict.fromkeys(kind.skills.choose(chance) for _ in range(chance.randrange(4, 15))))
        others = [other for other in kind.skills.items if other in skills]
        has_floor, is_remote = chance.random() < SHARE_WITH_FLOOR, chance.random() < 0.3
        period = period_of(land, kind)
        floor = usual_pay(land, kind, seniority) * chance.uniform(0.75, 1.0)
        floor = max(floor, lowest_pay(land, period, seniority))
        step = step_of(floor, land)
        floor = ceil(floor / step) * step
        workplaces = ["remote"] if is_remote and kind.workplaces[2] else ["on_site", "hybrid"]
        radius = NULL if is_remote else str(chance.choice(RADII))
        employment_type = kind.types.choose(chance)
        self.profiles.add(
            profile, moment(joined), moment(joined), user, text(title),
            text(f"{title}. {', '.join(name for _, name in others[:5])}."), str(home.id),
            radius, seniority, array(workplaces), array([employment_type]), array(sorted({language, "en"})),
            str(round(floor * 10**land.digits)) if has_floor else NULL, land.currency if has_floor else NULL,
            period if has_floor else "", "t" if chance.random() < SHARE_OPEN else "f",
            "recruiters" if chance.random() < SHARE_VISIBLE else "private", SHOWN_SECTIONS,
        )  # fmt: skip
        for position, (skill, _) in enumerate(skills):
            level = chance.randrange(1, 6)
            self.skills.add(
                str(self._first[ProfileSkill] + number * STRIDES[ProfileSkill] + position), profile, str(skill),
                str(level), str(level * 2 + chance.randrange(-1, 3)),
            )  # fmt: skip
        self.categories.add(str(self._first[Categories] + number), profile, str(kind.category_id))
        wanted = [kind]
        if chance.random() < SHARE_WITH_SECOND_KIND:
            siblings = [other for other in self._world.kinds if other.category_id == kind.category_id]
            wanted += [other for other in siblings if other is not kind][:1]
        for position, each in enumerate(wanted):
            self.occupations.add(
                str(self._first[Occupations] + number * STRIDES[Occupations] + position), profile, str(each.id)
            )
        return Said(
            land=land,
            kind=kind,
            home=home,
            language=language,
            seniority=seniority,
            skills=frozenset(skill for skill, _ in skills),
            employment_type=employment_type,
            workplaces=tuple(workplaces),
        )

    def _behave(self, chance: Random, number: int, user: str, liking: Taste) -> None:
        if not self._live:
            return
        fitting, mood = self._fitting(liking.said.land, liking.kind), self._chance.of(Draw.MOOD, number)
        shown = min(MOST_SHOWN, int(SHOWN_LEAST * chance.paretovariate(SHOWN_SHAPE)), 2 * len(fitting) + 2)
        met: dict[int, float] = {}
        for _ in range(shown):
            pool = fitting if chance.random() < SHARE_FITTING else self._live
            some = {chance.choice(pool) for _ in range(LOOKED_OVER)}
            worth = {posting: liking.worth(self._said(posting), mood) for posting in sorted(some)}
            best = max(worth, key=lambda posting: worth[posting])
            met.setdefault(best, worth[best])
        for posting, worth_of_it in met.items():
            self._look(chance, user, posting, worth_of_it)

    def _fitting(self, land: Land, kind: Kind) -> Sequence[int]:
        """Postings of the kind of work in the country; where those are few, of its category anywhere."""
        near = self._by_code.get(code(kind.number, land.number), ())
        return near if len(near) >= ENOUGH else self._by_category.get(kind.category_id) or self._live

    def _look(self, chance: Random, user: str, number: int, worth: float) -> None:
        """What one person did with one posting, while it was there to be seen."""
        life = self._life(number)
        at = life.published + int(chance.expovariate(1 / AFTER) * DAY)
        for kind in deeds(worth, chance):
            if at >= life.ends:
                return
            self.events.add(key(chance, at), moment(at), user, life.key, kind)
            at += chance.randrange(2_000, 180_000)


def ascii_of(name: str) -> str:
    """In lower-case ASCII letters, as an address is written."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ł", "l"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
