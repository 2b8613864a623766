"""For those who run the platform: the documents that clients may name, and how events reach their subscribers."""

from datetime import datetime
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.staff import acting
from accounts.staff.table import Shown
from kernel import outbox
from kernel.errors import Forbidden
from kernel.models import Delivery, DeliveryState
from nexus import trusted_documents
from nexus.models import TrustedDocument


class RunningFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("1", "Runs"), ("0", "Withdrawn")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TrustedDocument]) -> QuerySet[TrustedDocument]:
        return queryset.filter(withdrawn_at__isnull=self.value() == "1") if self.value() else queryset


@admin.register(TrustedDocument)
class TrustedDocumentAdmin(Shown):
    """Published by `manage.py documents_publish`; withdrawn here too. Uses are counted once a minute."""

    actions = ("withdraw",)
    list_display = ("name", "kind", "apps", "version", "published_at", "uses", "last_used_at", "withdrawn_at")
    list_filter = (RunningFilter, "kind")
    search_fields = ("name", "=id", "=sha256")
    ordering = ("name", "id")
    fields = (
        *("id", "name", "kind", "apps", "version", "text"),
        *("published_at", "withdrawn_at", "uses", "last_used_at"),
    )

    @admin.action(description="Withdraw (refused everywhere within seconds)")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[TrustedDocument]) -> None:
        with transaction.atomic():
            documents = list(queryset.filter(withdrawn_at__isnull=True).only("id"))
            withdrawn = trusted_documents.withdraw([document.id for document in documents])
            for document in documents:
                acting.record(request, "withdraw", document)
        self.message_user(request, f"{withdrawn} withdrawn.", messages.SUCCESS)


@admin.register(Delivery)
class DeliveryAdmin(Shown):
    """What `manage.py tasks` shows, one by one. The dead are sent again here too."""

    actions = ("replay",)
    list_display = ("id", "state", "subscriber", "kind", "aggregate", "attempts", "lag", "ended_at", "error")
    list_filter = ("state",)
    list_select_related = ("event",)
    search_fields = ("=aggregate", "=subscriber")
    ordering = ("-id",)
    fields = (
        *("id", "kind", "aggregate", "occurred_at", "actor_id", "request_id"),
        *("subscriber", "state", "attempts", "error", "due_at", "sent_at", "started_at", "ended_at"),
    )
    readonly_fields = fields

    @admin.display(description="Lag")
    def lag(self, delivery: Delivery) -> str | None:
        """How long it has been due, while it is neither done nor dead."""
        if delivery.state not in (DeliveryState.WAITING, DeliveryState.SENT):
            return None
        seconds = (timezone.now() - delivery.due_at).total_seconds()
        return f"{max(0.0, seconds):,.0f} s"

    @admin.display(description="Event")
    def kind(self, delivery: Delivery) -> str:
        return delivery.event.kind

    @admin.display(description="Occurred at")
    def occurred_at(self, delivery: Delivery) -> datetime:
        return delivery.event.occurred_at

    @admin.display(description="Actor")
    def actor_id(self, delivery: Delivery) -> UUID | None:
        return delivery.event.actor_id

    @admin.display(description="Request")
    def request_id(self, delivery: Delivery) -> str:
        return delivery.event.request_id

    @admin.action(description="Replay (dead ones wait for the relay again)")
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self.each(request, queryset, "replayed", _replay)


def _replay(delivery_id: UUID) -> None:
    if not outbox.replay([delivery_id]):
        raise Forbidden("Only dead deliveries are replayed.")
