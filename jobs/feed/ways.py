"""The ways by which jobs come to be considered: for each an indexed condition, and how many it may bring."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import NamedTuple

from jobs.feed.activity import Activity
from jobs.feed.match import Source
from jobs.feed.person import MOST_PLACES, Person
from jobs.models import Workplace
from jobs.search.port import Atom, SearchField
from jobs.search.postgres import matching
from jobs.search.postgres.conditions import MARKED
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, any_of, join
from jobs.search.postgres.stems import warm
from kernel.reading import array

MOST_LOOKED_AT = 1_500
"""What more jobs than these have leads to many; it is narrowed, or not all that it leads to are looked at."""
ENOUGH = 400
"""So many of a kind of very many, with one of the person's skills as well, are enough of it."""
LEAST_SURE = 0.1
"""A common occupation is asked for that counts at least this share of the surest."""
AKIN = 4.0
"""So many times as often as by chance a job of the person's kind asks for a skill of the person's."""
REMOTE = 0.12
"""About so many of all jobs are done from home."""
SMALL = 100_000
"""Of so many jobs that a person may come to, no way finds more than can be looked at."""

# How many each way brings.
SHARES = {
    Source.OCCUPATION: 500,
    Source.SKILLS: 250,
    Source.WORDS: 200,
    Source.ACTIVITY: 120,
    Source.NEIGHBOURS: 100,
    Source.FOLLOWED: 60,
    Source.FRESH: 100,
    Source.POPULAR: 60,
}
# In the order of D, C, B, A: what a lexeme counts in the rough order of what one way finds.
_ROUGHLY = "{0.1,0.2,0.45,1}"
_MOST_CELLS = 6
_MOST_LONG_CELLS = 3
_MOST_WORDS = 16
_ENOUGH_SKILLS = 8
_MOST_SKILLS = 6


class Way(NamedTuple):
    """A condition over `job_search s` that an index answers."""

    source: Source
    condition: Fragment
    is_many: bool = False
    """Whether it may lead to more than are looked at. All others lead to few."""
    is_whole: bool = False
    """Of these: whether it asks for all of a kind of work, which would leave no room for what is asked for closer."""
    walked: int | None = None
    """Of a way that the index of words and filters does not have, so many are looked at, by its own index."""
    places: Sequence[Fragment] = ()
    """Where these are looked for: in any of these; none: everywhere."""
    tsquery: str = ""
    """What the condition asks of the head, where it asks nothing else."""
    is_placed: bool = False
    """Whether it is of places near the person."""

    @property
    def indexed(self) -> Fragment:
        """The condition in each of the places, as one index answers it."""
        return any_of([all_of([self.condition, place]) for place in self.places]) if self.places else self.condition

    @property
    def share(self) -> int:
        """How many are taken."""
        return SHARES[self.source]


def all_indexed(found: Iterable[Way]) -> Fragment:
    """The condition of any of the ways. What they ask of the head in the same place is looked up at once there."""
    parts = []
    asked: dict[str, tuple[Fragment, list[str]]] = {}
    for way in found:
        if way.tsquery:
            for place in way.places or [TRUE]:
                asked.setdefault(place.text, (place, []))[1].append(way.tsquery)
        else:
            parts.append(way.indexed)
    parts += [all_of([_head(_any(queries)), place]) for place, queries in asked.values()]
    return any_of(parts)


def ways(person: Person, activity: Activity) -> list[Way]:
    """The ways that there are for a person. They take a statement for words that were not asked for lately."""
    warm(Atom((word,)) for word in _words(person))
    places = _places(person)
    # Whoever looks for remote work alone has what says nothing by its workplace, or may not have it.
    is_limited = bool(places) and person.constraints.workplaces != (Workplace.REMOTE,)
    is_small = comes_to_few(person)
    found = []
    for way in _ways(person, activity, is_small=is_small):
        if way.walked is not None:
            found.append(way)
            continue
        # What says nothing of where it is may be there, too; little else than its kind of work speaks for it.
        is_anywhere = is_limited and way.source is Source.OCCUPATION and not found
        there = [*places, Fragment("s.countries = '{}'")] if is_anywhere else places
        if way.is_placed and is_limited and not person.is_by_border:
            # What is near is there as it is, and the list of a country is long.
            there = []
        found.append(way._replace(is_many=way.is_many and not is_small, places=there))
    return found


def _places(person: Person) -> list[Fragment]:
    """Where the jobs are that the person may have, for the index that has the words; none: everywhere.

    What keeps the rules of countries and workplaces is there, if it says where it is or that it is done from home.
    """
    countries, workplaces = person.constraints.countries, person.constraints.workplaces
    if workplaces == (Workplace.REMOTE,):
        return [_marked(f"w{Workplace.REMOTE}", "w")]
    if not countries:
        return []
    there = Fragment.of("s.countries && {}::text[]", list(countries))
    return [_marked(f"w{Workplace.REMOTE}"), there] if not workplaces or Workplace.REMOTE in workplaces else [there]


