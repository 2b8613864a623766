"""The REST mirror: reads over the same selectors as the GraphQL schema, with its words, limits and errors."""
