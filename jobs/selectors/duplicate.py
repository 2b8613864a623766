"""Reads of postings that stand on the board more than once."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.db.models.fetch_modes import FETCH_RAISE

from jobs.models import DuplicateCluster, Job, JobFingerprint, JobVisibility, Membership
from jobs.policies import READS_DRAFTS
from jobs.selectors.job import DESCRIPTION, visible_to
from kernel.viewer import Viewer

MOST_DUPLICATES = 50
MOST_CONSIDERED = 1_000


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Job]]:
    """The duplicates of each job that the viewer may see, the oldest first; at most `MOST_DUPLICATES`.

    Of a larger cluster, the `MOST_CONSIDERED` jobs that came last are looked at. Four statements, each of which can
    but go by a key: in one, the planner joins everything with everything where it knows nothing of fresh tables.
    """
    clusters = dict(JobFingerprint.objects.filter(pk__in=keys, cluster__isnull=False).values_list("pk", "cluster_id"))
    members = _members(set(clusters.values())) if clusters else {}
    known = [key for jobs in members.values() for key in jobs]
    if not known:
        return {}
    allowed = set(Job.objects.filter(visible_to(viewer), _named_to(viewer), pk__in=known).values_list("pk", flat=True))
    # One more than is shown, because a job is not among its own duplicates.
    seen = {
        cluster: [key for key in jobs if key in allowed][: MOST_DUPLICATES + 1] for cluster, jobs in members.items()
    }
    shown = {key for jobs in seen.values() for key in jobs}
    rows = Job.objects.defer(*DESCRIPTION).fetch_mode(FETCH_RAISE).in_bulk(shown)
    return {
        job: [rows[key] for key in seen[cluster] if key != job and key in rows][:MOST_DUPLICATES]
        for job, cluster in clusters.items()
    }


def _members(cluster_ids: Collection[int]) -> dict[int, list[UUID]]:
    """The jobs of each cluster that came last, the oldest of them first."""
    newest = JobFingerprint.objects.filter(cluster=OuterRef("pk")).order_by("-job_id").values("job_id")
    rows = DuplicateCluster.objects.filter(pk__in=cluster_ids).annotate(members=ArraySubquery(newest[:MOST_CONSIDERED]))
    return {pk: members[::-1] for pk, members in rows.values_list("pk", "members")}


@dataclass(frozen=True, slots=True)
class Survey:
    """How many clusters there are, the jobs in all of them, and the jobs in the largest."""

    clusters: int
    jobs: int
    largest: int


def survey() -> Survey:
    """How much stands on the board more than once."""
    sizes = JobFingerprint.objects.exclude(cluster=None).values("cluster").annotate(size=Count("pk"))
    counted = sizes.order_by().aggregate(Count("size"), Sum("size"), Max("size"))
    return Survey(counted["size__count"], counted["size__sum"] or 0, counted["size__max"] or 0)


def _named_to(viewer: Viewer) -> Q:
    """A posting that is found by its address alone is not given away by its twin, but to those who run it."""
    if viewer.is_staff:
        return Q()
    public = Q(visibility=JobVisibility.PUBLIC)
    if not viewer.is_authenticated:
        return public
    own = Membership.objects.filter(company=OuterRef("company_id"), user=viewer.user_id, role__in=READS_DRAFTS)
    return public | Q(Exists(own))
