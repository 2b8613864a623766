"""Accounts, for those who run the platform: people, their sessions and keys, and who did what."""

from accounts.admin import access, audit, mail, user

__all__ = ["access", "audit", "mail", "user"]
