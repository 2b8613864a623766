"""A posting from elsewhere as rows that are not saved yet, and as the content of a revision."""

from uuid import UUID

from jobs.models import ApplyKind, Compensation, Job, JobLocation, JobRevision, JobSkill, RemoteEligibility
from jobs.services import description, revision
from jobs.services.incoming import Posting
from jobs.services.revision import Content

type Key = tuple[UUID, str, str]  # company, external reference, language


class Rows:
    """A posting as unsaved rows, and what they say."""

    def __init__(self, posting: Posting, key: Key, job_id: UUID) -> None:
        company_id, reference, language = key
        self.posting = posting
        self.job = Job(
            pk=job_id,
            company_id=company_id,
            external_reference=reference,
            language=language,
            title=posting.title,
            description_source=posting.description,
            description_format=posting.description_format,
            category_id=posting.category_id,
            occupation_id=posting.occupation_id,
            employment_types=list(posting.employment_types),
            workplace=posting.workplace,
            seniority=posting.seniority,
            education=posting.education,
            benefits=list(posting.benefits),
            visa=posting.visa,
            apply_kind=ApplyKind.URL if posting.url else ApplyKind.NATIVE,
            apply_url=posting.url,
            guessed=list(posting.guessed),
        )
        self.locations = [
            JobLocation(
                job=self.job,
                place_id=location.place_id,
                country_id=location.country or None,
                text=location.text,
                is_guessed=location.is_guessed,
                is_primary=position == 0,
                position=position,
            )
            for position, location in enumerate(posting.locations)
        ]
        self.remote_eligibility = [
            RemoteEligibility(job=self.job, country_id=country, region_code=region)
            for country, region in posting.remote_from
        ]
        pay = posting.pay
        self.compensations = (
            []
            if pay is None
            else [
                Compensation(
                    job=self.job,
                    currency_id=pay.currency,
                    period=pay.period,
                    min_minor=pay.min_minor,
                    max_minor=pay.max_minor,
                    text=pay.text,
                    is_guessed=pay.is_guessed,
                )
            ]
        )
        self.job_skills = [
            JobSkill(job=self.job, skill_id=skill.skill_id, necessity=skill.necessity, is_guessed=skill.is_guessed)
            for skill in posting.skills
        ]
        self.content: Content = revision.content_of(
            self.job,
            locations=self.locations,
            remote_eligibility=self.remote_eligibility,
            compensations=self.compensations,
            job_skills=self.job_skills,
        )
        self.digest = revision.content_hash(self.content)
        self.revision: JobRevision | None = None

    def render(self) -> None:
        """Fills in the shown forms of the description; raises Invalid where it cannot be shown."""
        rendered = description.render(self.job.description_source, self.job.description_format)
        self.job.description_html, self.job.description_text = rendered.html, rendered.text
