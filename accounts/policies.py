"""Who may do what to accounts: pure functions of the viewer. What is not said here is denied.

A person does all to the own account, and to no other. Support helps people with their accounts, which is what it may
read them for; every such reading is written into the audit log. Moderators look at postings, not at people.
"""

from uuid import UUID

from kernel.viewer import Scope, Viewer

HELPERS = frozenset({"support", "admin"})


def may_help(viewer: Viewer) -> bool:
    """Read other people's accounts to help them: support and platform administrators, in their own name."""
    is_themselves = viewer.key_id is None and viewer.impersonator_id is None
    return viewer.is_authenticated and is_themselves and viewer.platform_role in HELPERS


def is_own(viewer: Viewer, user_id: UUID) -> bool:
    """Whether the account is the viewer's, and a key was made to read it."""
    return viewer.user_id == user_id and viewer.allows(Scope.ACCOUNT_READ)


def may_read_account(viewer: Viewer, user_id: UUID) -> bool:
    """Read an account's address and settings: its person, and whoever may help."""
    return is_own(viewer, user_id) or may_help(viewer)
