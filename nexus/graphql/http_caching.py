"""What HTTP caches may do with the answer to a GET: RFC 9111 (caching), RFC 9110 section 13 (conditional requests)."""

import re
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from nexus.graphql.http import Request, Response

# The same address answers otherwise in another media type, to another caller, and to a page of another origin.
VARY = "Accept, Authorization, Origin"
PRIVATE = "private, no-store"
# So long a cache may hand out what has just grown old while it fetches it anew: as long as that takes, and little more.
STALE_SECONDS = 5
# Bytes; the tags of so long answers are remembered, which keeps the answers themselves.
MAX_KEPT = 100_000
_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def http_caching(response: Response, data: bytes, request: Request, *, max_age: int | None) -> Response:
    """The answer with its caching headers, or 304 where the client has it already. Anything but a GET stays as it is.

    `data` are the bytes of `data` alone, from which the ETag is made: a request's id and cost tell no two answers
    apart, so that the tag is a weak one. `max_age` is for how many seconds a shared cache may hand the answer out to
    anyone; None where it is for this caller alone, or has errors.
    """
    if request.method not in ("GET", "HEAD"):
        return response
    if max_age is None or max_age <= 0:
        return replace(response, headers={**response.headers, "Cache-Control": PRIVATE, "Vary": VARY})
    return _tagged(response, data, request, f"public, max-age={max_age}, stale-while-revalidate={STALE_SECONDS}")


def asked_each_time(response: Response, data: bytes, request: Request) -> Response:
    """The answer that a cache may keep, but has to ask for anew whenever it is wanted; or 304."""
    return _tagged(response, data, request, "no-cache")


def _tagged(response: Response, data: bytes, request: Request, cache_control: str) -> Response:
    tag = _tag_kept(data) if len(data) <= MAX_KEPT else _tag(data)
    headers = {"ETag": f"W/{tag}", "Cache-Control": cache_control, "Vary": VARY}
    if _is_known(tag, request.header("if-none-match")):
        return Response(304, b"", headers)
    return replace(response, headers={**response.headers, **headers})


def _tag(data: bytes) -> str:
    return f'"{sha256(data).hexdigest()[:32]}"'


# The response cache hands out the same bytes again and again, and bytes remember their own hash.
_tag_kept = lru_cache(128)(_tag)


def _is_known(tag: str, if_none_match: str) -> bool:
    """Whether the client names this tag; compared weakly, as a GET asks for."""
    return if_none_match.strip() == "*" or tag in _ENTITY_TAG.findall(if_none_match)
