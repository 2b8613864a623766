"""Types of what an import tells."""

from typing import Any

import graphene

from jobs.services import profile_import
from schema.core.costs import costs
from schema.core.loading import Computed, ListSize


class ImportRemark(graphene.ObjectType):
    """Something in a document that no part of a profile says. It is kept, and `jsonResume` gives it back."""

    path = graphene.String(required=True, description="Where in the document: `work.3.endDate`.")
    message = graphene.String(required=True, description="Why, for people.")


def _count(name: str) -> Any:
    return Computed(lambda imported: imported.added[name])


class ProfileImportResult(graphene.ObjectType):
    """What an import added, or would add, and what it did not understand."""

    experiences = graphene.Int(required=True, description="How many positions.")
    educations = graphene.Int(required=True, description="How many studies.")
    skills = graphene.Int(required=True, description="How many skills.")
    languages = graphene.Int(required=True, description="How many languages.")
    links = graphene.Int(required=True, description="How many links.")
    remark_count = graphene.Int(required=True, description="How many things were not understood.")
    remarks = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(ImportRemark)),
            required=True,
            description=f"The first of them. At most {profile_import.MOST_REMARKS}.",
        ),
        list_size=ListSize(profile_import.MOST_REMARKS),
    )

    resolve_experiences = _count("experiences")
    resolve_educations = _count("educations")
    resolve_skills = _count("skills")
    resolve_languages = _count("languages")
    resolve_links = _count("links")
