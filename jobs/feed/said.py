"""What somebody said of themselves and of what they look for, as the tables have it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from jobs.feed.constraints import Constraints
from jobs.models import LanguageLevel, WorkPermission
from jobs.search.postgres.fragment import Fragment, rows_again
from jobs.services.language_names import codes_of, names_of

MOST_FOLLOWED = 200
MOST_SKILLS = 200
MOST_IN_CATEGORIES = 60
MOST_BY_SKILLS = 20
MOST_MEANINGS = 40
"""Of the words of titles, what they are short for or mean as well."""

UNSAID = 0.7
"""How well somebody can do what they only name, from 0 to 1."""
# What a level is of the language that a job asks for: work takes B1 at least, and with C1 nothing is missing.
_SPOKEN = {
    LanguageLevel.B1.value: UNSAID,
    LanguageLevel.B2.value: 0.85,
    LanguageLevel.C1.value: 1.0,
    LanguageLevel.C2.value: 1.0,
    LanguageLevel.NATIVE.value: 1.0,
    "": UNSAID,
}
_UNDERSTOOD = {level.value for level in LanguageLevel} - {LanguageLevel.A1, LanguageLevel.A2} | {""}

# What was put away by then: less of it where something was taken back since, or only the place is said to be wrong now.
_HIDDEN = """(SELECT count(*) + count(*) FILTER (WHERE d.reason <> 'wrong_place')
        FROM jobs_jobdismissal d WHERE d.user_id = u.id AND d.dismissed_at <= %(at)s)
    + (SELECT count(*) FROM jobs_employerblock b WHERE b.user_id = u.id AND b.created_at <= %(at)s)"""
_SAID = """
SELECT p.id, p.version, f.version, {hidden}, p.headline, p.summary, p.seniority, p.radius_km, p.workplaces,
    p.employment_types, p.languages, p.salary_floor_minor, p.salary_floor_currency_id, p.salary_floor_period,
    (SELECT r.per_euro FROM jobs_fxrate r WHERE r.currency_id = p.salary_floor_currency_id
        ORDER BY r.on_date DESC LIMIT 1),
    (SELECT c.digits FROM jobs_currency c WHERE c.code = p.salary_floor_currency_id),
    h.latitude, h.longitude, h.country_id, coalesce(f.is_profiled, true), coalesce(f.weights, '{}')::json,
    coalesce(f.wanted_titles, '{}'), coalesce(f.would_relocate, false),
    (SELECT coalesce(json_agg(json_build_array(k.skill_id, k.level, n.name)), '[]') FROM (
        SELECT skill_id, level FROM jobs_profileskill WHERE profile_id = p.id
        ORDER BY level DESC NULLS LAST, skill_id LIMIT %(skills)s
    ) k JOIN jobs_skill n ON n.id = k.skill_id),
    (SELECT coalesce(json_agg(json_build_array(o.occupation_id, t.title)), '[]')
        FROM jobs_profile_occupations o JOIN jobs_occupation t ON t.id = o.occupation_id WHERE o.profile_id = p.id),
    (SELECT coalesce(json_agg(o.id), '[]') FROM (
        SELECT o.id FROM jobs_profile_categories w JOIN jobs_category c ON c.id = w.category_id
        JOIN jobs_category below ON below.path LIKE c.path || '%%'
        JOIN jobs_occupation o ON o.category_id = below.id AND NOT o.is_retired
        WHERE w.profile_id = p.id ORDER BY o.id LIMIT %(in_categories)s
    ) o),
    (SELECT coalesce(json_agg(json_build_array(
        e.title, e.summary, e.highlights, e.is_current, e.ended_on, e.started_on, e.kind
    ) ORDER BY e.is_current DESC, coalesce(e.ended_on, e.started_on) DESC NULLS LAST, e.position), '[]')
        FROM (SELECT * FROM jobs_experience WHERE profile_id = p.id ORDER BY position LIMIT 40) e),
    (SELECT coalesce(json_agg(json_build_array(l.tag, l.level)), '[]')
        FROM jobs_profilelanguage l WHERE l.profile_id = p.id),
    (SELECT coalesce(json_agg(json_build_array(a.country_id, a.permission)), '[]')
        FROM jobs_workauthorisation a WHERE a.profile_id = p.id),
    (SELECT coalesce(json_agg(json_build_array(o.occupation_id, o.worth)), '[]') FROM (
        SELECT takes.occupation_id,
            sum(CASE takes.relevance WHEN 'essential' THEN 1 ELSE 0.5 END / ln(2 + rare.occupations)) AS worth
        FROM jobs_profileskill k
        CROSS JOIN LATERAL (
            SELECT count(*) AS occupations FROM jobs_occupationskill c WHERE c.skill_id = k.skill_id
        ) rare
        JOIN jobs_occupationskill takes ON takes.skill_id = k.skill_id
        WHERE k.profile_id = p.id AND p.headline = '' AND coalesce(f.wanted_titles, '{}') = '{}'
            AND NOT EXISTS (SELECT FROM jobs_profile_occupations w WHERE w.profile_id = p.id)
            AND NOT EXISTS (SELECT FROM jobs_experience e WHERE e.profile_id = p.id AND e.title <> '')
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(by_skills)s
    ) o),
    (SELECT coalesce(json_agg(json_build_array(y.folded, y.stands_for, y.weight)), '[]') FROM (
        SELECT folded, stands_for, weight FROM search_synonym WHERE folded IN (
            SELECT regexp_split_to_table(lower(concat_ws(
                ' ', p.headline, array_to_string(f.wanted_titles, ' '),
                (SELECT string_agg(title, ' ') FROM jobs_experience WHERE profile_id = p.id)
            )), '[^[:alnum:]]+')
        ) ORDER BY weight DESC, stands_for LIMIT %(meanings)s
    ) y),
    (SELECT array_agg(w.company_id) FROM (
        SELECT company_id FROM jobs_follow WHERE user_id = u.id ORDER BY id DESC LIMIT %(followed)s
    ) w)
