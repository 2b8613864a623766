"""The addresses of the public documents. They are for everybody: who asks makes no difference to what they say.

They are made when they are asked for, and no cache may hand one out without asking: what has ended is in none of them.
"""

import re
from uuid import UUID

from django.utils import timezone

from jobs.services import apply_click
from kernel.errors import NotFound
from nexus.feeds import jobposting, sitemap
from nexus.graphql.http import Response
from nexus.rest.answering import desk
from nexus.rest.asking import Asking

# Where they begin; for the door.
PATHS = ("/jobs/", "/sitemap.xml", "/sitemaps/", "/robots.txt")
# Points, which a file of thousands of rows is worth.
POSTING_COST = 15
APPLY_COST = 15
FILE_COST = 1_000
_POSTING = re.compile(r"/jobs/([^/\x00]{1,200})\.jsonld")
_APPLY = re.compile(r"/jobs/([^/\x00]{1,200})/apply")
_FILE = re.compile(r"/sitemaps/(jobs|companies)/([0-9a-f]{32})(?:-([0-9a-f]{32}))?\.xml")


def found(asking: Asking) -> Response:
    """The document at an address. Raises `NotFound` where there is none."""
    path = asking.request.path
    if matched := _POSTING.fullmatch(path):
        slug = matched[1]
        return asking.charged_each_time(POSTING_COST, lambda: jobposting.document(slug), jobposting.MEDIA_TYPE)
    if matched := _APPLY.fullmatch(path):
        return led_on(asking, matched[1])
    if path == "/sitemap.xml":
        return asking.charged_each_time(FILE_COST, sitemap.index, sitemap.MEDIA_TYPE)
    if matched := _FILE.fullmatch(path):
        kind, start, end = matched[1], UUID(matched[2]), UUID(matched[3]) if matched[3] else None
        return asking.charged_each_time(FILE_COST, lambda: sitemap.file(kind, start, end), sitemap.MEDIA_TYPE)
    if path == "/robots.txt":
        return Response(200, sitemap.robots(), {"Content-Type": "text/plain; charset=utf-8"})
    raise NotFound("There is nothing at this address.")


def led_on(asking: Asking, slug: str) -> Response:
    """On to where one applies, by GET: another address each time that the posting's is another."""
    request = asking.request
    purpose = request.header("sec-purpose") or request.header("purpose")
    click = apply_click.Click(
        address=request.address,
        program=request.header("user-agent"),
        source=asking.query_parameters().get("source", ""),
        is_counted=request.method == "GET" and "prefetch" not in purpose.lower(),
    )

    led: list[str] = []

    def lead() -> bytes:
        led.append(apply_click.led_on(slug, click, at=timezone.now()))
        return b""

    answer = asking.charged_each_time(APPLY_COST, lead, "text/plain; charset=utf-8")
    headers = {name: value for name, value in answer.headers.items() if name != "ETag"}
    headers |= {"Location": led[0], "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
    return Response(303, b"", headers)


DESK = desk(found)
