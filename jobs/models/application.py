"""Applications: a person's wish to work on a posting, and what the company makes of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from jobs.models.company import Company
from jobs.models.file import File
from jobs.models.form import FormVersion
from jobs.models.job import Job
from jobs.models.pipeline import EmailTemplate, Stage, StageKind
from jobs.models.posting import JobRevision
from kernel.models import Entity


class Candidate(Entity):
    """A person as one company knows them. The company's record: it outlives the person's account, without a name."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="candidates", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="candidates"
    )
    name = models.CharField(max_length=200, blank=True, help_text="As the person gave it when they last applied.")
    email = models.EmailField(blank=True, help_text="As the person gave it when they last applied.")
    phone = models.CharField(max_length=40, blank=True, help_text="As the person gave it, if they did.")
    tags = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="The company's own words for the person."
    )
    anonymised_at = models.DateTimeField(null=True, blank=True, help_text="Since when nobody knows who it was.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(user__isnull=False), name="candidate_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(user__isnull=True, name="", email="", phone=""),
                name="candidate_anonymised_is_nobody",
            ),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="candidate_of_company")]


class ApplicationStatus(models.TextChoices):
    """How an application stands, whatever the stage."""

    ACTIVE = "active", "Under way"
    REJECTED = "rejected", "Declined"
    HIRED = "hired", "The person was hired"
    WITHDRAWN = "withdrawn", "The person took it back"
    TRANSFERRED = "transferred", "It goes on as one to another job"
    ANONYMISED = "anonymised", "Nobody knows any more who it was"


class RejectReason(models.TextChoices):
    """Why somebody was declined. For the company: the person reads what the mail says."""

    QUALIFICATION = "qualification", "Lacks what the job needs"
    EXPERIENCE = "experience", "Has too little experience"
    OVERQUALIFIED = "overqualified", "Has much more experience than the job needs"
    LOCATION = "location", "Lives too far away"
    WORK_PERMIT = "work_permit", "May not work there"
    PAY = "pay", "Expects more than the job pays"
    AVAILABILITY = "availability", "Cannot start in time"
    STRONGER_CANDIDATE = "stronger_candidate", "Somebody else fits better"
    FILLED = "filled", "The job was filled"
    CANCELLED = "cancelled", "The job is not to be filled any more"
    NO_RESPONSE = "no_response", "Could not be reached"
    INCOMPLETE = "incomplete", "The application says too little"
    SPAM = "spam", "Is no application"
    OTHER = "other", "For another reason, stated in words"


