import random
import subprocess
import sys
from uuid import UUID

import pytest

from jobs.importers.files import opened
from jobs.importers.jsonl import JsonLines
from jobs.services import fingerprint
from jobs.services.fingerprint import Likeness, bands, is_duplicate, is_repeat, jaccard, minima, shingles, where, words
from nexus.environment import BASE_DIR

ACME, OTHER = UUID(int=1), UUID(int=2)
BONN = where(1, "DE", "Bonn", "Bonn", "North Rhine-Westphalia", "07", "Germany")
ULM = where(2, "DE", "Ulm", "Ulm", "Baden-Wuerttemberg", "01", "Germany")
VOCABULARY = [f"{first}{second}" for first in "bcdfghklmn" for second in ("ake", "old", "ine", "ust", "ear", "olt")]


def text(length=200, seed=0):
    return " ".join(random.Random(seed).choices(VOCABULARY, k=length))


def edited(original, edits, seed=0):
    """The text with single words replaced, each of them three shingles away from the next."""
    found = original.split()
    for place in random.Random(seed).sample(range(1, len(found) - 1, 4), edits):
        found[place] = "zzz"
    return " ".join(found)


def posting(title="Nurse", description="", *places, company=ACME):
    return Likeness(UUID(int=9), company, title, description, tuple(places))


def likeness(one, other):
    return jaccard(shingles(one), shingles(other))


# Rule 1


def test_without_description_company_title_and_place_must_be_the_same():
    assert is_duplicate(posting("Nurse", "", BONN), posting(" NURSE ", "", BONN))
    assert not is_duplicate(posting("Nurse", "", BONN), posting("Nurse", "", ULM))
    assert not is_duplicate(posting("Nurse", "", BONN), posting("Head nurse", "", BONN))
    assert not is_duplicate(posting("Nurse", "", BONN), posting("Nurse", "", BONN, company=OTHER))


def test_the_rule_for_those_without_description_holds_where_one_has_none():
    assert is_duplicate(posting("Nurse", text(), BONN), posting("Nurse", "", BONN))
    assert not is_duplicate(posting("Nurse", text(), BONN), posting("Nurse", "", ULM))


def test_places_are_compared_as_a_set():
    assert is_duplicate(posting("Nurse", "", BONN, ULM), posting("Nurse", "", ULM, BONN))
    assert not is_duplicate(posting("Nurse", "", BONN, ULM), posting("Nurse", "", BONN))


# Rule 2


def test_same_company_and_near_equal_text_are_duplicates_whatever_the_town():
    original = text()
    near = edited(original, 9)
    assert 0.75 < likeness(original, near) < 0.8
    assert is_duplicate(posting("Nurse", original, BONN), posting("Nurse", near, ULM))


def test_text_below_the_line_is_another_posting():
    original = text()
    far = edited(original, 12)
    assert 0.65 < likeness(original, far) < 0.75
    assert not is_duplicate(posting("Nurse", original, BONN), posting("Nurse", far, BONN))


def test_own_towns_in_titles_do_not_count():
    assert is_duplicate(posting("Nurse, Bonn (Germany)", text(), BONN), posting("Nurse - Ulm", text(), ULM))
    assert not is_duplicate(posting("Nurse, Paris", text(60), BONN), posting("Nurse - Ulm", text(60), ULM))


def test_a_title_that_is_a_town_stays():
    assert posting("Bonn", "", BONN).role == "bonn"


def test_one_boilerplate_does_not_make_two_jobs_one():
    short = text(80)
    assert not is_duplicate(posting("Accountant", short), posting("Software engineer", short))
    assert not is_duplicate(posting("Customer success manager", short), posting("Manager, customer success", short))


# Rule 3


def test_another_company_needs_a_long_text_that_is_nearly_equal():
    original = text()
    near, far = edited(original, 3), edited(original, 6)
    assert 0.9 < likeness(original, near) < 0.95
    assert 0.8 < likeness(original, far) < 0.9
    assert is_duplicate(posting("Nurse", original), posting("Nurse", near, company=OTHER))
    assert not is_duplicate(posting("Nurse", original), posting("Nurse", far, company=OTHER))


def test_a_short_text_of_another_company_is_another_posting():
    short = text(149)
    assert not is_duplicate(posting("Nurse", short), posting("Nurse", short, company=OTHER))


# Rule 4


@pytest.mark.parametrize("company", [ACME, OTHER])
def test_another_title_needs_a_long_text_that_is_all_but_equal(company):
    original = text(400)
    nearest, near = edited(original, 3), edited(original, 6)
    assert likeness(original, nearest) > 0.95 > likeness(original, near) > 0.9
    assert is_duplicate(posting("TTS: nurse", original), posting("Nurse at TTS", nearest, company=company))
    assert not is_duplicate(posting("TTS: nurse", original), posting("Nurse at TTS", near, company=company))
    assert not is_duplicate(posting("TTS: nurse", original), posting("Cook", nearest, company=company))


# Repeats


def test_a_repeat_has_the_same_company_title_place_and_a_near_equal_text():
    original = text()
    first = posting("Nurse", original, BONN)
    assert is_repeat(first, posting("NURSE", edited(original, 9), BONN))
    assert not is_repeat(first, posting("Nurse", original, ULM))
    assert not is_repeat(first, posting("Nurses", original, BONN))
    assert not is_repeat(first, posting("Nurse", edited(original, 12), BONN))
    assert not is_repeat(first, posting("Nurse", original, BONN, company=OTHER))


# Bands


