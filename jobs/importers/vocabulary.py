"""What sources call our closed sets: kinds of employment, workplaces, levels, schooling, periods of pay."""

import re

from jobs.models import Education, EmploymentType, PayPeriod, Seniority, VisaSponsorship, Workplace
from jobs.text import fold

# Keys are folded (`jobs.text.fold`).
EMPLOYMENT_TYPES = {
    EmploymentType.FULL_TIME: ("full time", "fulltime", "full", "ft", "vollzeit", "temps plein", "tiempo completo"),
    EmploymentType.PART_TIME: ("part time", "parttime", "pt", "teilzeit", "temps partiel", "tiempo parcial"),
    EmploymentType.CONTRACT: (
        "contract",
        "contractor",
        "freelance",
        "freelancer",
        "fixed term",
        "consultant",
        "befristet",
    ),
    EmploymentType.TEMPORARY: ("temporary", "temp", "seasonal", "interim", "casual"),
    EmploymentType.INTERNSHIP: (
        "internship",
        "intern",
        "co op",
        "praktikum",
        "stage",
        "werkstudent",
        "working student",
    ),
    EmploymentType.APPRENTICESHIP: ("apprenticeship", "apprentice", "ausbildung", "alternance"),
    EmploymentType.VOLUNTEER: ("volunteer", "voluntary", "unpaid"),
}
WORKPLACES = {
    Workplace.ON_SITE: ("on site", "onsite", "office", "in office", "in person"),
    Workplace.HYBRID: ("hybrid", "partially remote", "flexible", "remote hybrid"),
    Workplace.REMOTE: ("remote", "fully remote", "virtual", "telecommute", "work from home", "wfh", "distributed"),
}
SENIORITIES = {
    Seniority.INTERN: ("intern", "internship", "trainee", "student"),
    Seniority.ENTRY: ("entry", "entry level", "junior", "graduate", "new grad"),
    Seniority.MID: ("mid", "mid level", "middle", "intermediate", "regular", "mid senior level", "experienced"),
    Seniority.SENIOR: ("senior", "senior level", "sr"),
    Seniority.LEAD: ("lead", "principal", "staff", "team lead", "manager", "lead staff", "staff principal"),
    Seniority.EXECUTIVE: ("executive", "director", "vp", "vice president", "c level", "head"),
}
EDUCATIONS = {
    Education.NONE: ("none", "no requirements", "no formal education"),
    Education.SECONDARY: (
        "secondary",
        "high school",
        "high school or equivalent",
        "high school diploma",
        "ged",
        "abitur",
    ),
    Education.VOCATIONAL: ("vocational", "professional certificate", "certification", "associate degree", "associates"),
    Education.BACHELOR: (
        "bachelor",
        "bachelors",
        "bachelor degree",
        "bachelors degree",
        "undergraduate",
        "ba",
        "bs",
        "bsc",
    ),
    Education.MASTER: ("master", "masters", "master degree", "masters degree", "postgraduate degree", "msc", "mba"),
    Education.DOCTORATE: ("doctorate", "phd", "ph d", "doctoral", "doctorate degree"),
}
VISAS = {
    VisaSponsorship.OFFERED: ("yes", "true", "offers sponsorship", "available", "visa sponsorship", "sponsorship"),
    VisaSponsorship.NOT_OFFERED: (
        *("no", "false", "does not offer sponsorship", "not available", "no sponsorship"),
        *("us citizenship is required", "us citizenship required"),
    ),
}
PERIODS = {
    PayPeriod.HOUR: ("hour", "hourly", "per hour", "an hour", "hr", "h", "ph"),
    PayPeriod.DAY: ("day", "daily", "per day", "a day", "per diem"),
    PayPeriod.WEEK: ("week", "weekly", "per week", "a week", "wk"),
    PayPeriod.MONTH: ("month", "monthly", "per month", "a month", "mo", "pcm"),
    PayPeriod.YEAR: (
        "year",
        "yearly",
        "annual",
        "annually",
        "annum",
        "per year",
        "per annum",
        "a year",
        "yr",
        "pa",
        "py",
    ),
    PayPeriod.ONCE: ("once", "one time", "lump sum"),
}

