"""Types of people."""

from operator import attrgetter

import graphene

from accounts import policies
from accounts.models import DataRequest, DataRequestStatus, PlatformRole
from accounts.models import User as UserRow
from accounts.selectors import data_request as data_requests
from accounts.selectors import user as users
from accounts.services import export
from jobs.selectors import invitation, membership
from schema.access import queries as access_queries
from schema.application import queries as application_queries
from schema.company.lists import followed_companies
from schema.core.loading import Computed, many, one
from schema.core.scalars import URL, DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN, Rule, visible_to
from schema.feed import queries as feed_queries
from schema.file.types import resumes_of_viewer
from schema.notification import queries as notification_queries
from schema.profile import queries as profile_queries
from schema.session.types import sessions_of_viewer
from schema.team.types import Invitation, Membership

NAMED = Rule(
    "named",
    SHOWN.words,
    allows=lambda viewer, user: viewer.is_authenticated or has_just_proved(user),
)
ACCOUNT = Rule(
    "account",
    "For the person, by keys with the scope `account:read`, and for those who help people with their accounts.",
    allows=lambda viewer, user: policies.may_read_account(viewer, user.pk) or has_just_proved(user),
)


class User(ModelType):
    """A person with an account. Others are shown the name of whoever they work with, and no more."""

    class Meta:
        model = UserRow
        columns = ("email", "name", "locale", "timezone", "platform_role")
        choices = {"platform_role": PlatformRole}
        batch = users.by_id
        private_to = NAMED
        visible_to = dict.fromkeys(("email", "locale", "timezone", "platform_role"), ACCOUNT)

    is_email_verified = visible_to(
        graphene.Boolean(
            description="Whether the person has shown that the address is theirs.",
            resolver=Computed(lambda user: user.email_verified_at is not None),
        ),
        ACCOUNT,
    )
    has_password = visible_to(
        graphene.Boolean(
            description="Whether the account has a password; without one its person signs in elsewhere.",
            resolver=Computed(users.has_password),
        ),
        ACCOUNT,
    )


def just_proved(user: UserRow) -> UserRow:
    """The account of somebody who has proved in this very request that it is theirs: a log-in may show it."""
    user._has_just_proved = True  # type: ignore[attr-defined]  # for `has_just_proved` alone
    return user


def has_just_proved(user: UserRow) -> bool:
    """Whether the account is shown by the log-in to it."""
    return getattr(user, "_has_just_proved", False)


class DataExport(ModelType):
    """All that the board keeps about a person, as one JSON file that they asked for."""

    class Meta:
        model = DataRequest
        columns = ("status", "size", "ready_at", "expires_at")
        choices = {"status": DataRequestStatus}
        batch = data_requests.by_id
        private_to = SHOWN

    requested_at = DateTime(
        required=True, description="When it was asked for.", resolver=Computed(attrgetter("created_at"))
    )
    download_url = URL(
        description="Where it can be downloaded, by whoever has this address; null while there is no file.",
        resolver=Computed(export.link),
    )


class Viewer(graphene.ObjectType):
    """The person who asks."""

    user = one(User, key="user_id", batch=users.by_id, required=True, description="The own account.")
    memberships = many(
        Membership,
        key="user_id",
        batch=membership.own,
        at_most=100,
        description="The companies that the person acts for, by name.",
    )
    profile = profile_queries.profile
    feed = feed_queries.own_feed
    feed_settings = feed_queries.feed_settings
    resumes = resumes_of_viewer
    saved_jobs = profile_queries.saved_job_list
    dismissed_jobs = feed_queries.dismissed_jobs
    applications = application_queries.own_applications
    application_draft = application_queries.own_draft
    application_drafts = application_queries.own_drafts
    blocked_employers = profile_queries.blocked_employers
    invitations = many(
        Invitation,
        key="user_id",
        batch=invitation.received,
        at_most=invitation.MOST_OF_PERSON,
        description="The open invitations to the person's verified address, the newest first. The mail has the link.",
    )
    followed_companies = followed_companies
    notifications = notification_queries.inbox
    unread_notifications = notification_queries.unread_count
    notification_preferences = notification_queries.preferences
    quiet_hours = notification_queries.quiet_hours
    sessions = sessions_of_viewer
    data_exports = many(
        DataExport,
        key="user_id",
        batch=data_requests.of_users,
        at_most=data_requests.MOST_SHOWN,
        description="What the person asked for of the own data, the newest first.",
    )
    totp = access_queries.totp
    api_keys = access_queries.api_keys
    api_key = access_queries.api_key
