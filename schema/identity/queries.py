"""Which identity providers people may sign in with."""

import graphene
from django.conf import settings
from graphql import GraphQLResolveInfo

from schema.core.costs import costs
from schema.core.loading import ListSize

MOST_PROVIDERS = 20


class SignInProvider(graphene.ObjectType):
    """An identity provider that people may sign in with."""

    name = graphene.String(required=True, description="What to write on the button.")
    slug = graphene.String(required=True, description="The provider's word: `google`.")
    path = graphene.String(
        required=True,
        description="Where on this server the browser sets out, with two parameters: `returnTo`, the address of the "
        "client to come back to, and `challenge`, the SHA-256 in base64url of a secret that the client keeps.",
    )


def _providers(root: None, info: GraphQLResolveInfo) -> list[SignInProvider]:
    return [
        SignInProvider(name=app["name"], slug=app["provider_id"], path=f"/sign-in/{app['provider_id']}")
        for app in settings.SIGN_IN
    ]


sign_in_providers = costs(
    graphene.Field(
        graphene.List(graphene.NonNull(SignInProvider)),
        required=True,
        description=f"The identity providers that people may sign in with. At most {MOST_PROVIDERS}.",
        resolver=_providers,
    ),
    list_size=ListSize(MOST_PROVIDERS),
)
