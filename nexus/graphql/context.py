"""What resolvers may rely on, and how a request proves who it comes from."""

from collections.abc import Hashable
from functools import cached_property
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from graphene_django.settings import graphene_settings
from graphql_jwt.exceptions import JSONWebTokenError
from graphql_jwt.middleware import JSONWebTokenMiddleware
from promise import Promise

from accounts.auth.viewer import viewer_of
from accounts.models import User
from engine import BatchSelector, Loaders
from kernel.viewer import Viewer
from nexus.graphql import limits, rates
from nexus.graphql.planning import engine
from nexus.graphql.rates import Bucket
from schema.core.errors import Unauthenticated


class Context:
    """`info.context`: the viewer, and loads that are batched for the whole request.

    It is also as much of a Django request as django-graphql-jwt's backend and middleware read. It has no
    cookies, whatever the browser sent: a token counts only where the client put it, in the `Authorization` header.
    """

    def __init__(self, authorization: str, address: str = "") -> None:
        self.META = {"HTTP_AUTHORIZATION": authorization} if authorization else {}
        self.COOKIES: dict[str, str] = {}
        self.address = address
        """The client's; empty where nothing is charged to one."""
        self.user: User | AnonymousUser = AnonymousUser()
        self.rate_limit: Bucket | None = None
        """The caller's points, once the operation was charged; None where no limit applies."""

    @cached_property
    def viewer(self) -> Viewer:
        """Who asks. Read only after the request was authenticated."""
        return viewer_of(self.user)

    @cached_property
    def loaders(self) -> Loaders:
        """This request's loaders, and all that they have loaded."""
        return Loaders(self.viewer)

    def load(self, batch: BatchSelector, key: Hashable, /, **arguments: Hashable) -> Promise[Any]:
        """What `batch` finds for `key`, loaded together with all else that the level asks of it."""
        return self.loaders.load(batch, key, **arguments)

    def price_of(self, document: str, operation_name: str | None, variables: dict[str, Any]) -> limits.OperationPrice:
        """What another operation would cost, for as much as reading it costs.

        Raises a `RequestError` that says what is wrong with it, or that the caller has not so many points.
        """
        rates.charge(self.viewer, self.address, limits.reading_cost(document))
        return limits.price_of(engine(), document, operation_name, variables)


def authenticate_once(context: Context) -> None:
    """Do once for the request what `JSONWebTokenMiddleware` would do at each field, through the same backend.

    Raises `Unauthenticated` where the request claims to come from somebody and does not prove it.
    """
    if "HTTP_AUTHORIZATION" not in context.META or JSONWebTokenMiddleware not in graphene_settings.MIDDLEWARE:
        return
    try:
        user = authenticate(request=context)  # type: ignore[arg-type]  # reads no more of it than there is
    except JSONWebTokenError:
        user = None
    if not isinstance(user, User):
        raise Unauthenticated("The token is not valid, or no longer. Send `Authorization: Bearer <token>`.")
    context.user = user
