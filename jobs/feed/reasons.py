"""Why a job fits a person and what speaks against it, as codes with what their sentences need, and the sentences.

A feature is a reason where it is known and lifts the score clearly above what it would be without: its contribution is
its weight times what it is above the neutral 0.5. So a score always falls when the feature of a reason is taken away.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import TextChoices

from jobs.feed.candidates import CandidateRow
from jobs.feed.features import FEATURES, NEUTRAL
from jobs.feed.match import Feature, Gap, Match, Reason, Rule
from jobs.feed.person import Person
from jobs.models import Seniority, Workplace
from jobs.search.postgres.fragment import Fragment, rows_again

MOST_REASONS = 3
MOST_GAPS = 10
MOST_NAMED = 5
"""So many skills are named in a sentence; the others are counted."""
LEAST = 0.01
"""What a feature has to add beyond the neutral to be worth telling, of a score of about one at most."""


class GapCode(TextChoices):
    """What speaks against a job, or is not known of it."""

    SKILLS = "skills", "It asks for skills that the profile does not have"
    PAY_BELOW = "pay_below", "It pays less than the person wants"
    PAY_UNKNOWN = "pay_unknown", "It does not say what it pays"
    DISTANCE = "distance", "It is further away than the person wants"
    PLACE_UNKNOWN = "place_unknown", "It does not say where the work is done"
    LEVEL_ABOVE = "level_above", "It asks for more experience than the person has"
    LEVEL_BELOW = "level_below", "It asks for less experience than the person has"
    LANGUAGE_UNKNOWN = "language_unknown", "It is not known which language it is in"
    KIND = "kind", "It is another kind of work than the person does or wants"
    SHOWN = (
        "shown",
        "The person has been shown it, or one that says the same, more than once, and did not open it since",
    )
    # What only `jobs.feed.why_not` says of a job that is not in the feed.
    TWIN = "twin", "The feed has another that says the same"
    CAME_LATER = "came_later", "It came after the feed was made"
    OUTRANKED = "outranked", "Others fit better"


ANOTHER_KIND = 0.1
"""What is less of the person's kinds of work, from 0 to 1, is none of them."""
_PAYS, _IS_NEAR = FEATURES.index(Feature.PAY), FEATURES.index(Feature.PLACE)
_IS_KIND, _IS_TIRING = FEATURES.index(Feature.TITLE), FEATURES.index(Feature.FATIGUE)
_LEVELS = {level.value: number for number, level in enumerate(Seniority)}

type Worth = Sequence[tuple[Feature, float, int]]
"""Features with what each weighs, and its place among a job's values."""


def explain(
    person: Person, values: Sequence[float | None], worth: Worth, row: CandidateRow
) -> tuple[tuple[Reason, ...], tuple[Gap, ...]]:
    """The reasons for a job, the strongest first, and its gaps; without a statement: skills stand as their keys.

    `values` are the job's, in the order of `FEATURES`.
    """
    lifts = [
        (lift, feature, weight, value)
        for feature, weight, place in worth
        if (value := values[place]) is not None and (lift := weight * (value - NEUTRAL)) >= LEAST and weight > 0
    ]
    lifts.sort(reverse=True)
    reasons: list[Reason] = []
    for _, feature, weight, value in lifts:
        params = _PARAMS[feature](person, row, value) if feature in _PARAMS else {}
        if params is not None:
            reasons.append(Reason(feature, weight * value, params))
            if len(reasons) == MOST_REASONS:
                break
    return tuple(reasons), tuple(_gaps(person, values, row))


def _skills(person: Person, row: CandidateRow, value: float) -> dict[str, Any] | None:
    known = [key for key in row.skill_ids if key in person.skills or key in person.speaks]
    if not known:
        return None
    return {"skill_ids": known[:MOST_NAMED], "count": len(known), "asked": len(row.skill_ids)}


def _title(person: Person, row: CandidateRow, value: float) -> dict[str, Any]:
    own = [key for key in row.occupations if key in person.occupations]
    if not own:
        return {}
    return {"occupation_id": max(own, key=lambda key: person.occupations[key] * row.occupations[key])}


def _place(person: Person, row: CandidateRow, value: float) -> dict[str, Any] | None:
    if row.workplace == Workplace.REMOTE:
        # Of several countries it may be another one than where the person lives.
        return {"is_remote": True} if len(person.constraints.remote_for) <= 1 else {}
    if row.distance_km is not None:
        return {"km": round(row.distance_km)}
    return {} if value == 1 else None


def _pay(person: Person, row: CandidateRow, value: float) -> dict[str, Any] | None:
    # What comes close to what the person wants lifts the score, and is a gap all the same.
    if row.pay_top_minor is None or value < 1:
        return None
    return {"top_minor": row.pay_top_minor, "currency": row.pay_currency}


def _level_asked(person: Person, row: CandidateRow, value: float) -> dict[str, Any] | None:
    return {"level": row.seniority} if value == 1 else None


