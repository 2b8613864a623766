"""An act under a key of the caller's happens once: whoever repeats it within a day gets what came of it the first time.

What came of it is encrypted under the caller's key and SECRET_KEY, and the key itself is not kept: a table that leaks
tells nothing, not even whether a guess at the input was right.
"""

import hmac
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
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(f"1 to {LONGEST_KEY} visible ASCII characters.", field="idempotency_key")
    secret = hmac.digest(settings.SECRET_KEY.encode(), f"{operation}:{key}".encode(), "sha256")
    told = orjson.dumps(input, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    input_hash = hmac.digest(secret, told, "sha256").hex()
    box = Fernet(urlsafe_b64encode(secret))
    actor = str(by.key_id or by.user_id or "anonymous")
    names = {"actor": actor, "operation": operation, "key_hash": hmac.digest(secret, b"key", "sha256").hex()}
    with transaction.atomic():
        IdempotencyRecord.objects.filter(**names, created_at__lt=timezone.now() - KEPT_FOR).delete()
        record = IdempotencyRecord(**names, input_hash=input_hash, outcome="")
        # Waits here for whoever has the key in a transaction of their own.
        IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
        held = IdempotencyRecord.objects.get(**names)
        if held.outcome or held.input_hash != input_hash:
            if held.input_hash != input_hash:
                raise KeyReused(field="idempotency_key")
            outcome: dict[str, Any] = orjson.loads(box.decrypt(held.outcome.encode()))
            return outcome, False
        outcome = act()
        held.outcome = box.encrypt(orjson.dumps(outcome)).decode()
        held.save(update_fields=["outcome"])
        return outcome, True


def forget_old() -> int:
    """Forget the acts of more than a day ago; how many there were."""
    return IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]
