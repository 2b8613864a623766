"""Every role there is, on one small board, and what a mutation or a query must do for each of them.

Cases stand in `tests/contracts/role_cases/<noun>.py`, as `CASES` (mutations) and `QUERIES` (root fields that read);
`tests/contracts/test_every_role.py` runs them all through the door.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from accounts.auth.api_key import new_key
from accounts.models import ApiKey, User
from jobs.models import Company, Job, MembershipRole
from kernel.viewer import Scope
from nexus.graphql.oracle import on_graphql_core
from nexus.graphql.view import answer
from schema.core import ids
from tests.door import Answer, request_for, token_for
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory

ROLES = (
    "anonymous",
    "seeker",
    "interviewer",
    "hiring_manager",
    "recruiter",
    "company_admin",
    "owner",
    "suspended_owner",
    "outside_owner",
    "moderator",
    "support",
    "platform_admin",
    "key",
)
"""`suspended_owner`: was one, and is suspended there. `outside_owner`: of another company. `key`: of the owner's, for
nothing at all."""
EVERYBODY = frozenset(ROLES) - {"key"}
"""Who may use a mutation that is open: all but a key, for which it has no scope."""
SIGNED_IN = EVERYBODY - {"anonymous"}
"""Every person who is signed in."""
SEEKERS = SIGNED_IN - {"moderator", "support", "platform_admin"}
"""Every person who may look for work: the board's own people do not."""
REFUSALS = frozenset({"NOT_FOUND", "FORBIDDEN"})
LONG_AGO = timedelta(hours=1)

_addresses = count(1)


@dataclass
class Scene:
    """A company with a draft, and somebody in every role. Rows that a case adds are gone after it."""

    company: Company
    job: Job
    elsewhere: Company
    """The company of `outside_owner`."""
    people: dict[str, User | None]
    """The person behind each role; none for `anonymous`, and for `key` the owner."""
    role: str = "anonymous"
    """The role that asks now."""
    made: dict[str, Any] = field(default_factory=dict)
    """What a case's `prepare` keeps for its `input`."""

    @property
    def person(self) -> User | None:
        """Who asks now."""
        return self.people[self.role]

    def id(self, type_name: str, pk: object) -> str:
        """The global id of an object."""
        return ids.encode(type_name, pk)


@dataclass(frozen=True)
class RoleCase:
    """A mutation that must work for `allowed`, and be refused to everybody else without a row being written.

    `input` makes the mutation's input, after `prepare`, both anew for every role: `scene.role` and `scene.person` say
    who is about to ask. A refusal is a top-level UNAUTHENTICATED, FORBIDDEN or NOT_FOUND, or one of these codes (the
    first excepted) or of `refused_with` in `userErrors`. `needs_recent_login`: those who are allowed are refused after
    a login of an hour ago. `may_write` names tables that a refusal may write to.
    """

    allowed: Collection[str]
    input: Callable[[Scene], dict[str, Any]]
    prepare: Callable[[Scene], object] | None = None
    refused_with: Collection[str] | None = None
    needs_recent_login: bool = False
    may_write: Collection[str] = ()

    def __post_init__(self) -> None:
        assert set(self.allowed) <= set(ROLES), f"no such roles: {set(self.allowed) - set(ROLES)}"
        assert not isinstance(self.refused_with, str), "`refused_with` is a collection of codes"


@dataclass(frozen=True)
class QueryCase:
    """A root field that answers everybody, and shows something to `seen_by` only: others are told FORBIDDEN at most.

    `query` makes a document and its variables, after `prepare`; `found` picks from the data what only they are shown:
    nothing, false or an empty list for all others.
    """

    seen_by: Collection[str]
    query: Callable[[Scene], tuple[str, dict[str, Any]]]
    found: Callable[[Any], Any]
    prepare: Callable[[Scene], object] | None = None

    def __post_init__(self) -> None:
        assert set(self.seen_by) <= set(ROLES), f"no such roles: {set(self.seen_by) - set(ROLES)}"


def make_scene() -> Scene:
    """The company, its draft, and the people. Inside a transaction of the caller's."""
    # Verified, as those must be whose recruiters are shown profiles.
    company: Company = CompanyFactory(verified_at=timezone.now())
    members = {
        "interviewer": MembershipRole.INTERVIEWER,
        "hiring_manager": MembershipRole.HIRING_MANAGER,
        "recruiter": MembershipRole.RECRUITER,
        "company_admin": MembershipRole.ADMIN,
        "owner": MembershipRole.OWNER,
    }
    people: dict[str, User | None] = {
        "anonymous": None,
        "seeker": person("seeker"),
        "moderator": person("moderator", platform_role="moderator"),
        "support": person("support", platform_role="support"),
        "platform_admin": person("platform_admin", platform_role="admin"),
    }
    for name, role in members.items():
        people[name] = MembershipFactory(company=company, role=role, user=person(name)).user
    suspended = {"role": MembershipRole.OWNER, "suspended_at": timezone.now()}
    people["suspended_owner"] = MembershipFactory(company=company, user=person("suspended_owner"), **suspended).user
    elsewhere = MembershipFactory(role=MembershipRole.OWNER, user=person("outside_owner"))
    people["outside_owner"] = elsewhere.user
    people["key"] = people["owner"]
    job: Job = JobFactory(draft=True, company=company)
    return Scene(company, job, elsewhere.company, people)


def person(role: str, **fields: Any) -> User:
    """Somebody who can log in, and whose address is verified."""
    made: User = UserFactory(name=role.replace("_", " ").capitalize(), email_verified_at=timezone.now(), **fields)
    return made


def authorization_of(scene: Scene, role: str, *, at: datetime | None = None) -> str:
    """The `Authorization` header with which a role asks, after a login just now or `at`; empty for nobody."""
    user = scene.people[role]
    if user is None:
        return ""
    return f"Bearer {key_for(user) if role == 'key' else token_for(user, at=at)}"


def key_for(user: User, *scopes: Scope) -> str:
    """A new API key of somebody's; without scopes it is good for nothing but saying whose it is."""
    made = new_key()
    ApiKey.objects.create(user=user, name="For a program", prefix=made.prefix, hash=made.hash, scopes=list(scopes))
    return made.text


def ask(
    scene: Scene,
    query: str,
    variables: dict[str, Any] | None = None,
    *,
    authorization: str | None = None,
    on_oracle: bool = False,
    **more: str,
) -> Answer:
    """Have a document answered for the scene's role, each time from another address; `on_oracle`: by graphql-core."""
    told = authorization_of(scene, scene.role) if authorization is None else authorization
    headers = {"authorization": told} if told else {}
    headers |= more
    request = replace(request_for(query, variables, **headers), address=_address())
    response = answer(request, on_graphql_core) if on_oracle else answer(request)
    return Answer(response, orjson.loads(response.body))


@contextmanager
def acting(scene: Scene, role: str) -> Iterator[Scene]:
    """The scene as `role` finds it; whatever is written meanwhile is undone."""
    scene.role, scene.made = role, {}
    try:
        with transaction.atomic():
            yield scene
            transaction.set_rollback(True)
    finally:
        scene.role = "anonymous"


def _address() -> str:
    """An address of those that documentation may use (RFC 3849), so that no throttle takes two roles for one caller."""
    number = next(_addresses)
    return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"
