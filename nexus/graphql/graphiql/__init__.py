"""The explorer: GraphiQL, bundled from npm by `build.py` and served by `page.py` from our own origin."""

from nexus.graphql.graphiql.page import Example, explorer_page, load_examples

__all__ = ["Example", "explorer_page", "load_examples"]
