"""What people type about themselves, in the one form in which it is kept."""

import pytest

from accounts.text import email_address, locale_tag, person_name, refuse_unreadable, timezone_name
from kernel.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada.Lovelace+jobs@Example.ORG\n", "ada.lovelace+jobs@example.org"),
        ("ada@b\u00fccher.example", "ada@xn--bcher-kva.example"),
        ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        ("\uff41\uff44\uff41@example.org", "ada@example.org"),
        ("ada@example\u3002org", "ada@example.org"),
    ],
)
def test_spellings_of_an_address_are_one(typed: str, kept: str) -> None:
    assert email_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "ada", "@", "ada@", "@example.org", "a@b@c.org", "ada@-example.org", "ada@exa_mple.org"),
        *("ada@example..org", f"{'a' * 65}@example.org", f"ada@{'a' * 64}.org", "a da@example.org"),
        *("ada\ud800@example.org", "ada\x00@e.org", '"ada"@example.org', '"a da"@example.org', "ada@[127.0.0.1]"),
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        email_address(typed, field="changes.email")
    assert refusal.value.field == "changes.email"


def test_an_address_has_at_most_254_characters() -> None:
    domain = ".".join(["a" * 60] * 3)
    assert len(email_address(f"{'b' * 64}@{domain}.org")) == 251
    with pytest.raises(Invalid):
        email_address(f"{'b' * 64}@{domain}.abcdefgh")


@pytest.mark.parametrize(
    "name",
    [
        "A" * 201,
        "Ada\nLovelace",
        "Ada\x07",
        "Ada\u2028Lovelace",
        "\udc00",
        "https://evil.example",
        "www.evil.example",
        "Acme \u202egnp.exe",
        "Ac\u200bme",
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        person_name(name)


def test_a_name_is_kept_composed_and_without_space_around_it() -> None:
    assert person_name("  Rene\u0301 \U0001f418 ") == "Ren\u00e9 \U0001f418"
    assert person_name(" ") == ""


@pytest.mark.parametrize("tag", ["en", "de-AT", "zh-Hant", "zh-Hant-TW", "es-419", "gsw"])
def test_tags_of_languages_are_taken(tag: str) -> None:
    assert locale_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", "EN", "de_DE", "german", "de-AT-1901-x", "d", "de-at", "de\n"])
def test_what_is_no_tag_of_a_language_is_refused(tag: str) -> None:
    with pytest.raises(Invalid):
        locale_tag(tag)


@pytest.mark.parametrize("name", ["", "Berlin", "europe/berlin", "../UTC", "/etc/localtime", "UTC\x00", "x" * 1000])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        timezone_name(name)
    assert timezone_name("Europe/Berlin") == "Europe/Berlin"


def test_a_text_that_cannot_be_kept_says_which_field_it_was() -> None:
    with pytest.raises(Invalid) as refusal:
        refuse_unreadable("a\x00b", field="changes.name")
    assert (refusal.value.field, str(refusal.value)) == ("changes.name", "A text has no NUL characters.")
