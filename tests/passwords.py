"""Passwords are hashed by the real function at its least work: hundreds of tests log somebody in."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _fast_hashes() -> Iterator[None]:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2PasswordHasher, "time_cost", 1)
        patch.setattr(Argon2PasswordHasher, "memory_cost", 8)
        patch.setattr(Argon2PasswordHasher, "parallelism", 1)
        yield
