"""When postings appear: over 90 days, on working days and in working hours, lately more than before."""

from bisect import bisect_left
from datetime import datetime, timedelta
from itertools import accumulate

DAYS = 90
HOUR = 3_600_000  # milliseconds
# Of each hour of a day in UTC: the world's offices open one after the other. Of each day from Monday to Sunday.
HOURS = (1, 1, 1, 1, 2, 3, 6, 9, 11, 11, 10, 9, 10, 12, 13, 13, 12, 10, 8, 6, 5, 4, 3, 2)
WEEKDAYS = (10, 12, 12, 11, 9, 1.5, 1)
# How many times as much appears on the last day as on the first.
GROWTH = 1.8


class Timeline:
    """The moments at which the postings of a market appear, in the order of their numbers."""

    def __init__(self, jobs: int, now: datetime) -> None:
        self.jobs = jobs
        self.now = int(now.timestamp() * 1000)
        start = now - timedelta(days=DAYS)
        self._start = int(start.timestamp() * 1000)
        weights = []
        for hour in range(DAYS * 24):
            moment = start + timedelta(hours=hour)
            growth = 1 + (GROWTH - 1) * hour / (DAYS * 24)
            weights.append(HOURS[moment.hour] * WEEKDAYS[moment.weekday()] * growth)
        self._until = list(accumulate(weights))

    def moment(self, number: int) -> int:
        """Unix time in milliseconds at which the posting appears: before `now`, and never before one with a lower
        number.
        """
        share = (number + 0.5) / self.jobs * self._until[-1]
        hour = bisect_left(self._until, share)
        before = self._until[hour - 1] if hour else 0.0
        part = (share - before) / (self._until[hour] - before)
        return self._start + int((hour + part) * HOUR)
