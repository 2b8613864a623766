"""Recognises where a job is, out of what its posting says.

The rule: a town is taken where its region or country is named beside it, or where the name is clear by itself: it
belongs to one town only, or to one with at least `CLEARLY_LARGER` times the inhabitants of every other in that country
(or, where no country is known, in the world). "Portland" is Oregon's, "Cambridge" is nobody's. What is not clear is
kept as text, with its country where that is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from jobs.importers.gazetteer import Area, Gazetteer, Town
from jobs.models import Workplace
from jobs.services.incoming import Location
from jobs.text import fold

CLEARLY_LARGER = 3
# Two towns side by side, "Boston, New York", are two towns only where the first is as large as this; else the
# second is the state of a first that is too small to be known.
LARGE = 500_000
# A town of this size in a region of the same name is meant before the region is: "Zurich", "New York".
NAMESAKE = 100_000
# Whose name alone means the town.
CITY_STATES = frozenset({"GI", "HK", "MC", "MO", "SG"})
# Where the state is written as a code without naming the country. Elsewhere a code only says which town is meant.
STATES_BY_CODE = frozenset({"AU", "BR", "CA", "US"})
# American states whose code is also that of a country in which many work: alone they say neither.
UNCLEAR_CODES = frozenset({"AR", "CA", "CO", "DE", "ID", "IL", "IN"})
# Towns by what they are called in short, where that is also a state's code or nobody's: alone, and not in a list of
# states, the town is meant.
_ABBREVIATIONS = {
    "LA": "Los Angeles, CA", "SFO": "San Francisco, CA", "ATX": "Austin, TX", "SEA": "Seattle, WA",
    "PDX": "Portland, OR", "CHI": "Chicago, IL", "LDN": "London, UK",
}  # fmt: skip
MAX_LOCATIONS = 50
MAX_TEXT = 300

_REMOTE = re.compile(
    r"\b(?:100\s?% |fully |full )?(?:remote(?:ly)?(?:[ -](?:first|friendly|ok|based))?|virtual|telework|telecommute"
    r"|anywhere|work(?:ing)? from home|wfh|home[ -]?(?:based|office)|distributed|worldwide|remoto|télétravail)\b"
    r"|リモート\S*",
    re.IGNORECASE,
)
_HYBRID = re.compile(r"\b(?:hybrid|híbrido|hybride)\b", re.IGNORECASE)
_ON_SITE = re.compile(r"\b(?:on[ -]?site|in[ -](?:office|person))\b", re.IGNORECASE)
# "Wimauma, FL (Kitchen & Bar)": what stands in brackets says more of one place.
_ALTERNATIVES = re.compile(r"\s*(?:[;|\n•]|\s(?:or|and|&|/)\s(?![^()]*\)))\s*", re.IGNORECASE)
# The same in other languages, where "Y" may be a French town: only between two towns.
_JOINED = re.compile(r"\s(?:und|oder|et|ou|y|o|e|och|eller|en|of)\s", re.IGNORECASE)
_PARTS = re.compile(r"\s*[,()\[\]:]\s*|\s*[-–—]\s+|\s+[-–—]\s*|/")
_EDGES = " .,-–—"
_CODED_AREA = re.compile(r"^([A-Z]{2,3})-")
_POST_CODE = re.compile(r"(?<=[\s,])\d{5}(?:-\d{4})?\b")
# Words around a name that do not change what it is a name of.
_FILLERS = re.compile(
    r"\b(?:greater|metro|metropolitan|area|region|downtown|locations?|offices?|hq|headquarters|city of|any|anywhere in"
    r"|within|in|the|continental|contiguous|based|only|opportunity|time zones?|multiple|various|nationwide)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Found:
    """What a text says of where the work is done."""

    locations: list[Location] = field(default_factory=list)
    remote_from: list[tuple[str, str]] = field(default_factory=list)
    workplace: Workplace | None = None

    @property
    def countries(self) -> set[str]:
        """The countries of the places."""
        return {location.country for location in self.locations if location.country}


@dataclass(slots=True)
class _Part:
    """A piece of a text between commas, and what it may be the name of."""

    towns: tuple[Town, ...]
    areas: tuple[Area, ...]  # by name
    coded: tuple[Area, ...]  # by code
    country: str
    is_country_code: bool
    group: frozenset[str]
    is_tail: bool = False  # the end of a longer text, such as an address: to be trusted only in its region

    @property
    def is_known(self) -> bool:
        return bool(self.towns or self.areas or self.coded or self.country or self.group)

    def is_in(self, town: Town) -> bool:
        """Whether this is the region of the town."""
        area = Area(town.country, town.region)
        return area in self.areas or area in self.coded


@dataclass(slots=True)
class _Meant:
    """What the pieces of one alternative mean together."""

    towns: dict[Town, bool] = field(default_factory=dict)  # and whether it was chosen by its name alone
    areas: list[Area] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    is_contradiction: bool = False


class PlaceReader:
    """Recognises places. Keeps what it found for the texts it met last: postings repeat them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._names = gazetteer
        self._alternative = lru_cache(maxsize=50_000)(self._read_alternative)
        self._whole = lru_cache(maxsize=50_000)(self._read)

    def country(self, said: str) -> str:
        """The ISO code of the country of that name or code; empty where there is none."""
        bare = said.strip()
        code = self._names.country_codes.get(bare.replace(".", "").upper(), "")
        return code or self._names.countries.get(fold(bare), "")

    def eligible(self, said: str) -> list[tuple[str, str]]:
        """Countries that "Germany", "US" or "EMEA" stands for, as remote eligibility; none where it is unknown."""
        if country := self.country(said):
            return [(country, "")]
        return [(code, "") for code in sorted(self._names.groups.get(fold(said), ()))]

    def read(self, texts: Sequence[str], country: str = "") -> Found:
        """Everything that the texts say; `country` is the code of the one they are meant in, if it is known."""
        return self._whole(tuple(texts), country)

    def _read(self, texts: tuple[str, ...], country: str) -> Found:
        found = Found()
        known: set[object] = set()
        workplaces: set[Workplace] = set()
        pieces = [piece for text in texts for piece in self._alternatives(text)]
        are_states = sum(piece in self._names.area_codes for piece in pieces) > 1
        for piece in pieces:
            meant = _ABBREVIATIONS.get(piece, "") if not are_states else ""
            workplace, locations, eligible = self._alternative(meant or piece, country)
            if meant:
                locations = tuple(replace(location, text=piece, is_guessed=True) for location in locations)
            if workplace is not None:
                workplaces.add(workplace)
            found.remote_from.extend(entry for entry in eligible if entry not in found.remote_from)
            for location in locations:
                identity = location.place_id or (fold(location.text), location.country)
                if identity not in known and len(found.locations) < MAX_LOCATIONS:
                    known.add(identity)
                    found.locations.append(location)
        order = (Workplace.HYBRID, Workplace.REMOTE, Workplace.ON_SITE)
        found.workplace = next((kind for kind in order if kind in workplaces), None)
        self._complete_eligibility(found)
        return found

    def _complete_eligibility(self, found: Found) -> None:
        if found.workplace is not Workplace.REMOTE:
            found.remote_from.clear()
            return
        # "United States or Canada (remote)": a country without a town is where one may live. "Austin, TX or remote":
        # those who need not come still have to live in the country, unless something else is said.
        bare = {location.country for location in found.locations if location.country and not location.place_id}
        countries = bare if found.remote_from else found.countries
        named = {country for country, _ in found.remote_from}
        found.remote_from.extend((country, "") for country in sorted(countries - named))

    def wholly(self, text: str, country: str = "") -> Found | None:
        """What a text says that is nothing but names of places; None where it holds anything else."""
        bare = text
        for pattern in (_REMOTE, _HYBRID, _ON_SITE):
            bare = pattern.sub(" , ", bare)
        pieces = [part for piece in self._alternatives(bare) for part in self._parts(piece)]
        if not pieces or not all(part.is_known and not part.is_tail for part in pieces):
            return None
        return self.read((text,), country)

    def _alternatives(self, text: str) -> list[str]:
        """Parts "Santa Clara, CA or Idaho Falls, ID" into its two places; "Trinidad and Tobago" stays one."""
        if fold(text) in self._names.countries:
            return [text]
        pieces = (piece.strip(" ,.-") for piece in _ALTERNATIVES.split(text))
        return [half for piece in pieces if piece for half in self._between_towns(piece)]

    def _between_towns(self, text: str) -> list[str]:
        """Parts "Köln und Düsseldorf", where towns stand on both sides; "Castilla y León" stays one."""
        pieces = _JOINED.split(text)
        if len(pieces) == 1 or self._part(text).is_known:
            return [text]
        ends = [piece.rsplit(",", maxsplit=1)[-1] for piece in pieces[:-1]]
        starts = [piece.split(",", maxsplit=1)[0] for piece in pieces[1:]]
        return pieces if all(self._names.towns.get(fold(name)) for name in (*ends, *starts)) else [text]

    def _read_alternative(
        self, text: str, country: str
    ) -> tuple[Workplace | None, tuple[Location, ...], tuple[tuple[str, str], ...]]:
        """Where the work is done, the locations named, and from where remote work is allowed."""
        bare = text
        is_hybrid, is_on_site = _HYBRID.search(bare), _ON_SITE.search(bare)
        is_remote = _REMOTE.search(bare) and not is_hybrid and not is_on_site
        for pattern in (_REMOTE, _HYBRID, _ON_SITE, _POST_CODE):
            bare = pattern.sub(" , ", bare)
        parts = self._parts(bare)
        meant = self._meant(parts, country)
        is_empty = not fold(_FILLERS.sub(" ", bare))
        workplace = None
        if is_hybrid:
            workplace = Workplace.HYBRID
        elif is_remote:
            workplace = Workplace.REMOTE
        elif is_on_site:
            workplace = Workplace.ON_SITE
        shown = text[:MAX_TEXT]
        if meant.towns:
            locations = tuple(
                Location(shown, town.id, town.country, is_guessed) for town, is_guessed in meant.towns.items()
            )
            groups = tuple((code, "") for part in parts for code in sorted(part.group)) if is_remote else ()
            return workplace, locations, groups
        if is_remote:
            eligible = tuple(
                [(area.country, area.code) for area in meant.areas]
                or [(code, "") for code in meant.countries]
                or [(code, "") for part in parts for code in sorted(part.group)]
                or ([(country, "")] if country and is_empty else [])
            )
            # A word of where that is no name we know is kept, as text; "Remote" alone says no place.
            return workplace, () if eligible or is_empty else (Location(shown),), eligible
        if is_empty and workplace:
            return workplace, (), ()
        countries = sorted({area.country for area in meant.areas} | set(meant.countries))
        if meant.is_contradiction:
            countries = [""]
        return workplace, tuple(Location(shown, None, code) for code in countries or [country]), ()

    def _parts(self, text: str) -> list[_Part]:
        parts = []
        for piece in _PARTS.split(text):
            if bare := piece.strip(_EDGES):
                # "US-CA-San Jose", "UK-London": as applicant tracking systems number their offices.
                code, hyphen, rest = bare.partition("-")
                if hyphen and code in self._names.country_codes and rest.strip(_EDGES):
                    parts.append(self._part(code))
                    parts.extend(self._parts(_CODED_AREA.sub(r"\1, ", rest)))
                else:
                    parts.extend(self._split(bare))
        return parts

    def _split(self, piece: str) -> list[_Part]:
        """One part, or two where a town and its state or country stand side by side: "Newark NJ", "Toronto Canada"."""
        whole = self._part(piece)
        if whole.is_known:
            return [whole]
        bare = self._part(" ".join(_FILLERS.sub(" ", piece).split()).strip(_EDGES))
        if bare.is_known:
            return [bare]
        words = piece.split()
        for length in range(1, min(len(words), 4)):
            town, wider = self._part(" ".join(words[:-length])), self._part(" ".join(words[-length:]))
            if town.towns and (wider.areas or wider.coded or wider.country):
                return [town, wider]
        # "13755 N Dale Mabry Hwy Tampa"
        for start in range(1, len(words)) if words[0].isdigit() else ():
            tail = self._part(" ".join(words[start:]))
            if tail.towns:
                return [replace(tail, is_tail=True)]
        return [whole]

    def _part(self, piece: str) -> _Part:
        names = self._names
        folded = fold(piece)
        code = piece.replace(".", "").strip()
        return _Part(
            towns=names.towns.get(folded, ()),
            areas=names.areas.get(folded, ()),
            coded=names.area_codes.get(code, ()),
            country=names.countries.get(folded) or names.country_codes.get(code, ""),
            is_country_code=folded not in names.countries and code in names.country_codes,
            group=names.groups.get(folded, frozenset()),
        )

    def _meant(self, parts: list[_Part], country: str) -> _Meant:
        """Towns with the context that the other parts give; where there are none, the regions and countries."""
        meant = _Meant()
        context: set[int] = set()  # parts that only say where another one is
        for index, part in enumerate(parts):
            if index in context or not part.towns:
                continue
            town, used, is_guessed = self._town(parts, index, country)
            if town is not None and town not in meant.towns:
                meant.towns[town] = is_guessed
                context |= used
        if not meant.towns:
            self._add_wider(meant, parts, country)
        return meant

    def _town(self, parts: list[_Part], index: int, country: str) -> tuple[Town | None, set[int], bool]:
        """The town that a part names, which parts around it say where it is, and whether none does."""
        part = parts[index]
        best: list[Town] = []
        best_support = (False, False, False)
        best_used: set[int] = set()
        for town in part.towns:
            in_region = {other for other, beside in enumerate(parts) if other != index and beside.is_in(town)}
            in_country = {
                other for other, beside in enumerate(parts) if other != index and beside.country == town.country
            }
            support = (bool(in_region), bool(in_country), town.country == country)
            if support > best_support or not best:
                best, best_support, best_used = [town], support, in_region | in_country
            elif support == best_support:
                best.append(town)
        town = best[0]
        is_in_region, is_in_country, is_in_given = best_support
        others = parts[:index] + parts[index + 1 :]
        if is_in_region:
            is_refused = False
        elif is_in_country:
            is_refused = _is_beside_another_region(parts, index, town) or _is_rather_region(part, town)
        else:
            is_abroad = bool(country) and not is_in_given
            is_refused = is_abroad or part.is_tail or _is_placed_elsewhere(others, town) or _is_rather_wider(part, town)
        is_unclear = len(best) > 1 and town.population < CLEARLY_LARGER * best[1].population
        if is_refused or is_unclear:
            return None, set(), False
        return town, best_used, not any(best_support) and part.country != town.country

    def _add_wider(self, meant: _Meant, parts: list[_Part], country: str) -> None:
        stated = {part.country for part in parts if not (part.areas or part.coded)} | {country}
        for part in parts:
            area = _area(part, stated, is_alone=len(parts) == 1)
            if area is not None:
                if area not in meant.areas:
                    meant.areas.append(area)
            elif part.country and part.country not in meant.countries and not _is_unclear(part, stated):
                meant.countries.append(part.country)
        # "Maryland, United States": the region says it more closely than the country.
        wide = {area.country for area in meant.areas}
        meant.is_contradiction = bool(wide and set(meant.countries) - wide)
        # "Guangzhou, CH": a code is sooner mistaken than a metropolis. "Brisbane, California" is California's.
        large = {part.towns[0].country for part in parts if part.towns and part.towns[0].population >= LARGE}
        if large and not wide and all(part.is_country_code for part in parts if part.country):
            meant.is_contradiction |= not large & set(meant.countries)


