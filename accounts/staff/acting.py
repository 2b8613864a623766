"""Who acts in the admin, and that each act is written down."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django import forms
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors.audit import note_reads
from accounts.services import audit
from kernel.viewer import ANONYMOUS, Viewer

AUTHENTICATED_AT = "authenticated_at"
# What is written in full elsewhere: a revision has a posting's text.
LONGEST_VALUE = 200
HIDDEN = "(not shown)"


def address_of(request: HttpRequest) -> str:
    """The client's address, as far as the proxies in front can be believed."""
    return str(request.META.get("REMOTE_ADDR", ""))


def request_id() -> str:
    """The id under which the log has this request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def viewer_of(request: HttpRequest) -> Viewer:
    """Who acts, as services want to know it."""
    user = request.user
    if not isinstance(user, User):
        return ANONYMOUS
    proved_at = request.session.get(AUTHENTICATED_AT)
    return Viewer(
        user_id=user.pk,
        platform_role=user.platform_role,
        authenticated_at=datetime.fromisoformat(proved_at) if proved_at else None,
        address=address_of(request),
        request_id=request_id(),
    )


def record(
    request: HttpRequest,
    verb: str,
    row: Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down, in the open transaction, that the row was changed here: `admin.company.update`."""
    name = type(row)._meta.model_name
    audit.record(
        f"admin.{name}.{verb}",
        by=viewer_of(request),
        target=(type(row)._meta.object_name or "", row.pk),
        company_id=_company_of(row),
        before=before,
        after=after,
    )


def looked_at(request: HttpRequest, act: str, rows: Iterable[Model]) -> None:
    """Write down, before they are shown, that the rows are read here by somebody else than whom they are about."""
    by = viewer_of(request)
    others = [row for row in rows if row.pk != by.user_id]
    note_reads(act, by=by, targets=[(type(row)._meta.object_name or "", row.pk) for row in others])


def changes_of(form: forms.BaseForm, hidden: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a form changed, as it was and as it became. Of the hidden fields only that they changed."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in form.changed_data:
        if name in hidden:
            before[name] = after[name] = HIDDEN
        else:
            before[name] = _told(form.get_initial_for_field(form.fields[name], name))
            after[name] = _told(form.cleaned_data.get(name))
    return before, after


def _told(value: Any) -> Any:
    if isinstance(value, Model):
        return _told(value.pk)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return f"{value[:LONGEST_VALUE]}… ({len(value)} characters)"
    return value


def _company_of(row: Model) -> UUID | None:
    if type(row)._meta.object_name == "Company":
        return row.pk
    company_id = getattr(row, "company_id", None)
    return company_id if isinstance(company_id, UUID) else None
