"""What somebody could say or do to have more jobs open to them, and how many.

Counted among live jobs of the person's kinds of work; of those who name none, of their skills; else among the newest.
What the feed shows opens nothing any more, nor does a copy of it: of what says the same a feed shows one, and one is
counted. A job is opened

- by a wish given up (a workplace, terms, a country), or one more language, if it breaks the rule of that today and no
  other rule, and none then;
- by what is weighed and not ruled (pay, distance, a skill), if it keeps all rules today, and the feature that is below
  its best would be at its best: pay that is known and below the floor, a place outside the radius, one required skill
  that the person has not named, or language that they do not speak, beside all that they have.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils import timezone

from jobs.feed.constraints import rules
from jobs.feed.match import Rule
from jobs.feed.person import Person, person_of
from jobs.feed.reasons import amount
from jobs.models import EmploymentType, Workplace
from jobs.search import rates
from jobs.search.near import places_within
from jobs.search.postgres.conditions import at_one_of
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, any_of, join, rows
from jobs.search.where import MAX_RADIUS_KM, Near
from jobs.selectors.taxonomy import currency_digits
from jobs.services.language_names import name_of
from kernel.viewer import Viewer

MOST_IMPROVEMENTS = 6
MOST_COUNTED = 1_000
MOST_JUDGED = 5_000
"""Among so many jobs it counts; where there are more, a count is a least."""
MOST_KINDS = 24
LEAST_OWN = 0.3
"""Of the person's own kind is an occupation that counts at least this share of their surest.

What a wanted title is clearly taken for counts so much, and what is wanted by its category; what a title has only a
word in common with counts a few hundredths: a teacher is no nurse, though nurses teach.
"""
LOWER_SHARE = 0.9


class ImprovementCode(TextChoices):
    """What the person could do."""

    PAY_FLOOR_LOWER = "pay_floor_lower", "Want a tenth less pay"
    PAY_FLOOR_DROP = "pay_floor_drop", "Name no least pay"
    RADIUS = "radius", "Look twice as far from home"
    WORKPLACE = "workplace", "Work remotely, partly so, or where the employer is, too"
    EMPLOYMENT_TYPE = "employment_type", "Work on other terms, too"
    RELOCATE = "relocate", "Look in other countries, too"
    SKILL = "skill", "Learn a skill, or name one that they have"
    LANGUAGE = "language", "Learn a language, or name one that they read"


@dataclass(frozen=True, slots=True)
class Improvement:
    """Something that the person could say or do, and how many more jobs would then be open to them."""

    code: str
    params: dict[str, object]
    count: int
    is_exact: bool = True
    """Or there are more."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to more jobs, and which of the jobs it opens, as a condition over the pool."""

    code: ImprovementCode
    params: dict[str, object]
    opens: Fragment


# The rules that a wish can be given up of; the others hold for all of the pool.
_WISHES = (Rule.WORKPLACE, Rule.EMPLOYMENT_TYPE, Rule.COUNTRY, Rule.LANGUAGE)

_COLUMNS = """s.job_id, s.workplace, s.employment_types, s.countries, s.remote_allowed, s.remote_denied, s.visa,
    s.place_ids, s.required_skill_ids, s.pay_currency, s.pay_top_minor, s.pay_common, s.language, s.likeness"""
# Those of the feed's jobs count as shown that keep all rules now; what one copy keeps, no other copy opens.
_COUNTS = """
WITH shown AS MATERIALIZED (
    SELECT s.likeness FROM job_search s WHERE s.job_id = ANY({}::uuid[]) AND {}
), found AS MATERIALIZED (
    SELECT {}, {} FROM job_search s WHERE s.likeness NOT IN (TABLE shown) AND {} LIMIT {}
), pool AS MATERIALIZED (
    SELECT s.*, bool_or({}) OVER (PARTITION BY s.likeness) AS is_open FROM found s
), lacking AS (
    SELECT s.likeness, min(skill) AS skill FROM pool s, unnest(s.required_skill_ids) AS skill
    WHERE {} AND skill <> ALL({}::int[]) GROUP BY s.job_id, s.likeness HAVING count(*) = 1
)
SELECT {}, NULL::int, NULL::text, count(*) FROM pool s
UNION ALL (
    SELECT NULL, k.id, k.name, count(DISTINCT l.likeness) AS jobs FROM lacking l JOIN jobs_skill k ON k.id = l.skill
    GROUP BY k.id, k.name ORDER BY jobs DESC, k.id LIMIT {}
)
UNION ALL (
    SELECT NULL, NULL, lower(split_part(s.language, '-', 1)) AS code, count(DISTINCT s.likeness) AS jobs
    FROM pool s WHERE {} GROUP BY code ORDER BY jobs DESC, code LIMIT {}
)"""
_SKILLS_NAMED = 2
_LANGUAGES_NAMED = 1


