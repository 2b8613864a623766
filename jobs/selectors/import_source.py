"""What readers may know of the sources that postings come from."""

from collections.abc import Collection
from dataclasses import dataclass

from jobs.models import ImportSource
from kernel.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whom to name beside a posting, and where that name leads; empty where the source has no page of its own."""

    title: str
    homepage: str = ""


def attributions(viewer: Viewer, keys: Collection[str]) -> dict[str, Attribution]:
    """Of each source by its name, as listings have it; one that nobody described is called by its name."""
    rows = ImportSource.objects.filter(name__in=keys).exclude(title="").values_list("name", "title", "homepage")
    known = {name: Attribution(title, homepage) for name, title, homepage in rows}
    return {name: known.get(name) or Attribution(name) for name in keys}
