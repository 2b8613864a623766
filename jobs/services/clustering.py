"""Puts postings into clusters of duplicates, a batch at a time.

The oldest posting leads, and only those join that are its duplicates by the rules of `fingerprint`: likeness is not
handed on from one follower to the next. Who follows is no longer looked for: its bands are empty, so that a text that
stands in ten thousand towns is one entry. What is looked up is bounded twice: `MOST_PER_BAND` postings of a band are
considered, those written first, and of all of them the `MOST_COMPARED` that share the most bands are compared.

What people say about two postings moves none of them: a cluster is what is alike, and its reader
(`selectors.duplicate`) leaves out the pairs that were told apart.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left

from jobs.models import DuplicateCluster, Job, JobFingerprint, JobLocation
from jobs.services import bulk, fingerprint
from jobs.services.fingerprint import Likeness, Where

MOST_PER_BAND = 100
MOST_COMPARED = 5
MOST_REMEMBERED = 500  # shingled texts; a megabyte holds five of the longest
LOCK = "nexus.duplicates"

# No fingerprint, one of something else, or one that followed a posting that is gone.
STALE = (
    Q(fingerprint__isnull=True)
    | ~Q(fingerprint__content_hash=F("content_hash"))
    | Q(fingerprint__cluster__isnull=True, fingerprint__bands=[])
)


def lock() -> None:
    """Wait until nobody else places postings, and keep others waiting until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])


def among(keys: Collection[UUID]) -> RawSQL:
    """For `pk__in=`: keys as one parameter, where Django would handle each of a thousand in its own time."""
    return RawSQL("SELECT unnest(%s::uuid[])", [_array(keys)])


def place(job_ids: Collection[UUID]) -> tuple[int, list[UUID]]:
    """Give those of the jobs that are stale a fingerprint, and put them where they belong.

    One transaction, and as many statements for one job as for a thousand. Gives back how many were placed, and the
    jobs that lost their leader in return: they are stale now.
    """
    with transaction.atomic():
        lock()
        batch, hashes = _likenesses(Job.objects.filter(STALE, pk__in=among(job_ids)))
        if not batch:
            return 0, []
        orphans, left = _take_out(batch)
        placing = _Placing(batch)
        for likeness in batch.values():
            placing.place(likeness)
        orphans += placing.write(hashes)
        _dissolve_lonely(left)
        return len(batch), orphans


def tidy() -> None:
    """End the clusters that have one job left, because the others were deleted."""
    with transaction.atomic():
        lock()
        _dissolve_lonely(list(DuplicateCluster.objects.values_list("pk", flat=True)))


def likenesses(jobs: QuerySet[Job]) -> dict[UUID, Likeness]:
    """What of the jobs is compared, the oldest job first. Two statements."""
    return _likenesses(jobs)[0]


def places(job_ids: Collection[UUID]) -> dict[UUID, list[Where]]:
    """Where each of the jobs is; those that are nowhere are not in it. One statement."""
    found: dict[UUID, list[Where]] = defaultdict(list)
    located = JobLocation.objects.filter(job_id__in=among(job_ids)).values_list(
        "job_id", "place_id", "country_id", "text",
        "place__name", "place__ascii_name", "place__region_name", "place__region_code", "country__name",
    )  # fmt: skip
    for job_id, place_id, country, said, *names in located:
        found[job_id].append(fingerprint.where(place_id, country, said, *names))
    return dict(found)


def _likenesses(jobs: QuerySet[Job]) -> tuple[dict[UUID, Likeness], dict[UUID, str]]:
    text = Left("description_text", fingerprint.TEXT_LENGTH)
    rows = list(jobs.order_by("pk").values_list("pk", "company_id", "title", text, "content_hash"))
    located = places([row[0] for row in rows])
    found = {
        job_id: Likeness(job_id, company_id, title, text.strip(), tuple(located.get(job_id, ())))
        for job_id, company_id, title, text, _ in rows
    }
    return found, {row[0]: row[4] for row in rows}


def _take_out(job_ids: Collection[UUID]) -> tuple[list[UUID], list[int]]:
    """Takes jobs out of their clusters. Gives back who followed them, and the clusters that may be left with one."""
    fingerprints = JobFingerprint.objects.filter(pk__in=among(job_ids))
    left = set(fingerprints.exclude(cluster=None).values_list("cluster_id", flat=True))
    if not left:
        fingerprints.delete()
        return [], []
    led = set(DuplicateCluster.objects.filter(leader_id__in=among(job_ids)).values_list("pk", flat=True))
    orphans = _disband(led) if led else []
    fingerprints.delete()
    return [job_id for job_id in orphans if job_id not in job_ids], list(left - led)


def _disband(cluster_ids: Collection[int]) -> list[UUID]:
    """Ends clusters. Gives back the jobs that were in them, which have no fingerprint any more."""
    members = JobFingerprint.objects.filter(cluster_id__in=cluster_ids)
    orphans = list(members.values_list("pk", flat=True))
    members.delete()
    DuplicateCluster.objects.filter(pk__in=cluster_ids).delete()
    return orphans


