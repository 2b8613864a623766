from jobs.importers.tally import Tally
from jobs.services.incoming import Location, Pay, Posting


def test_what_is_not_understood_is_counted_within_bounds():
    tally = Tally()
    for number in range(2 * Tally.MOST_WORDS):
        tally.miss("skills", f"craft {number}")
        tally.miss("skills", "craft 0")
    assert len(tally.not_understood) == Tally.MOST_WORDS
    assert tally.not_understood["skills: craft 0"] == 2 * Tally.MOST_WORDS + 1


def test_what_was_recognised_is_counted():
    tally = Tally()
    posting = Posting(
        company="Acme",
        reference="1",
        title="Nurse",
        workplace="remote",
        locations=(Location("Berlin", 2950159, "DE"),),
        pay=Pay("EUR", "year", 1, None),
        guessed=("language", "workplace"),
    )
    tally.count(posting, is_place_said=True, is_pay_said=True)
    tally.count(posting, is_place_said=False, is_pay_said=False)
    counted = {name: count for name, count in tally.recognised.items() if count}
    assert counted == {
        "place said": 1,
        "place": 2,
        "country": 2,
        "remote": 2,
        "pay said": 1,
        "pay": 2,
        "language guessed": 2,
        "workplace guessed": 2,
    }
