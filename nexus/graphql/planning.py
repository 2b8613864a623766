"""The engine over the board's schema: where documents become plans, within the limits."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from graphene_django.settings import graphene_settings
from graphql_jwt.middleware import JSONWebTokenMiddleware

from engine import RULES, Engine
from nexus.graphql.introspection import IntrospectionOffRule
from nexus.graphql.limits import DOCUMENT_LIMITS


@cache
def engine() -> Engine:
    """The engine over the schema that `GRAPHENE["SCHEMA"]` names."""
    if settings.ENGINE and any(middleware is not JSONWebTokenMiddleware for middleware in graphene_settings.MIDDLEWARE):
        raise ImproperlyConfigured(
            "The engine runs no field middleware but JSONWebTokenMiddleware, once a request. Take the others out of "
            'GRAPHENE["MIDDLEWARE"], or set ENGINE=off.'
        )
    return Engine(
        graphene_settings.SCHEMA.graphql_schema,
        limits=DOCUMENT_LIMITS,
        rules=RULES if settings.INTROSPECTION else (IntrospectionOffRule, *RULES),
        suggest=settings.DEBUG,
    )