def _marked(*marks: str) -> Fragment:
    return Fragment.of(f"{MARKED} && {{}}::text[]", list(marks))


def _ways(person: Person, activity: Activity, *, is_small: bool) -> Iterator[Way]:
    yield from _by_occupation(person, is_small=is_small)
    yield from _by_title(person)
    yield from _by_skill(person)
    yield from _by_word(person)
    yield from _by_activity(person, activity, is_small=is_small)
    if person.followed:
        is_followed = Fragment.of("s.company_id = ANY({}::uuid[])", list(person.followed))
        yield Way(Source.FOLLOWED, is_followed, walked=500)
    if 0 < len(person.place_ids) <= MOST_PLACES:
        yield Way(Source.FRESH, _near(person), walked=600)


def rough_rank(person: Person) -> Fragment:
    """A rough order of what a way finds: shared occupations, title words and rare skills, and being near."""
    lexemes = [f"'o:{key}'" for key in list(person.occupations)[:8]]
    lexemes += [f"'s:{key}'" for key in _rarest(person, person.skills, "s:")[:8]]
    lexemes += dict.fromkeys(f"'={word}'" for words, _ in person.titles[:2] for word in words[:4])
    parts = []
    if lexemes:
        # `ts_rank` gives the mean over the lexemes asked for.
        text = "ts_rank({}::float4[], s.head, {}::tsquery) * {}::float4"
        parts.append(Fragment.of(text, _ROUGHLY, " | ".join(lexemes), len(lexemes)))
    if 0 < len(person.place_ids) <= MOST_PLACES:
        parts.append(Fragment.of("CASE WHEN {} THEN 1 ELSE 0 END", _near(person)))
    return join(" + ", parts, empty=Fragment("0::float4"))


def _by_occupation(person: Person, *, is_small: bool) -> Iterator[Way]:
    few, many = _divided(person, person.occupations, "o:")
    if not is_small:
        # The lists of these are long, and what the person hardly does would take the places of what they do.
        least = LEAST_SURE * max(person.occupations.values(), default=0.0)
        many = [key for key in many if person.occupations[key] >= least]
    if few:
        yield _by_head(Source.OCCUPATION, _any(f"'o:{key}'" for key in few))
    if many:
        kinds = _any(f"'o:{key}'" for key in many[:4])
        skills, expected = _together(person, many[:4])
        if skills:
            both = f"{kinds} & {_any(f"'s:{key}'" for key in skills)}"
            yield _by_head(Source.OCCUPATION, both, is_many=True)
        if 0 < len(person.place_ids) <= MOST_PLACES:
            yield Way(Source.OCCUPATION, all_of([_near(person), _head(kinds)]), is_many=True, is_placed=True)
        elif is_small or expected < ENOUGH:
            # Of very many that are of a kind alone those that are looked at would be no better than any others.
            yield _by_head(Source.OCCUPATION, kinds, is_many=True, is_whole=True)
    few, _ = _divided(person, person.related, "o:", 800)
    if few:
        yield _by_head(Source.OCCUPATION, _any(f"'o:{key}'" for key in few))


def _together(person: Person, kinds: Sequence[int]) -> tuple[list[int], float]:
    """The rarest skills: so many that not too many jobs of these kinds are likely to have one of them; and how many."""
    total = person.counts.get("", 0)
    share = sum(person.counts.get(f"o:{key}", 0) for key in kinds) / total if total else 0.0
    found: list[int] = []
    expected = 0.0
    for key in _rarest(person, person.skills, "s:")[:_MOST_SKILLS]:
        more = share * AKIN * person.counts.get(f"s:{key}", 0)
        if found and expected + more > MOST_LOOKED_AT:
            break
        found.append(key)
        expected += more
    return found, expected


def _by_title(person: Person) -> Iterator[Way]:
    """What has all words of a title, or two of them, in its own."""
    found: dict[str, None] = {}
    # Among many jobs there are enough that have the very words.
    is_exact = person.counts.get("", 0) > SMALL
    for words, _ in person.titles[:3]:
        atoms = [f"'={word}'" if is_exact else matching.tsquery_of(Atom((word,), SearchField.TITLE)) for word in words]
        if len(atoms) > 1:
            found |= dict.fromkeys(f"({first} & {second})" for first, second in islice(combinations(atoms, 2), 6))
        elif atoms and person.counts.get(words[0], 0) <= MOST_LOOKED_AT:
            found[atoms[0]] = None
    if found:
        yield _by_head(Source.OCCUPATION, " | ".join(found), is_many=True)


