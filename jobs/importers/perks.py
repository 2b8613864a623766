"""Reads benefits and work permits out of running text, where it leaves no doubt that this job comes with them.

The words alone say little: insurers sell health insurance, teams care for equity. Some phrases are said of nothing but
an offer ("401(k) match"); any other counts in a sentence that offers, or under a heading of what is offered.
"""

import re
from bisect import bisect
from collections.abc import Iterable

from jobs.models import Benefit, VisaSponsorship

# Said of nothing but what a job gives. All of these are looked for in lower case.
_SURE = {
    Benefit.HEALTH_INSURANCE: (
        r"(?:medical|health|healthcare)(?: insurance)?,? (?:and |& )?(?:dental|vision)\b",
        r"dental,? (?:and |& |\+ )?vision (?:insurance|coverage|benefits|plans?|care)",
        r"(?:medical|health) & dental",
        r"mutuelle (?:santé|d['’]entreprise|prise en charge|familiale|avantageuse)",
        r"seguro (?:médico|de salud) privado",
        r"plano de saúde",
    ),
    Benefit.RETIREMENT: (
        r"401\s?\(?k\)?(?: savings)?(?: plan| match\w*| contributions?| with| \+|,? (?:medical|dental|health|pto))",
        r"(?:medical|dental|vision|health|pto)(?: and|,| \+|,? &)? (?:a )?401\s?\(?k\)?",
        r"403\s?\(b\)",
        r"retirement (?:savings )?(?:plan|savings|match\w*)",
        r"(?:company|employer|workplace|contributory|defined benefit) pension",
        r"pension (?:scheme|contributions?)",
        r"superannuation",
        r"betriebliche[rn]? altersvorsorge",
        r"rrsp",
    ),
    Benefit.EQUITY: (
        r"stock options?",
        r"equity (?:grant|package|compensation|options?|awards?|refresh\w*|participation)",
        r"(?:rsus?|restricted stock units?)",
        r"employee stock purchase",
        r"espp",
        r"(?:salary|pay|compensation|bonus|cash|benefits)(?:,| and| \+| &) (?:meaningful |generous )?equity",
    ),
    Benefit.BONUS: (
        r"(?:annual|performance|sign[- ]?(?:on|ing)|quarterly|year[- ]end|retention|referral) bonus(?:es)?",
        r"(?:bonus|incentive) (?:plan|program|eligible|eligibility|target|opportunity)",
        r"13th month",
        r"(?:weihnachts|urlaubs)geld",
        r"13\. (?:monatsgehalt|gehalt)",
        r"(?:treizième|13e|13ème) mois",
    ),
    Benefit.PAID_LEAVE: (
        r"(?:unlimited|generous|flexible|paid|discretionary|accrued) (?:time off|vacations?|holidays?)",
        r"(?:pto|paid time off)",
        r"paid (?:sick|annual|leave|volunteer)\b",
        r"\d{2} (?:business |working |paid )?days?(?: of)?(?: paid| annual)? (?:vacation|holidays?|leave)",
        r"\d{2} tage (?:bezahlten? )?(?:jahres)?urlaub",
        r"\d{2} (?:urlaubstage|jours de congés|días de vacaciones)",
    ),
    Benefit.PARENTAL_LEAVE: (
        r"(?:paid |generous |enhanced |fully paid )?(?:parental|maternity|paternity|family) leave",
        r"(?:maternity|paternity)(?: and | & |/)(?:maternity|paternity)",
    ),
    Benefit.FLEXIBLE_HOURS: (
        r"flexible (?:working |work )?(?:hours|schedules?|scheduling)",
        r"flexible arbeitszeiten?",
        r"(?:4|four)[- ]day (?:work ?)?week",
        r"flextime|flexitime|gleitzeit",
        r"horaires? flexibles?|horario flexible|horário flexível",
    ),
    Benefit.LEARNING: (
        r"tuition (?:reimbursement|assistance|support)",
        r"(?:learning|education|development|conference|l&d)(?: and \w+)? (?:budget|stipend|allowance|fund)",
        r"(?:continuing )?education (?:assistance|stipend)",
        r"weiterbildungsbudget",
    ),
    Benefit.RELOCATION: (
        r"relocation (?:assistance|support|package|bonus|allowance|benefits|stipend|reimbursement|costs)",
        r"(?:assist|help) (?:you )?with relocation",
    ),
    Benefit.TRANSPORT: (
        r"(?:commuter|commuting|transit|transportation|parking) (?:benefits?|stipend|allowance|subsidy|reimbursement)",
        r"company car\b|car allowance",
        r"free parking|subsidi[sz]ed (?:travel|transport|parking)|season ticket loan",
        r"cycle[- ]to[- ]work|bike[- ]to[- ]work",
        r"jobticket|deutschlandticket|firmenwagen|dienstwagen|jobrad|dienstrad",
        r"vale[- ]transporte",
    ),
    Benefit.MEALS: (
        r"(?:free|catered|complimentary|subsidi[sz]ed|provided|daily|team) (?:\w+ )?(?:lunch(?:es)?|meals?|snacks?)",
        r"(?:meal|lunch|food) (?:vouchers?|allowance|stipend|credits?|tickets?)",
        r"(?:tickets?|titres?)[- ]restaurants?",
        r"(?:fully )?stocked (?:kitchen|fridge|pantry|snacks?)",
        r"vale[- ](?:refeição|alimentação)",
        r"kostenlose getränke|obst und getränke",
    ),
    Benefit.CHILDCARE: (
        r"child ?care (?:benefits?|assistance|support|stipend|vouchers?|subsidy|reimbursement|allowance)",
        r"dependent care (?:fsa|flexible|spending|account|assistance)",
        r"backup (?:child )?care",
        r"kita[- ]?(?:zuschuss|platz)|kinderbetreuungs?zuschuss",
    ),
    Benefit.WELLNESS: (
        r"(?:wellness|well-?being|fitness|gym)(?: and \w+)? (?:stipend|allowance|benefits?|budget|program(?:me)?)",
        r"(?:fitness|gym) (?:membership|reimbursement|subsidy|credit)",
        r"(?:headspace|calm|gympass|wellhub|urban sports(?: club)?|classpass|egym)(?: membership| subscription| app)",
        r"employee assistance program(?:me)?",
        r"on-?site gym",
    ),
}
# Said of other things, too.
_SAID = {
    Benefit.HEALTH_INSURANCE: (
        r"(?:health|medical|dental|vision|healthcare)(?: care)? (?:insurance|coverage|benefits|plans?|cover)",
        r"healthcare|mutuelle|krankenversicherung|seguro médico|assurance santé|sanitas",
    ),
    Benefit.RETIREMENT: (r"401\s?\(?k\)?|pension|retirement|altersvorsorge",),
    Benefit.EQUITY: (r"equity|stock|shares",),
    Benefit.BONUS: (r"bonus(?:es)?|prime sur objectifs",),
    Benefit.PAID_LEAVE: (
        r"vacations?|(?:paid )?holidays|time off|sick (?:leave|days?)|annual leave|urlaub|congés payés|rtt|vacaciones",
    ),
    Benefit.LEARNING: (
        r"(?:professional|career|personal) development(?: opportunities)?|training opportunities|weiterbildung(?:en)?",
    ),
    Benefit.RELOCATION: (r"relocation",),
    Benefit.TRANSPORT: (r"commut\w+|parking|public transport",),
    Benefit.MEALS: (r"lunch(?:es)?|snacks|meals",),
    Benefit.CHILDCARE: (r"child ?care",),
    Benefit.WELLNESS: (r"gym|wellness|fitness|employee assistance",),
}


