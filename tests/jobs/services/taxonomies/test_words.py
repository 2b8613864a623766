import pytest

from jobs.services.taxonomies.words import (
    Claim,
    Guard,
    folded,
    is_coined,
    is_name_like,
    is_proper_name,
    is_title_like,
    settle,
    singular,
)

OURS, A, B = 1, 2, 3


def settled(*claims, native=None, foreign=()):
    result = settle(claims, Guard(native or {}, foreign))
    return dict(result.words), set(result.labels)


def test_a_word_that_nobody_has_is_its_concepts():
    assert settled(Claim("glass annealer", A, is_name=True)) == ({"glass annealer": A}, set())


def test_a_word_of_ours_stays_ours():
    native = {"programmer": OURS}
    assert settled(Claim("programmer", A, is_name=True), native=native) == ({}, {(A, "programmer")})
    # The concept is ours: it has the word already.
    assert settled(Claim("programmer", OURS, is_name=True), native=native) == ({}, set())


def test_a_word_of_another_taxonomy_stays_its():
    assert settled(Claim("kiln firer", A, is_name=True), foreign={"kiln firer"}) == ({}, {(A, "kiln firer")})


@pytest.mark.parametrize("word", ["java coder", "lead java coder", "enterprise java", "our machine", "applied data"])
def test_a_word_that_would_hide_one_of_ours_is_a_label(word):
    native = {"java": OURS, "machine learning": OURS, "data entry": OURS}
    assert settled(Claim(word, A, is_name=True), native=native) == ({}, {(A, word)})


@pytest.mark.parametrize("word", ["learning machines", "entry of data points", "javanese"])
def test_a_word_that_merely_resembles_ours_is_read(word):
    native = {"java": OURS, "machine learning": OURS, "data entry": OURS}
    assert settled(Claim(word, A, is_name=True), native=native) == ({word: A}, set())


def test_of_two_claims_the_name_wins():
    claims = (Claim("lehr tender", A, is_name=False), Claim("lehr tender", B, is_name=True))
    assert settled(*claims) == ({"lehr tender": B}, {(A, "lehr tender")})


def test_what_two_claim_alike_is_nobodys():
    claims = (Claim("lehr tender", A, is_name=False), Claim("lehr tender", B, is_name=False))
    assert settled(*claims) == ({}, {(A, "lehr tender"), (B, "lehr tender")})


def test_what_is_not_read_is_a_label_and_leaves_no_word_to_a_rival_by_accident():
    assert settled(Claim("history", A, is_name=True, is_readable=False)) == ({}, {(A, "history")})
    claims = (Claim("kiln work", A, is_name=True, is_readable=False), Claim("kiln work", B, is_name=False))
    assert settled(*claims) == ({}, {(A, "kiln work"), (B, "kiln work")})


def test_a_word_too_long_for_its_column_is_left_out():
    assert settled(Claim("x" * 121, A, is_name=True), Claim("", A, is_name=True)) == ({}, set())


@pytest.mark.parametrize(
    ("title", "one"),
    [
        ("Software Developers", "Software Developer"),
        ("Secretaries", "Secretary"),
        ("Coaches", "Coach"),
        ("Firemen", "Fireman"),
        ("Boss", "Boss"),
        ("Model", "Model"),
        ("Accountants and Auditors", "Accountants and Auditors"),
        ("Chemists, Other", "Chemists, Other"),
    ],
)
def test_a_title_in_the_plural_is_put_in_the_singular(title, one):
    assert singular(title) == one


def test_a_title_is_like_a_name_that_ends_like_it_and_shares_two_words():
    assert is_title_like("furnace annealers", ["batch furnace annealer"])
    assert not is_title_like("engineering supervisor", ["theme park technician"])
    assert not is_title_like("reimbursement manager", ["compensation and benefits managers"])
    assert not is_title_like("model", ["model"])


def test_a_spelling_is_like_a_name_that_it_shares_a_word_with():
    assert is_name_like("annealing of glass", ["glass annealing"])
    assert not is_name_like("technical skill", ["craftsmanship"])


@pytest.mark.parametrize("spelling", ["iOS", "DB2 for z/OS", "Oracle Data Integrator", "Internet of Things", ".NET"])
def test_a_proper_name_has_a_capital_or_a_digit_in_each_word(spelling):
    assert is_proper_name(spelling)


@pytest.mark.parametrize("spelling", ["maintenance and repair", "Iterative development", "ICT policy", "of", ""])
def test_everyday_words_are_no_proper_name(spelling):
    # "of" alone is nobody's name, and neither is nothing.
    assert not is_proper_name(spelling)


def test_a_spelling_is_coined_that_no_everyday_word_has():
    assert all(map(is_coined, ("MapInfo", "iOS", "DB2", "IBM Notes", "3D Master")))
    assert not any(map(is_coined, ("Loom", "Animal Shelter Manager", "Meals Plus", "analyze", "Claims 3")))


def test_names_are_folded_once_each_in_their_order():
    assert folded(["Björn's  Kiln", "björns kiln", "!", "A"]) == ("bjorns kiln", "a")
