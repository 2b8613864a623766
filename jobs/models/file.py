"""Files that people hand in: private, of few kinds, under names that nobody can guess."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kernel.models import Entity


class FilePurpose(models.TextChoices):
    """What a file is for."""

    RESUME = "resume", "A résumé: PDF, DOCX, ODT or text"
    ANSWER = "answer", "The answer to a question: a document or an image"


class FileState(models.TextChoices):
    """How far a file is."""

    AWAITED = "awaited", "Nothing has come yet"
    WAITING = "waiting", "It came, and was not looked at yet"
    READY = "ready", "It may be used"
    REFUSED = "refused", "It may not; the reason is stated"


class File(Entity):
    """A file of a person's. What it is goes by its content, whatever its name says."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="files", db_index=False)
    purpose = models.CharField(max_length=16, choices=FilePurpose, help_text="What it is for.")
    state = models.CharField(
        max_length=16, choices=FileState, default=FileState.AWAITED.value, help_text="How far it is."
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was refused.")
    name = models.CharField(max_length=200, help_text="What the person calls it; never a path.")
    mime = models.CharField(max_length=100, blank=True, help_text="By its content; empty until it came.")
    size = models.PositiveBigIntegerField(help_text="Bytes: those announced, and then those that came.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the content, in hexadecimal digits.")
    stored_as = models.CharField(max_length=200, unique=True, editable=False, help_text="Its name in the store.")
    text = models.TextField(blank=True, help_text="What could be read of it.")
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="When it goes unless something has come to need it; null: something does."
    )

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="file_of_owner"),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="file_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=FilePurpose.values), name="file_purpose_is_known"),
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="file_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(sha256="") & ~Q(mime="")), name="file_ready_is_whole"
            ),
        ]


class Resume(Entity):
    """One of the résumés that a person keeps, to apply with."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resumes", db_index=False)
    file = models.OneToOneField(File, on_delete=models.CASCADE, related_name="resume")
    is_default = models.BooleanField(default=False, help_text="The one that is used where none is named.")

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="resume_of_user")]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="resume_one_default"),
        ]
