"""Who may do what to jobs."""

from jobs.models import Job
from tests.factories import JobFactory
from tests.roles import RoleCase, Scene

RUNS_JOBS = {"recruiter", "company_admin", "owner", "platform_admin"}


def _twins(scene: Scene) -> None:
    scene.made["jobs"] = [JobFactory(company=scene.company, title="Nurse") for _ in range(2)]


def _two_jobs(scene: Scene) -> dict[str, str]:
    one, other = (_job_id(scene, job) for job in scene.made["jobs"])
    return {"jobId": one, "duplicateId": other}


def _job_id(scene: Scene, job: Job) -> str:
    return scene.id("Job", job.pk)


CASES = {
    "jobDuplicateDismiss": RoleCase(allowed=RUNS_JOBS | {"moderator"}, input=_two_jobs, prepare=_twins),
}
