"""Makes the demo board's postings: believable, various, and the same for the same seed and moment."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.demo.companies import Office
from jobs.demo.prose import Pay, Posting, describe
from jobs.demo.roles import Role, Staffing, staffing

SENIORITY_WEIGHTS = {"intern": 2, "entry": 3, "mid": 5, "senior": 3, "lead": 1.5, "executive": 0.5}
# What a level earns beside the middle one: salaries spread further than wages.
SALARY_FACTORS = {"intern": 0.45, "entry": 0.78, "mid": 1.0, "senior": 1.25, "lead": 1.45, "executive": 1.9}
WAGE_FACTORS = {"intern": 0.45, "entry": 0.92, "mid": 1.0, "senior": 1.13, "lead": 1.25, "executive": 1.4}
WORKPLACES = ("on_site", "hybrid", "remote")

OLDEST = timedelta(days=45)
LIFETIME_DAYS = (50, 60, 60, 75, 90)
SHARE_WITHOUT_PAY = 0.18
SHARE_IN_SEVERAL_PLACES = 0.15
SHARE_WITH_FOCUS_IN_TITLE = 0.6
# One in eight says something of work permits. What it gives beside its pay, the importer finds in its text.
SAYS_OF_VISAS = {3: "yes", 11: "no"}
# Whose texts say that they always name the pay.
ALWAYS_NAMES_PAY = {"cascadia-county", "maison-verdelle"}


def postings(seed: int = 1, count: int = 2000, now: datetime | None = None) -> Iterator[dict[str, Any]]:
    """Postings in the importer's plain shape, published over the 45 days before `now` (aware; default: this moment).

    Every row has id, company (a slug of `COMPANIES`), title, description with its description_format, language,
    category, seniority, education, workplace, employment_type, skills, nice_skills, posted_at, expires_at and url;
    location where somebody has to come in, remote_countries where nobody has to, the salary_… keys where the posting
    names its pay, and visa where it says something of work permits.
    """
    now = now or datetime.now(UTC)
    chance = random.Random(seed)  # noqa: S311  # a demo board is no secret
    employers = staffing()
    shares = [employer.company.share for employer in employers]
    numbers = {employer.company.slug: 1000 for employer in employers}
    for _ in range(count):
        employer = chance.choices(employers, shares)[0]
        numbers[employer.company.slug] += 1
        yield _posting(chance, employer, numbers[employer.company.slug], now)


def _posting(chance: random.Random, employer: Staffing, number: int, now: datetime) -> dict[str, Any]:
    company = employer.company
    role = chance.choice(employer.roles)
    seniority = _weighted(chance, {level: SENIORITY_WEIGHTS[level] for level in role.titles})
    workplace = chance.choices(WORKPLACES, role.work)[0]
    offices = _offices(chance, company.offices, workplace)
    label, about = chance.choice(role.focus)
    posted_at = _posted_at(chance, now)
    posting = Posting(
        role=role,
        seniority=seniority,
        workplace=workplace,
        offices=offices,
        remote_countries=_remote_countries(chance, role, company.offices, offices) if workplace == "remote" else (),
        skills=_required(chance, role.skills),
        nice=chance.sample(role.nice, min(len(role.nice), chance.randint(0, 3))),
        pay=_pay(chance, company.slug, role, seniority, offices[0]),
        posted_at=posted_at,
        about=about,
        hooks=employer.hooks[role.language],
        benefits=employer.benefits_in(role.language),
    )
    title = chance.choice(role.titles[seniority])
    if chance.random() < SHARE_WITH_FOCUS_IN_TITLE:
        title = _with_focus(title, label)
    reference = f"{company.prefix}-{number}"
    row: dict[str, Any] = {
        "id": reference,
        "company": company.slug,
        "title": title,
        "description": describe(chance, posting),
        "description_format": "markdown",
        "language": role.language,
        "category": role.category,
        "seniority": seniority,
        "education": role.education,
        "workplace": workplace,
        "employment_type": _weighted(chance, role.types),
        "skills": list(posting.skills),
        "nice_skills": list(posting.nice),
        "posted_at": posted_at.isoformat(),
        "expires_at": (posted_at + timedelta(days=chance.choice(LIFETIME_DAYS))).isoformat(),
        "url": f"{company.website}/jobs/{reference.lower()}",
    }
    if number % 16 in SAYS_OF_VISAS:
        row["visa"] = SAYS_OF_VISAS[number % 16]
    if workplace == "remote":
        row["remote_countries"] = list(posting.remote_countries)
    else:
        row["location"] = "; ".join(office.location for office in offices)
    if posting.pay is not None:
        row["salary_min"] = posting.pay.low
        row["salary_max"] = posting.pay.high
        row["salary_currency"] = posting.pay.currency
        row["salary_period"] = posting.pay.period
    return row


def _weighted(chance: random.Random, weights: dict[str, Any]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _offices(chance: random.Random, offices: Sequence[Office], workplace: str) -> list[Office]:
    """One office, or sometimes several where the same currency is paid."""
    # The headquarters come first and hire most.
    first = chance.choices(offices, [3, *[2] * (len(offices) - 1)])[0]
    others = [office for office in offices if office is not first and office.currency == first.currency]
    if workplace == "remote" or not others or chance.random() >= SHARE_IN_SEVERAL_PLACES:
        return [first]
    return [first, *chance.sample(others, chance.randint(1, min(2, len(others))))]


def _remote_countries(
    chance: random.Random, role: Role, everywhere: Sequence[Office], offices: Sequence[Office]
) -> Sequence[str]:
    home = offices[0].country
    if role.language != "en":
        return (everywhere[0].country,)
    others = sorted({office.country for office in everywhere} - {home})
    return (home, *chance.sample(others, chance.randint(0, len(others))))


def _required(chance: random.Random, skills: Sequence[str]) -> list[str]:
    """At least three of the role's skills, the most telling one always, in the order of the role."""
    chosen = {skills[0], *chance.sample(skills[1:], chance.randint(min(2, len(skills) - 1), len(skills) - 1))}
    return [skill for skill in skills if skill in chosen]


