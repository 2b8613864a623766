"""The list of addresses that are sent no mail."""

from accounts.models import EmailSuppression
from accounts.models import SuppressionReason as Reason

__all__ = ["Reason", "is_suppressed", "suppress"]

LONGEST_DETAIL = 500


def is_suppressed(address: str) -> bool:
    """Whether the address, in any case, is sent no mail."""
    return EmailSuppression.objects.filter(email=_key(address)).exists()


def suppress(address: str, *, reason: Reason, detail: str = "") -> None:
    """Send the address no more mail. One that is on the list already stays there for its first reason."""
    row = EmailSuppression(email=_key(address), reason=reason, detail=detail.replace("\0", "")[:LONGEST_DETAIL])
    EmailSuppression.objects.bulk_create([row], ignore_conflicts=True)


def _key(address: str) -> str:
    return address.strip().lower()
