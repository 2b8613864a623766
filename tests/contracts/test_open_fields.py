"""What whoever is shown an object is told of it: every field over rows that has no rule of its own was looked at.

A field that is added fails here until it has a `visible_to=`, or stands in this list because everybody who is shown the
object may read it: of a public type that is everybody there is, of a `User` all who work with that person.
"""

from graphene.utils.str_converters import to_camel_case
from graphene_django.settings import graphene_settings
from graphql import GraphQLObjectType

OPEN = {
    "ApiKey": "company createdAt expiresAt id lastUsedAt name prefix revokedAt scopes",
    "Application": (
        "answers availableActions company coverLetter form id job posting progress status submittedAt timeline"
    ),
    "ApplicationDraft": "answers coverLetter form id job resume updatedAt version",
    "AuditEntry": "act actedAs actor address at changes keyPrefix kind request target targetType",
    "Category": "children depth id jobs name parent slug",
    "Company": (
        "aliases benefits description headquarters id industry isFollowed jobs kind logo name sizeBand slug "
        "verifiedAt version website"
    ),
    "CompanyDomain": "domain email id method record verifiedAt",
    "CompanyEvent": "actor details kind occurredAt",
    "CompanyExport": "createdAt done expiresAt format id kind link requestedBy size status total",
    "DataExport": "downloadUrl expiresAt id readyAt requestedAt size status",
    "EmployerBlock": "blockedAt company id",
    "EmailTemplate": "body id name subject",
    "Experience": "endedOn highlights isCurrent kind organisation place startedOn summary title",
    "FeedSettings": "isProfiled wantedTitles weights wouldRelocate",
    "Industry": "children codes id name parent slug",
    "Invitation": "company createdAt email expiresAt id invitedBy role status",
    "Job": (
        "alsoViewed apply availableActions benefits canonicalUrl category closeReason closedAt company compensation "
        "description duplicates education employmentTypes expiresAt externalReference firstPublishedAt guessed id "
        "isSaved language lifecycle occupation places publishedAt referralToken remoteHours remoteRules revisions "
        "salary seniority similar skills slug sources title viewerApplication viewerSavedJob visa whyNot workplace"
    ),
    "JobDismissal": "dismissedAt id job reason",
    "Membership": "company createdAt email id role suspendedAt user",
    "File": "createdAt id link mime name purpose reason size state",
    "ModerationCase": "availableActions comment createdAt decidedAt decision id job reportCount reports",
    "ModerationReport": "createdAt reason text",
    "Notification": "id kind readAt text toldAt topic url values",
    "Note": "application author createdAt id mentioned text",
    "Occupation": "category codes id isRetired preparation related skills slug title",
    "Place": "coordinates country id name population region timezone",
    "Profile": (
        "categories educations employmentTypes experiences headline home id isOpen languages links name "
        "noticeDays occupations radiusKm seniority shownSections skills summary workAuthorisations "
        "workLanguages workplaces"
    ),
    "ProfileEducation": "area courses endedOn institution score startedOn studyType",
    "ProfileLanguage": "level tag",
    "ProfileLink": "kind url",
    "Resume": "createdAt file id isDefault",
    "SavedJob": "id job note savedAt title",
    "Session": "address authenticatedAt createdAt device endedAt expiresAt id isCurrent lastUsedAt method",
    "Skill": "aliases category codes id isRetired jobs kind name slug",
    "Stage": "id kind name position",
    "StageTemplate": "id kind name position",
    "User": "id name",
}


def open_fields() -> dict[str, set[str]]:
    """By type, the fields that nothing but the type's own rule guards, if it has one."""
    found = {}
    for name, kind in graphene_settings.SCHEMA.graphql_schema.type_map.items():
        graphene_type = getattr(kind, "graphene_type", None)
        if isinstance(kind, GraphQLObjectType) and getattr(getattr(graphene_type, "_meta", None), "model", None):
            declared = graphene_type._meta.fields.items()
            found[name] = {
                getattr(field, "name", None) or to_camel_case(attribute)
                for attribute, field in declared
                if getattr(field, "visible_to", None) is None
            }
    return found


def test_every_field_without_a_rule_of_its_own_was_looked_at() -> None:
    assert open_fields() == {name: set(fields.split()) for name, fields in OPEN.items()}
