"""Whatever a server or a proxy says of the client, what counts and is kept is an IP address."""

import pytest

from accounts.models import EmailToken
from nexus.client_address import UNTOLD, address_of, client_of
from tests.schema.account.acts import act_from


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:50211", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:50211", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        *[(told, UNTOLD) for told in ("unknown", "", "_hidden", "localhost:80", "192.0.2.256", "'; --", "1" * 5000)],
    ],
)
def test_an_address_is_read_out_of_what_is_told(told: str, address: str) -> None:
    assert address_of(told) == address
    assert client_of((told, 9)) == (address, 9)


@pytest.mark.django_db
@pytest.mark.parametrize("told", [None, ("unknown", 0), ("192.0.2.7:50211", 0)])
def test_people_register_wherever_they_come_from(told: tuple[str, int] | None) -> None:
    address, _ = client_of(told)
    given = act_from(address, "accountRegister", {"email": "ada@example.org", "password": "a walrus sings at dawn"})
    assert given["userErrors"] == []
    assert EmailToken.objects.count() == 1
