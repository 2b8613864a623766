"""Reads of postings that stand on the board more than once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, Q, Sum

from jobs.models import DuplicateCluster, DuplicateVerdict, Job, JobFingerprint, JobVisibility
from jobs.selectors.job import UNREAD, own_to, visible_to
from kernel.reading import Reading
from kernel.viewer import Viewer

MOST_DUPLICATES = 50
MOST_CONSIDERED = 1_000

_JOBS = Reading(lambda: Job.objects.defer(*UNREAD))


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Job]]:
    """The duplicates of each job that the viewer may see, the oldest first; at most `MOST_DUPLICATES`.

    They are what shares its cluster, but for those that somebody has told apart from it. Of a larger cluster, the
    `MOST_CONSIDERED` jobs that came last are looked at. Five statements, each of which can but go by a key: in one, the
    planner joins everything with everything where it knows nothing of fresh tables.
    """
    clusters = dict(JobFingerprint.objects.filter(pk__in=keys, cluster__isnull=False).values_list("pk", "cluster_id"))
    members = _members(set(clusters.values())) if clusters else {}
    known = [key for jobs in members.values() for key in jobs]
    if not known:
        return {}
    allowed = set(Job.objects.filter(visible_to(viewer), _named_to(viewer), pk__in=known).values_list("pk", flat=True))
    apart = told_apart(clusters)
    seen = {cluster: [key for key in jobs if key in allowed] for cluster, jobs in members.items()}
    shown = {job: _others(job, seen[cluster], apart.get(job, set())) for job, cluster in clusters.items()}
    wanted = {key for others in shown.values() for key in others}
    rows = _JOBS.one(wanted)
    return {job: [rows[key] for key in others if key in rows] for job, others in shown.items()}


def told_apart(keys: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """For each job those that somebody has said it is no duplicate of; who has none is not in it. One statement."""
    wanted = list(keys)
    apart: dict[UUID, set[UUID]] = defaultdict(set)
    verdicts = DuplicateVerdict.objects.filter(Q(job_a__in=wanted) | Q(job_b__in=wanted))
    for one, other in verdicts.values_list("job_a_id", "job_b_id"):
        apart[one].add(other)
        apart[other].add(one)
    return dict(apart)


def _others(job: UUID, members: list[UUID], apart: set[UUID]) -> list[UUID]:
    return list(islice((key for key in members if key != job and key not in apart), MOST_DUPLICATES))


def _members(cluster_ids: Collection[int]) -> dict[int, list[UUID]]:
    """The jobs of each cluster that came last, the oldest of them first."""
    newest = JobFingerprint.objects.filter(cluster=OuterRef("pk")).order_by("-job_id").values("job_id")
    rows = DuplicateCluster.objects.filter(pk__in=cluster_ids).annotate(members=ArraySubquery(newest[:MOST_CONSIDERED]))
    return {pk: members[::-1] for pk, members in rows.values_list("pk", "members")}


@dataclass(frozen=True, slots=True)
class Survey:
    """How many clusters there are, the jobs in all of them, and the jobs in the largest; verdicts change none of it."""

    clusters: int
    jobs: int
    largest: int


def survey() -> Survey:
    """How much stands on the board more than once."""
    sizes = JobFingerprint.objects.exclude(cluster=None).values("cluster").annotate(size=Count("pk"))
    counted = sizes.order_by().aggregate(Count("size"), Sum("size"), Max("size"))
    return Survey(counted["size__count"], counted["size__sum"] or 0, counted["size__max"] or 0)


def _named_to(viewer: Viewer) -> Q:
    """A posting that is found by its address alone is not given away by its twin, but to those who work on it."""
    if viewer.is_staff:
        return Q()
    public = Q(visibility=JobVisibility.PUBLIC)
    if not viewer.is_authenticated:
        return public
    return public | own_to(viewer)
