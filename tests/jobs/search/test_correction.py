"""What words with mistakes were meant to be."""

import pytest
from django.utils import timezone

from jobs.models import Job, SearchTerm
from jobs.search.correction import best, mistakes
from jobs.search.postgres import terms
from jobs.search.postgres.terms import deletes
from tests.search_board import live_jobs


@pytest.mark.parametrize(
    ("written", "meant", "steps"),
    [
        ("nurse", "nurse", 0),
        ("nurze", "nurse", 1),
        ("nures", "nurse", 1),  # swapped
        ("nursse", "nurse", 1),
        ("urse", "nurse", 1),
        ("nrs", "nurse", 2),
        ("banana", "nurse", 3),
    ],
)
def test_mistakes_are_counted(written: str, meant: str, steps: int) -> None:
    assert mistakes(written, meant, 2)[0] == steps


def test_likelier_mistakes_cost_less() -> None:
    swapped, beside, any_other, first = (
        mistakes(written, "nurse", 2)[1] for written in ("nruse", "nutse", "nupse", "burse")
    )

    assert swapped < beside < any_other < first


def test_of_equal_mistakes_the_commoner_word_was_meant() -> None:
    assert best("enginer", 0, {"engineer": 5000, "enginex": 2}) == "engineer"


def test_a_word_that_several_jobs_have_was_meant() -> None:
    assert best("engineers", 5, {"engineer": 100_000}) is None


def test_a_word_that_few_have_gives_way_to_a_far_commoner_one() -> None:
    assert best("recieve", 1, {"receive": 19}) is None
    assert best("recieve", 1, {"receive": 20}) == "receive"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wldr", None),  # two mistakes in fewer than six letters
        ("weldr", "welder"),
        ("wledr", None),
        ("weledr", "welder"),
        ("wwelder", "welder"),
        ("wleedr", "welder"),  # two, in six
        ("weeldr", "welder"),
        ("wledddr", None),
    ],
)
def test_fewer_mistakes_are_forgiven_in_a_short_word(written: str, meant: str | None) -> None:
    assert best(written, 0, {"welder": 50}) == meant


def test_words_of_three_letters_are_not_corrected() -> None:
    assert deletes("cook") == {"cook", "ook", "cok", "coo"}
    assert terms.SHORTEST_CORRECTED == 4


def test_the_order_in_which_words_are_looked_at_is_no_matter() -> None:
    jobs = {"nurse": 400, "nurser": 90_000, "burse": 3, "purse": 3, "nuse": 2, "curse": 500_000}
    words = sorted(jobs)
    answers = {best("nrse", 0, {word: jobs[word] for word in words[turn:] + words[:turn]}) for turn in range(6)}
    assert answers == {"nurse"}


@pytest.mark.django_db
def test_a_question_is_one_statement(django_assert_num_queries) -> None:
    live_jobs("Python Developer", "Registered Nurse")
    terms.rebuild()
    with django_assert_num_queries(1):
        assert len(terms.correct(["pyhton", "regsitered", "develpoer", "nrse"])) == 4


@pytest.mark.django_db
def test_words_of_live_jobs_are_what_mistakes_lead_to() -> None:
    live_jobs("Python Developer", "Registered Nurse", "Cook")
    terms.rebuild()

    assert terms.correct(["pyhton", "regsitered", "nurse", "cok", "zzzzzzzz", "c3po"]) == {
        "pyhton": "python",
        "regsitered": "registered",
    }


@pytest.mark.django_db
def test_a_rebuild_follows_the_live_jobs() -> None:
    job = live_jobs("Lamplighter")[0]
    terms.rebuild()
    assert terms.correct(["lamplihgter"]) == {"lamplihgter": "lamplighter"}

    job.delete()
    live_jobs("Chandler")
    terms.rebuild()

    assert terms.correct(["lamplihgter", "chandlre"]) == {"chandlre": "chandler"}


@pytest.mark.django_db
def test_rarer_words_are_rarer() -> None:
    live_jobs("Night Nurse", "Ward Nurse", "Nurse")
    terms.rebuild()

    found = terms.rarities({"night", "nurse", "unheard"})

    assert found["nurse"] < found["night"] < found["unheard"]


@pytest.mark.django_db
def test_who_reads_on_goes_by_what_had_been_counted_then() -> None:
    live_jobs(*["Night Nurse"] * 3, "Nurse", "Welder")
    terms.rebuild()
    began = timezone.now()
    then = terms.rarities({"night", "nurse", "welder", "baker"}, began)
    Job.objects.exclude(title="Night Nurse").delete()
    live_jobs(*["Baker"] * 5)
    terms.rebuild()
    assert terms.rarities({"night", "nurse", "welder", "baker"}, began) == then
    now = terms.rarities({"night", "nurse", "welder", "baker"})
    assert now["welder"] > then["welder"]
    assert now["baker"] < then["baker"]
    # What has gone is not meant by any mistake, nor kept for ever.
    assert terms.correct(["weldre"]) == {}
    assert SearchTerm.objects.filter(term="welder", jobs=0, jobs_before=1).exists()
    terms.rebuild()
    assert not SearchTerm.objects.filter(term="welder").exists()
    live_jobs("Welder")
    terms.rebuild()
    assert terms.correct(["weldre"]) == {"weldre": "welder"}


@pytest.mark.django_db
def test_all_words_are_as_rare_before_any_was_counted() -> None:
    assert terms.rarities({"nurse", "night"}) == {"nurse": 1.0, "night": 1.0}
