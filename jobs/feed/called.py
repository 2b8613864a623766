"""What somebody is or wants to be called, and how much each of it counts today."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from jobs.feed.said import Said
from jobs.search.mentions import titles_in
from jobs.search.words import words_of

MOST_HELD = 4
"""Of experiences: what somebody did long ago says little of what they look for."""
MOST = 12
MOST_MENTIONED = 8

# What a title counts by where it stands, beside one that the person wants.
LATEST = 0.8
EARLIER = 0.3
BESIDE_WANTED = 0.3
# At most, where the person says none, and only texts mention some.
MENTIONED = 0.6
# Beside the title as it was written; it is the same, or nearly.
SPELT_OUT = 0.7
_MOST_MEANINGS = 2
_MOST_WORDS = 8


def called(said: Said, today: date) -> Mapping[str, float]:
    """The titles that somebody wants, has and had; where they say none, those that their texts mention. With the long
    forms of what is abbreviated.
    """
    titles = _said(said, today) or _mentioned(said)
    return titles | _spelt_out(titles, said.meanings)


def told(said: Said) -> list[str]:
    """What the latest experiences tell of what was done there."""
    return [text for _, summary, highlights, *_ in said.experiences[:6] for text in (summary, *highlights[:8])]


def _said(said: Said, today: date) -> dict[str, float]:
    """What is wanted counts most, then what is recent."""
    wanted = [*said.wanted_titles, *(title for _, title in said.occupations)]
    titles = {title: 1.0 for title in wanted if title.strip()}
    # Who says what they want may want something else than they did.
    share = BESIDE_WANTED if titles else 1.0
    if said.headline and said.headline.strip():
        titles.setdefault(said.headline, share)
    held = [entry for entry in said.experiences if entry[0].strip()]
    for place, (title, _, _, is_current, ended, started, _) in enumerate(held[:MOST_HELD]):
        years = 0.0 if is_current else _years(ended or started, today)
        value = (LATEST if place == 0 else EARLIER) * 0.5 ** (max(years - 2.0, 0.0) / 10)
        titles.setdefault(title, value * share)
    return dict(list(titles.items())[:MOST])


def _years(day: str | None, today: date) -> float:
    return (today - date.fromisoformat(day)) / timedelta(days=365) if day else 0.0


def _mentioned(said: Said) -> dict[str, float]:
    found = list(titles_in("\n".join([said.summary or "", *told(said)])).items())[:MOST_MENTIONED]
    # One more of each: what is mentioned once beside what is mentioned twice is more than half.
    return {title: MENTIONED * (worth + 1) / (found[0][1] + 1) for title, worth in found}


def _spelt_out(titles: Mapping[str, float], meanings: Iterable[tuple[str, str, float]]) -> dict[str, float]:
    """The titles once more, with what each abbreviation in them stands for."""
    of: dict[str, list[tuple[str, float]]] = {}
    for word, meaning, weight in meanings:
        of.setdefault(word, []).append((meaning, weight))
    words = {title: words_of(title)[:_MOST_WORDS] for title in titles}
    found: dict[str, float] = {}
    for title, each in words.items():
        for place, word in enumerate(each):
            for meaning, weight in of.get(word, ())[:_MOST_MEANINGS]:
                spelt = " ".join([*each[:place], meaning, *each[place + 1 :]])
                found.setdefault(spelt, titles[title] * weight * SPELT_OUT)
    known = {" ".join(each) for each in words.values()}
    return {title: share for title, share in list(found.items())[:MOST] if title not in known}