# Work that employers grade by number.
_GRADED = (
    "engineer|developer|analyst|scientist|designer|specialist|technician|accountant|manager|representative|associate"
    "|coordinator|programmer|consultant|architect|administrator|operator|researcher|writer|buyer|planner"
)
# Levels in titles. The first that fits is the level, so the narrower ones come first.
_TITLE_LEVELS = {
    Seniority.INTERN: ("interns?|internship|werkstudent(?:in)?|praktikum|praktikant(?:in)?|stagiaire|becario",),
    Seniority.EXECUTIVE: (
        r"(?:[se]?vp|avp|vice president|chief (?:\w+ ){1,3}officer|c[efitop]o|ciso)(?! (?:assistant|secretary))",
        "(?:managing director|head of|director)(?! (?:assistant|secretary))",
    ),
    Seniority.LEAD: (
        "(?:supervisor|supervisory|superintendent|foreman|forewoman|crew chief|shift leader|team leader)(?! of record)",
        # "Manager, Sales" leads people; an account manager does not.
        "^manager",
        "(?:engineering|general|store|branch|plant|restaurant|kitchen|shift|warehouse|nurse|services) manager",
        r"^chief(?! of staff|(?: \w+){1,3} officer)",
        r"principal (?!broker|agent)\w+",
        "lead(?! (?:gen|generation|paint))",
        "team ?lead|teamleiter(?:in)?",
        r"staff (?!assistant|attorney|nurse)(?:\w+ ){0,2}(?:engineer|developer|architect|designer)",
        r"staff (?!assistant|attorney|nurse)(?:\w+ ){0,2}(?:scientist|manager|researcher)",
    ),
    Seniority.SENIOR: ("(?:senior|snr|sr)(?! (?:living|care|centers?|services|citizens?|housing|community|helpers?))",),
    Seniority.ENTRY: (
        "junior|jr|entry level|new grads?|new graduates?|recent graduates?",
        r"graduate (?!school|studies|research)\w+",
        r"early (?:in )?career|university grad(?:uate)?s?|campus (?:hire|graduate)s?|(?:phd|masters|bs ms) 20\d\d",
        rf"(?:{_GRADED}) (?:i|1)",
    ),
    Seniority.MID: (
        "mid|mid level",
        rf"(?:{_GRADED}) (?:ii|2)",
    ),
}
_TITLE_LEVEL = re.compile(
    "|".join(rf"(?P<{level}>\b(?:{'|'.join(patterns)})(?!\w))" for level, patterns in _TITLE_LEVELS.items())
)
_TITLE_EMPLOYMENT = re.compile(
    r"\b(?:(?P<internship>intern|interns|internship|praktikum|werkstudent(?:in)?)|(?P<part_time>part time|teilzeit)"
    r"|(?P<apprenticeship>apprentice|apprenticeship)|(?P<temporary>temporary|seasonal)|(?P<volunteer>volunteer)"
    r"|(?P<full_time>full time))(?! (?:coordinator|manager|supervisor|recruiter|program|programs|director)\b)\b"
)
# In a headline or a line of conditions: "Full-time", "FT/PT", "Contract (1099)".
_TEXT_EMPLOYMENT = re.compile(
    r"\b(?:(?P<full_time>full time|fulltime|ft|vollzeit)|(?P<part_time>part time|parttime|pt|teilzeit)"
    r"|(?P<contract>contract|contractor|contractors|freelance|freelancer|consulting|1099|b2b|fixed term)"
    r"|(?P<internship>internship|internships|intern|interns|praktikum|werkstudent(?:in)?)"
    r"|(?P<temporary>temporary|seasonal)|(?P<apprenticeship>apprenticeship|ausbildung)|(?P<volunteer>volunteer))\b"
)
_WRITTEN_EMPLOYMENT = re.compile(
    r"\b(?:full|part)[ -]?time\b|\b(?:FT|PT|contract(?:or)?s?|freelance|interns?(?:hips?)?|permanent|1099|W2)\b",
    re.IGNORECASE,
)
# "Remote Sales Manager", "Nurse (Hybrid)"; not a remote sensor nor a hybrid cloud.
_TITLE_WORKPLACE = re.compile(
    r"\b(?:(?P<hybrid>hybrid(?! (?:cloud|infrastructure|electric|vehicles?|apps?|mobile|it|powertrain|systems?)))"
    r"|(?P<remote>remote(?! (?:sens\w*|pilot\w*|control\w*|monitor\w*|patient|operat\w*|support|access|hands|vehicles?"
    r"|handling|sites?|diagnostics?|management))|work from home|wfh|telecommute)|(?P<on_site>on ?site|in office))\b"
)


