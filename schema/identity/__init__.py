"""Signing in with an identity provider, in words and types."""
