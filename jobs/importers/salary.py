"""Reads pay out of words: "€45k–55k + bonus", "$23/hr", "bis 65.000 € brutto/Jahr".

In running text much money is not pay: what was raised, sold or budgeted, what a course may cost. There an amount is
taken only where the words around it say that it is pay, and of several the first.
"""

import re
from dataclasses import replace

from jobs.importers import sums
from jobs.importers.amounts import (
    GUESSABLE,
    SHARED_SIGNS,
    SMALL_UNITS,
    YEARLY_FROM,
    Currencies,
    is_absurd,
    period_by_size,
)
from jobs.importers.pay import MOST_WORDS
from jobs.importers.sums import Sum
from jobs.models.pay import MAX_MINOR, PayPeriod
from jobs.services.incoming import Pay

# How much of a text is looked at around a sum of money.
BEFORE, AFTER = 120, 48
# Beyond these nobody is paid, in the currencies whose amounts are comparable.
BELIEVABLE = {
    PayPeriod.HOUR: (4, 1_000),
    PayPeriod.DAY: (30, 8_000),
    PayPeriod.WEEK: (100, 20_000),
    PayPeriod.MONTH: (300, 100_000),
    PayPeriod.YEAR: (6_000, 3_000_000),
}
# A single amount from here on is a year's pay where the words say that it is pay at all.
YEARLY_LEAST = 15_000
HOURLY_LEAST = 8
# What a range that nothing but its looks says to be pay may reach, and how many times the least the most may be.
BELIEVABLE_ALONE, WIDEST_ALONE = 600_000, 2.6

