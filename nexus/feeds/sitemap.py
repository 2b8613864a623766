"""The sitemap: an index, and files of the addresses at which the front end shows live jobs and active companies.

Which pages there are is asked when a file is. The files begin at ids of rows, so that they are read by key.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID
from xml.sax.saxutils import escape

from django.conf import settings

from jobs.selectors import outward
from kernel.errors import NotFound

MEDIA_TYPE = "application/xml; charset=utf-8"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_KINDS = {"jobs": outward.JOBS, "companies": outward.COMPANIES}


def index() -> bytes:
    """The index: the addresses of all files."""
    return _document(
        "sitemapindex",
        (
            f"<sitemap><loc>{escape(settings.PUBLIC_URL)}/sitemaps/{kind}/{_range(start, end)}.xml</loc></sitemap>"
            for kind, listed in _KINDS.items()
            for start, end in listed.files()
        ),
    )


def file(kind: str, start: UUID, end: UUID | None) -> bytes:
    """One file: the pages of rows from one id up to another. Raises `NotFound` where there are none."""
    entries = _KINDS[kind].entries(start, end)
    if not entries:
        raise NotFound("There is no such file.")
    home = f"{escape(settings.CLIENT_URL)}/{kind}"
    return _document(
        "urlset",
        (
            f"<url><loc>{home}/{escape(entry.slug)}</loc><lastmod>{_instant(entry.changed_at)}</lastmod></url>"
            for entry in entries
        ),
    )


def robots() -> bytes:
    """What robots are told: where the sitemap is, and that nothing here is a page but postings."""
    return (
        f"User-agent: *\nAllow: /jobs/\nDisallow: /jobs/*/apply\nAllow: /sitemap\nAllow: /media/\nDisallow: /\n\n"
        f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml\n"
    ).encode()


def _range(start: UUID, end: UUID | None) -> str:
    return f"{start.hex}-{end.hex}" if end else start.hex


def _document(root: str, parts: Iterable[str]) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n' + "\n".join(parts) + f"\n</{root}>\n"
    ).encode()


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
