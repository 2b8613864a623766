"""Every test counts tries by itself: many of them log the same person in."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _own_throttle_counts() -> Iterator[None]:
    # Once the settings are there.
    from accounts.auth import throttles
    from kernel.ids import uuid7

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(throttles, "namespace", f"throttle:{uuid7().hex}")
        yield
