"""Mutations of the own profile, and of what a person keeps or blocks."""

from typing import Any

import graphene

from jobs.errors import ProfileChangedMeanwhile, TooManyBlocks, TooManySavedJobs
from jobs.services import employer_block, profile_import, saved_job
from jobs.services import profile as profiles
from jobs.services.profile_import import ProfileImportMode
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.profile.imported import ProfileImportResult
from schema.profile.inputs import ProfileChanges, profile_changes
from schema.profile.kept import EmployerBlock as EmployerBlockType
from schema.profile.kept import SavedJob
from schema.profile.types import Profile


class ProfileUpdate(Mutation):
    """Change the own profile. Without one, it is made."""

    errors = (Invalid, Forbidden, ProfileChangedMeanwhile)
    scope = Scope.PROFILE_WRITE

    class Input:
        changes = graphene.InputField(ProfileChanges, required=True, description="What is to be different.")
        version = graphene.Int(
            description="The `version` that was read: refused if there is a newer one. Without it, what was written "
            "meanwhile is overwritten."
        )

    profile = graphene.Field(Profile, description="The profile as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, changes: dict[str, Any], version: int | None = None) -> dict[str, Any]:
        return {"profile": profiles.update(by=viewer, changes=profile_changes(changes), version=version)}


class ProfileImport(Mutation):
    """Take a JSON Resume document (https://jsonresume.org) into the own profile. The same again changes nothing.

    Nothing of it is lost: what no part of a profile says is told, kept, and given back by `jsonResume`.
    """

    errors = (Invalid, Forbidden)
    scope = Scope.PROFILE_WRITE
    # Up to 300 kB to read, for which a hostile document takes half a second, and some hundred rows to write.
    cost = 1_000

    class Input:
        document = graphene.String(required=True, description="The document as JSON; at most 300,000 bytes.")
        mode = graphene.InputField(
            enum_of(ProfileImportMode),
            default_value=ProfileImportMode.MERGE.value,
            description="What it does to what the profile says already.",
        )
        is_dry_run = graphene.Boolean(default_value=False, description="Tell what would be done, and do nothing.")

    profile = graphene.Field(Profile, description="The profile as it is now; null when refused, and for a dry run.")
    result = graphene.Field(
        ProfileImportResult, description="What was, or would be, added and not understood; null when refused."
    )

    @classmethod
    def run(cls, viewer: Viewer, *, document: str, mode: Any, is_dry_run: bool | None) -> dict[str, Any]:
        wanted = ProfileImportMode.MERGE if mode is None else plain_value(mode)
        imported = profile_import.import_document(
            by=viewer, document=document, mode=wanted, is_dry_run=bool(is_dry_run)
        )
        return {"profile": imported.profile, "result": imported}


class JobSave(Mutation):
    """Keep a job for later. A job that is kept already gets the note, if one is given."""

    errors = (NotFound, Invalid, Forbidden, TooManySavedJobs)
    scope = Scope.PROFILE_WRITE
    is_idempotent = True

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        note = graphene.String(
            description="For the person alone; at most 2,000 characters. An empty one takes the note away."
        )

    saved_job = graphene.Field(SavedJob, description="What is kept; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, note: str | None = None) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"saved_job": saved_job.save(by=viewer, job_id=key, note=note)}


class JobUnsave(Mutation):
    """Let go of a job that was kept, and of the note."""

    errors = (NotFound, Forbidden)
    scope = Scope.PROFILE_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job, whether or not it is still shown.")

    saved_job = graphene.Field(SavedJob, description="What was kept, and is no longer; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"saved_job": saved_job.unsave(by=viewer, job_id=key)}


class EmployerBlock(Mutation):
    """See to it that nobody who acts for a company is shown the own profile. The company is not told."""

    errors = (NotFound, Forbidden, TooManyBlocks)
    scope = Scope.PROFILE_WRITE
    is_idempotent = True

    class Input:
        company_id = graphene.ID(required=True, description="The company.")

    employer_block = graphene.Field(EmployerBlockType, description="The block; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument="input.companyId")
        return {"employer_block": employer_block.block(by=viewer, company_id=key)}


class EmployerUnblock(Mutation):
    """Take a block back: whoever acts for the company is shown the own profile like others."""

    errors = (NotFound, Forbidden)
    scope = Scope.PROFILE_WRITE

    class Input:
        company_id = graphene.ID(required=True, description="The company, whether or not it is still shown.")

    employer_block = graphene.Field(EmployerBlockType, description="The block that is gone; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument="input.companyId")
        return {"employer_block": employer_block.unblock(by=viewer, company_id=key)}
