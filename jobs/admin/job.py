"""Postings. What has rules is written by services."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.staff.acting import viewer_of
from accounts.staff.table import ShownInline, Table
from jobs.admin.description import refuse_unrenderable
from jobs.models import (
    Benefit,
    CloseReason,
    Compensation,
    DescriptionFormat,
    EmploymentType,
    Job,
    JobLocation,
    JobRevision,
    JobSkill,
    RemoteEligibility,
    SourcePosting,
)
from jobs.services import job as jobs
from jobs.services import job_editing


class JobLocationInline(ShownInline):
    model = JobLocation
    fields = ("text", "place", "country", "is_primary")
    ordering = ("position",)
    joined = ("place", "country")


class RemoteEligibilityInline(ShownInline):
    model = RemoteEligibility
    fields = ("country", "region_code", "is_allowed")
    ordering = ("country", "region_code")
    joined = ("country",)


class CompensationInline(ShownInline):
    model = Compensation
    fields = ("kind", "currency", "period", "min_minor", "max_minor", "top_yearly_minor")
    ordering = ("kind",)
    joined = ("currency",)


class JobSkillInline(ShownInline):
    model = JobSkill
    fields = ("skill", "necessity", "level")
    ordering = ("skill__name",)
    joined = ("skill",)


class SourcePostingInline(ShownInline):
    model = SourcePosting
    fields = ("source", "url", "first_seen_at", "last_seen_at")
    ordering = ("-last_seen_at",)


class JobRevisionInline(ShownInline):
    model = JobRevision
    fields = ("number", "changed", "actor", "created_at")
    ordering = ("-number",)
    joined = ("actor",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")


class CloseForm(ActionForm):
    """The choice of an action, with the reason that closing needs."""

    reason = forms.ChoiceField(
        choices=[("", "Reason, to close"), *CloseReason.choices],
        required=False,
        label="",
        widget=UnfoldAdminSelectWidget,
    )


class JobForm(forms.ModelForm):
    """What a posting says, and the version of it that the form was opened on."""

    employment_types = forms.TypedMultipleChoiceField(
        choices=EmploymentType.choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    benefits = forms.TypedMultipleChoiceField(
        choices=Benefit.choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_unrenderable(self, cleaned.get("description_format", DescriptionFormat.MARKDOWN))
        return cleaned


@admin.register(Job)
class JobAdmin(Table):
    """Postings. They begin in the API or an import; here they are mended, published and closed."""

    form = JobForm
    action_form = CloseForm
    actions = ("publish", "close")
    list_display = ("title", "company", "standing", "moderation", "published_at", "expires_at")
    list_select_related = ("company",)
    list_filter = ("lifecycle", "moderation", "workplace", "visibility")
    search_fields = ("=public_id", "=external_reference", "title", "company__name")
    ordering = ("-id",)
    autocomplete_fields = ("category", "occupation")
    fieldsets = (
        (None, {"fields": ("title", "company", "language", "category", "occupation", "seen_version")}),
        ("Description", {"fields": ("description_format", "description_source", "description_text")}),
        ("Terms", {"fields": ("employment_types", "workplace", "seniority", "education", "benefits", "visa")}),
        ("Remote", {"fields": ("remote_utc_from", "remote_utc_to")}),
        ("Applying", {"fields": ("apply_kind", "apply_url", "apply_email")}),
        ("Standing", {"fields": ("lifecycle", "moderation", "visibility", "close_reason")}),
        (
            "Dates",
            {"fields": ("first_published_at", "published_at", "scheduled_at", "expires_at", "closed_at", "created_at")},
        ),
        ("Keys", {"fields": ("id", "public_id", "external_reference", "version", "current_revision", "content_hash")}),
    )
    readonly_fields = (
        "id",
        "company",
        "external_reference",
        "public_id",
        "description_text",
        "lifecycle",
        "moderation",
        "close_reason",
        "first_published_at",
        "published_at",
        "scheduled_at",
        "expires_at",
        "closed_at",
        "created_at",
        "version",
        "current_revision",
        "content_hash",
    )
    inlines = (
        JobLocationInline,
        RemoteEligibilityInline,
        CompensationInline,
        JobSkillInline,
        SourcePostingInline,
        JobRevisionInline,
    )

    @admin.display(ordering="lifecycle")
    def standing(self, job: Job) -> str:
        return job.lifecycle

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        queryset = super().get_queryset(request).select_related("company")
        if request.resolver_match and str(request.resolver_match.url_name).endswith("_changelist"):
            return queryset.defer("description_source", "description_html", "description_text")
        return queryset

    def save_model(self, request: HttpRequest, obj: Job, form: Any, change: bool) -> None:
        job_editing.amend(
            by=viewer_of(request),
            job_id=obj.pk,
            version=form.cleaned_data["seen_version"],
            changes={name: form.cleaned_data[name] for name in form.changed_data if name in job_editing.AMENDABLE},
        )

    @admin.action(description="Publish")
    def publish(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        by = viewer_of(request)
        self.each(request, queryset, "published", lambda pk: jobs.publish(by=by, job_id=pk))

    @admin.action(description="Close, for the reason beside")
    def close(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        by, reason = viewer_of(request), request.POST.get("reason", "")
        self.each(request, queryset, "closed", lambda pk: jobs.close(by=by, job_id=pk, reason=reason))