class ApplicationDraft(Entity):
    """An application that a person is writing. The company knows nothing of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    form_version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    answers = models.JSONField(default=dict, help_text="By question; what was not answered yet is not there.")
    cover_letter = models.TextField(blank=True, help_text="Plain text.")
    resume = models.ForeignKey(File, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "job"], name="application_draft_is_unique")]


class Application(Entity):
    """A person's application for a job: a frozen copy of what was asked and answered, and where it stands."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="applications", db_index=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="applications", db_index=False)
    revision = models.ForeignKey(
        JobRevision, on_delete=models.PROTECT, null=True, related_name="+", help_text="What the posting said."
    )
    form_version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="What was asked."
    )
    answers = models.JSONField(default=dict, help_text="By question.")
    cover_letter = models.TextField(blank=True, help_text="Plain text.")
    resume = models.ForeignKey(File, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=100, blank=True, help_text="The token of where the person came from.")
    referrer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    needs_review = models.BooleanField(
        default=False, help_text="An answer is one that the company wants to look at first. Nobody is declined for it."
    )
    knockouts = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="The questions that were answered so."
    )

    status = models.CharField(
        max_length=16, choices=ApplicationStatus, default=ApplicationStatus.ACTIVE.value, help_text="How it stands."
    )
    # With the job a foreign key of two columns: no application is in another job's stage, and none in a stage that is
    # gone. See migration 0017.
    stage = models.ForeignKey(
        Stage, on_delete=models.DO_NOTHING, related_name="applications", db_index=False, db_constraint=False
    )
    entered_stage_at = models.DateTimeField(help_text="Since when it is in its stage.")
    submitted_at = models.DateTimeField(help_text="When the person applied.")
    decided_at = models.DateTimeField(null=True, blank=True, help_text="When it ended.")
    reject_reason = models.CharField(max_length=24, choices=RejectReason, blank=True, help_text="Why it was declined.")
    transferred_to = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="transferred_from"
    )
    version = models.PositiveIntegerField(default=1, help_text="Grows with every move; whoever moves it says which.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job", "candidate"],
                condition=Q(status__in=["active", "rejected", "hired"]),
                name="application_one_live",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values), name="application_status_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(status="rejected") & ~Q(reject_reason=""))
                | (~Q(status__in=["rejected", "anonymised"]) & Q(reject_reason=""))
                | Q(status="anonymised"),
                name="application_rejected_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="active", decided_at__isnull=True)
                | (~Q(status="active") & Q(decided_at__isnull=False)),
                name="application_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="transferred") | Q(transferred_to__isnull=False),
                name="application_transferred_leads_on",
            ),
        ]
        indexes = [
            # A job's board: the stages' applications, who waits longest first. A stage is one job's.
            models.Index(
                fields=["stage", "entered_stage_at", "id"],
                condition=Q(status__in=["active", "hired"]),
                name="application_board",
            ),
            models.Index(fields=["job", "-submitted_at", "-id"], name="application_of_job"),
            models.Index(fields=["candidate", "-submitted_at", "-id"], name="application_of_candidate"),
        ]


class ApplicationTransition(models.Model):
    """A step of an application: who took it, when, and why. Append-only."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="transitions", db_index=False)
    seq = models.PositiveIntegerField(help_text="From 1, without gaps: the version that the application then had.")
    act = models.CharField(max_length=16, help_text="What was done.")
    from_status = models.CharField(max_length=16, choices=ApplicationStatus, blank=True)
    to_status = models.CharField(max_length=16, choices=ApplicationStatus)
    # By name and kind as well: stages are renamed and deleted, what happened stays. Nobody looks for the steps of a
    # stage, so that none of them is touched when it goes.
    from_stage = models.ForeignKey(
        Stage,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    to_stage = models.ForeignKey(
        Stage,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    from_kind = models.CharField(max_length=16, choices=StageKind, blank=True)
    to_kind = models.CharField(max_length=16, choices=StageKind)
    from_name = models.CharField(max_length=80, blank=True)
    to_name = models.CharField(max_length=80)
    reason = models.CharField(max_length=24, blank=True, help_text="A reject reason, or empty.")
    comment = models.CharField(max_length=1000, blank=True, help_text="In words, for the company alone.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(help_text="When.")
    seconds_in_stage = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="How long it had been where it came from."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "seq"], name="application_transition_is_unique"),
        ]


class Note(Entity):
    """What a colleague wrote on an application. The person never sees it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    text = models.TextField(help_text="Plain text, at most 10,000 characters.")
    mentioned = ArrayField(models.UUIDField(), default=list, blank=True, help_text="Users who are named in it.")

    class Meta:
        indexes = [models.Index(fields=["application", "-id"], name="note_of_application")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]


class RejectionMail(Entity):
    """A mail that will tell somebody that they were declined, unless that is taken back before."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="rejection_mails")
    template = models.ForeignKey(EmailTemplate, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.TextField(blank=True, help_text="The company's own words, in place of the template's.")
    due_at = models.DateTimeField(help_text="Not to be sent before.")
    released_at = models.DateTimeField(null=True, blank=True, help_text="When it was given to be sent.")
    cancelled_at = models.DateTimeField(null=True, blank=True, help_text="When the rejection was taken back.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(released_at__isnull=True, cancelled_at__isnull=True),
                name="rejection_mail_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="rejection_mail_one_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(released_at__isnull=True, cancelled_at__isnull=True),
                name="rejection_mail_due",
            )
        ]
