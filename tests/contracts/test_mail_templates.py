"""Every message that is declared can be sent, in every language that it is written in."""

import re
from pathlib import Path

import pytest
from django.conf import settings

import jobs.notifications  # noqa: F401  # for the templates that it declares
from accounts.notifications import mail, templates  # noqa: F401  # for those of accounts
from accounts.notifications.languages import LANGUAGES
from accounts.notifications.mail import PARTS, Template, declared

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [path for app in ("accounts", "jobs") for path in (ROOT / app / "templates" / "mail").glob("*/")]
LINK = re.compile(r"(?:https?:)?//[^\s<>\"']+|(?:src|href|action)=\"([^\"]*)\"")
UNDEFINED = "⟦no such variable: %s⟧"
# Written in English alone, and read in English by everybody: none yet.
UNTRANSLATED: set[str] = set()


def folder_of(template: Template) -> Path:
    return next(folder for folder in FOLDERS if folder.name == template.name)


def links(text: str) -> list[str]:
    return [found[1] if found[1] is not None else found[0] for found in LINK.finditer(text)]


@pytest.fixture(params=sorted(declared), ids=str)
def template(request: pytest.FixtureRequest) -> Template:
    return declared[request.param]


@pytest.fixture(params=sorted(LANGUAGES))
def rendered(request: pytest.FixtureRequest, template: Template) -> mail.Rendered:
    return mail.render(template, template.sample, locale=request.param, undefined=UNDEFINED)


def test_every_folder_of_words_is_declared() -> None:
    # Folders of a language hold its layout.
    assert {folder.name for folder in FOLDERS} - LANGUAGES.keys() == set(declared)


def test_every_message_is_written_in_english(template: Template) -> None:
    assert {path.name for path in folder_of(template).glob("*.*")} == set(PARTS)


def test_every_message_is_translated_whole(template: Template) -> None:
    translated = {path.name for path in folder_of(template).glob("*/")}
    assert translated <= LANGUAGES.keys()
    for language in translated:
        assert {path.name for path in (folder_of(template) / language).iterdir()} == set(PARTS)
    if template.name not in UNTRANSLATED:
        assert translated == LANGUAGES.keys() - {"en"}


def test_every_part_says_something_and_names_only_what_the_sample_has(rendered: mail.Rendered) -> None:
    for part in (rendered.subject, rendered.text, rendered.html):
        assert part.strip()
        assert "no such variable" not in part
        assert "{{" not in part
        assert "{%" not in part


def test_the_text_is_for_people(rendered: mail.Rendered) -> None:
    assert "\n" not in rendered.subject
    assert not re.search(r"&(?:amp|lt|gt|quot|#\d+|#x[0-9a-f]+);|</?[a-z]+>", rendered.subject + rendered.text)


def test_links_lead_to_the_front_end_or_the_board_and_nowhere_else(rendered: mail.Rendered) -> None:
    for link in links(rendered.text) + links(rendered.html):
        assert link.startswith((f"{settings.CLIENT_URL}/", f"{settings.PUBLIC_URL}/")), link


def test_both_parts_have_the_same_links(rendered: mail.Rendered) -> None:
    in_html = {link.replace("&amp;", "&") for link in links(rendered.html)}
    assert in_html == set(links(rendered.text))


def test_the_html_is_whole_and_loads_nothing(rendered: mail.Rendered) -> None:
    assert rendered.html.lstrip().startswith("<!DOCTYPE html>")
    assert f'<html lang="{rendered.language.code}">' in rendered.html
    assert rendered.html.count("<h1") == 1
    assert not re.search(r"<(?:img|script|link|iframe|form|video|object|svg)\b|@import|url\(", rendered.html)


def test_a_link_elsewhere_is_found() -> None:
    assert links('see https://evil.example/x. <a href="//evil.example"> <img src="x.png">') == [
        *("https://evil.example/x.", "//evil.example", "x.png"),
    ]
