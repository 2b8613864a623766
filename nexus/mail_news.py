"""What a mail provider tells of mail that came back: `/mail/news/<provider>`, where a provider sends our mail."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.dispatch import receiver
from django.urls import URLPattern, path

from accounts.services.suppression import Reason, suppress
from nexus.mailers import provider_of

_VIEWS = {
    "brevo": BrevoTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "resend": ResendTrackingWebhookView,
}
_FOR_GOOD = {RejectReason.BOUNCED, RejectReason.INVALID}
# A mailbox that is full, for example: Anymail calls it bounced like the rest, and only the provider's own word tells.
_PASSING = {"SoftBounce", "soft_bounce", "Transient"}


def urls(email_url: str, secret: str) -> list[URLPattern]:
    """The path of the one provider that sends our mail; none without a secret, or everybody could suppress anybody."""
    provider = provider_of(email_url)
    return [path(provider, _VIEWS[provider].as_view())] if provider and secret else []


@receiver(tracking, dispatch_uid="nexus.mail_news")
def heard(sender: Any, event: AnymailTrackingEvent, **_: Any) -> None:
    """Suppress the address that the event is about, if no mail of ours will ever be welcome there."""
    if not event.recipient:
        return
    if event.event_type == EventType.COMPLAINED:
        suppress(event.recipient, reason=Reason.COMPLAINT, detail=event.description or "")
    elif event.event_type in (EventType.BOUNCED, EventType.REJECTED) and _is_for_good(event):
        suppress(event.recipient, reason=Reason.BOUNCE, detail=event.mta_response or event.description or "")


def _is_for_good(event: AnymailTrackingEvent) -> bool:
    told = event.esp_event or {}
    # Where Postmark, Brevo and Resend say it. Mailgun's are told apart by Anymail.
    words = {told.get("Type"), told.get("event"), (told.get("data") or {}).get("bounce", {}).get("type")}
    return event.reject_reason in _FOR_GOOD and not words & _PASSING