# A text without these, in lower case, says nothing of it: looked for first, which is much quicker.
_CLUES = {
    Benefit.HEALTH_INSURANCE: (
        *("dental", "vision", "medical", "health", "mutuelle", "seguro", "plano de sa", "krankenv", "assurance"),
    ),
    Benefit.RETIREMENT: ("401", "403", "retirement", "pension", "superann", "altersvorsorge", "rrsp"),
    Benefit.EQUITY: ("stock", "equity", "rsu", "espp", "shares"),
    Benefit.BONUS: ("bonus", "incentive", "geld", "13", "treizi", "prime sur"),
    Benefit.PAID_LEAVE: (
        *("pto", "time off", "vacation", "holiday", "leave", "sick", "urlaub", "congés", "rtt", "vacaciones"),
    ),
    Benefit.PARENTAL_LEAVE: ("parental", "maternity", "paternity", "family leave"),
    Benefit.FLEXIBLE_HOURS: ("flexib", "flexível", "day week", "day work", "flextime", "flexitime", "gleitzeit"),
    Benefit.LEARNING: ("tuition", "learning", "education", "training", "development", "conference", "l&d", "weiterb"),
    Benefit.RELOCATION: ("relocation",),
    Benefit.TRANSPORT: (
        *("commut", "transit", "transport", "travel", "parking", "company car", "car allowance", "season ticket"),
        *("to-work", "to work", "ticket", "wagen", "rad"),
    ),
    Benefit.MEALS: (
        *("lunch", "meal", "breakfast", "dinner", "snack", "food", "restaurant", "stocked", "vale", "getränke"),
    ),
    Benefit.CHILDCARE: ("childcare", "child care", "dependent care", "backup care", "kita", "kinderbetreuung"),
    Benefit.WELLNESS: (
        *("wellness", "well-being", "wellbeing", "fitness", "gym", "headspace", "calm", "wellhub", "urban sports"),
        *("classpass", "employee assistance"),
    ),
}


