from base64 import b32encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.auth import one_time_code

# RFC 6238, appendix B (SHA-1), the last six of its eight digits.
SECRET = b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert one_time_code.code_at(SECRET, one_time_code.step_at(now)) == code
    assert one_time_code.step_of(SECRET, code, now) == seconds // 30


@pytest.mark.parametrize(("late", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_the_code_before_and_the_one_after_are_taken(late: int, is_taken: bool) -> None:
    now = datetime.fromtimestamp(1_000_000_015, UTC)
    code = one_time_code.code_at(SECRET, one_time_code.step_at(now))
    assert (one_time_code.step_of(SECRET, code, now + timedelta(seconds=late)) is not None) == is_taken


def test_secret_has_160_bits_and_is_never_the_same() -> None:
    secrets = {one_time_code.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {32}


def test_ten_recovery_codes_differ_and_survive_being_typed() -> None:
    codes = one_time_code.new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert one_time_code.as_typed(code.upper().replace("-", " ")) == code.replace("-", "")
        assert len(one_time_code.as_typed(code)) == one_time_code.RECOVERY_LENGTH


def test_address_says_all_that_an_app_needs() -> None:
    address = urlsplit(one_time_code.address(SECRET, account="ann+job@example.org", issuer="Nexus"))
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/Nexus:ann%2Bjob%40example.org")
    told = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert told == {"secret": SECRET, "issuer": "Nexus", "algorithm": "SHA1", "digits": "6", "period": "30"}


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_is_no_code_is_seen_at_once(typed: str) -> None:
    assert not one_time_code.is_code(typed)