_PERIODS = {
    PayPeriod.HOUR: "hours?|hourly|hrs?|h|stunde|std|heure|hora|ora|godz",
    PayPeriod.DAY: "days?|daily|d|tag|jour|día|dia|giorno|dzień|dag",
    PayPeriod.WEEK: "weeks?|weekly|wk|woche|semaine|semana",
    PayPeriod.MONTH: (
        "months?|monthly|mo|mth|monat|mois|mes|mês|mese|maand|mån|månad|måned|mc|mies|miesiąc|miesiecznie|miesięcznie"
    ),
    PayPeriod.YEAR: "years?|yearly|yrs?|annually|annual|annum|jahr|jährlich|an|année|año|ano|anno|rok|rocznie|jaar|år",
}
_PERIOD = "|".join(rf"(?P<{period}>{words})" for period, words in _PERIODS.items())
# After an amount: "/hr", "per year", "p.a.", "a day", "brutto/Jahr", "(gross) pro Monat", "annually".
_PERIOD_AFTER = re.compile(
    r"[\s*)+]{0,3}(?:usd|eur|gbp|cad|aud|chf|pln)?\s?\(?(?:base|gross|net|brutto|netto|bruts?|nets|bruto|salary|ote|all-in)?\)?,?\s{0,2}"
    rf"(?:(?:(?:/|per\b|p\.?\s?/?|pro\b|par\b|por\b|al\b|im\b|an?\b|each\b|every\b|na\b|au\b)\s?(?:{_PERIOD})"
    r"|(?P<pa>p\.?\s?a\b|pa\b)|(?P<ph>ph\b)|(?P<pcm>pcm\b|p\s?/\s?m\b)|(?P<adverb>annually|annual|annuels?|anuales|anual|yearly|hourly|daily|weekly|monthly"
    r"|mensuels?|mensuales|mensual|mensais|mensal|jährlich|monatlich|miesięcznie|rocznie)))(?![\w])",
    re.IGNORECASE,
)
_PERIOD_BEFORE = re.compile(
    r"\b(?:(?P<hour>hourly|per hour|stundenlohn)|(?P<day>daily rate|day rate|tagessatz|tjm)|(?P<week>weekly)"
    r"|(?P<month>monthly|mensuel\w*|maandsalaris|månadslön|monatsgehalt|monatlich\w*)"
    r"|(?P<year>annual(?:ly|ized)?|annuel\w*|jaarsalaris|årslön|yearly|per year|per annum"
    r"|jahresgehalt\w*|jahresbrutto\w*|jährlich\w*))\b",
    re.IGNORECASE,
)
_ADVERBS = {
    "annually": PayPeriod.YEAR, "annual": PayPeriod.YEAR, "yearly": PayPeriod.YEAR, "jährlich": PayPeriod.YEAR,
    "annuel": PayPeriod.YEAR, "annuels": PayPeriod.YEAR, "anual": PayPeriod.YEAR, "anuales": PayPeriod.YEAR,
    "mensuel": PayPeriod.MONTH, "mensuels": PayPeriod.MONTH, "mensual": PayPeriod.MONTH,
    "mensuales": PayPeriod.MONTH, "mensal": PayPeriod.MONTH, "mensais": PayPeriod.MONTH,
    "rocznie": PayPeriod.YEAR, "monthly": PayPeriod.MONTH, "monatlich": PayPeriod.MONTH,
    "miesięcznie": PayPeriod.MONTH, "hourly": PayPeriod.HOUR, "daily": PayPeriod.DAY, "weekly": PayPeriod.WEEK,
}  # fmt: skip
# Words that make an amount after them pay, and words that make it something else; the nearer one decides.
_CUE = re.compile(
    r"\b(?:salar(?:y|ies)|compensation|pay(?! (?:for|off|down|back))|base|wages?|hourly rate|rate|remuneration|ote"
    r"|comp|on[- ]target earnings|earn(?:ings)?|total cash|gehalt\w*|vergütung|jahresgehalt\w*|jahresbrutto\w*"
    r"|stundenlohn|monatsgehalt|salaire|rémunération|salario|salaris|maandsalaris|jaarsalaris|lön|månadslön|retribución|remuneração|salário|stipendio|wynagrodzenie"
    r"|hiring range|budgeted range|range for this (?:role|position|job))\b",
    re.IGNORECASE,
)
_ANTI_CUE = re.compile(
    r"\b(?:stipends?|allowances?|budgets?|bonus(?:es)?|rais(?:ed|ing|e)|fund(?:ed|ing|s|raise)?|revenues?|valu(?:ed|ation)"
    r"|valuation|arr|series|seed|backed|invest(?:ed|ment|ments|or|ors)?|portfolio|grants?|sav(?:e|ed|ings)|worth|insurance"
    r"|deductible|equity|reimburs\w*|fees?|fines?|relocation|contribution|match(?:ing|es)?|401\(?k\)?|hsa|fsa|rsus?|stock"
    r"|referral|commissions? of|sales of|contracts?(?! (?:role|position|rate|work))|deals?"
    r"|transactions?|assets|aum|gmv|market|industry|cost(?:s|ing)?"
    r"|price[sd]?|sell(?:s|ing)?|purchase[sd]?|customers?|clients|companies|business(?:es)?|donat\w*|scholarship"
    r"|tuition|prize|award|credits?|perks?|benefits? of|program)\b",
    re.IGNORECASE,
)
_ANTI_CUE_AFTER = re.compile(
    r"[\s)]{0,2}(?:in |of |for |a |an |worth |per |annual |yearly |monthly |signing |sign[- ]?on |learning |employee "
    r"|/ ?){0,3}(?:stipend|allowance|budget|bonus|rais|fund|revenue|valuation|arr\b|series|seed|invest|portfolio|grant"
    r"|saving|insurance|deductible|reimburs|fee\b|fees\b|relocation|contribution|match|401|referral|contract|deal"
    r"|transaction|asset|market|industry|company|companies|business|credit|scholarship|tuition|prize|award|gift|perk"
    r"|employee|wellness|learning|home office|equipment|user|customer|equity|stock|off\b|development)",
    re.IGNORECASE,
)
# "Please note the maximum salary available for the pay system is": a limit is nobody's pay.
_LIMIT = re.compile(r"\b(?:maximum (?:\w+ )?(?:salary|pay)|(?:salary|pay) (?:cap|limit|system))\b", re.IGNORECASE)
# A range that stands by itself: in brackets, between bars, at an end of its line, or before "+ equity".
_ALONE_BEFORE = re.compile(r"(?:^|[(|:\n•])\s*$")
_ALONE_AFTER = re.compile(
    r"\s*(?:[)|\n•]|$|(?:\(?(?:base|ote|usd|gross)\)?\s?)?(?:\+|and|plus)\s?(?:\d[\d.%–-]*\s?)?"
    r"(?:equity|bonus|stock|options))",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
# What belongs to a sum that stands in a sentence: "gross", "base + equity", "DOE".
_BELONGS = re.compile(
    r"(?:[ \t]?\(?(?:usd|eur|gbp|cad|gross|brutto|bruts?|netto|base|ote|doe|dependent on experience)\b\)?)?"
    r"(?:[ \t]?(?:\+|and|plus|&)[ \t]?(?:\d[\d.%–-]*[ \t]?)?(?:meaningful |significant |generous |annual )?"
    r"(?:equity|bonus(?:es)?|stock(?: options)?|options|commissions?|benefits|super(?:annuation)?)\b){0,3}",
    re.IGNORECASE,
)


class SalaryReader:
    """Reads pay out of words."""

    def __init__(self, currencies: Currencies) -> None:
        self._currencies = currencies

    def read(self, text: str, country: str) -> Pay | None:
        """The pay that a text is meant to say; None where it says none, as in "competitive".

        `country` is where the job is, empty if that is not one country. The pay is guessed where its currency or
        period is not written.
        """
        for found in sums.found_in(text):
            if not (found.currency or found.sign) and found.largest < 1_000:
                continue
            period = _period_after(text, found.end) or _period_anywhere(text)
            pay = self._pay(found, period, country, text)
            if pay is not None:
                return pay
        return None

    def is_pay(self, text: str) -> bool:
        """Whether a short text, such as a part of a headline, is a sum that somebody may be paid."""
        return any(
            (found.currency or found.sign or found.is_range) and found.largest >= HOURLY_LEAST
            for found in sums.found_in(text)
        )

    def mentioned(self, text: str, country: str) -> Pay | None:
        """The first pay that a running text clearly states; it is guessed."""
        for found in sums.of_money(text):
            if not (found.currency or found.sign):
                continue
            before, after = _around(text, found)
            period = _period_after(text, found.end)
            is_alone = found.is_range and _stands_alone(text, found)
            if not (is_alone or _is_pay_by_context(found, before, after, period or _period_before(before))):
                continue
            words = text[found.start : _end_of_words(text, found.end)]
            pay = self._pay(found, period or _period_before(before), country, words)
            if pay is not None:
                return replace(pay, is_guessed=True)
        return None

    def _pay(self, found: Sum, period: PayPeriod | None, country: str, words: str) -> Pay | None:
        currency = found.currency or self._currencies.implied(found.sign, country)
        is_currency_said = bool(found.currency or (found.sign and self._currencies.is_local(found.sign, country)))
        meant = period or period_by_size(currency, found.largest)
        if not currency or meant is None or currency not in self._currencies.digits:
            return None
        if period is None and found.largest < HOURLY_LEAST:
            return None
        if currency in GUESSABLE and meant in BELIEVABLE:
            low, high = BELIEVABLE[meant]
            if not low <= (found.least or found.largest) <= found.largest <= high:
                return None
        if found.largest * 1_000 > MAX_MINOR or is_absurd(currency, meant, found.largest):
            return None
        return Pay(
            currency,
            meant,
            self._currencies.minor(found.least, currency),
            self._currencies.minor(found.most, currency),
            text=_whole_words(words),
            is_guessed=not (is_currency_said and period),
        )


def _end_of_words(text: str, position: int) -> int:
    """Where the words that belong to a sum end: those of its period, and what is paid besides."""
    for pattern in (_BELONGS, _PERIOD_AFTER, _BELONGS):
        match = pattern.match(text, position, position + AFTER)
        # A pattern that ends where the view ends may have stopped within a word.
        if match is not None and not text[match.end() - 1 : match.end() + 1].isalnum():
            position = match.end()
    return position


def _whole_words(words: str) -> str:
    """The words on one line, `MOST_WORDS` characters at most, and none of them cut."""
    line = " ".join(words.split())
    if len(line) <= MOST_WORDS:
        return line
    return line[: MOST_WORDS + 1].rsplit(" ", maxsplit=1)[0][:MOST_WORDS]


def _around(text: str, found: Sum) -> tuple[str, str]:
    """The words of the same sentence before a sum, and some after it."""
    before = text[max(0, found.start - BEFORE) : found.start]
    ends = list(_SENTENCE_END.finditer(before.rstrip()))
    if ends and len(before) - ends[-1].end() > 3:
        before = before[ends[-1].end() :]
    return before, text[found.end : found.end + AFTER]


def _stands_alone(text: str, found: Sum) -> bool:
    if found.least is None or found.most is None:
        return False
    currency = found.currency or SHARED_SIGNS[found.sign][0]
    _, yearly_from = SMALL_UNITS.get(currency, (0, YEARLY_FROM))
    scale = yearly_from // YEARLY_FROM
    if not YEARLY_LEAST * scale <= found.least <= found.most <= BELIEVABLE_ALONE * scale:
        return False
    if found.most > WIDEST_ALONE * float(found.least):
        return False
    before = text[max(0, found.start - 4) : found.start]
    return bool(_ALONE_BEFORE.search(before) and _ALONE_AFTER.match(text, found.end, found.end + AFTER))


def _is_pay_by_context(found: Sum, before: str, after: str, period: PayPeriod | None) -> bool:
    if _ANTI_CUE_AFTER.match(after) or (not found.is_range and _LIMIT.search(before)):
        return False
    cue = max((match.end() for match in _CUE.finditer(before)), default=-1)
    anti = max((match.end() for match in _ANTI_CUE.finditer(before)), default=-1)
    if anti > cue:
        return False
    if cue >= 0:
        return found.is_range or period is not None or found.largest >= YEARLY_LEAST
    # "$23 an hour", "$80,000 - $95,000 a year": nothing else is counted so.
    return period is PayPeriod.HOUR or (period is PayPeriod.YEAR and found.is_range)


def _period_after(text: str, position: int) -> PayPeriod | None:
    if text[max(0, position - 3) : position].lower() == "lpa":
        return PayPeriod.YEAR
    match = _PERIOD_AFTER.match(text, position, position + AFTER)
    if match is None:
        return None
    if match["pa"]:
        return PayPeriod.YEAR
    if match["ph"]:
        return PayPeriod.HOUR
    if match["pcm"]:
        return PayPeriod.MONTH
    if match["adverb"]:
        return _ADVERBS[match["adverb"].lower()]
    return next(period for period in _PERIODS if match[str(period)])


def _period_before(before: str) -> PayPeriod | None:
    last = None
    for match in _PERIOD_BEFORE.finditer(before):
        last = match
    return PayPeriod(str(last.lastgroup)) if last else None


def _period_anywhere(text: str) -> PayPeriod | None:
    match = _PERIOD_BEFORE.search(text)
    return PayPeriod(str(match.lastgroup)) if match else None
