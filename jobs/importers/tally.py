"""Counts what the recogniser made of the rows of an import."""

from collections import Counter
from dataclasses import dataclass, field

from jobs.services.incoming import GUESSABLE, Posting

_GUESSED = {name: f"{name} guessed" for name in GUESSABLE}


@dataclass(slots=True)
class Tally:
    """What was recognised in the postings read so far, and what was said and not understood."""

    recognised: Counter[str] = field(default_factory=Counter)
    not_understood: Counter[str] = field(default_factory=Counter)

    MOST_WORDS = 500

    def miss(self, what: str, said: str) -> None:
        """Counts a value that stands for nothing known. Bounded, whatever a file holds."""
        entry = f"{what}: {said[:60]}"
        if entry in self.not_understood or len(self.not_understood) < self.MOST_WORDS:
            self.not_understood[entry] += 1

    def count(self, posting: Posting, *, is_place_said: bool, is_pay_said: bool) -> None:
        """Counts what was recognised of a posting."""
        counts = self.recognised
        counts["place said"] += is_place_said
        counts["place"] += any(location.place_id for location in posting.locations)
        counts["country"] += any(location.country for location in posting.locations) or bool(posting.remote_from)
        counts["remote"] += posting.workplace == "remote"
        counts["pay said"] += is_pay_said
        counts["pay"] += posting.pay is not None
        counts["postings with skills"] += bool(posting.skills)
        counts["skills"] += len(posting.skills)
        counts["occupation"] += posting.occupation_id is not None
        counts["category"] += posting.category_id is not None
        counts["seniority"] += bool(posting.seniority)
        counts["employment type"] += bool(posting.employment_types)
        for name in posting.guessed:
            counts[_GUESSED[name]] += 1