def test_duplicates_share_a_band_as_often_as_promised():
    originals = [text(300, seed) for seed in range(300)]
    pairs = [(original, edited(original, 10, seed)) for seed, original in enumerate(originals)]
    assert all(0.79 < likeness(*pair) < 0.84 for pair in pairs)
    found = sum(bool(set(bands(posting("A", one))[1:]) & set(bands(posting("A", other))[1:])) for one, other in pairs)
    assert found >= 0.97 * len(pairs)


def test_other_texts_and_titles_share_no_band():
    postings = [posting(title, text(140, seed)) for seed, title in enumerate(["A", "A", "B", "B"])]
    keys = [set(bands(one)[1:]) for one in postings]
    assert len(set.union(*keys)) == sum(map(len, keys))
    assert not set(bands(posting("Nurse", text(80)))) & set(bands(posting("Cook", text(80))))


def test_a_long_text_is_found_under_another_title():
    assert set(bands(posting("Nurse", text()))) & set(bands(posting("Cook", text())))


def test_a_posting_without_text_has_one_band():
    assert len(bands(posting("Nurse"))) == 1
    assert bands(posting("Nurse", "\u2022 !")) == bands(posting("Nurse"))


def test_short_texts_fill_every_bin():
    for length in (1, 2, 3, 10, 40):
        lowest = minima(words(text(length)))
        assert len(lowest) == fingerprint.MINIMA
        assert all(0 <= number < 2**32 for number in lowest)


def test_minima_agree_as_often_as_shingles_do():
    agreed, alike = 0.0, 0.0
    for seed in range(200):
        original = text(60, seed)
        other = edited(original, 4, seed)
        pairs = zip(minima(words(original)), minima(words(other)), strict=True)
        agreed += sum(one == two for one, two in pairs) / fingerprint.MINIMA
        alike += likeness(original, other)
    assert abs(agreed - alike) / 200 < 0.03


def test_bands_are_the_same_in_every_process():
    known = posting("Nurse, Bonn", text(), BONN)
    code = (
        "from uuid import UUID\nfrom jobs.services.fingerprint import *\n"
        f"print(bands(Likeness(UUID(int=9), UUID(int=1), {known.title!r}, {known.text!r}, (Where{tuple(BONN)!r},))))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, cwd=BASE_DIR, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {f"{bands(known)}\n".encode()}


def test_bands_are_the_same_on_every_machine():
    assert bands(posting("Nurse, Bonn", "We care for people who are ill.", BONN))[:3] == [
        -6769551352819777811,
        -9067299368773924003,
        -6939193835406037293,
    ]


def test_scripts_without_spaces_are_cut_by_character():
    assert words("看護師を募集") == ["看", "護", "師", "を", "募", "集"]
    assert words("Über 50 Köche") == ["über", "50", "köche"]


def test_what_lies_beyond_the_part_that_counts_does_not():
    long = "word " * 2000
    assert words(long + "end") == words(long) == ["word"] * 2000


# Real postings: ids and what was said of them on sight.
SAME = [
    ("usajobs_summaries", "usaj-s-d1ea93754c", "usaj-s-cb3a69da39"),
    ("usajobs_summaries", "usaj-s-8cec9e699f", "usaj-s-da3558856b"),
    ("usajobs_summaries", "usaj-s-da3963c73d", "usaj-s-ce681af5f8"),
    ("usajobs_summaries", "usaj-s-9fab1bbbdf", "usaj-s-20c39cacbb"),
    ("usajobs_summaries", "usaj-s-81add8e864", "usaj-s-10904d3aa0"),
    ("usajobs_summaries", "usaj-s-821983fad8", "usaj-s-c38d574d15"),
    ("gsa_tts", "tts-52ca0ad09b", "tts-8202edd0cd"),
    ("gsa_tts", "tts-33fce5a5e1", "tts-9d590f5f38"),
    ("ats_teasers", "gj-be9ccfa0b181098baf17", "gj-cbed16138006e1bc555b"),
    ("ats_teasers", "gj-05db4287acdbf2dbb8bb", "gj-70ab68cb3d861f5015e9"),
    ("city_la", "la-4a1b77c5f6", "la-8a8f5f3a16"),
]
APART = [
    ("usajobs_summaries", "usaj-s-139588e59c", "usaj-s-c14093ebde"),
    ("usajobs_summaries", "usaj-s-9a8242d2d2", "usaj-s-0006373c24"),
    ("usajobs_summaries", "usaj-s-18b2a32811", "usaj-s-42ab50b324"),
    ("usajobs_summaries", "usaj-s-b82f52b4fc", "usaj-s-d092527676"),
    ("gsa_tts", "tts-335644bd4f", "tts-c3324881ce"),
    ("gsa_tts", "tts-01a32fa8f4", "tts-1b741bce53"),
    ("ats_teasers", "gj-44909e0ad3d4af700fdf", "gj-8c582222ec6a74f8ed00"),
    ("city_la", "la-1728b9ac17", "la-2c1a5b876d"),
]


@pytest.mark.needs("data")
@pytest.mark.parametrize(("pairs", "expected"), [(SAME, True), (APART, False)])
def test_real_pairs_are_told_as_people_tell_them(data_folder, pairs, expected):
    for name in {name for name, *_ in pairs}:
        with opened(data_folder / f"postings_{name}.jsonl.gz") as file:
            rows = {row.values["id"]: row.values for row in JsonLines().read(file.bytes)}
        for _, *ids in [pair for pair in pairs if pair[0] == name]:
            one, other = (
                posting(row["title"], row["description"], where(None, None, row.get("location", "")))
                for row in map(rows.get, ids)
            )
            assert is_duplicate(one, other) is expected, ids
