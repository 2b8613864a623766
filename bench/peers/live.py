"""What both Django peers show: the board's one rule of what the public sees, in their own words."""

from django.db.models import Q
from django.utils import timezone


def live() -> Q:
    now = timezone.now()
    return Q(
        lifecycle="published",
        moderation__in=["clear", "flagged"],
        visibility="public",
        published_at__lte=now,
        expires_at__gt=now,
        company__status="active",
    )
