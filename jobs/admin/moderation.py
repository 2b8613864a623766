"""What people reported, and what moderators decided. Who reported is shown here alone, and looking is written down."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.staff.acting import viewer_of
from accounts.staff.table import Shown, ShownInline
from jobs.models import Job, JobReport, ModerationCase
from jobs.services import moderation


class CommentForm(ActionForm):
    """The choice of an action, with the words that a decision needs."""

    comment = forms.CharField(
        required=False,
        label="",
        max_length=moderation.LONGEST_TEXT,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Why, for the company"}),
    )


class JobReportInline(ShownInline):
    model = JobReport
    fields = ("reason", "text", "reporter", "created_at")
    ordering = ("-id",)
    joined = ("reporter",)


class IsOpen(admin.SimpleListFilter):
    """Cases that wait, and those that were decided."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("decided", "Decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ModerationCase]) -> QuerySet[ModerationCase]:
        value = self.value()
        return queryset if value is None else queryset.filter(decided_at__isnull=value == "open")


@admin.register(ModerationCase)
class ModerationCaseAdmin(Shown):
    """Postings that were reported, or taken from view. Decided by the actions, which do what the API does."""

    action_form = CommentForm
    actions = ("clear", "freeze", "remove")
    list_display = ("job", "moderation", "reports", "decision", "decided_by", "created_at")
    list_select_related = ("job__company", "decided_by")
    list_filter = (IsOpen, "decision")
    search_fields = ("=job__public_id", "job__title", "job__company__name")
    ordering = ("-id",)
    fields = ("job", "moderation", "reports", "decision", "comment", "decided_by", "decided_at", "created_at")
    inlines = (JobReportInline,)
    read_as = "moderation_case.read"

    @admin.display(ordering="job__moderation")
    def moderation(self, case: ModerationCase) -> str:
        return case.job.moderation

    @admin.action(description="Nothing is wrong (a frozen job is shown again)")
    def clear(self, request: HttpRequest, queryset: QuerySet[ModerationCase]) -> None:
        by, comment = viewer_of(request), _comment(request)
        self._decide(request, queryset, "cleared", lambda pk: moderation.unfreeze(by=by, job_id=pk, comment=comment))

    @admin.action(description="Freeze, for the reason beside")
    def freeze(self, request: HttpRequest, queryset: QuerySet[ModerationCase]) -> None:
        by, comment = viewer_of(request), _comment(request)
        self._decide(request, queryset, "frozen", lambda pk: moderation.freeze(by=by, job_id=pk, comment=comment))

    @admin.action(description="Remove what is frozen for good, for the reason beside")
    def remove(self, request: HttpRequest, queryset: QuerySet[ModerationCase]) -> None:
        by, comment = viewer_of(request), _comment(request)
        self._decide(request, queryset, "removed", lambda pk: moderation.remove(by=by, job_id=pk, comment=comment))

    def _decide(self, request: HttpRequest, queryset: QuerySet[ModerationCase], done: str, act: Any) -> None:
        """Does it once to the job of each of the cases."""
        found = Job.objects.filter(moderation_cases__in=queryset.order_by().values("pk")).distinct()
        self.each(request, found, done, act, is_audited=True)


@admin.register(JobReport)
class JobReportAdmin(Shown):
    """What each person said, until their account goes; then without who it was."""

    list_display = ("job", "reason", "text", "reporter", "created_at")
    list_select_related = ("case__job__company", "reporter")
    list_filter = ("reason",)
    search_fields = ("=case__job__public_id", "case__job__title", "reporter__email")
    ordering = ("-id",)
    fields = ("job", "reason", "text", "reporter", "created_at")
    read_as = "job_report.read"

    @admin.display(ordering="case__job__title")
    def job(self, report: JobReport) -> Job:
        return report.case.job


def _comment(request: HttpRequest) -> str:
    return request.POST.get("comment", "")
