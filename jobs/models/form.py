"""What a posting asks of those who apply here."""

from django.conf import settings
from django.db import models

from jobs.models.job import Job


class QuestionKind(models.TextChoices):
    """What sort of answer a question takes."""

    TEXT = "text", "A line of text"
    LONG_TEXT = "long_text", "Some paragraphs"
    CHOICE = "choice", "One of the options"
    CHOICES = "choices", "Any of the options"
    NUMBER = "number", "A number"
    DATE = "date", "A day"
    FILE = "file", "A file"
    YES_NO = "yes_no", "Yes or no"


class AnswerFileKind(models.TextChoices):
    """What sort of file answers a question."""

    DOCUMENT = "document", "A document: PDF, DOCX, ODT or text"
    IMAGE = "image", "An image"


class FormVersion(models.Model):
    """The questions of a posting at one time. Append-only: answers point at the version that they answer."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="form_versions", db_index=False)
    number = models.PositiveIntegerField(help_text="From 1, without gaps.")
    questions = models.JSONField(default=list, help_text="In their order; see `jobs.services.form`.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, help_text="Since when it is asked.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="form_version_is_unique")]
