"""What the tables of a market hold, in a word each."""

from django.db import connection, models

from accounts.models import User
from jobs.models import (
    Company,
    Compensation,
    InteractionEvent,
    Job,
    JobLocation,
    JobRevision,
    JobSkill,
    Profile,
    ProfileSkill,
    RemoteEligibility,
)

TABLES: tuple[type[models.Model], ...] = (
    User, Company, Job, JobLocation, RemoteEligibility, Compensation, JobSkill, JobRevision, Profile, ProfileSkill,
    Profile.categories.through, Profile.occupations.through, InteractionEvent,
)  # fmt: skip


def digests(*, with_numbers: bool = False) -> dict[str, str]:
    """A digest of the rows of each table, apart from the numbers they are counted by unless those are asked for."""
    return {model._meta.db_table: digest(model, with_numbers) for model in TABLES}


def digest(model: type[models.Model], with_numbers: bool) -> str:
    columns = [
        f'"{field.column}"'
        for field in model._meta.concrete_fields
        if with_numbers or not isinstance(field, models.AutoField)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), md5(string_agg(t::text, '\n' ORDER BY t::text)) FROM"
            f' (SELECT {", ".join(columns)} FROM "{model._meta.db_table}") t'
        )
        return str(cursor.fetchone())