def _pattern(benefit: Benefit) -> re.Pattern[str]:
    said = "|".join(_SAID.get(benefit, ("(?!)",)))
    return re.compile(rf"\b(?:(?P<sure>{'|'.join(_SURE[benefit])})|{said})(?!\w)")


_PHRASES = {benefit: _pattern(benefit) for benefit in Benefit}
_OFFERS = re.compile(
    r"\b(?:we (?:also )?(?:offer|provide|give|cover|pay)|you(?:[’']ll| will)? (?:also )?(?:receive|get|enjoy)"
    r"|(?:eligible|qualify) (?:for|to)|benefits?(?: package| program)?,?(?: that)?(?: may)? (?:includ|such as|like)"
    r"|(?:full|comprehensive|competitive|generous|great|excellent|robust) (?:\w+ ){0,2}(?:benefits|package)"
    r"|package (?:\w+ ){0,3}includ|perks|benefits ?:|(?:employer|company)[- ](?:paid|sponsored|provided)"
    r"|wir bieten|nous (?:vous )?(?:offrons|proposons)|ofrecemos|oferecemos)"
)
# A line of its own that says what the lines below it are about.
_HEADING = re.compile(
    r"^[ \t*_#>]{0,8}(?:(?P<offer>(?:[\w’'&, ]{0,30}\b)?(?:benefits|perks|what (?:we|you)(?:[’']ll)? (?:can )?"
    r"(?:offer|get|receive)|why (?:work|join)[\w ]{0,20}|our offer|we offer|was wir (?:dir |ihnen )?bieten"
    r"|wir bieten(?: dir| ihnen)?|unser angebot|deine benefits|vorteile|avantages|nous offrons|ce que nous offrons"
    r"|ofrecemos|beneficios|benefícios)(?:[\w’'&, ]{0,25})?)[*_ \t]{0,4}[:?]?[*_ \t]{0,4}$"
    r"|#[^\n]{2,80}$|[^\n.!?:]{2,60}:[*_ \t]{0,4}$"
    r"|(?:about|who|your|you[’']ll|job|key|responsibilities|requirements|required|qualifications|preferred|duties"
    r"|skills|experience|how to|equal|profil|dein|ihr|aufgaben|anforderungen|missions|vos?|requisitos|tareas)\b"
    r"[^\n.!?:]{0,50}$)",
    re.MULTILINE,
)
_REACH = 1_500  # characters below a heading
_SENTENCE_ENDS = re.compile(r"[.!?;]\s|\n")
_NOT = re.compile(r"\b(?:not|no|without|isn[’']t|aren[’']t|don[’']t|doesn[’']t|ineligible)\b[^,;]{0,60}$")
_NOT_AFTER = re.compile(r"^[^,;.\n]{0,30}\b(?:not|unavailable)\b")


def benefits(text: str) -> list[Benefit]:
    """What a job gives beside its pay, in the order of `Benefit`."""
    lowered = text.lower()
    headings = _Headings(lowered)
    return [benefit for benefit in Benefit if _is_given(benefit, lowered, headings)]


def listed(items: Iterable[str]) -> list[Benefit]:
    """Those of a list of benefits that are known. In such a list a word is enough."""
    text = "\n".join(items).lower()
    return [benefit for benefit in Benefit if _PHRASES[benefit].search(text)]


