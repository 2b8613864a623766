"""Who reads what of an application. Its row says what the viewer is to it; see `jobs.selectors.application`."""

from typing import Any

from kernel.viewer import Viewer
from schema.core.visibility import Rule


def _is_full(viewer: Viewer, row: Any) -> bool:
    return viewer.is_authenticated and getattr(row, "is_full", False) is True


def _is_company(viewer: Viewer, row: Any) -> bool:
    return _is_full(viewer, row) or (viewer.is_authenticated and getattr(row, "is_redacted", False) is True)


def _is_own_or_full(viewer: Viewer, row: Any) -> bool:
    return _is_full(viewer, row) or (viewer.is_authenticated and getattr(row, "is_own", False) is True)


FULL = Rule(
    "hires for the job",
    "For the company's recruiters, admins and owners, and for hiring managers of the job's team; of nobody's own.",
    allows=_is_full,
)
COMPANY = Rule(
    "company's side",
    "For the company's recruiters, admins and owners, and for the job's hiring team; of nobody's own.",
    allows=_is_company,
)
OWN_OR_FULL = Rule(
    "own, or hires for the job",
    "For the person, the company's recruiters, admins and owners, and for hiring managers of the job's team.",
    allows=_is_own_or_full,
)
