"""What the edge itself keeps: the documents that clients may name instead of sending them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class DocumentKind(models.TextChoices):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


class TrustedDocument(models.Model):
    """A GraphQL document that was published to the board, and runs when a client names its id."""

    id = models.CharField(
        max_length=200,
        primary_key=True,
        help_text="By which clients name it: its SHA-256, or a manifest's word.",
    )
    sha256 = models.CharField(max_length=64, help_text="SHA-256 of the text in UTF-8, in hexadecimal digits.")
    name = models.CharField(max_length=200, blank=True, help_text="The name of its first operation, where it has one.")
    kind = models.CharField(max_length=16, choices=DocumentKind, help_text="What its first operation is.")
    text = models.TextField(help_text="The document, as it was published.")
    apps = ArrayField(models.CharField(max_length=64), help_text="The apps that publish it now. None: it is withdrawn.")
    version = models.CharField(max_length=64, blank=True, help_text="The release that published it last, in its words.")
    published_at = models.DateTimeField(help_text="Since when it runs.")
    withdrawn_at = models.DateTimeField(null=True, help_text="Since when it runs no longer.")
    # Processes compare the latest of these with what they know. Publishing is one at a time, so that it only grows.
    changed_at = models.DateTimeField(db_index=True, help_text="When it was last published or withdrawn.")
    uses = models.PositiveBigIntegerField(default=0, db_default=0, help_text="Requests for it, counted once a minute.")
    last_used_at = models.DateTimeField(null=True, help_text="When the last of them was counted.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="trusted_document_kind_is_known"),
            models.CheckConstraint(condition=~Q(id="") & ~Q(text=""), name="trusted_document_says_something"),
            models.CheckConstraint(
                condition=Q(apps=[], withdrawn_at__isnull=False) | (~Q(apps=[]) & Q(withdrawn_at=None)),
                name="trusted_document_runs_for_an_app",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.id
