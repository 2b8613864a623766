"""API keys: made once, shown once, revoked for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.auth import principals
from accounts.auth.api_key import new_key
from accounts.errors import TooManyKeys
from accounts.events import ApiKeyCreated
from accounts.models import ApiKey, User
from accounts.services import audit
from kernel.errors import Invalid
from kernel.events import emit
from kernel.viewer import Scope, Viewer

MOST_KEYS = 50
LONGEST_NAME = 100
LAST_YEAR = 9000


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key, and the secret that only its maker is ever shown."""

    key: ApiKey
    secret: str


@transaction.atomic
def create(
    *,
    by: Viewer,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
    owner_id: UUID | None = None,
    company_id: UUID | None = None,
) -> MadeKey:
    """Make a key of the viewer's own, or of a company's service user, for whom the caller answers.

    It may do what its owner may, and of that only what `scopes` name. Raises `RecentLoginRequired`, `Invalid` and
    `TooManyKeys`.
    """
    by.require_recent_login()
    owner_id = owner_id or by.user_id
    assert owner_id is not None
    named, wanted = _name(name), _scopes(scopes)
    _refuse_past(expires_at)
    # Of two who make the last one that fits, the second one waits here, and counts the first one's.
    User.objects.select_for_update(no_key=True).get(pk=owner_id)
    if ApiKey.objects.filter(user=owner_id, revoked_at__isnull=True).count() >= MOST_KEYS:
        raise TooManyKeys
    made = new_key()
    key = ApiKey.objects.create(
        user_id=owner_id,
        company_id=company_id,
        name=named,
        prefix=made.prefix,
        hash=made.hash,
        scopes=wanted,
        expires_at=expires_at,
    )
    after = {"prefix": key.prefix, "scopes": wanted, "expires_at": expires_at, "owner_id": key.user_id}
    audit.record("api_key.create", by=by, target=("ApiKey", key.pk), company_id=key.company_id, after=after)
    emit(ApiKeyCreated(key.pk, key.user_id), by=by)
    return MadeKey(key, made.text)


@transaction.atomic
def revoke(*, by: Viewer, key_id: UUID) -> ApiKey:
    """End a key, everywhere within a second. The caller has seen to it that the viewer may. Again, it is nothing."""
    key = ApiKey.objects.select_for_update(no_key=True).defer("hash").get(pk=key_id)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at", "updated_at"])
        audit.record("api_key.revoke", by=by, target=("ApiKey", key.pk), company_id=key.company_id)
        principals.changed(key.pk)
    return key


def _name(name: str) -> str:
    named = " ".join(name.split())
    if not 1 <= len(named) <= LONGEST_NAME or not named.isprintable():
        raise Invalid(f"1 to {LONGEST_NAME} characters that can be seen.", field="name")
    return named


def _scopes(scopes: Collection[str]) -> list[str]:
    """The scopes without doubles, in the order in which they are declared."""
    if not scopes:
        raise Invalid("Name one scope at least: a key without any could do nothing.", field="scopes")
    if unknown := set(scopes) - set(Scope):
        raise Invalid(f"There is no scope {min(unknown)}. They are: {', '.join(Scope)}.", field="scopes")
    return [scope.value for scope in Scope if scope in scopes]


def _refuse_past(expires_at: datetime | None) -> None:
    if expires_at is None:
        return
    if timezone.is_naive(expires_at):
        raise Invalid("The end needs a time zone.", field="expires_at")
    if expires_at <= timezone.now():
        raise Invalid("The end lies in the past.", field="expires_at")
    if expires_at.year > LAST_YEAR:
        raise Invalid(f"The end lies beyond the year {LAST_YEAR}.", field="expires_at")
