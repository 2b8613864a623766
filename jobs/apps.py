from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs import models
        from jobs.selectors import job

        # They register what accounts ask of this app.
        from jobs.services import application_data, file_data, personal_data, profile_data  # noqa: F401
        from kernel import caching

        # What the public is shown, in three parts that grow old apart; docs/caching.md says which answer reads which.
        caching.declare(
            "job",
            [
                models.Job,
                models.JobLocation,
                models.JobSkill,
                models.JobRevision,
                models.FormVersion,
                models.Compensation,
                models.RemoteEligibility,
                models.SourcePosting,
                models.DuplicateCluster,
                models.DuplicateVerdict,
                models.JobFingerprint,
                models.JobSearch,
                models.SearchDelete,
                models.SearchSuggestion,
                models.SearchSynonym,
                models.SearchTerm,
            ],
            reads=["company", "taxonomy"],
            next_change=job.next_change,
        )
        # A list of companies can ask for those that have live jobs.
        caching.declare("company", [models.Company, models.SlugHistory], reads=["job", "taxonomy"])
        caching.declare(
            "taxonomy",
            [
                models.Category,
                models.Country,
                models.Currency,
                models.FxRate,
                models.Industry,
                models.IndustryCode,
                models.Occupation,
                models.OccupationCode,
                models.OccupationLabel,
                models.OccupationName,
                models.OccupationSkill,
                models.OccupationTerm,
                models.Place,
                models.PlaceName,
                models.Region,
                models.RelatedOccupation,
                models.Skill,
                models.SkillAlias,
                models.SkillCode,
                models.SkillLabel,
            ],
        )
