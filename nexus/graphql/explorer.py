"""The explorer's page with the examples that come with the schema."""

from functools import cache

from django.conf import settings

from nexus.environment import BASE_DIR
from nexus.graphql.graphiql.page import explorer_page, load_examples

EXAMPLES = BASE_DIR / "schema" / "examples"


@cache
def page() -> tuple[bytes, dict[str, str]]:
    """The page's HTML and headers."""
    return explorer_page(load_examples(EXAMPLES), assets=f"/{settings.STATIC_URL.strip('/')}/graphiql/")