def _pay(chance: random.Random, company: str, role: Role, seniority: str, office: Office) -> Pay | None:
    if company not in ALWAYS_NAMES_PAY and chance.random() < SHARE_WITHOUT_PAY:
        return None
    factors = SALARY_FACTORS if role.period == "year" else WAGE_FACTORS
    middle = role.pay * factors[seniority] * office.pay * chance.uniform(0.97, 1.06)
    half_width = chance.uniform(0.02, 0.05) if role.period == "hour" else chance.uniform(0.05, 0.12)
    step = _step(middle)
    low, high = (round(middle * (1 + side) / step) * step for side in (-half_width, half_width))
    return Pay(low=low, high=max(high, low + step), currency=office.currency, period=role.period)


def _step(amount: float) -> int | float:
    """What an amount of this size is rounded to in a posting."""
    for least, step in ((1_000_000, 50_000), (20_000, 500), (1_000, 50), (100, 10)):
        if amount >= least:
            return step
    return 0.25


def _posted_at(chance: random.Random, now: datetime) -> datetime:
    """A moment of the last 45 days, later ones more likely."""
    age = OLDEST * chance.random() ** 1.3
    return (now - age).replace(second=0, microsecond=0)


def _with_focus(title: str, label: str) -> str:
    """The title with its team or shift: "Staff Nurse, Theatres", "Maurer – Rohbau (m/w/d)"."""
    words, bracket, rest = title.partition(" (")
    if bracket and rest.endswith(("/d)", "/F)", "/M)")):
        return f"{words} – {label} ({rest}"
    return f"{title} – {label}" if "," in title else f"{title}, {label}"
