"""The hard constraints of a feed, by name. None of them is ever weighed against anything.

What a posting does not say breaks no rule: one that names no country may be anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jobs.feed.match import Rule
from jobs.search.postgres.conditions import said_again
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, any_of

_APPLIED = """
    SELECT e.job_id FROM jobs_interactionevent e WHERE e.user_id = %(user_id)s::uuid AND e.kind = 'apply'"""
_DISMISSED = "SELECT d.job_id FROM jobs_jobdismissal d WHERE d.user_id = %(user_id)s::uuid"
_ALIKE = said_again("%(user_id)s::uuid")
_BLOCKED = "SELECT b.company_id FROM jobs_employerblock b WHERE b.user_id = %(user_id)s::uuid"
# A current employer is known by its name, or by a domain that it proved: as the organisation, or in the address that a
# JSON Resume gives for it.
_OWN_COMPANIES = """
    SELECT m.company_id FROM jobs_membership m WHERE m.user_id = %(user_id)s::uuid
    UNION ALL
    SELECT c.id FROM jobs_profile p
    JOIN jobs_experience x ON x.profile_id = p.id AND x.is_current AND x.organisation <> ''
    JOIN jobs_company c ON lower(c.name) = lower(x.organisation)
    WHERE p.user_id = %(user_id)s::uuid
    UNION ALL
    SELECT d.company_id FROM jobs_profile p
    JOIN jobs_experience x ON x.profile_id = p.id AND x.is_current
    JOIN jobs_companydomain d ON d.verified_at IS NOT NULL AND d.domain IN (
        lower(x.organisation), lower(substring(x.beside ->> 'url' FROM '^https?://(?:www[.])?([^/:?#]+)'))
    )
    WHERE p.user_id = %(user_id)s::uuid"""
_NOT_IN = {
    Rule.APPLIED: f"s.job_id NOT IN ({_APPLIED})",
    Rule.DISMISSED: f"(s.job_id NOT IN ({_DISMISSED}) AND s.likeness NOT IN ({_ALIKE}))",
    Rule.BLOCKED: f"s.company_id NOT IN ({_BLOCKED})",
    Rule.OWN_COMPANY: f"s.company_id NOT IN ({_OWN_COMPANIES})",
}
# The same, read once a statement.
_HIDDEN = f"""
hidden_job AS MATERIALIZED ({_APPLIED} UNION ALL {_DISMISSED}),
hidden_likeness AS MATERIALIZED ({_ALIKE}),
hidden_company AS MATERIALIZED ({_BLOCKED} UNION ALL {_OWN_COMPANIES})"""
_NOT_HIDDEN = Fragment(
    "(s.job_id NOT IN (TABLE hidden_job) AND s.likeness NOT IN (TABLE hidden_likeness)"
    " AND s.company_id NOT IN (TABLE hidden_company))"
)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a person's feed may hold, as plain values: a session keeps them, and every page asks them again."""

    user_id: UUID | None = None
    languages: tuple[str, ...] = ()
    """Languages (`en`) that postings may be in; none: any."""
    countries: tuple[str, ...] = ()
    """Where the person looks and may work (ISO 3166-1); none: anywhere."""
    remote_for: tuple[str, ...] = ()
    """Remote work has to be open to one of these countries; none: to any."""
    needs_visa: tuple[str, ...] = ()
    """Of `countries`, those in which only jobs count that sponsor a permit."""
    employment_types: tuple[str, ...] = ()
    workplaces: tuple[str, ...] = ()


def rules(constraints: Constraints, at: datetime) -> Mapping[Rule, Fragment]:
    """For each rule the SQL condition, over `job_search s`, that a job keeps it."""
    of_person = dict.fromkeys(_NOT_IN, TRUE)
    if constraints.user_id is not None:
        of_person = {rule: Fragment(text, {"user_id": constraints.user_id}) for rule, text in _NOT_IN.items()}
    return {**_said(constraints, at), **of_person}


def eligible(constraints: Constraints, at: datetime) -> Fragment:
    """That a job keeps all of the rules."""
    return all_of(condition for condition in rules(constraints, at).values() if condition is not TRUE)


def eligible_often(constraints: Constraints, at: datetime) -> tuple[Sequence[Fragment], Fragment, Fragment]:
    """The same for a statement that looks in many places: common table expressions, and two conditions.

    The first is of what the row alone says: asked where it is read. The second, with the tables, may be asked once of
    all that was found.
    """
    said = all_of(condition for condition in _said(constraints, at).values() if condition is not TRUE)
    if constraints.user_id is None:
        return (), said, TRUE
    return (Fragment(_HIDDEN, {"user_id": constraints.user_id}),), said, _NOT_HIDDEN


def _said(constraints: Constraints, at: datetime) -> Mapping[Rule, Fragment]:
    """The rules that the row alone decides."""
    return {
        # Nearly all rows are not over: no index is to be asked for that.
        Rule.LIVE: Fragment("(s.published_at <= %(at)s AND (s.expires_at > %(at)s) IS TRUE)", {"at": at}),
        # What is quickly asked comes first.
        Rule.WORKPLACE: _workplace(constraints.workplaces),
        Rule.LANGUAGE: _language(constraints.languages),
        Rule.COUNTRY: _country(constraints),
        Rule.EMPLOYMENT_TYPE: _employment_type(constraints.employment_types),
    }


def _language(languages: tuple[str, ...]) -> Fragment:
    if not languages:
        return TRUE
    # Nearly all have just the language.
    template = "(s.language = ANY({}::text[]) OR lower(split_part(s.language, '-', 1)) = ANY({}::text[]))"
    return Fragment.of(template, ["", *languages], list(languages))


def _employment_type(types: tuple[str, ...]) -> Fragment:
    if not types:
        return TRUE
    return Fragment.of("(s.employment_types = '{{}}' OR s.employment_types && {}::text[])", list(types))


def _workplace(workplaces: tuple[str, ...]) -> Fragment:
    return Fragment.of("s.workplace = ANY({}::text[])", ["", *workplaces]) if workplaces else TRUE


def _remote(country: str, *, needs_visa: bool) -> Fragment:
    code = Fragment.of("ARRAY[{}]::text[]", country)
    parts = [
        Fragment.of("NOT s.remote_denied @> {}", code),
        Fragment.of("(s.remote_allowed = '{{}}' OR s.remote_allowed @> {})", code),
    ]
    return all_of([*parts, Fragment("s.visa = 'offered'")] if needs_visa else parts)


def _country(constraints: Constraints) -> Fragment:
    """There for those who go there, open to the country for those who stay; with a permit where it takes one."""
    remote = on_site = TRUE
    if constraints.remote_for:
        remote = any_of(_remote(code, needs_visa=code in constraints.needs_visa) for code in constraints.remote_for)
    if constraints.countries:
        free = [code for code in constraints.countries if code not in constraints.needs_visa]
        needing = [code for code in constraints.countries if code in constraints.needs_visa]
        ways = [Fragment("s.countries = '{}'")]
        if free:
            ways.append(Fragment.of("s.countries && {}::text[]", free))
        if needing:
            ways.append(Fragment.of("(s.visa = 'offered' AND s.countries && {}::text[])", needing))
        on_site = any_of(ways)
    if remote is TRUE and on_site is TRUE:
        return TRUE
    return Fragment.of("(CASE WHEN s.workplace = 'remote' THEN {} ELSE {} END)", remote, on_site)
