"""Which occupations of the taxonomies a title names, by the keys of their codes: finer than our own.

Where a taxonomy has photographers of cats and of dogs, each has its names here, though both may be the photographers of
ours (`occupations`). Without a taxonomy there are none.

What somebody means who looks for a title is told by more than by whose names share its words: by what else is near, of
what the taxonomy says that it is alike, and by the fields of work in which the words are used.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import exp, fsum, log

from jobs.search.nearest import Space, stems
from jobs.search.occupations import Concepts, classify_by, nearest_of, trust
from jobs.search.spaces import Kept

# A likelihood is a product of powers: of how near an occupation is, how near its like are, how much its field uses the
# words, and how few jobs are likely of it (`meaning.FEW_JOBS`). They are what a logit over 1,500 held-out names gave,
# rounded (docs/search-quality.md).
_NEARNESS, _SUPPORT, _FIELD, FEW = 4.5, 0.75, 0.17, 2.0
_LOOKED_AT, _MOST = 60, 24
# Of its like those count that are near themselves; one of the fifth rank half as much as the first could at most.
_LIKE_NEARNESS, _HALF_RANK = 3.0, 5.0
# What counts beside its like; and in place of them where the taxonomy says of no occupation what it is like.
_UNSUPPORTED, _UNKNOWN_SUPPORT = 0.01, 0.2
# Taxonomies are parallel: where one has the very name, the nearest of another, though farther, likely means the same.
_IN_PARALLEL = 0.1
# Each field is taken to have a word in so many occupations as are usual, beside those that have it.
_FIELD_PRIOR = 0.3

_NAMES = """
    SELECT n.name, n.code_id FROM jobs_occupationname n
    JOIN jobs_occupationcode c ON c.id = n.code_id AND NOT c.is_retired
    ORDER BY 2, 1
"""
# Each with its category, its taxonomy, and whether that says of any what it is like.
_FIELDS = """
    SELECT c.id, o.category_id, c.scheme, c.scheme IN (SELECT scheme FROM jobs_relatedoccupation)
    FROM jobs_occupationcode c JOIN jobs_occupation o ON o.id = c.occupation_id
"""
# They are kept as relations of ours, of which each may be several of a taxonomy's.
_LIKES = """
    SELECT a.id, b.id, r.rank FROM jobs_relatedoccupation r
    JOIN jobs_occupationcode a ON a.occupation_id = r.occupation_id AND a.scheme = r.scheme
    JOIN jobs_occupationcode b ON b.occupation_id = r.related_id AND b.scheme = r.scheme
"""
_VERSION = """
    SELECT (SELECT max(loaded_at)::text FROM jobs_taxonomyedition), (SELECT max(id) FROM jobs_occupationname),
        (SELECT max(id) FROM jobs_relatedoccupation)
"""


class Codes(Space):
    """The taxonomies' occupations by their names, with which are alike and of which field each is."""

    def __init__(
        self,
        names: Iterable[tuple[Sequence[str], int]],
        fields: Iterable[tuple[int, int, str, bool]] = (),
        likes: Iterable[tuple[int, int, int]] = (),
    ) -> None:
        """`fields`: a key, its category, its taxonomy, and whether that says of any what it is like. `likes`: two keys
        and a rank, from 1.
        """
        super().__init__(names)
        known = set(self.keys())
        rows = [row for row in fields if row[0] in known]
        self._fields = {key: field for key, field, _, _ in rows}
        self._schemes = {key: scheme for key, _, scheme, _ in rows}
        self._sizes: Counter[int | None] = Counter(self._fields.values())
        self._is_likened = {key for key, _, _, is_likened in rows if is_likened}
        # Alike is mutual, though a taxonomy may rank it on one side alone.
        self._likes: dict[int, dict[int, float]] = {}
        for one, other, rank in likes:
            value = 1 / (1 + rank / _HALF_RANK)
            for first, second in ((one, other), (other, one)):
                of_first = self._likes.setdefault(first, {})
                of_first[second] = max(value, of_first.get(second, 0.0))

    def meant(self, words: Sequence[str]) -> Concepts:
        """The likely codes of what somebody is looking for, as `occupations.occupations_of`."""
        near = nearest_of(self, words, 2 * _LOOKED_AT)
        if not near:
            return ()
        of_fields = self._of_fields(words, {self._fields.get(key) for key, _ in near})
        likely = self._likely(near[:_LOOKED_AT], of_fields)
        for scheme in {self._schemes.get(key) for key, _ in near}:
            own = self._likely([one for one in near if self._schemes.get(one[0]) == scheme], of_fields)
            for key, value in own.items():
                likely[key] = max(likely.get(key, 0.0), _IN_PARALLEL * value)
        return tuple(sorted(likely.items(), key=lambda item: (-item[1], item[0]))[:_MOST])

    def _likely(self, near: Sequence[tuple[int, float]], of_fields: Mapping[int | None, float]) -> dict[int, float]:
        """How likely each of those that are near, some at least, is meant if one of them is."""
        shares = {key: share / near[0][1] for key, share in near}
        powers = {key: share**_LIKE_NEARNESS for key, share in shares.items()}
        likely = {
            key: share**_NEARNESS
            * (_UNSUPPORTED + self._support(key, powers)) ** _SUPPORT
            * of_fields[self._fields.get(key)]
            for key, share in shares.items()
        }
        whole = trust(near) / max(likely.values())
        return {key: whole * value for key, value in likely.items()}

    def _support(self, key: int, powers: Mapping[int, float]) -> float:
        """How near those are that it is like."""
        if key not in self._is_likened:
            return _UNKNOWN_SUPPORT
        likes = self._likes.get(key, {})
        # Exact, since the order of a set is none.
        return fsum(likes[other] * powers[other] for other in likes.keys() & powers.keys())

    def _of_fields(self, words: Sequence[str], fields: Collection[int | None]) -> Mapping[int | None, float]:
        """How much more the words are used in each of the fields than in all."""
        told = dict.fromkeys(fields, 0.0)
        for word in dict.fromkeys(stems(words)):
            used: defaultdict[int | None, float] = defaultdict(float)
            for key, share in self.having(word):
                used[self._fields.get(key)] += share
            if usual := sum(used.values()) / len(self):
                for field in told:
                    often = (used[field] + _FIELD_PRIOR * usual) / (self._sizes[field] + _FIELD_PRIOR)
                    told[field] += log(often / usual)
        return {field: exp(_FIELD * value) for field, value in told.items()}


space = Kept(_NAMES, _VERSION, Codes, _FIELDS, _LIKES).space


def classify(titles: Collection[str]) -> dict[str, Concepts]:
    """The likely codes of each title, as `occupations.classify`."""
    return classify_by(space(), titles)
