"""The SQL condition that a filter makes for the rows of `job_search`, under its alias `s`.

`jobs.selectors.job_filter` says the same of the tables that the rows are made from; a test holds the two together.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from jobs.models import InteractionKind, Necessity
from jobs.models.search import MARKS
from jobs.search import categories, rates
from jobs.search.near import places_within
from jobs.search.postgres.fragment import Fragment, all_of, any_of
from jobs.search.where import Hidden, HiddenKind, JobFilter, Near, PayFloor, SkillMatch, WorkingHours

MOST_LOOKED_UP = 100
MOST_SEEN = 2_000
REMOTE = Fragment("s.workplace = 'remote'")
# As the index of words has it, in parentheses: the planner compares what is written.
MARKED = f"({MARKS.format('s.')})"


def condition(
    where: JobFilter | None, near: tuple[Near, ...] = (), hidden: Hidden | None = None, *, is_marked: bool = False
) -> Fragment:
    """The rows that a filter keeps, that lie in one of the circles if there are any, and that are not hidden.

    Each list of categories, circle and pay floor takes a small statement to make it. With `is_marked` categories,
    workplaces and seniorities are asked for as the index of words has them, which then reads no row without them; as
    columns an index may have them in the order of another.
    """
    parts = [_kept(where, is_marked=is_marked)] if where else []
    if near:
        parts.append(any_of(map(_near, near)))
    if hidden:
        parts += [_HIDDEN[kind](hidden.user_id) for kind in hidden.kinds]
    return all_of(parts)


def _kept(where: JobFilter, *, is_marked: bool = False) -> Fragment:
    conditions = {**_CONDITIONS, **_MARKED} if is_marked else _CONDITIONS
    made = ((make, getattr(where, name)) for name, make in conditions.items())
    return all_of([make(value) for make, value in made if value is not None])


def _none_of(part: JobFilter) -> Fragment:
    # What is unknown is not so: a job without a category is not in this one.
    return Fragment.of("{} IS NOT TRUE", _kept(part))


def _categories(keys: tuple[int, ...]) -> Fragment:
    return _is_among("s.category_id", "int", _within(keys))


def _within(keys: tuple[int, ...]) -> tuple[int, ...]:
    # Found beforehand: with the numbers before it the planner knows how many rows to expect.
    return tuple(categories.within(keys).values_list("pk", flat=True))


def marked(letter: str, values: Collection[Any]) -> Fragment:
    """The rows that have one of the marks, of which the letter says what they are."""
    return Fragment.of(MARKED + " && {}::text[]", [f"{letter}{value}" for value in values])


def _remote_for(country: str) -> Fragment:
    code = Fragment.of("ARRAY[{}]::text[]", country)
    allowed = Fragment.of("(s.remote_allowed = '{{}}' OR s.remote_allowed @> {})", code)
    return all_of([REMOTE, Fragment.of("NOT s.remote_denied @> {}", code), allowed])


def at_one_of(places: Collection[int]) -> Fragment:
    """The rows that have one of the places."""
    if len(places) <= MOST_LOOKED_UP:
        return Fragment.of("s.place_ids && {}::int[]", sorted(places))
    # Two arrays are compared each with each, a value is looked up in an array by its hash; without an index.
    among = "EXISTS (SELECT FROM unnest(s.place_ids) AS place WHERE place = ANY({}::int[]))"
    return Fragment.of(among, sorted(places))


def _near(near: Near) -> Fragment:
    found = at_one_of(places_within(near))
    return any_of([found, _remote_for(near.or_remote_for)]) if near.or_remote_for else found


def _skilled(wanted: SkillMatch) -> Fragment:
    column = "s.required_skill_ids" if wanted.necessity == Necessity.REQUIRED else "s.skill_ids"
    is_nice = wanted.necessity == Necessity.NICE
    parts: list[Fragment] = []
    if wanted.all_of:
        asked = list(wanted.all_of)
        parts.append(Fragment.of(column + " @> {}::int[]", asked))
        if is_nice:
            parts.append(Fragment.of("NOT s.required_skill_ids && {}::int[]", asked))
    if wanted.any_of is not None:
        asked = list(wanted.any_of)
        parts.append(Fragment.of(column + " && {}::int[]", asked))
        if is_nice:
            nice = "key = ANY(s.skill_ids) AND NOT key = ANY(s.required_skill_ids)"
            parts.append(Fragment.of("EXISTS (SELECT FROM unnest({}::int[]) key WHERE " + nice + ")", asked))
    return all_of(parts)


def _paid(floor: PayFloor) -> Fragment:
    yearly = floor.yearly_minor
    parts = [Fragment.of("(s.pay_currency = {} AND s.pay_top_minor >= {})", floor.currency, yearly)]
    cents = rates.common_minor(floor.currency, yearly, rates.newest())
    if cents is not None:
        parts.append(Fragment.of("(s.pay_currency <> {} AND s.pay_common >= {})", floor.currency, cents))
    if floor.include_unspecified:
        parts.append(Fragment("s.pay_currency = ''"))
    return any_of(parts)


def _hours(hours: WorkingHours) -> Fragment:
    windows = [
        Fragment.of("(s.remote_utc_from <= {} AND s.remote_utc_to >= {})", east, west) for west, east in hours.windows
    ]
    return all_of([REMOTE, any_of([Fragment("s.remote_utc_from IS NULL"), *windows])])


def _is_not_of(user_id: UUID, rows: str, column: str = "s.job_id") -> Fragment:
    # Read once into a hash, which each row is looked up in: whatever plan there is otherwise stays as it is.
    return Fragment.of(f"{column} NOT IN (SELECT {rows})", user_id)


def said_again(user: str) -> str:
    """A statement for the likenesses of what somebody dismissed, whom the text `user` stands for.

    Of what said the same when it was dismissed, and of what has been found to since: the index has a cluster below
    zero. Where the place was wrong, the same may be right elsewhere.
    """
    own = f"d.user_id = {user} AND d.reason <> 'wrong_place'"
    return f"""
    SELECT d.likeness FROM jobs_jobdismissal d WHERE {own} AND d.likeness IS NOT NULL
    UNION ALL
    SELECT -f.cluster_id FROM jobs_jobdismissal d JOIN jobs_jobfingerprint f ON f.job_id = d.job_id
    WHERE {own} AND f.cluster_id IS NOT NULL"""  # noqa: S608 - our own text


def _dismissed(user_id: UUID) -> Fragment:
    alike = Fragment.of(f"s.likeness NOT IN ({said_again('{}::uuid')})", user_id, user_id)
    return all_of([_is_not_of(user_id, "job_id FROM jobs_jobdismissal WHERE user_id = {}::uuid"), alike])


def _did(user_id: UUID, kind: InteractionKind, *, most: int | None = None) -> Fragment:
    # In the words of the index that leaves impressions out.
    own = f"user_id = {{}}::uuid AND kind = '{kind.value}' AND kind <> '{InteractionKind.IMPRESSION.value}'"
    newest = "" if most is None else f" ORDER BY occurred_at DESC LIMIT {most}"
    return _is_not_of(user_id, f"job_id FROM jobs_interactionevent WHERE {own}{newest}")


_HIDDEN: dict[HiddenKind, Callable[[UUID], Fragment]] = {
    HiddenKind.SEEN: lambda user_id: _did(user_id, InteractionKind.VIEW, most=MOST_SEEN),
    HiddenKind.SAVED: lambda user_id: _is_not_of(user_id, "job_id FROM jobs_savedjob WHERE user_id = {}::uuid"),
    HiddenKind.DISMISSED: _dismissed,
    HiddenKind.APPLIED: lambda user_id: _did(user_id, InteractionKind.APPLY),
}


def _is_among(column: str, kind: str, values: Sequence[Any]) -> Fragment:
    if len(values) == 1:  # rows of one value come out of an index in the order behind it
        return Fragment.of(f"{column} = {{}}::{kind}", values[0])
    return Fragment.of(f"{column} = ANY({{}}::{kind}[])", list(values))


_CONDITIONS: Mapping[str, Callable[[Any], Fragment]] = {
    "all_of": lambda parts: all_of(map(_kept, parts)),
    "any_of": lambda parts: any_of(map(_kept, parts)),
    "none_of": _none_of,
    "categories": _categories,
    "companies": lambda keys: _is_among("s.company_id", "uuid", keys),
    "places": lambda keys: Fragment.of("s.place_ids && {}::int[]", list(keys)),
    "countries": lambda codes: Fragment.of("s.countries && {}::text[]", list(codes)),
    "near": _near,
    "remote_for": _remote_for,
    "workplaces": lambda values: _is_among("s.workplace", "text", values),
    "employment_types": lambda values: Fragment.of("s.employment_types && {}::text[]", list(values)),
    "seniorities": lambda values: _is_among("s.seniority", "text", values),
    "education": lambda values: _is_among("s.education", "text", values),
    "skills": _skilled,
    "pay": _paid,
    "published_since": lambda instant: Fragment.of("s.published_at >= {}", instant),
    "excluded_companies": lambda keys: Fragment.of("s.company_id <> ALL({}::uuid[])", list(keys)),
    "company_sizes": lambda values: _is_among("s.company_size", "text", values),
    "is_company_verified": lambda is_verified: Fragment.of("s.is_company_verified = {}::boolean", is_verified),
    "benefits": lambda values: Fragment.of("s.benefits @> {}::text[]", list(values)),
    "visa": lambda values: _is_among("s.visa", "text", values),
    "hours": _hours,
}
_MARKED: Mapping[str, Callable[[Any], Fragment]] = {
    "all_of": lambda parts: all_of(_kept(part, is_marked=True) for part in parts),
    "any_of": lambda parts: any_of(_kept(part, is_marked=True) for part in parts),
    "categories": lambda keys: marked("c", _within(keys)),
    "workplaces": lambda values: marked("w", values),
    "seniorities": lambda values: marked("s", values),
}