def comes_to_few(person: Person) -> bool:
    """Whether there are so few jobs that the person may come to that all that the ways lead to can be looked at."""
    return person.counts.get("", 0) * _share(person) <= SMALL


def _share(person: Person) -> float:
    """About what share of the jobs the ways of a person lead to."""
    countries, workplaces, total = person.constraints.countries, person.constraints.workplaces, person.counts.get("", 0)
    if workplaces == (Workplace.REMOTE,):
        return REMOTE
    if not countries or not total:
        return 1.0
    there = sum(person.counts.get(f"c:{code}", 0) for code in countries) / total
    return min(1.0, there + REMOTE * (not workplaces or Workplace.REMOTE in workplaces))


def _by_skill(person: Person) -> Iterator[Way]:
    few, many = _divided(person, person.skills, "s:", by_rarity=True)
    if few:
        yield _by_head(Source.SKILLS, _any(f"'s:{key}'" for key in few))
    if len(many) > 1 and len(few) < _ENOUGH_SKILLS:
        # Two of a kind that is common say more than one.
        pairs = " | ".join(f"('s:{many[0]}' & 's:{other}')" for other in many[1:3])
        yield _by_head(Source.SKILLS, pairs, is_many=True)


def _by_word(person: Person) -> Iterator[Way]:
    left = 1_000
    words: list[str] = []
    for word, _ in person.words:
        left -= person.counts.get(word, 0)
        if left < 0 or len(words) >= _MOST_WORDS:
            break
        words.append(word)
    if words:
        found = _any(matching.tsquery_of(Atom((word,))) for word in words)
        yield _by_head(Source.WORDS, found)


def _words(person: Person) -> list[str]:
    """All that the index is asked for: looked up together."""
    return [*(word for words, _ in person.titles for word in words), *(word for word, _ in person.words)]


def _by_activity(person: Person, activity: Activity, *, is_small: bool) -> Iterator[Way]:
    # Of very many jobs a few kinds have more than are looked at.
    most = _MOST_CELLS if is_small else _MOST_LONG_CELLS
    if activity.title_keys:
        among = Fragment.of("s.title_key = ANY({}::bigint[])", array(activity.title_keys))
        yield Way(Source.ACTIVITY, among, walked=500)
    near = sorted(activity.near, key=lambda cell: (-activity.near[cell], cell[0], cell[1] or 0))
    skills = [] if is_small else _rarest(person, person.skills, "s:")[:_MOST_SKILLS]
    for source, cells in ((Source.ACTIVITY, activity.cells), (Source.NEIGHBOURS, near)):
        # Of a whole kind of work what asks for the person's skills.
        asked = [
            (kind, key) for kind, skill in cells[:most] for key in (skills if skill is None and skills else [skill])
        ]
        if asked:
            is_whole = any(skill is None for _, skill in asked)
            yield _by_head(source, _cells(asked), is_many=True, is_whole=is_whole)


def _cells(cells: Iterable[tuple[int, int | None]]) -> str:
    """An occupation with any of its skills: what is named once is looked up once."""
    by: dict[int, list[int | None]] = {}
    for occupation, skill in cells:
        by.setdefault(occupation, []).append(skill)
    return " | ".join(
        f"'o:{occupation}'" if None in skills else f"('o:{occupation}' & {_any(f"'s:{key}'" for key in skills)})"
        for occupation, skills in by.items()
    )


def _near(person: Person) -> Fragment:
    return Fragment.of("s.place_ids && {}::int[]", array(person.place_ids))


def _by_head(source: Source, tsquery: str, *, is_many: bool = False, is_whole: bool = False) -> Way:
    return Way(source, _head(tsquery), is_many, is_whole, tsquery=tsquery)


def _head(tsquery: str) -> Fragment:
    return Fragment.of("s.head @@ {}::tsquery", tsquery)


def _any(lexemes: Iterable[str]) -> str:
    return f"({' | '.join(lexemes)})"


def _divided(
    person: Person, keys: Mapping[int, float], kind: str, left: int = MOST_LOOKED_AT, *, by_rarity: bool = False
) -> tuple[list[int], list[int]]:
    """Those that few enough jobs have, together, to look at each; and the others. What counts most comes first."""
    few: list[int] = []
    many: list[int] = []
    for key in _rarest(person, keys, kind) if by_rarity else keys:
        count = person.counts.get(f"{kind}{key}", 0)
        if count <= left:
            left -= count
            few.append(key)
        else:
            many.append(key)
    return few, many


def _rarest(person: Person, keys: Collection[int], kind: str) -> list[int]:
    return sorted(keys, key=lambda key: (person.counts.get(f"{kind}{key}", 0), key))
