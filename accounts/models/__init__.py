"""The tables of accounts. Models hold fields, constraints and facts of one row; rules live in services."""

from accounts.models.audit import AuditEntry, AuditKind
from accounts.models.user import PlatformRole, User, UserKind, UserManager, UserStatus

__all__ = ["AuditEntry", "AuditKind", "PlatformRole", "User", "UserKind", "UserManager", "UserStatus"]
