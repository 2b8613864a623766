"""Which occupations of the taxonomies a title names, by the keys of their codes: finer than our own.

Where a taxonomy has photographers of cats and of dogs, each has its names here, though both may be the photographers of
ours (`occupations`). Without a taxonomy there are none.
"""

from collections.abc import Collection

from jobs.search.nearest import Space
from jobs.search.occupations import Concepts, classify_by
from jobs.search.spaces import Kept

_NAMES = """
    SELECT n.name, n.code_id FROM jobs_occupationname n
    JOIN jobs_occupationcode c ON c.id = n.code_id AND NOT c.is_retired
    ORDER BY 2, 1
"""
_VERSION = """
    SELECT (SELECT max(loaded_at)::text FROM jobs_taxonomyedition), (SELECT max(id) FROM jobs_occupationname)
"""

space = Kept(_NAMES, _VERSION, Space).space


def classify(titles: Collection[str]) -> dict[str, Concepts]:
    """The likely codes of each title, as `occupations.classify`."""
    return classify_by(space(), titles)