def _inverted[T](words: dict[T, tuple[str, ...]]) -> dict[str, T]:
    return {word: value for value, spelled in words.items() for word in (*spelled, fold(str(value)))}


_EMPLOYMENT_TYPES = _inverted(EMPLOYMENT_TYPES)
_WORKPLACES = _inverted(WORKPLACES)
_SENIORITIES = _inverted(SENIORITIES)
_EDUCATIONS = _inverted(EDUCATIONS)
_VISAS = _inverted(VISAS)
_PERIODS = _inverted(PERIODS)


def employment_type(said: str) -> EmploymentType | None:
    """What "Full-Time" or "Teilzeit" stands for; None for what is unknown."""
    return _EMPLOYMENT_TYPES.get(fold(said))


def workplace(said: str) -> Workplace | None:
    """What "On-site" or "Telecommute" stands for; None for what is unknown."""
    return _WORKPLACES.get(fold(said))


def seniority(said: str) -> Seniority | None:
    """What "Mid-Level" or "Staff" stands for as a level; None for what is unknown."""
    return _SENIORITIES.get(fold(said))


def education(said: str) -> Education | None:
    """What "Bachelor's degree" stands for; None for what is unknown."""
    return _EDUCATIONS.get(fold(said))


def visa(said: str) -> VisaSponsorship | None:
    """What "Offers Sponsorship" or "no" says of work permits; None for what is unknown."""
    return _VISAS.get(fold(said))


def period(said: str) -> PayPeriod | None:
    """What "per annum" or "hr" stands for; None for what is unknown."""
    return _PERIODS.get(fold(said))


def seniority_of_title(folded: str) -> Seniority | None:
    """The level that a folded title names; the highest-ranking word decides ("Senior Director" is an executive)."""
    own, _, _ = folded.partition(" to ")  # an assistant to the director is none
    found = {match.lastgroup for match in _TITLE_LEVEL.finditer(own)}
    return next((level for level in _TITLE_LEVELS if level in found), None)


def employment_of_title(folded: str) -> list[EmploymentType]:
    """The kinds of employment that a folded title names, such as "Part-time" or "Internship"."""
    found = dict.fromkeys(match.lastgroup for match in _TITLE_EMPLOYMENT.finditer(folded))
    return [EmploymentType(name) for name in found if name]


def workplace_of_title(folded: str) -> Workplace | None:
    """Where the work is done, as a folded title says; hybrid where it says several."""
    found = {match.lastgroup for match in _TITLE_WORKPLACE.finditer(folded)}
    return next((kind for kind in (Workplace.HYBRID, Workplace.REMOTE, Workplace.ON_SITE) if kind in found), None)


def employment_of_text(folded: str) -> list[EmploymentType]:
    """The kinds of employment that a folded part of a headline names: "full time or contract"."""
    found = dict.fromkeys(match.lastgroup for match in _TEXT_EMPLOYMENT.finditer(folded))
    return [EmploymentType(name) for name in found if name]


def without_employment(part: str) -> str:
    """A part of a headline without the words of employment in it: "Remote (US), full-time" says where, too."""
    return _WRITTEN_EMPLOYMENT.sub(" ", part)
