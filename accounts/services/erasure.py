"""Forgetting a person: what keeps it from happening, and what goes.

    @erasure.guard
    def owns_no_company_alone(user: User) -> None: ...   # raises AccountStillNeeded

    @erasure.eraser
    def forget_profile(user: User) -> None: ...

Apps that stand on this one register theirs as they are loaded (`apps.py`, `ready`). All of it runs in one transaction.
Audit entries stay: of people they hold ids, which lead to nobody any more, and the addresses that requests came from.
"""

from collections.abc import Callable

from django.contrib.admin.models import LogEntry
from django.db.models import Q

from accounts.auth import principals
from accounts.events import AccountDeleted
from accounts.models import DataRequest, EmailToken, PlatformRole, RevokeReason, User, UserStatus
from accounts.services import audit, session, stored_file
from kernel.events import emit
from kernel.viewer import Viewer

type Act = Callable[[User], None]

guards: list[Act] = []
erasers: list[Act] = []


def guard(check: Act) -> Act:
    """Have `check` asked before anybody goes, for a while or for good: `AccountStillNeeded` says what to do first."""
    if check not in guards:
        guards.append(check)
    return check


def eraser(act: Act) -> Act:
    """Have `act` delete or anonymise what its app keeps of a person."""
    if act not in erasers:
        erasers.append(act)
    return act


def refuse_needed(user: User) -> None:
    """Raises what the guards raise. In the caller's transaction, with the row locked."""
    for check in guards:
        check(user)


def erase(user: User, *, by: Viewer) -> None:
    """Forget the person, in the caller's transaction, with the row locked. Raises what the guards raise."""
    refuse_needed(user)
    session.revoke_all(user.pk, by=by, reason=RevokeReason.ACCOUNT_CLOSED)
    for act in erasers:
        act(user)
    _delete_rows(user)
    user.email = f"{user.pk.hex}@deleted.invalid"
    user.name, user.locale, user.timezone = "", "en", "UTC"
    user.email_verified_at = user.last_login = user.deactivated_at = None
    user.platform_role, user.status = PlatformRole.USER, UserStatus.DELETED
    user.set_unusable_password()
    user.save()
    principals.changed(user.pk)
    audit.record("account.delete", by=by, target=("User", user.pk))
    emit(AccountDeleted(user_id=user.pk), by=by)


def _delete_rows(user: User) -> None:
    """All rows of this app that hang on the person, those of models yet to come included, and the admin's of them."""
    stored_file.drop(DataRequest.objects.filter(user=user).exclude(file="").values_list("file", flat=True))
    # What the admin notes of a change has the address of whom it was made to.
    LogEntry.objects.filter(object_id=str(user.pk)).delete()
    EmailToken.objects.filter(Q(email=user.email) | Q(from_email=user.email)).delete()
    for relation in User._meta.related_objects:
        model = relation.related_model
        if model._meta.app_label == "accounts":
            model._default_manager.filter(**{relation.field.name: user}).delete()
