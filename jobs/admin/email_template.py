"""Companies' words for those who are declined."""

from django import forms
from django.contrib import admin

from accounts.staff.table import Table
from jobs.models import EmailTemplate
from jobs.services.rejection_mail import LONGEST_MESSAGE


class EmailTemplateForm(forms.ModelForm):
    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if len(body) > LONGEST_MESSAGE:
            raise forms.ValidationError(f"At most {LONGEST_MESSAGE} characters.")
        return body


@admin.register(EmailTemplate)
class EmailTemplateAdmin(Table):
    """Words that a company's recruiters choose from. A mail goes out in the words of that moment."""

    form = EmailTemplateForm
    list_display = ("name", "company", "subject", "updated_at")
    list_select_related = ("company",)
    search_fields = ("name", "company__name", "=id")
    ordering = ("-id",)
    autocomplete_fields = ("company",)
    fields = ("company", "name", "subject", "body", "id", "created_at", "updated_at")
    readonly_fields = ("id", "created_at", "updated_at")