# None where the sentence would not be true.
_PARAMS: dict[Feature, Callable[[Person, CandidateRow, float], dict[str, Any] | None]] = {
    Feature.SKILL: _skills,
    Feature.TITLE: _title,
    Feature.PLACE: _place,
    Feature.PAY: _pay,
    Feature.SENIORITY: _level_asked,
    Feature.FRESH: lambda person, row, value: {"days": max(0, int(row.age_days))},
}


def _gaps(person: Person, values: Sequence[float | None], row: CandidateRow) -> Iterable[Gap]:
    is_known = row.occupations and (person.occupations or person.titles)
    if is_known and (kind := values[_IS_KIND]) is not None and kind < ANOTHER_KIND:
        yield Gap(GapCode.KIND, {})
    if person.skills:
        lacking = [key for key in row.required_skill_ids if key not in person.skills and key not in person.speaks]
        if lacking:
            yield Gap(GapCode.SKILLS, {"skill_ids": lacking[:MOST_NAMED], "count": len(lacking)})
    if row.pay_top_minor is None:
        yield Gap(GapCode.PAY_UNKNOWN, {})
    elif person.pay_floor and (pay := values[_PAYS]) is not None and pay < 1:
        yield below(row.pay_top_minor, row.pay_currency, *person.pay_floor)
    yield from _place_gaps(person, values, row)
    if person.seniority in _LEVELS and row.seniority in _LEVELS:
        steps = _LEVELS[row.seniority] - _LEVELS[person.seniority]
        if steps:
            code = GapCode.LEVEL_ABOVE if steps > 0 else GapCode.LEVEL_BELOW
            yield Gap(code, {"level": row.seniority, "steps": abs(steps)})
    if person.constraints.languages and not row.language:
        yield Gap(GapCode.LANGUAGE_UNKNOWN, {})
    if (tired := values[_IS_TIRING]) is not None and tired > NEUTRAL:
        yield Gap(GapCode.SHOWN, {})


def _place_gaps(person: Person, values: Sequence[float | None], row: CandidateRow) -> Iterable[Gap]:
    if row.workplace == Workplace.REMOTE or not person.home:
        return
    if not (row.place_ids or row.countries):
        yield Gap(GapCode.PLACE_UNKNOWN, {})
    elif (near := values[_IS_NEAR]) is not None and near < 1:
        yield Gap(GapCode.DISTANCE, {} if row.distance_km is None else {"km": round(row.distance_km)})
    elif not row.place_ids and person.radius_km:
        # Who looks in all of a country is told enough by its name.
        yield Gap(GapCode.PLACE_UNKNOWN, {"is_country_known": True})


def below(top: int, currency: str, floor: int, floor_currency: str) -> Gap:
    """That a job pays less than the person wants, in minor units a year."""
    # Between currencies how much is missing would change with every rate.
    by = {"by_minor": floor - top} if currency == floor_currency and top < floor else {}
    return Gap(GapCode.PAY_BELOW, {"top_minor": top, "currency": currency, **by})


_NAMES = """
SELECT 'skill_ids', id::text, name, 0 FROM jobs_skill WHERE id = ANY({}::int[])
UNION ALL SELECT 'occupation_id', id::text, title, 0 FROM jobs_occupation WHERE id = ANY({}::int[])
UNION ALL SELECT 'currency', code, '', digits FROM jobs_currency WHERE code = ANY({}::text[])"""


def named(matches: Sequence[Match]) -> Sequence[Match]:
    """The same matches, with the names that their sentences need put beside the keys. One statement at most."""
    told = [reason.params for match in matches for reason in match.reasons if reason.params]
    told += [gap.params for match in matches for gap in match.gaps if gap.params]
    skills = {key for params in told for key in params.get("skill_ids", ())}
    occupations = {params["occupation_id"] for params in told if "occupation_id" in params}
    currencies = {params["currency"] for params in told if "currency" in params}
    if not (skills or occupations or currencies):
        return matches
    names: dict[str, dict[Any, Any]] = {"skill_ids": {}, "occupation_id": {}, "currency": {}}
    for kind, key, name, digits in rows_again(Fragment.of(_NAMES, list(skills), list(occupations), list(currencies))):
        if kind == "currency":
            names[kind][key] = digits
        else:
            names[kind][int(key)] = name
    for params in told:
        _name(params, names)
    return matches


def _name(params: dict[str, Any], names: Mapping[str, Mapping[Any, Any]]) -> None:
    if "skill_ids" in params:
        known = names["skill_ids"]
        params["skills"] = [known[key] for key in params["skill_ids"] if key in known]
    if "occupation_id" in params:
        params["occupation"] = names["occupation_id"].get(params["occupation_id"], "")
    if "currency" in params:
        params["digits"] = names["currency"].get(params["currency"], 2)


def text_of(reason: Reason) -> str:
    """A reason as a short English sentence to the person."""
    return _REASONS[reason.code](reason.params)


def text_of_gap(gap: Gap) -> str:
    """A gap as a short English sentence to the person."""
    return _GAPS[GapCode(gap.code)](gap.params)


def text_of_rule(rule: Rule) -> str:
    """What breaking a rule means, as a short English sentence to the person."""
    return _BROKEN[rule]


