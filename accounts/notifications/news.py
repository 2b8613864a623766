"""What people are told: each sort of news is declared once, with its topic and its sentence in every language.

    HIRED = News("hired", Topic.APPLICATIONS, en="{company} hired you as {job}.", de="…", page="my-applications")

`accounts.services.notification.tell_all` tells it to people; docs/notifications.md says who hears of what.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import Topic
from accounts.notifications.languages import ENGLISH, language_of
from accounts.notifications.mail import client_link, one_line


@dataclass(frozen=True)
class News:
    """A sort of news. The sentences name values in braces: words that the public, or all who are told, may read."""

    kind: str
    topic: Topic
    en: str
    de: str
    page: str
    """The page of the front end that it leads to; may name values as well."""

    def __post_init__(self) -> None:
        if declared.setdefault(self.kind, self) is not self:
            raise RuntimeError(f"Two sorts of news are called {self.kind}.")


declared: dict[str, News] = {}
"""Every sort of news whose module is loaded, by kind."""


def sentence(kind: str, values: Mapping[str, object], *, locale: str = ENGLISH.code) -> str:
    """The news in the locale's language, in one line; a value that is not there any more stands as an ellipsis."""
    news = declared[kind]
    words = news.en if language_of(locale) is ENGLISH else news.de
    return one_line(words.format_map(_Values(values)))


def page(kind: str, values: Mapping[str, object]) -> str:
    """Where in the front end the news leads to."""
    return client_link(declared[kind].page.format_map(_Values(values)))


class _Values(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"
