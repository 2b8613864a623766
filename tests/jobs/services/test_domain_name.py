"""Only a domain that can be a company's own is taken, and in one form."""

import pytest

from jobs.errors import DomainRefused
from jobs.services.domain_name import domain_name
from kernel.errors import Invalid


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("example.com", "example.com"),
        (" EXAMPLE.com. ", "example.com"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("jobs.acme.co.uk", "jobs.acme.co.uk"),
        ("acme.unknown", "acme.unknown"),
        ("acme.github.io", "acme.github.io"),
        ("www.ck", "www.ck"),
    ],
)
def test_a_domain_is_kept_in_one_form(text: str, name: str) -> None:
    assert domain_name(text, field="domain") == name


@pytest.mark.parametrize(
    "text", ["co.uk", "github.io", "anything.ck", "gmail.com", "GMAIL.com", "mx.gmail.com", "mailinator.com"]
)
def test_what_strangers_share_is_refused(text: str) -> None:
    with pytest.raises(DomainRefused) as refusal:
        domain_name(text, field="domain")
    assert refusal.value.field == "domain"


@pytest.mark.parametrize(
    "text",
    ["", ".", "com", "a..com", "-a.com", "a-.com", "a b.com", "a_b.com", "1.2.3.4", "https://a.com", "a@b.com",
     "x" * 64 + ".com", "a." * 130 + "com", "a\x00.com", "\ud800.com", "[::1]", "ß" * 1_000],
)  # fmt: skip
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        domain_name(text, field="domain")
