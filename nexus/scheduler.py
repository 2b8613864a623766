"""The scheduler: RedBeat's, but it goes on when its memory was away or was emptied. One leads, others wait for it."""

import contextlib
from typing import Any

import structlog
from celery.signals import beat_init
from redbeat.schedulers import (  # type: ignore[import-untyped]
    RedBeatScheduler,
    acquire_distributed_beat_lock,
    get_redis,
)
from redis.exceptions import LockError, RedisError
from redis.lock import Lock

log = structlog.get_logger("nexus.scheduler")

# Seconds between two tries to reach the memory while it is away.
OUTAGE_PAUSE = 1.0

# RedBeat takes its lock once, at the start, and ends when it cannot; ours is taken where it is needed.
beat_init.disconnect(acquire_distributed_beat_lock)


class Lease(Lock):
    """A lock that ends so many seconds after it was last extended."""

    def extend(self, additional_time: float, replace_ttl: bool = True) -> bool:
        return bool(super().extend(additional_time, replace_ttl=replace_ttl))


class Scheduler(RedBeatScheduler):
    """Sends what is due for as long as it holds the lock, and takes that again when it was lost."""

    lock: Lock | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._is_away = False
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Writes nothing yet: the schedule is written by who leads, when it begins to."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; the seconds to the next look. It does not end because the memory does."""
        try:
            leads = self.lock is not None or self._lead()
            pause = float(super().tick(*args, **kwargs) if leads else self.max_interval)
        except LockError:
            # The memory was emptied, or was away for so long that another leads.
            log.warning("scheduler_lost_its_lock")
            self.lock = None
            return 0.0
        except (RedisError, OSError) as error:
            if not self._is_away:
                log.warning("scheduler_waits", reason=f"{type(error).__name__}: {error}")
            self._is_away = True
            return OUTAGE_PAUSE
        if self._is_away:
            log.info("scheduler_goes_on")
        self._is_away = False
        return pause

    def close(self) -> None:
        # A lock that cannot be given back ends by itself.
        with contextlib.suppress(RedisError, OSError):
            super().close()
        log.info("scheduler_ends")

    def _lead(self) -> bool:
        """Whether it has the lock now. The schedule is written anew then, because it may have gone with the lock."""
        lock = get_redis(self.app).lock(self.lock_key, timeout=self.lock_timeout, lock_class=Lease)
        if not lock.acquire(blocking=False):
            return False
        super().setup_schedule()
        self.lock = lock
        log.info("scheduler_leads")
        return True
