"""Loads official taxonomies into our vocabulary: ESCO, O*NET and NAICS, from the tables as they are published.

A concept that we have a row for is linked to it; others become rows of their own. What is loaded is exactly what the
tables hold; rows of concepts that are gone stay, marked as retired, for what points at them. Our own words come first
(see `taxonomies.words`), and nothing of ours is changed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from jobs.models import (
    IndustryCode,
    OccupationCode,
    OccupationLabel,
    OccupationName,
    OccupationSkill,
    OccupationTerm,
    RelatedOccupation,
    SkillAlias,
    SkillCode,
    SkillLabel,
    TaxonomyEdition,
    TaxonomyScheme,
)
from jobs.services import reference
from jobs.services.taxonomies import crosswalk, esco, naics, onet
from jobs.services.taxonomies.concepts import Report
from jobs.services.taxonomies.files import BadTable, Progress, Table, look

__all__ = ["TAXONOMIES", "BadTable", "Outcome", "load"]

# Grows when the same tables would become other rows.
LOADER_VERSION = 3

TAXONOMIES = {TaxonomyScheme.ESCO: esco, TaxonomyScheme.ONET: onet, TaxonomyScheme.NAICS: naics}
# The rows that a load leaves, by which it is seen that some have got lost.
_COUNTED = (
    OccupationCode, OccupationName, OccupationTerm, OccupationLabel, OccupationSkill, RelatedOccupation,
    SkillCode, SkillAlias, SkillLabel, IndustryCode,
)  # fmt: skip

# Called with the taxonomy and the part of its table that has been read, from 0 to 1.
type SchemeProgress = Callable[[TaxonomyScheme, float], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a folder: the taxonomies that were loaded, and those whose tables were loaded before."""

    loaded: tuple[TaxonomyScheme, ...]
    unchanged: tuple[TaxonomyScheme, ...]


def load(
    folder: Path,
    report: Report = lambda line: None,
    progress: SchemeProgress = lambda scheme, share: None,
    *,
    is_dry_run: bool = False,
) -> Outcome:
    """Brings the tables up to the taxonomies in a folder, each in one transaction; with `is_dry_run` undoes them.

    `BadTable` where a table cannot be read: its taxonomy stays as it was, those before it are in. `report` is called
    with what is found, what is missing, and a line for each kind of row.
    """
    found = look(folder, [table for taxonomy in TAXONOMIES.values() for table in taxonomy.TABLES])
    for name in found.unknown:
        report(f"{name}: left alone, no table of a taxonomy")
    loaded: list[TaxonomyScheme] = []
    unchanged: list[TaxonomyScheme] = []
    for scheme, taxonomy in TAXONOMIES.items():
        files = {table: found.files[table] for table in taxonomy.TABLES if table in found.files}
        if not files:
            report(f"{scheme.label.partition(',')[0]}: not in {folder}")
            continue
        for table in taxonomy.TABLES:
            report(f"{table.name}: {files[table].name if table in files else 'missing'}")
        is_new = _load(scheme, files, partial(progress, scheme), report, is_dry_run)
        (loaded if is_new else unchanged).append(scheme)
    if not loaded and not unchanged:
        raise BadTable(str(folder), "holds no table of ESCO, O*NET or NAICS.")
    return Outcome(tuple(loaded), tuple(unchanged))


def _load(
    scheme: TaxonomyScheme, files: dict[Table, Path], progress: Progress, report: Report, is_dry_run: bool
) -> bool:
    """Loads one taxonomy, unless its last load was the same and is whole; says whether it did."""
    digest = _digest(files)
    with transaction.atomic(), connection.cursor() as cursor:
        # One load of anything at a time: each depends on the words that are there.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [reference.LOCK])
        edition = TaxonomyEdition.objects.filter(scheme=scheme).first()
        if edition and edition.fingerprint == _fingerprint(digest, scheme):
            report(f"{scheme.upper()}: nothing to do")
            return False
        TAXONOMIES[scheme].load(cursor, files, progress, report)
        _analyze(cursor)
        TaxonomyEdition.objects.update_or_create(scheme=scheme, defaults={"fingerprint": _fingerprint(digest, scheme)})
        if is_dry_run:
            transaction.set_rollback(True)
    return True


def _digest(files: dict[Table, Path]) -> str:
    """Changes with whatever the rows are made from: the tables, our own words, the crosswalks and this loader."""
    digest = hashlib.sha256(f"{LOADER_VERSION} {reference.digest()}".encode())
    for name, _ in crosswalk.CROSSWALKS.values():
        digest.update((reference.DATA / name).read_bytes())
    for path in files.values():
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise BadTable(path.name, f"cannot be read: {error.strerror}.") from None
    return digest.hexdigest()


def _fingerprint(digest: str, scheme: TaxonomyScheme) -> str:
    counts = [model._default_manager.filter(scheme=scheme).count() for model in _COUNTED]
    return f"{digest} {' '.join(map(str, counts))}"


def _analyze(cursor: CursorWrapper) -> None:
    for model in _COUNTED:
        cursor.execute(f"ANALYZE {model._meta.db_table}")
