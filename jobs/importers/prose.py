"""Reads terms of work out of running text, where a sentence leaves no doubt: workplace, employment, schooling.

A word alone says little: teams are remote, clouds are hybrid, degrees are preferred. What is taken is a phrase that
speaks of the position itself.
"""

import html
import re

from jobs.models import DescriptionFormat, Education, EmploymentType, Workplace

# What is looked at, from the beginning: terms stand at the top or after the duties, and a text has 100,000 at most.
MOST_CHARACTERS = 20_000
_TAG = re.compile(r"<[^<>]{0,500}>")
_JOB = r"(?:position|role|job|opportunity|opening|vacancy|stelle)"
# A term set off by itself: "(Full-time, ONSITE)", "| SF | Full-time |".
_OFF = r"(?<=[(|])\s?(?:full[- ]time,\s)?"
_END = r"\s?(?=[)|,])"
_WORKPLACES = {
    Workplace.HYBRID: (
        rf"\bhybrid (?:work )?(?:{_JOB}|schedule|work model|working model|arrangement|model|workplace|policy)\b",
        rf"\bthis (?:{_JOB} )?is (?:a )?hybrid\b",
        rf"{_OFF}hybrid{_END}",
    ),
    Workplace.REMOTE: (
        rf"\b(?:fully|100%|completely|entirely)[ -]remote (?:{_JOB}|team member)\b",
        rf"\bthis (?:{_JOB} )?is (?:an? )?(?:fully |100% |completely )?remote\b(?!ly)(?! (?:duty|site|location|area))",
        r"\b(?:is|are) (?:a )?(?:fully|100%) remote\b",
        rf"(?<!not )(?<!not a )\bremote {_JOB}\b(?! (?:is|are) not)",
        rf"{_OFF}remote{_END}",
    ),
    Workplace.ON_SITE: (
        rf"{_OFF}on-?site{_END}",
        rf"\b{_JOB} is not (?:a )?(?:remote|telework eligible)\b",
        rf"\bnot a remote {_JOB}\b",
        rf"\bthis (?:{_JOB} )?is (?:an? )?(?:fully |100% )?(?:on[- ]?site|in[- ](?:office|person))\b",
        rf"\b(?:on[- ]?site|in[- ](?:office|person)) {_JOB}\b",
    ),
}
_WORKPLACE = re.compile(
    "|".join(f"(?P<{kind}>{'|'.join(phrases)})" for kind, phrases in _WORKPLACES.items()), re.IGNORECASE
)
_WORKPLACE_WORD = re.compile(r"[Rr]emote|REMOTE|[Hh]ybrid|HYBRID|[Ss]ite\b|SITE\b|in[- ](?:office|person)")
_EMPLOYMENT = re.compile(
    rf"{_OFF}(?P<full>full[- ]time){_END}"
    rf"|\b(?:this is a|is an?|seeking a|hiring a|looking for an?|(?:{_JOB}|employment) type:?|type:)\s{{0,3}}"
    r"(?:permanent,? |temporary,? |paid,? )?"
    r"(?:(?P<full_time>full[- ]?time)|(?P<part_time>part[- ]?time)|(?P<internship>internship)"
    r"|(?P<contract>contract(?! to hire)))\b",
    re.IGNORECASE,
)
_DEGREES = {
    Education.DOCTORATE: (r"ph\.?\s?d\.?", "doctorate", "doctoral degree"),
    Education.MASTER: (
        r"master['’]?s(?: degree)?",
        "master of (?:science|arts|business|engineering|education|public|social|laws|fine|library)",
        "graduate degree",
    ),
    Education.BACHELOR: (
        r"bachelor['’]?s?(?: degree)?",
        r"bachelor of \w+",
        "undergraduate degree",
        r"b\.?s\.?c?\.? degree",
        "(?:4|four)[- ]year degree",
        "college degree",
        "ba/bs",
        "bs/ba",
    ),
    Education.SECONDARY: ("high school (?:diploma|graduate|education)", r"ged\b"),
}
_DEGREE = re.compile("|".join(rf"\b(?P<{level}>{'|'.join(words)})" for level, words in _DEGREES.items()), re.IGNORECASE)
_ONLY_NICE = re.compile(
    r"\b(?:preferred|desired|desirable|a plus|nice to have|bonus|ideally|substitut\w*)\b", re.IGNORECASE
)
_ASKED = re.compile(
    r"\b(?:requires?|required|requirement|must have|minimum|you have|you[’']ll have|degree (?:in|from|or)"
    r"|qualifications?|graduation|possess(?:ion)?|or equivalent|education)\b",
    re.IGNORECASE,
)
_PLACE_LINE = re.compile(
    r"^[\s*#>-]{0,6}(?:job |work |office |duty )?(?:locations?|standort|lieu)[*_]{0,2}\s?:[ \t*_]{0,6}\n?\s{0,4}"
    r"(\S.{2,99})$",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE = re.compile(r"[^.;\n•]{1,400}")
_LOWEST_FIRST = (Education.SECONDARY, Education.BACHELOR, Education.MASTER, Education.DOCTORATE)


def plain(source: str, form: str) -> str:
    """The first `MOST_CHARACTERS` of a description as text, without tags."""
    text = source[:MOST_CHARACTERS]
    if form != DescriptionFormat.HTML:
        return text
    return html.unescape(_TAG.sub(" ", text.replace("</p>", "\n").replace("</li>", "\n").replace("<br", "\n<br")))


def place(text: str) -> str:
    """What follows "Location:" on a line of its own; empty where there is no such line."""
    match = _PLACE_LINE.search(text)
    return match[1].strip() if match else ""


def workplace(text: str) -> Workplace | None:
    """Where the work is done, as a sentence on the position says; None where none does, or they disagree."""
    if not _WORKPLACE_WORD.search(text):
        return None
    found = {str(match.lastgroup) for match in _WORKPLACE.finditer(text)}
    if Workplace.HYBRID in found:
        return Workplace.HYBRID
    return Workplace(found.pop()) if len(found) == 1 else None


def employment(text: str) -> list[EmploymentType]:
    """The kind of employment, as a sentence on the position says."""
    found = {"full_time" if match["full"] else str(match.lastgroup) for match in _EMPLOYMENT.finditer(text)}
    return [EmploymentType(found.pop())] if len(found) == 1 else []


def education(text: str) -> Education | None:
    """The least degree that a sentence asks for, leaving out those that are merely preferred."""
    asked: set[str] = set()
    for first in _DEGREE.finditer(text):
        start = max(text.rfind("\n", 0, first.start()), text.rfind(". ", 0, first.start())) + 1
        sentence = _SENTENCE.match(text, max(start, first.start() - 200))
        words = sentence[0] if sentence else ""
        if _ASKED.search(words) and not _ONLY_NICE.search(words):
            asked.add(str(first.lastgroup))
    return next((level for level in _LOWEST_FIRST if level in asked), None)