def improvements(viewer: Viewer, *, shown: Collection[UUID] = ()) -> Sequence[Improvement]:
    """What would open how many more jobs to a person, the most first; what would open none is left out.

    `shown` are the jobs that the person's feed has already; at most some hundreds.

    Seven statements at most: four for the person, and one each for rates, places and the counts. (Another one, once a
    process, for the digits of a currency.)
    """
    now = timezone.now()
    person = person_of(viewer, now)
    ways = list(_ways(person, now))
    (counts, _, _, judged), *learned = rows(_statement(person, ways, shown, now))
    is_all = judged <= MOST_JUDGED
    counted = [(way.code, way.params, count) for way, count in zip(ways, counts, strict=True)]
    for _, skill_id, name, count in learned:
        if skill_id is None:
            counted.append((ImprovementCode.LANGUAGE, {"language": name}, count))
        else:
            counted.append((ImprovementCode.SKILL, {"skill_id": skill_id, "skill": name}, count))
    opening = [one for one in counted if one[2]]
    opening.sort(key=lambda one: -one[2])
    return tuple(
        Improvement(code, params, min(count, MOST_COUNTED), is_all and count <= MOST_COUNTED)
        for code, params, count in opening[:MOST_IMPROVEMENTS]
    )


def _statement(person: Person, ways: Sequence[_Way], shown: Collection[UUID], now: datetime) -> Fragment:
    asked = rules(person.constraints, now)
    wishes = join(", ", (Fragment.of(f"({{}}) IS TRUE AS {_keeps(rule)}", asked[rule]) for rule in _WISHES))
    held = all_of([*(condition for rule, condition in asked.items() if rule not in _WISHES), _kind(person)])
    each = (Fragment.of("count(DISTINCT s.likeness) FILTER (WHERE {})", way.opens) for way in ways)
    counts = join(", ", each, empty=Fragment("()"))
    return Fragment.of(
        _COUNTS,
        list(shown),
        all_of(asked.values()),
        Fragment(_COLUMNS),
        _bare(wishes),
        held + ("" if _is_of_a_kind(person) else " ORDER BY s.published_at DESC, s.job_id DESC"),
        MOST_JUDGED + 1,
        _keeping(),
        _keeping(),
        list(person.able),
        Fragment.of("ARRAY[{}]::bigint[]", _bare(counts)),
        # The feed of who says nothing of their work weighs no skill.
        _SKILLS_NAMED if person.says_something else 0,
        _keeping(Rule.LANGUAGE),
        _LANGUAGES_NAMED,
    )


def _bare(listed: Fragment) -> Fragment:
    """Without the parentheses around it."""
    return Fragment(listed.text[1:-1], listed.params)


def _is_of_a_kind(person: Person) -> bool:
    return bool(person.occupations or person.skills)


def _kind(person: Person) -> Fragment:
    """The jobs that are about what the person does or wants."""
    if person.occupations:
        least = LEAST_OWN * max(person.occupations.values())
        best = sorted(person.occupations.items(), key=lambda item: (-item[1], item[0]))[:MOST_KINDS]
        return Fragment.of("s.head @@ {}::tsquery", " | ".join(f"'o:{key}'" for key, sure in best if sure >= least))
    if person.skills:
        return Fragment.of("s.skill_ids && {}::int[]", list(person.skills)[:MOST_KINDS])
    return TRUE


def _keeps(rule: Rule) -> str:
    return f"keeps_{rule.value}"


def _keeping(*but: Rule) -> Fragment:
    """That a job of the pool keeps the rules of all wishes; or that it breaks just this one, and no copy keeps all."""
    kept = [f"{'NOT ' if rule in but else ''}s.{_keeps(rule)}" for rule in _WISHES]
    return Fragment(" AND ".join([*kept, *(["NOT s.is_open"] if but else [])]))