def _dissolve_lonely(cluster_ids: Collection[int]) -> None:
    """Ends those of the clusters that have fewer than two jobs."""
    if cluster_ids:
        sizes = (
            JobFingerprint.objects.filter(cluster_id__in=cluster_ids).values("cluster_id").annotate(size=Count("pk"))
        )
        alive = set(sizes.filter(size__gte=2).values_list("cluster_id", flat=True))
        DuplicateCluster.objects.filter(pk__in=[key for key in cluster_ids if key not in alive]).delete()


class _Placing:
    """Where each job of a batch belongs. `leaders` says whom each of them follows; who leads follows itself."""

    def __init__(self, batch: dict[UUID, Likeness]) -> None:
        self._batch = batch
        self._bands = {job_id: fingerprint.bands(likeness) for job_id, likeness in batch.items()}
        self._by_band: dict[int, list[UUID]] = defaultdict(list)
        self._leaders: dict[UUID, UUID] = {}
        self._clusters: dict[UUID, int] = {}  # of leaders that have one
        self._overtaken: set[UUID] = set()
        for band, job_id, cluster_id in _known(self._bands.values()):
            self._by_band[band].append(job_id)
            if cluster_id is not None:
                self._clusters[job_id] = cluster_id
        compared = {candidate for job_id in batch for candidate in self._candidates(job_id)}
        self._likenesses = batch | likenesses(Job.objects.filter(pk__in=among(compared)))
        self._shingles = _remembering(fingerprint.shingles)

    def place(self, likeness: Likeness) -> None:
        """Has a job follow its likest older duplicate, or else lead. Younger ones that lead are to be placed again."""
        job_id = likeness.job_id
        alike = [other for other in self._candidates(job_id) if self._is_alike(likeness, other)]
        older = [other for other in alike if other < job_id]
        if older:
            self._leaders[job_id] = older[0]
            return
        self._overtaken.update(alike)
        self._leaders[job_id] = job_id
        for band in self._bands[job_id]:
            self._by_band[band].append(job_id)

    def write(self, hashes: dict[UUID, str]) -> list[UUID]:
        """Writes the batch. Gives back the jobs that have no fingerprint any more, because an older one leads now."""
        orphans = list(self._overtaken)
        if self._overtaken:
            orphans += _disband([self._clusters[leader] for leader in self._overtaken if leader in self._clusters])
            JobFingerprint.objects.filter(pk__in=among(self._overtaken)).delete()
        followed = {leader for job_id, leader in self._leaders.items() if leader != job_id}
        new = [DuplicateCluster(leader_id=leader) for leader in sorted(followed) if leader not in self._clusters]
        for cluster in DuplicateCluster.objects.bulk_create(new):
            self._clusters[cluster.leader_id] = cluster.pk
        bulk.insert([self._row(job_id, hashes[job_id]) for job_id in self._batch])
        elsewhere = [cluster.leader_id for cluster in new if cluster.leader_id not in self._batch]
        if elsewhere:
            led = DuplicateCluster.objects.filter(leader_id=OuterRef("pk"))
            JobFingerprint.objects.filter(pk__in=among(elsewhere)).update(cluster=Subquery(led.values("pk")))
        return list(dict.fromkeys(orphans))

    def _row(self, job_id: UUID, content_hash: str) -> JobFingerprint:
        leader = self._leaders[job_id]
        return JobFingerprint(
            job_id=job_id,
            content_hash=content_hash,
            bands=self._bands[job_id] if leader == job_id else [],
            cluster_id=self._clusters.get(leader),
        )

    def _candidates(self, job_id: UUID) -> list[UUID]:
        """Who leads and shares the most bands, the oldest of equals first."""
        found = [other for band in self._bands[job_id] for other in self._by_band.get(band, ())]
        if len(found) <= 1:
            return found
        ranked = sorted(Counter(found).items(), key=lambda entry: (-entry[1], entry[0]))
        return [other for other, _ in ranked[:MOST_COMPARED]]

    def _is_alike(self, likeness: Likeness, other: UUID) -> bool:
        known = self._likenesses.get(other)
        if known is None or other in self._overtaken:
            return False
        return fingerprint.is_duplicate(likeness, known, self._shingles)


def _known(bands: Iterable[Sequence[int]]) -> list[tuple[int, UUID, int | None]]:
    """Band, job and cluster of those who lead and have one of the bands."""
    wanted = {band for keys in bands for band in keys}
    table = connection.ops.quote_name(JobFingerprint._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.band, found.job_id, found.cluster_id FROM unnest(%s::bigint[]) AS wanted (band)"  # noqa: S608
            f" CROSS JOIN LATERAL (SELECT job_id, cluster_id FROM {table} WHERE bands @> ARRAY[wanted.band]"
            " LIMIT %s) AS found",
            [_array(wanted), MOST_PER_BAND],
        )
        return cursor.fetchall()


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it: one text, where the driver would look at every value."""
    return "{" + ",".join(map(str, values)) + "}"


def _remembering(cut: fingerprint.Shingles) -> fingerprint.Shingles:
    """`cut`, which remembers a bounded number of texts."""
    known: dict[str, frozenset[fingerprint.Shingle]] = {}

    def remembered(text: str) -> frozenset[fingerprint.Shingle]:
        if text not in known:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            known[text] = cut(text)
        return known[text]

    return remembered
