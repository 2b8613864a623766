"""Writes to companies: finds the employers that postings name, and makes those that are new."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from jobs.models import Company, Membership
from jobs.text import fold

SLUG_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Resolved:
    """Companies by the names that postings gave them; `created` are the new ones, by folded name."""

    ids: Mapping[str, UUID]
    created: Mapping[str, UUID]


class Employers:
    """The companies by their folded names, slugs and aliases, as they were when this was made, and those made since.

    A company that people run counts once it has proved who it is: else whoever takes an employer's name, or puts it
    among the own aliases, would be given that employer's postings.
    """

    def __init__(self) -> None:
        self._ids: dict[str, UUID] = {}
        rows = _credible().order_by("created_at").values_list("pk", "name", "slug", "aliases")
        for pk, name, slug, aliases in rows.iterator(chunk_size=5000):
            for known in (name, slug, *aliases):
                self._ids.setdefault(fold(known), pk)

    def resolve(self, names: Iterable[str]) -> Resolved:
        """The company of each name; a missing one is created in the caller's transaction."""
        missing: dict[str, str] = {}
        wanted = set(names)
        for name in wanted:
            if _folded(name) not in self._ids:
                missing.setdefault(_folded(name), name)
        created = _create(missing) if missing else {}
        known = self._ids | created if created else self._ids
        return Resolved({name: known[_folded(name)] for name in wanted}, created)

    def known(self, name: str) -> UUID | None:
        """The company of that name, where there is one."""
        return self._ids.get(_folded(name))

    def remember(self, resolved: Resolved) -> None:
        """Keep what `resolve` created: for when the transaction was committed."""
        self._ids.update(resolved.created)


def slug_of(name: str) -> str:
    """What a company of this name has in addresses, if no other has it: ASCII letters, digits and hyphens."""
    return _slug(_folded(name))


def _credible() -> QuerySet[Company]:
    is_run_by_people = Exists(Membership.objects.filter(company=OuterRef("pk")))
    return Company.objects.filter(Q(verified_at__isnull=False) | ~is_run_by_people)


def _create(missing: Mapping[str, str]) -> dict[str, UUID]:
    """Companies by folded name. Who else makes one of them at the same time, makes the same: the slug is unique."""
    ids: dict[str, UUID] = {}
    for slug_of in (_slug, _distinct_slug, _free_slug):
        slugs = {slug_of(folded): folded for folded in missing if folded not in ids}
        rows = [Company(name=missing[folded], slug=slug) for slug, folded in sorted(slugs.items())]
        Company.objects.bulk_create(rows, ignore_conflicts=True)
        for pk, name, slug in _credible().filter(slug__in=slugs).values_list("pk", "name", "slug"):
            # A slug may be taken by a company of another name: "C# Ltd" and "C Ltd" are both c-ltd.
            if _folded(name) == slugs[slug]:
                ids[slugs[slug]] = pk
    return ids


def _folded(name: str) -> str:
    """The folded name; for one without a letter or a digit, the name itself."""
    return fold(name) or name


def _slug(folded: str) -> str:
    words = "".join(char if char.isascii() and char.isalnum() else "-" for char in folded).split("-")
    slug = "-".join(word for word in words if word)[:SLUG_LENGTH].strip("-")
    return slug or _distinct_slug(folded)


def _distinct_slug(folded: str) -> str:
    digest = hashlib.sha256(folded.encode()).hexdigest()[:8]
    words = "".join(char if char.isascii() and char.isalnum() else "-" for char in folded).split("-")
    return "-".join([*(word for word in words if word), digest])[-SLUG_LENGTH:].strip("-")


def _free_slug(folded: str) -> str:
    """Nobody else's: both others were taken by companies that only call themselves that."""
    return f"{_slug(folded)[: SLUG_LENGTH - 9].strip('-')}-{token_hex(4)}"
