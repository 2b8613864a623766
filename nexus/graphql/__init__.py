"""The GraphQL endpoint: one explicit chain from the bytes of a request to the bytes of an answer."""
