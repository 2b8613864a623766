"""What all lists of the admin have in common: they stay fast, and what is changed in them is written down."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin, TabularInline

from accounts.staff import acting
from kernel.errors import DomainError

MOST_AT_ONCE = 200  # rows that one action writes


class BoundedPaginator(Paginator):
    """Counts no further than `MOST` rows: a list of millions opens as fast as a short one. Search finds the rest."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]  # the admin pages querysets only
        return rows.order_by()[: self.MOST].count()


class Table(ModelAdmin):
    """A list that stays fast however long it is: no exact count, no counts beside filters, pages of 50.

    Every change is in the audit log, written in its transaction. Of the `unaudited` fields it says only that they
    changed: names and addresses of people, and secrets.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    unaudited: ClassVar[tuple[str, ...]] = ()
    read_as: ClassVar[str] = ""
    """Of rows about people: the act under which the audit log has who looked at them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated and business rows archived, not deleted."""
        return False

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        # Unfold's own lacks the last parameter, of which Django 6.1 warns.
        choices = default_choices or [("", "Select an action")]
        return admin.ModelAdmin.get_action_choices(self, request, choices, action_location)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        before, after = acting.changes_of(form, self.unaudited)
        if not change:
            acting.record(request, "create", form.instance, after=after)
        elif after:
            acting.record(request, "update", form.instance, before, after)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        listed = (getattr(response, "context_data", None) or {}).get("cl")
        if self.read_as and listed is not None:
            acting.looked_at(request, self.read_as, listed.result_list)
        return response

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if self.read_as and obj is not None:
            acting.looked_at(request, self.read_as, [obj])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._unless_refused(
            request, lambda: super(Table, self).changeform_view(request, object_id, form_url, extra_context)
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._unless_refused(request, lambda: super(Table, self).delete_view(request, object_id, extra_context))

    def _unless_refused(self, request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """The page; or, where a service refuses, the same page again with what it says."""
        try:
            return answer()
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        done: str,
        act: Callable[[Any], object],
        *,
        is_audited: bool = False,
    ) -> None:
        """Does it to the key of each row on its own, and says what became of them.

        Each is written down as `done`, unless `act` does that itself (`is_audited`).
        """
        ids: list[UUID | int] = list(queryset.order_by().values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(ids) > MOST_AT_ONCE:
            named = self.opts.verbose_name_plural
            self.message_user(request, f"At most {MOST_AT_ONCE} {named} at once.", messages.ERROR)
            return
        refusals: dict[str, int] = {}
        for pk in ids:
            try:
                with transaction.atomic():
                    act(pk)
                    if not is_audited:
                        acting.record(request, done, self.model(pk=pk))
            except DomainError as refusal:
                refusals[str(refusal)] = refusals.get(str(refusal), 0) + 1
        if count := len(ids) - sum(refusals.values()):
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)
        for message, count in refusals.items():
            self.message_user(request, f"{count} refused: {message}", messages.ERROR)


class Shown(Table):
    """Rows that a program writes: reference data comes from files, runs from importers."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShownInline(TabularInline):
    """Rows that hang on another, to be read. In pages: nothing says how many there are."""

    extra = 0
    can_delete = False
    show_change_link = False
    per_page = 20

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.fields or ())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        return queryset.select_related(*self.joined) if self.joined else queryset

    joined: ClassVar[tuple[str, ...]] = ()
