"""When each API key was last used, so that its owner sees which ones nobody needs any more.

For all keys in one statement, and no row more than once a minute, however many processes there are.
"""

from collections.abc import Collection
from datetime import timedelta
from operator import or_
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey
from kernel.write_behind import WRITE_SECONDS, WriteBehind


def write(used: Collection[UUID]) -> int:
    """Say of keys that they were used just now; how many it is said of anew."""
    now = timezone.now()
    is_due = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(seconds=WRITE_SECONDS))
    return ApiKey.objects.filter(is_due, pk__in=used).update(last_used_at=now)


uses: WriteBehind[UUID, bool] = WriteBehind(write, or_)