def _is_given(benefit: Benefit, text: str, headings: "_Headings") -> bool:
    if not any(clue in text for clue in _CLUES[benefit]):
        return False
    for match in _PHRASES[benefit].finditer(text):
        before, after = _around(text, match.start(), match.end())
        if _NOT.search(before) or _NOT_AFTER.search(after):
            continue
        if match["sure"] or _OFFERS.search(before) or headings.is_of_an_offer(match.start()):
            return True
    return False


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and behind it in its sentence."""
    beginning = max(start - 300, 0)
    for match in _SENTENCE_ENDS.finditer(text, beginning, start):
        beginning = match.end()
    ending = _SENTENCE_ENDS.search(text, end, end + 100)
    return text[beginning:start], text[end : ending.start() if ending else end + 100]


class _Headings:
    """The headings of a text, found when they are first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[tuple[int, bool]] | None = None

    def is_of_an_offer(self, position: int) -> bool:
        """Whether the heading above a position is of what is offered, and not far."""
        if self._found is None:
            self._found = [(match.start(), match["offer"] is not None) for match in _HEADING.finditer(self._text)]
        above = bisect(self._found, (position, True)) - 1
        return above >= 0 and self._found[above][1] and position - self._found[above][0] < _REACH


_PERMIT = (
    r"(?:visas?|(?:work |employment |immigration |h-?1b? |visa )?sponsorships?|work (?:permits?|authori[sz]ation))"
)
_NEGATED = (
    r"(?:unable|not able|not currently able|cannot|can ?not|can[’']t|(?:do|does|will|are|is) not|don[’']t|doesn[’']t"
    r"|won[’']t|isn[’']t|aren[’']t|not in a position|no longer)"
)
_GIVES = r"(?:offer(?:ing)?|provid(?:e|ing)|sponsor(?:ing)?|support(?:ing)?|consider(?:ing)?|accept(?:ing)?|transfer)"
_REFUSED = (
    rf"\b{_NEGATED}\b[^.\n]{{0,50}}?\b{_GIVES}\b[^.\n]{{0,60}}?\b{_PERMIT}(?! for every)",
    rf"\b{_NEGATED}\b[^.\n]{{0,40}}?\b(?:eligible|available|open)\b[^.\n]{{0,30}}?\b{_PERMIT}",
    rf"\b(?:no|without(?: the need for)?(?: any)?(?: current or future)?)\b (?:\w+[ -]){{0,4}}?{_PERMIT}",
    rf"\b(?:not|in)[ -]?eligible for [^.\n]{{0,30}}?{_PERMIT}",
    rf"\b{_PERMIT}\b[^.\n]{{0,40}}?\b(?:is|are|will) (?:currently |unfortunately )?(?:not|unavailable)\b",
    r"\b(?:not|never)\b[^.\n]{0,20}?\brequir\w+ (?:\w+ ){0,4}?sponsorship",
    r"\bu\.?s\.? citizenship (?:is )?(?:required|a requirement)",
    r"\bmust be (?:a |an )?(?:u\.?s\.?|united states) citizens?\b(?! (?:or|and|/))",
)
_SEES_TO_IT = (
    r"\b(?:we|company|employer)(?: do| can| will| are able to| are happy to| also| currently)?"
    r" (?:offer|provide|sponsor|cover|assist with|help with|support)s?\b(?! not)"
)
_OFFERED = (
    r"\bsponsorship\b[^.\n]{0,25}?\b(?:is|are) (?:available|offered|provided|possible)\b",
    rf"{_SEES_TO_IT}[^.\n]{{0,40}}?\b{_PERMIT}",
    r"\b(?:visa|immigration|work permit) (?:(?:and|&) relocation )?(?:support|assistance|help)\b",
    r"\brelocation (?:and|&|/|or) (?:visa|immigration|work permit)",
    r"\bvisa sponsorship(?: is)?:? (?:available|offered|provided|possible|yes)\b",
    r"\bvisa sponsorship\s*$",
    r"\b(?:visum|visa-?sponsoring)\b[^.\n]{0,40}\b(?:unterstütz|übernehmen|helfen)",
)
_VISA_CLUES = ("visa", "sponsor", "permit", "citizen", "authoriz", "authoris", "immigration", "visum")
_VISA = re.compile(rf"(?P<not_offered>{'|'.join(_REFUSED)})|(?P<offered>{'|'.join(_OFFERED)})", re.MULTILINE)


def visa(text: str) -> VisaSponsorship | None:
    """Whether the employer sees to a work permit; None where no sentence says so, or they disagree."""
    text = text.lower()
    if not any(clue in text for clue in _VISA_CLUES):
        return None
    found = {str(match.lastgroup) for match in _VISA.finditer(text) if not _is_denied(match, text)}
    return VisaSponsorship(found.pop()) if len(found) == 1 else None


def _is_denied(match: re.Match[str], text: str) -> bool:
    return match.lastgroup == "offered" and bool(_NOT.search(_around(text, match.start(), match.end())[0]))
