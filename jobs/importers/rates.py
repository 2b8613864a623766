"""Exchange rates from where they are published, or from a file."""

from pathlib import Path

from jobs.importers import addresses
from jobs.importers.fetch import Limits, fetched
from jobs.importers.files import Unreadable
from jobs.services import fx

DAILY = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"


def quotes_of(source: str, *, allow_private: bool = False) -> fx.Quotes:
    """The rates that a file or a URL has. Raises `Unreadable` where there is no such thing, and `fx.BadRates`.

    `allow_private` lets a URL lead to a machine that is not on the internet.
    """
    return fx.read(_content(source, allow_private=allow_private))


def _content(source: str, *, allow_private: bool) -> bytes:
    if addresses.is_url(source):
        with fetched(source, allow_private=allow_private, limits=Limits(size=fx.MOST_BYTES, total=120)) as document:
            assert document.path is not None
            return document.path.read_bytes()
    try:
        with Path(source).open("rb") as file:
            content = file.read(fx.MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"{source} cannot be read: {error.strerror}.") from None
    if len(content) > fx.MOST_BYTES:
        raise Unreadable(f"{source} is longer than {fx.MOST_BYTES:,} bytes.")
    return content