FROM (SELECT %(user_id)s::uuid AS id) u
LEFT JOIN jobs_profile p ON p.user_id = u.id
LEFT JOIN jobs_place h ON h.id = p.home_id
LEFT JOIN jobs_feedsettings f ON f.user_id = u.id""".replace("{hidden}", _HIDDEN)

_VERSION = f"""
SELECT p.id, p.version, f.version, {_HIDDEN} FROM (SELECT %(user_id)s::uuid AS id) u
LEFT JOIN jobs_profile p ON p.user_id = u.id LEFT JOIN jobs_feedsettings f ON f.user_id = u.id"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Said:
    """A record of the statement, in its order. Of who has no profile most is None."""

    profile_id: UUID | None
    profile_version: int | None
    settings_version: int | None
    hidden: int
    """How much the person had put away, and has put away still: jobs, what says the same as these, and companies."""
    headline: str | None
    summary: str | None
    seniority: str | None
    radius_km: int | None
    workplaces: list[str] | None
    employment_types: list[str] | None
    languages: list[str] | None
    floor_minor: int | None
    floor_currency: str | None
    floor_period: str | None
    floor_per_euro: Decimal | None
    floor_digits: int | None
    latitude: float | None
    longitude: float | None
    country: str | None
    is_profiled: bool
    weights: dict[str, float]
    wanted_titles: list[str]
    would_relocate: bool
    skills: list[tuple[int, int | None, str]]
    occupations: list[tuple[int, str]]
    in_categories: list[int]
    experiences: list[tuple[str, str, list[str], bool, str | None, str | None, str]]
    spoken: list[tuple[str, str]]
    authorisations: list[tuple[str, str]]
    by_skills: list[tuple[int, float]]
    meanings: list[tuple[str, str, float]]
    followed: list[UUID] | None


def said_by(user_id: UUID, at: datetime) -> Said:
    """All that somebody said, as of now; what they put away, as of an instant. One statement."""
    given = {
        "user_id": user_id,
        "at": at,
        "skills": MOST_SKILLS,
        "followed": MOST_FOLLOWED,
        "in_categories": MOST_IN_CATEGORIES,
        "by_skills": MOST_BY_SKILLS,
        "meanings": MOST_MEANINGS,
    }
    return Said(*rows_again(Fragment(_SAID, given))[0])


def version_by(user_id: UUID, at: datetime) -> str:
    """What changes with anything that somebody says, or takes back that they had put away at an instant. One statement.

    What they put away later changes nothing: it is left out where a page is read.
    """
    return version(*rows_again(Fragment(_VERSION, {"user_id": user_id, "at": at}))[0])


def version(profile_id: UUID | None, profile: int | None, wishes: int | None, hidden: int) -> str:
    """The same, of the versions of what it is said in, and of how much was put away."""
    return f"{profile_id.hex if profile_id else ''}.{profile or 0}.{wishes or 0}.{hidden}"


def constraints_of(said: Said, user_id: UUID) -> Constraints:
    """The hard constraints that follow from it."""
    spoken = [tag for tag, level in said.spoken if level in _UNDERSTOOD]
    languages = dict.fromkeys(code for tag in [*(said.languages or ()), *spoken] for code in codes_of(tag))
    allowed = dict(said.authorisations)
    countries = [said.country] if said.country else sorted(allowed)
    if said.country and said.would_relocate:
        # Where nothing is said of permits nobody knows where the person may work: anywhere.
        countries = sorted({said.country, *allowed}) if allowed else []
    needing = [code for code in countries if allowed.get(code) == WorkPermission.NEEDS_SPONSORSHIP]
    return Constraints(
        user_id=user_id,
        # Of who only says what they speak, and not in what they would work, the same: they read it.
        languages=tuple(languages),
        countries=tuple(countries),
        # Whoever would move does remote work from there, too.
        remote_for=tuple(countries),
        needs_visa=tuple(needing),
        employment_types=tuple(said.employment_types or ()),
        workplaces=tuple(said.workplaces or ()),
    )


def spoken_by(said: Said) -> dict[str, float]:
    """By the names of languages, each by all that it is called: how well somebody speaks it, from 0 to 1.

    What is spoken below B1 is left out. Who would work in a language, and does not say that they speak it, does.
    """
    levels: dict[str, float] = {}
    for tag, level in said.spoken:
        for name in names_of(tag):
            levels[name] = max(levels.get(name, 0.0), _SPOKEN.get(level, 0.0))
    for tag in said.languages or ():
        for name in names_of(tag):
            levels.setdefault(name, UNSAID)
    return {name: level for name, level in levels.items() if level}
