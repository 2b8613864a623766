"""The tables of accounts. Models hold fields, constraints and facts of one row; rules live in services."""

from accounts.models.api_key import ApiKey, ApiKeyScope
from accounts.models.audit import AuditEntry, AuditKind
from accounts.models.data_request import DataRequest, DataRequestStatus
from accounts.models.email_token import EmailToken, EmailTokenPurpose
from accounts.models.identity import Identity, SignInCode
from accounts.models.notification import (
    DEFAULTS,
    Cadence,
    Channel,
    Notification,
    NotificationPreference,
    QuietHours,
    Topic,
)
from accounts.models.session import RefreshToken, RevokeReason, Session
from accounts.models.suppression import EmailSuppression, SuppressionReason
from accounts.models.totp import RecoveryCode, Totp
from accounts.models.user import PlatformRole, User, UserKind, UserManager, UserStatus

__all__ = [
    "DEFAULTS",
    "ApiKey",
    "ApiKeyScope",
    "AuditEntry",
    "AuditKind",
    "Cadence",
    "Channel",
    "DataRequest",
    "DataRequestStatus",
    "EmailSuppression",
    "EmailToken",
    "EmailTokenPurpose",
    "Identity",
    "Notification",
    "NotificationPreference",
    "PlatformRole",
    "QuietHours",
    "RecoveryCode",
    "RefreshToken",
    "RevokeReason",
    "Session",
    "SignInCode",
    "SuppressionReason",
    "Topic",
    "Totp",
    "User",
    "UserKind",
    "UserManager",
    "UserStatus",
]
