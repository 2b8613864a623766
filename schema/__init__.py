"""The GraphQL door: words and types."""
