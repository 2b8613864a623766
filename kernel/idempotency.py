"""An act under a key of the caller's happens once: whoever repeats it within a day gets what came of it the first time.

What came of it is encrypted under the caller's key and SECRET_KEY, and the key itself is not kept: a table that leaks
tells nothing, not even whether a guess at the input was right.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kernel.errors import Invalid, KeyReused
from kernel.models import IdempotencyRecord
from kernel.viewer import Viewer

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 100


def once(
    act: Callable[[], dict[str, Any]],
    *,
    by: Viewer,
    operation: str,
    key: str,
    input: Mapping[str, Any],
) -> tuple[dict[str, Any], bool]:
    """What `act` gives, as plain values, and whether it has just been done.

    Of several who ask under one key at once, one acts while the others wait for it. An act that is refused leaves
    nothing behind: the key may be used again. Raises what `act` raises, `KeyReused`, and `Invalid`.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= character <= "~" for character in key):
        raise Invalid(f"1 to {LONGEST_KEY} visible ASCII characters.", field="idempotency_key")
    # Staff who act in a person's name have keys of their own.
    named = f"{operation}:{by.impersonator_id or ''}:{key}"
    secret = hmac.digest(settings.SECRET_KEY.encode(), named.encode(), "sha256")
    input_hash = hmac.digest(secret, _told(input), "sha256").hex()
    box = Fernet(urlsafe_b64encode(secret))
    actor = str(by.key_id or by.user_id or "anonymous")
    names = {"actor": actor, "operation": operation, "key_hash": hmac.digest(secret, b"key", "sha256").hex()}
    with transaction.atomic():
        IdempotencyRecord.objects.filter(**names, created_at__lt=timezone.now() - KEPT_FOR).delete()
        record = IdempotencyRecord(**names, input_hash=input_hash, outcome="")
        # Waits here for whoever has the key in a transaction of their own.
        IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
        held = IdempotencyRecord.objects.get(**names)
        if held.input_hash != input_hash:
            raise KeyReused(field="idempotency_key")
        if held.outcome:
            outcome: dict[str, Any] = orjson.loads(box.decrypt(held.outcome.encode()))
            return outcome, False
        outcome = act()
        held.outcome = box.encrypt(orjson.dumps(outcome)).decode()
        held.save(update_fields=["outcome"])
        return outcome, True


def forget_old(batch: int = 1000) -> int:
    """Forget the acts of more than a day ago, so many in a transaction; how many there were."""
    # An hour later than `once` does, which must not lose the record between two of its statements.
    old = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR - timedelta(hours=1))
    forgotten = 0
    while True:
        found = list(old.order_by("created_at").values_list("pk", flat=True)[:batch])
        IdempotencyRecord.objects.filter(pk__in=found).delete()
        forgotten += len(found)
        if len(found) < batch:
            return forgotten


def _told(input: Mapping[str, Any]) -> bytes:
    """The input as text, whatever it holds: the same for the same input, and for no other."""
    return json.dumps(input, sort_keys=True, default=repr).encode()
