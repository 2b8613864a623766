import pytest

from accounts.auth import sealing

OLD, NEW = "old" * 20, "new" * 20


def test_what_was_sealed_opens_and_does_not_show() -> None:
    sealed = sealing.seal("secret")
    assert "secret" not in sealed
    assert sealing.unseal(sealed) == "secret"


def test_a_former_key_opens_and_the_new_one_seals(settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    sealed = sealing.seal("secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert sealing.unseal(sealed) == "secret"
    anew = sealing.resealed(sealed)
    settings.SECRET_KEY_FALLBACKS = []
    assert sealing.unseal(anew) == "secret"
    for open_ in (sealing.unseal, sealing.resealed):
        with pytest.raises(sealing.Unsealable):
            open_(sealed)


def test_what_was_changed_does_not_open() -> None:
    sealed = sealing.seal("secret")
    with pytest.raises(sealing.Unsealable):
        sealing.unseal(sealed[:-6] + "AAAA==")
