from collections import Counter
from datetime import timedelta
from operator import or_

import pytest
from django.utils import timezone

from accounts.auth import api_key, key_uses, principals
from accounts.auth.authentication import authenticate
from accounts.errors import NotAuthenticated
from accounts.models import ApiKey
from accounts.services import account
from accounts.services import api_key as api_keys
from kernel.viewer import Scope, Viewer
from kernel.write_behind import WriteBehind
from tests.factories import ApiKeyFactory, UserFactory
from tests.waiting import until

pytestmark = pytest.mark.django_db


def bearer(key: ApiKey) -> Viewer:
    return authenticate(f"Bearer {key.text}")


def test_a_key_has_256_bits_a_prefix_and_a_checksum() -> None:
    made = api_key.new_key()
    start, prefix, secret = made.text.split("_")
    assert (start, prefix, len(secret), len(made.text)) == ("nxs", made.prefix, 49, api_key.LENGTH)
    assert 62**43 > 2**256 > 62**42
    assert api_key.is_key(made.text)
    assert len({api_key.new_key().text for _ in range(50)}) == 50


def test_every_single_typo_is_seen_without_the_database() -> None:
    text = api_key.new_key().text
    for place in range(len(text)):
        for letter in "0aZ_":
            typo = text[:place] + letter + text[place + 1 :]
            assert api_key.is_key(typo) == (typo == text)


@pytest.mark.parametrize("text", ["", "nxs_", "nxs__", "nxs_abc_def", "nxs_" + "a" * 200, "nxs_ÄÖÜäöü__" + "é" * 49])
def test_what_is_no_key_asks_nobody(text: str, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert api_key.principal_of(text) is None


def test_a_key_is_its_user_without_powers_on_the_board() -> None:
    key = ApiKeyFactory(user=UserFactory(platform_admin=True), scopes=["jobs:read"])
    viewer = bearer(key)
    assert (viewer.user_id, viewer.key_id, viewer.session_id) == (key.user_id, key.pk, None)
    assert (viewer.platform_role, viewer.is_staff, viewer.authenticated_at) == ("user", False, None)
    assert viewer.scopes == {Scope.JOBS_READ}


@pytest.mark.parametrize(
    ("scopes", "granted"),
    [
        ([], set()),
        (["jobs:read"], {"jobs:read"}),
        (["jobs:write"], {"jobs:read", "jobs:write"}),
        (["company:write", "account:read"], {"company:read", "company:write", "account:read"}),
    ],
)
def test_to_write_is_to_read(scopes: list[str], granted: set[str]) -> None:
    assert bearer(ApiKeyFactory(scopes=scopes)).scopes == granted


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"user": {"status": "deactivated"}},
    ],
)
def test_what_is_over_lets_nobody_in(change: dict) -> None:
    if "user" in change:
        change = {"user": UserFactory(**change["user"])}
    key = ApiKeyFactory(**change)
    with pytest.raises(NotAuthenticated):
        bearer(key)


def test_neither_the_prefix_nor_the_hash_lets_anybody_in() -> None:
    key = ApiKeyFactory()
    other = api_key.new_key()
    for text in (key.prefix, f"nxs_{key.prefix}", key.hash, f"nxs_{key.hash}", other.text):
        with pytest.raises(NotAuthenticated):
            authenticate(f"Bearer {text}")
    # The prefix of one and the secret of another.
    forged = f"nxs_{key.prefix}_{other.text.split('_')[2][:43]}"
    with pytest.raises(NotAuthenticated):
        authenticate(f"Bearer {forged}{api_key._checksum(forged)}")


def test_the_key_itself_is_kept_nowhere() -> None:
    key = ApiKeyFactory()
    secret = key.text.split("_")[2]
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert not any(secret in str(value) for value in row.values())
    assert row["hash"] == api_key.hash_of(key.text)


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_known_costs_no_statement(django_assert_num_queries) -> None:
    key = ApiKeyFactory(scopes=["jobs:read"])
    with django_assert_num_queries(1):
        bearer(key)
    with django_assert_num_queries(0):
        for _ in range(10):
            assert bearer(key).key_id == key.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["revoked", "owner deactivated", "expired"])
def test_a_key_that_is_known_ends_at_once_in_this_process_and_soon_in_another(how: str) -> None:
    user = UserFactory()
    expires_at = timezone.now() + timedelta(milliseconds=600) if how == "expired" else None
    key = ApiKeyFactory(user=user, expires_at=expires_at)
    elsewhere = principals.Principals()

    def is_known_elsewhere() -> bool:
        return elsewhere.of("key", api_key.hash_of(key.text)) is not None

    assert bearer(key).key_id == key.pk
    assert is_known_elsewhere()
    by = Viewer(user_id=user.pk, authenticated_at=timezone.now())
    if how == "revoked":
        api_keys.revoke(by=by, key_id=key.pk)
    elif how == "owner deactivated":
        account.deactivate(by=by)
    else:
        until(lambda: timezone.now() > expires_at, seconds=2)
    with pytest.raises(NotAuthenticated):
        bearer(key)
    until(lambda: not is_known_elsewhere(), seconds=principals.LAG_SECONDS + 0.5)


def test_last_use_is_written_later_and_once_a_minute() -> None:
    key, other = ApiKeyFactory(), ApiKeyFactory()
    bearer(key)
    key.refresh_from_db()
    assert key.last_used_at is None
    key_uses.uses.write()
    key.refresh_from_db()
    assert timezone.now() - key.last_used_at < timedelta(seconds=10)
    assert key_uses.write([key.pk]) == 0, "it was written less than a minute ago"
    assert key_uses.write([key.pk, other.pk]) == 1


def test_using_a_key_notes_it(monkeypatch) -> None:
    noted = Counter()
    monkeypatch.setattr(api_key, "uses", WriteBehind(noted.update, or_))
    key = ApiKeyFactory()
    bearer(key)
    with pytest.raises(NotAuthenticated):
        authenticate(f"Bearer {api_key.new_key().text}")
    api_key.uses.write()
    assert noted == {key.pk: 1}
