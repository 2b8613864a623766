"""Types of files, and of the résumés that people keep."""

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from jobs.models import File as FileRow
from jobs.models import FilePurpose, FileState
from jobs.models import Resume as ResumeRow
from jobs.selectors import file as files
from jobs.services import file
from schema.core.costs import costs
from schema.core.loading import ListSize, many, one
from schema.core.scalars import URL, DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN

MOST_HEADERS = 5


class HttpHeader(graphene.ObjectType):
    """A header of an HTTP request."""

    name = graphene.String(required=True, description="Its name.")
    value = graphene.String(required=True, description="Its value.")


class FileUpload(graphene.ObjectType):
    """How a file is brought: one HTTP request, whose body is the file and nothing else."""

    url = URL(required=True, description="Where to. Whoever has the address may bring the file, and do nothing else.")
    method = graphene.String(required=True, description="Its method: `PUT`.")
    headers = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(HttpHeader)),
            required=True,
            description=f"Headers that it needs. Browsers send the length unasked. At most {MOST_HEADERS}.",
        ),
        list_size=ListSize(MOST_HEADERS),
    )
    expires_at = DateTime(required=True, description="Until when.")

    @staticmethod
    def resolve_headers(upload: Any, info: GraphQLResolveInfo) -> list[HttpHeader]:
        return [HttpHeader(name=name, value=value) for name, value in upload.headers.items()]


class File(ModelType):
    """A file that a person has handed in. Seen by that person, and with an application by those who may read it."""

    class Meta:
        model = FileRow
        columns = ("name", "purpose", "state", "reason", "mime", "size")
        choices = {"purpose": FilePurpose, "state": FileState}
        batch = files.by_id
        private_to = SHOWN

    created_at = DateTime(required=True, description="When the person began to bring it.")
    link = URL(
        description="Where it can be downloaded for ten minutes, by whoever has this address; null while it is not "
        "`READY`."
    )

    @staticmethod
    def resolve_link(row: FileRow, info: GraphQLResolveInfo) -> str | None:
        return file.link(row, by=info.context.viewer) if row.state == FileState.READY else None


class Resume(ModelType):
    """One of the résumés that a person keeps, to apply with. Seen only by that person."""

    class Meta:
        model = ResumeRow
        columns = ("is_default",)
        batch = files.resumes_by_id
        private_to = SHOWN

    created_at = DateTime(required=True, description="Since when.")
    file = one(File, key="file_id", batch=files.by_id, description="The file.")


resumes_of_viewer = many(
    Resume,
    key="user_id",
    batch=files.resumes_of_users,
    at_most=files.MOST_RESUMES,
    description="The résumés that the person keeps, the newest first; none for an API key without the scope "
    "`applications:read`.",
)
