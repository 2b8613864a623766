"""The order in which ranked jobs are shown, so that the top is not one company's, nor one posting over and over."""

from collections.abc import Sequence

from jobs.search.port import Hit

STRETCH = 100
"""So many of the best are put in order; behind them their rank alone counts."""
WINDOW = 20
AS_GOOD = 0.5
"""What has so much of the score of a job that is put off may come before it; what has less is not worth it."""


def diversify(hits: Sequence[Hit], per_company: int) -> list[Hit]:
    """The hits, each once. Of the first `STRETCH`, each `WINDOW` has at most `per_company` of a company while there are
    others about as good to take, and those that say the same as a better one come last. With 0 they stay as they are.
    """
    if not per_company:
        return list(hits)
    waiting: list[Hit] = []
    repeated: list[Hit] = []
    seen: set[int] = set()
    for hit in hits[:STRETCH]:
        (repeated if hit.likeness in seen else waiting).append(hit)
        seen.add(hit.likeness)
    ordered: list[Hit] = []
    while waiting:
        # By number: a UUID is hashed in Python each time.
        taken: dict[int, int] = {}
        window: list[Hit] = []
        later: list[Hit] = []
        for place, hit in enumerate(waiting):
            if len(window) == WINDOW or (later and hit.value < later[0].value * AS_GOOD):
                # What follows is no better.
                later += waiting[place:]
                break
            company = hit.company_id.int
            count = taken.get(company, 0)
            if count < per_company:
                window.append(hit)
                taken[company] = count + 1
            else:
                later.append(hit)
        # No others as good are left to take: the best come, whosever they are.
        missing = WINDOW - len(window)
        ordered += [*window, *later[:missing]]
        waiting = later[missing:]
    return [*ordered, *repeated, *hits[STRETCH:]]
