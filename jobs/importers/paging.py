"""Lists that come in pages: where the next page is, and which documents a page stands for.

Only where the address of a whole list is one page of it. Adzuna and Himalayas have more pages than anybody should
fetch at once, with the newest postings on the first; there, the address says which page is meant.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jobs.importers.addresses import WebAddress


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a page: the link to the next one, and links to what is read in place of the page itself."""

    following: str = ""
    parts: tuple[str, ...] = ()


type Paging = Callable[[WebAddress, Mapping[str, Any]], Step]


def arbeitnow(address: WebAddress, page: Mapping[str, Any]) -> Step:
    """The page says where the next one is: https://www.arbeitnow.com/api/job-board-api."""
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) and page.get("data") else None
    return Step(following if isinstance(following, str) else "")


def smartrecruiters(address: WebAddress, page: Mapping[str, Any]) -> Step:
    """The list has no descriptions; each posting has them: https://developers.smartrecruiters.com/docs/posting-api."""
    content, offset, total = page.get("content"), page.get("offset"), page.get("totalFound")
    if not isinstance(content, list) or not isinstance(offset, int) or not isinstance(total, int):
        return Step()
    path, _, query = address.target.partition("?")
    ids = [entry.get("id") for entry in content if isinstance(entry, dict)]
    parts = tuple(f"{path.rstrip('/')}/{number}" for number in ids if isinstance(number, str) and number.isalnum())
    end = offset + len(content)
    if not content or end >= total:
        return Step(parts=parts)
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "offset"]
    return Step(f"{path}?{urlencode([*kept, ('offset', end)])}", parts)


PAGED: Mapping[str, Paging] = {"arbeitnow": arbeitnow, "smartrecruiters": smartrecruiters}