def _of_skills(params: Mapping[str, Any]) -> str:
    said = f"You have {params['count']} of the {params['asked']} skills it names"
    if params["count"] == params["asked"]:
        said = "You have all the skills it names" if params["asked"] > 1 else "You have the skill it names"
    return f"{said}{_listed(params)}."


def _of_place(params: Mapping[str, Any]) -> str:
    if params.get("is_remote"):
        return "You can do it from where you live."
    return f"It is {params['km']} km from you." if params.get("km") else "It is where you look for work."


def _of_age(params: Mapping[str, Any]) -> str:
    days = params["days"]
    # Not how old it is: who opens a posting again publishes it again.
    return "It was published today." if days == 0 else f"It was published {_counted(days, 'day', 'days')} ago."


def _missing_skills(params: Mapping[str, Any]) -> str:
    return f"Your profile lacks {_counted(params['count'], 'skill', 'skills')} it asks for{_listed(params)}."


def _of_less_pay(params: Mapping[str, Any]) -> str:
    by = f"{amount(params['by_minor'], params)} " if params.get("by_minor") else ""
    return f"It pays at most {_yearly(params)}, {by}less than you want."


def _yearly(params: Mapping[str, Any]) -> str:
    # What an hour or a week pays is multiplied up as if it were full-time: the index knows no hours.
    return f"{amount(params['top_minor'], params)} a year of full-time work"


def _of_level(params: Mapping[str, Any], than: str) -> str:
    return f"Its level is {_level(params)}, {_counted(params['steps'], 'step', 'steps')} {than} yours."


def _level(params: Mapping[str, Any]) -> str:
    return str(params["level"]).replace("_", " ")


def _listed(params: Mapping[str, Any]) -> str:
    names: list[str] = list(params.get("skills", ()))
    if not names:
        return ""
    others = params["count"] - len(names)
    if others > 0:
        names.append(f"{others} more")
    return f": {' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def amount(minor: int, params: Mapping[str, Any]) -> str:
    """An amount in the currency of `params`, in whole units: `50,000 EUR`."""
    return f"{round(minor / 10 ** params.get('digits', 2)):,} {params['currency']}"


type _Sentence = Callable[[Mapping[str, Any]], str]

# Another language is another pair of these.
_REASONS: dict[Feature, _Sentence] = {
    Feature.SKILL: _of_skills,
    Feature.TITLE: lambda params: (
        f"It is work as you do it or want it: {params['occupation']}."
        if params.get("occupation")
        else "Its title is close to the work that you do or want."
    ),
    Feature.MEANING: lambda _: "It speaks of what your profile speaks of.",
    Feature.ACTIVITY: lambda _: "It is like jobs that you opened, kept or applied to.",
    Feature.COLLABORATIVE: lambda _: "People who like what you like look at jobs of its kind.",
    Feature.PLACE: _of_place,
    Feature.PAY: lambda params: f"It pays up to {_yearly(params)}, as much as you want.",
    Feature.SENIORITY: lambda params: f"It asks for your level: {_level(params)}.",
    Feature.FRESH: _of_age,
    Feature.QUALITY: lambda _: "Its posting is clear and complete.",
    Feature.EMPLOYER: lambda _: "Its employer is verified.",
    Feature.POPULAR: lambda _: "Many people open it, keep it or apply to it.",
}

_GAPS: dict[GapCode, _Sentence] = {
    GapCode.SKILLS: _missing_skills,
    GapCode.PAY_BELOW: _of_less_pay,
    GapCode.PAY_UNKNOWN: lambda _: "It does not say what it pays.",
    GapCode.DISTANCE: lambda params: (
        f"It is {params['km']} km from you, further than you want."
        if "km" in params
        else "It is further from you than you want."
    ),
    GapCode.PLACE_UNKNOWN: lambda params: (
        f"It does not say {'in which town' if params.get('is_country_known') else 'where'} the work is done."
    ),
    GapCode.LEVEL_ABOVE: lambda params: _of_level(params, "above"),
    GapCode.LEVEL_BELOW: lambda params: _of_level(params, "below"),
    GapCode.LANGUAGE_UNKNOWN: lambda _: "It is not known which language it is in.",
    GapCode.KIND: lambda _: "It is another kind of work than yours.",
    GapCode.SHOWN: lambda _: "You have been shown it more than once.",
    GapCode.TWIN: lambda _: "Your feed has another that says the same.",
    GapCode.CAME_LATER: lambda _: "It came after your feed was made.",
    GapCode.OUTRANKED: lambda _: "Others fit you better.",
}

_BROKEN: dict[Rule, str] = {
    Rule.LIVE: "It is not open now.",
    Rule.LANGUAGE: "It is in a language that you do not name among yours.",
    Rule.COUNTRY: "It is in a country where you do not look for work, or may not work.",
    Rule.EMPLOYMENT_TYPE: "It is on terms that you do not want.",
    Rule.WORKPLACE: "It is done where you do not want to work.",
    Rule.APPLIED: "You have applied already.",
    Rule.DISMISSED: "You dismissed it, or one that says the same.",
    Rule.BLOCKED: "You block its company.",
    Rule.OWN_COMPANY: "You work for its company.",
}
