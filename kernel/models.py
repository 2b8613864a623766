"""What every table of a thing that people address has in common."""

from django.db import models

from kernel.ids import uuid7


class Entity(models.Model):
    """A row that people address: a UUIDv7 key made in Python, and when it was made and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True