def _is_placed_elsewhere(others: Sequence[_Part], town: Town) -> bool:
    """Whether the parts beside it say that it is in a region or country where no town of that name is known."""
    for other in others:
        if other.country and not other.towns and other.country != town.country:
            return True
        if (other.areas or other.coded) and not (other.towns and town.population >= LARGE):
            return True
    return False


def _is_beside_another_region(parts: Sequence[_Part], index: int, town: Town) -> bool:
    """Whether the next part is a region of the town's country, but not the town's: "Windham, New Hampshire, US"."""
    if index + 1 == len(parts):
        return False
    beside = parts[index + 1]
    is_region = any(area.country == town.country for area in beside.areas + beside.coded)
    return is_region and not (beside.towns and town.population >= LARGE)


def _is_rather_wider(part: _Part, town: Town) -> bool:
    """Whether the name alone means more than the town: "Mexico", "Ontario", "APAC"; not so "Singapore", "New York"."""
    if part.group:
        return True
    if part.country:
        return part.country not in CITY_STATES
    return _is_rather_region(part, town)


def _is_rather_region(part: _Part, town: Town) -> bool:
    """Whether the name is a region's, and not that of the city from which the region has it."""
    is_namesake = Area(town.country, town.region) in part.areas and town.population >= NAMESAKE
    return bool(part.areas) and not is_namesake


def _area(part: _Part, stated: set[str], *, is_alone: bool) -> Area | None:
    """The region that a part names, where that is clear."""
    coded = tuple(area for area in part.coded if area.country in stated or area.country in STATES_BY_CODE)
    areas = part.areas or coded
    within = [area for area in areas if area.country in stated]
    if not within:
        # "CA - Canada", "ES - Spain"
        if (part.country and part.country in stated) or (_is_unclear(part, stated) and (is_alone or part.areas)):
            return None
        # "WA" is Washington before it is Western Australia.
        within = [area for area in areas if area.country == "US"] or list(areas)
    return within[0] if len(within) == 1 else None


def _is_unclear(part: _Part, stated: set[str]) -> bool:
    """Whether the name is as much a country's as some other country's region: "Georgia", "CA"."""
    if not part.country or part.country in stated:
        return False
    if part.areas:
        return all(area.country != part.country for area in part.areas)
    return bool(part.coded) and part.country in UNCLEAR_CODES
