"""Mutations of files and résumés."""

from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from accounts.errors import TooManyAttempts
from jobs.errors import FileNotReady, FileRefused, TooManyFiles
from jobs.models import FilePurpose, FileState
from jobs.services import file as files
from jobs.services import file_store, resume_file
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.core.uploads import Upload, UploadedFile
from schema.file.types import File, FileUpload, Resume

_LARGEST = f"{files.MOST_BYTES:,} bytes at most"


class UploadCreate(Mutation):
    """Make room for a file: bring it to the address that `upload` tells, then say so by `uploadComplete`.

    Or send it right here, as `content` of a multipart request; then it has come, and `upload` is null.
    """

    errors = (Invalid, Forbidden, FileRefused, TooManyFiles, TooManyAttempts)
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True
    # A file that comes along is read three times.
    cost = 100

    class Input:
        purpose = graphene.InputField(enum_of(FilePurpose), required=True, description="What it is for.")
        name = graphene.String(description="What the person calls it; unless given, what the multipart request says.")
        size = graphene.Int(description=f"How many bytes it has; {_LARGEST}. Needed without `content`.")
        sha256 = graphene.String(
            description="The SHA-256 of its content in hexadecimal digits: what comes and has another one is refused."
        )
        content = graphene.InputField(Upload, description=f"The file itself; {_LARGEST}.")

    file = graphene.Field(File, description="The file; null when refused.")
    upload = graphene.Field(FileUpload, description="How to bring it; null when refused, and once it has come.")

    @classmethod
    def run(cls, viewer: Viewer, **given: Any) -> dict[str, Any]:
        return {"file": _create(viewer, **given)}

    @staticmethod
    def resolve_upload(payload: "UploadCreate", info: GraphQLResolveInfo) -> file_store.Upload | None:
        row: Any = payload.file
        return file_store.upload_of(row) if row is not None and row.state == FileState.AWAITED else None


class UploadComplete(Mutation):
    """Say that a file has come. It is checked, looked at by a worker, and can then be used: see `File.state`.

    A résumé is one of `viewer.resumes` from now on. Said again, it changes nothing but the default.
    """

    errors = (NotFound, Forbidden, FileRefused, FileNotReady)
    scope = Scope.APPLICATIONS_WRITE
    cost = 100

    class Input:
        file_id = graphene.ID(required=True, description="The file.")
        is_default = graphene.Boolean(
            default_value=False,
            description="Use this résumé from now on where none is named. The first is anyway.",
        )

    file = graphene.Field(File, description="The file as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, file_id: str, is_default: bool | None) -> dict[str, Any]:
        key = ids.decode_as("File", file_id, argument="input.fileId")
        return {"file": files.complete(by=viewer, file_id=key, is_default=bool(is_default))}


class ResumeMakeDefault(Mutation):
    """Use a résumé from now on where none is named."""

    errors = (NotFound, Forbidden)
    scope = Scope.APPLICATIONS_WRITE

    class Input:
        resume_id = graphene.ID(required=True, description="The résumé.")

    resume = graphene.Field(Resume, description="The résumé; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, resume_id: str) -> dict[str, Any]:
        return {"resume": resume_file.make_default(by=viewer, resume_id=_resume(resume_id))}


class ResumeDelete(Mutation):
    """Keep a résumé no longer. Companies keep what they were sent; the newest of the others becomes the default."""

    errors = (NotFound, Forbidden)
    scope = Scope.APPLICATIONS_WRITE

    class Input:
        resume_id = graphene.ID(required=True, description="The résumé.")

    resume = graphene.Field(Resume, description="The résumé that is kept no longer; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, resume_id: str) -> dict[str, Any]:
        return {"resume": resume_file.delete(by=viewer, resume_id=_resume(resume_id))}


def _create(
    viewer: Viewer,
    *,
    purpose: Any,
    name: str | None = None,
    size: int | None = None,
    sha256: str | None = None,
    content: UploadedFile | None = None,
) -> Any:
    told = {"purpose": plain_value(purpose), "sha256": sha256}
    if content is not None:
        if size is not None and size != content.size:
            raise Invalid(f"The file has {content.size:,} bytes.", field="size")
        called = content.name if name is None else name
        return files.bring(by=viewer, name=called, size=content.size, content=content.content, **told)
    for field, value in (("name", name), ("size", size)):
        if value is None:
            raise Invalid("Needed for a file that does not come along.", field=field)
    assert name is not None
    assert size is not None
    return files.create(by=viewer, name=name, size=size, **told)


def _resume(resume_id: str) -> UUID:
    key: UUID = ids.decode_as("Resume", resume_id, argument="input.resumeId")
    return key
