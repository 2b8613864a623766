"""Clicks that lead from a posting to where one applies elsewhere: counted, and then led on.

Whoever follows a link is known by nothing but an address and a program's name, and those who click a lot may be nobody.
So a click of nobody in particular is put down once an hour for an address and a posting, is no robot's that says so,
and warms no posting: what is popular goes by what people do who are signed in.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.utils.encoding import iri_to_uri

from jobs.models import ApplyKind, Job, Surface
from jobs.selectors import job as jobs
from jobs.services import signal
from kernel.errors import NotFound
from kernel.viewer import ANONYMOUS

_ROBOTS = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|preview|scan|fetch|monitor|headless|curl|wget|python|java/|go-http|okhttp"
    r"|facebookexternalhit|whatsapp|telegram|embedly",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Click:
    """A request for the tracked address of a posting."""

    address: str
    program: str
    """What calls itself so in `User-Agent`; empty for what does not say."""
    source: str = ""
    is_counted: bool = True
    """False: nobody clicked, the address was only looked at, or fetched ahead."""


def tracked_url(job: Job) -> str:
    """The address that counts who goes on to apply."""
    return f"{settings.PUBLIC_URL}/jobs/{job.slug}/apply"


def led_on(slug: str, click: Click, *, at: datetime) -> str:
    """Where one applies for a live posting: the company's own address, and nothing that the request says.

    The click is taken into the stream of signals. Raises `NotFound` for a posting that is not shown to everybody.
    """
    job = jobs.by_slug(ANONYMOUS, [slug]).get(slug)
    if job is None:
        raise NotFound("There is no such posting.")
    target = _target(job)
    if click.is_counted and job.apply_kind != ApplyKind.NATIVE and click.program and not _ROBOTS.search(click.program):
        surface = click.source if click.source in Surface.values else Surface.OTHER.value
        signal.record_click(job.pk, key=_key(job.pk, click, at), at=at, surface=surface)
    return target


def _target(job: Job) -> str:
    """An address of http, https or mailto; for who applies here, the posting's own page."""
    if job.apply_kind == ApplyKind.EMAIL:
        return f"mailto:{quote(job.apply_email, safe='@')}"
    if job.apply_kind == ApplyKind.URL:
        if not re.match(r"https?://[^\s\x00-\x1f]", job.apply_url, re.IGNORECASE):
            raise NotFound("There is no such posting.")
        return iri_to_uri(job.apply_url)
    return f"{settings.CLIENT_URL}/jobs/{job.slug}"


def _key(job_id: UUID, click: Click, at: datetime) -> UUID:
    """The same for the same address, program, posting and hour; it tells none of them."""
    told = f"{job_id}:{click.address}:{click.program}:{at:%Y-%m-%dT%H}"
    return UUID(bytes=hmac.digest(settings.SECRET_KEY.encode(), f"apply click:{told}".encode(), "sha256")[:16])
