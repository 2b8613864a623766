"""Tokens and sessions: logging in, staying logged in, and logging out."""