def _ways(person: Person, now: datetime) -> Iterator[_Way]:
    """What this person could give up, with which jobs that opens."""
    constraints = person.constraints
    if constraints.workplaces:
        for workplace in Workplace.values:
            if workplace not in constraints.workplaces:
                there = Fragment.of("s.workplace = {}", workplace)
                yield _opening(ImprovementCode.WORKPLACE, {"workplace": workplace}, there, Rule.WORKPLACE)
    if constraints.employment_types:
        for terms in EmploymentType.values:
            if terms not in constraints.employment_types:
                so = Fragment.of("s.employment_types @> ARRAY[{}]::text[]", terms)
                yield _opening(ImprovementCode.EMPLOYMENT_TYPE, {"employment_type": terms}, so, Rule.EMPLOYMENT_TYPE)
    if person.elsewhere and person.elsewhere != constraints:
        abroad = Fragment.of("({}) IS TRUE", rules(person.elsewhere, now)[Rule.COUNTRY])
        countries: dict[str, object] = {"countries": list(person.elsewhere.countries)}
        yield _opening(ImprovementCode.RELOCATE, countries, abroad, Rule.COUNTRY)
    yield from _less_pay(person)
    yield from _further(person)


def _opening(code: ImprovementCode, params: dict[str, object], condition: Fragment, *given_up: Rule) -> _Way:
    return _Way(code, params, all_of([_keeping(*given_up), condition]))


def _less_pay(person: Person) -> Iterator[_Way]:
    if not person.pay_floor:
        return
    floor, currency = person.pay_floor
    newest = rates.newest()
    lower = int(floor * LOWER_SHARE)
    below = _paid("<", floor, currency, newest)
    params = {"currency": currency, "digits": currency_digits(currency, field="currency")}
    yield _opening(
        ImprovementCode.PAY_FLOOR_LOWER,
        {"minor": lower, **params},
        all_of([below, _paid(">=", lower, currency, newest)]),
    )
    yield _opening(ImprovementCode.PAY_FLOOR_DROP, {}, below)


def _paid(sign: str, minor: int, currency: str, newest: rates.Rates) -> Fragment:
    """That the most a job pays in a year is known, and below an amount (`<`) or at least that (`>=`)."""
    ways = [Fragment.of(f"(s.pay_currency = {{}} AND s.pay_top_minor {sign} {{}})", currency, minor)]
    cents = rates.common_minor(currency, minor, newest)
    if cents is not None:
        ways.append(Fragment.of(f"(s.pay_currency NOT IN ('', {{}}) AND s.pay_common {sign} {{}})", currency, cents))
    return any_of(ways)


def _further(person: Person) -> Iterator[_Way]:
    if not (person.home and person.radius_km) or person.radius_km >= MAX_RADIUS_KM:
        return
    radius = min(2 * person.radius_km, MAX_RADIUS_KM)
    further = all_of(
        [
            Fragment("s.workplace <> 'remote'"),
            at_one_of(places_within(Near(*person.home, radius))),
            Fragment.of("NOT {}", at_one_of(person.place_ids)),
        ]
    )
    yield _opening(ImprovementCode.RADIUS, {"radius_km": round(radius)}, further)


def text_of(improvement: Improvement) -> str:
    """What to do, and what it would bring, as a short English sentence to the person."""
    more = f"{improvement.count:,} {'or more' if not improvement.is_exact else 'more'}"
    return f"{_DOING[ImprovementCode(improvement.code)](improvement.params)}: {more} {_jobs(improvement)}."


def _jobs(improvement: Improvement) -> str:
    return "job" if improvement.count == 1 and improvement.is_exact else "jobs"


def _word(value: object) -> str:
    return str(value).replace("_", " ")


_DOING: dict[ImprovementCode, Callable[[Mapping[str, Any]], str]] = {
    ImprovementCode.PAY_FLOOR_LOWER: lambda params: f"If {amount(params['minor'], params)} a year were enough",
    ImprovementCode.PAY_FLOOR_DROP: lambda _: "If you named no least pay",
    ImprovementCode.RADIUS: lambda params: f"If you looked within {params['radius_km']} km of home",
    ImprovementCode.WORKPLACE: lambda params: f"If your work could be {_word(params['workplace'])}, too",
    ImprovementCode.EMPLOYMENT_TYPE: lambda params: f"If you would work {_TERMS[str(params['employment_type'])]}",
    ImprovementCode.RELOCATE: lambda _: "If you would go to another country",
    ImprovementCode.SKILL: lambda params: f"With {params['skill']} in your profile",
    ImprovementCode.LANGUAGE: lambda params: f"If you read {name_of(str(params['language']))}, too",
}
_TERMS: dict[str, str] = {
    EmploymentType.FULL_TIME: "full-time, too",
    EmploymentType.PART_TIME: "part-time, too",
    EmploymentType.CONTRACT: "on contract, too",
    EmploymentType.TEMPORARY: "for a limited time, too",
    EmploymentType.INTERNSHIP: "as an intern, too",
    EmploymentType.APPRENTICESHIP: "as an apprentice, too",
    EmploymentType.VOLUNTEER: "unpaid, too",
}
