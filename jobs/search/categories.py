"""Which categories lie in a subtree."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left, Length

from jobs.models import Category


def within(roots: Collection[int] | RawSQL) -> QuerySet[Category]:
    """The roots, by their keys, and the categories anywhere below them."""
    known = Category.objects.filter(pk=roots) if isinstance(roots, RawSQL) else Category.objects.filter(pk__in=roots)
    return Category.objects.filter(Exists(known.filter(path=Left(OuterRef("path"), Length("path")))))
