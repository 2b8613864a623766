"""Cases of the tables of what people say and keep."""

from collections.abc import Callable
from datetime import date

from django.db import models

from tests.contracts.constraint_cases import change, share
from tests.factories import (
    EmployerBlockFactory,
    ExperienceFactory,
    ProfileEducationFactory,
    ProfileFactory,
    ProfileLanguageFactory,
    ProfileLinkFactory,
    SavedJobFactory,
    WorkAuthorisationFactory,
)

BACKWARDS = {"started_on": date(2024, 5, 1), "ended_on": date(2024, 4, 1)}

VIOLATIONS: dict[str, Callable[[], object]] = {
    "profile_sections_are_known": lambda: change(ProfileFactory(), shown_sections=["name", "secrets"]),
    "profile_notice_in_bounds": lambda: change(ProfileFactory(), notice_days=731),
    "experience_position_is_unique": lambda: share(ExperienceFactory(), ExperienceFactory(), "profile", "position"),
    "experience_kind_is_known": lambda: change(ExperienceFactory(), kind="leisure"),
    "experience_says_something": lambda: change(ExperienceFactory(), title="", organisation=""),
    "experience_ends_after_start": lambda: change(ExperienceFactory(), **BACKWARDS),
    "experience_current_has_no_end": lambda: change(ExperienceFactory(), is_current=True, ended_on=date(2024, 5, 1)),
    "profile_education_position_is_unique": lambda: share(
        ProfileEducationFactory(), ProfileEducationFactory(), "profile", "position"
    ),
    "profile_education_says_something": lambda: change(ProfileEducationFactory(), institution=""),
    "profile_education_ends_after_start": lambda: change(ProfileEducationFactory(), **BACKWARDS),
    "profile_language_position_is_unique": lambda: share(
        ProfileLanguageFactory(), ProfileLanguageFactory(tag="de"), "profile", "position"
    ),
    "profile_language_is_unique": lambda: share(ProfileLanguageFactory(), ProfileLanguageFactory(), "profile"),
    "profile_language_level_is_known": lambda: change(ProfileLanguageFactory(), level="fine"),
    "profile_link_position_is_unique": lambda: share(ProfileLinkFactory(), ProfileLinkFactory(), "profile", "position"),
    "profile_link_kind_is_known": lambda: change(ProfileLinkFactory(), kind="portal"),
    "work_authorisation_is_unique": lambda: share(WorkAuthorisationFactory(), WorkAuthorisationFactory(), "profile"),
    "work_authorisation_is_known": lambda: change(WorkAuthorisationFactory(), permission="maybe"),
    "saved_job_is_unique": lambda: share(SavedJobFactory(), SavedJobFactory(), "user", "job"),
    "employer_block_is_unique": lambda: share(EmployerBlockFactory(), EmployerBlockFactory(), "user", "company"),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {}
