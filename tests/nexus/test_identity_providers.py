import json

import pytest

from nexus.identity_providers import identity_providers

KEYS = {"client_id": "a", "secret": "hush"}


def test_none_are_configured_by_default() -> None:
    assert identity_providers("", []) == []


def test_known_providers_need_their_keys_only() -> None:
    faults: list[str] = []
    apps = identity_providers(json.dumps(dict.fromkeys(("google", "linkedin", "github"), KEYS)), faults)
    assert faults == []
    assert [(app["provider_id"], app["name"], app["settings"].get("server_url")) for app in apps] == [
        ("google", "Google", "https://accounts.google.com"),
        ("linkedin", "LinkedIn", "https://www.linkedin.com/oauth"),
        ("github", "GitHub", None),
    ]


@pytest.mark.parametrize("issuer", ["https://login.acme.example", "http://127.0.0.1:9000", "http://localhost"])
def test_any_other_word_is_an_issuer(issuer: str) -> None:
    faults: list[str] = []
    (app,) = identity_providers(json.dumps({"acme": {**KEYS, "name": "Acme", "issuer": issuer}}), faults)
    assert (faults, app["name"], app["settings"]["server_url"]) == ([], "Acme", issuer)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "no JSON object"),
        ("[]", "no JSON object"),
        ({"Acme": KEYS}, "no word"),
        ({"a/b": KEYS}, "no word"),
        ({"acme": "x"}, "no object"),
        ({"acme": {**KEYS, "url": "x"}}, "url, which nothing reads"),
        ({"acme": {**KEYS, "secret": 1}}, "are texts"),
        ({"acme": {**KEYS, "issuer": "https://x.example", "trusts_email": "no"}}, "true or false"),
        ({"google": {"secret": "hush"}}, "no client_id"),
        ({"google": {**KEYS, "issuer": "https://x.example"}}, "needs no issuer"),
        ({"acme": KEYS}, "no issuer"),
        ({"acme": {**KEYS, "issuer": "http://login.acme.example"}}, "no issuer"),
        ({"acme": {**KEYS, "issuer": "ftp://127.0.0.1"}}, "no issuer"),
        ({f"a{n}": {**KEYS, "issuer": "https://x.example"} for n in range(21)}, "more than 20"),
    ],
)
def test_what_cannot_be_used_is_told_without_its_secret(text: object, words: str) -> None:
    faults: list[str] = []
    identity_providers(text if isinstance(text, str) else json.dumps(text), faults)
    (fault,) = faults
    assert fault.startswith("SIGN_IN: ")
    assert words in fault
    assert "hush" not in fault
