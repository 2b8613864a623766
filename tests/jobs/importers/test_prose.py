import time

import pytest

from jobs.importers import prose


@pytest.mark.parametrize(
    ("text", "workplace"),
    [
        ("This position is fully remote.", "remote"),
        ("This is a hybrid role: two days at home.", "hybrid"),
        ("We operate as a hybrid workplace.", "hybrid"),
        ("This role is on-site in Bonn.", "on_site"),
        ("This position is not remote and is based in Bonn.", "on_site"),
        ("1. Baker (Full-time, ONSITE): apply", "on_site"),
        ("Our teams work remotely. A hybrid cloud is used.", None),
        ("Most of our positions are remote.", None),
        ("A remote role or an on-site role.", None),
    ],
)
def test_workplace_is_taken_from_a_sentence_on_the_position(text, workplace):
    assert prose.workplace(text) == workplace


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("This is a full-time position.", ["full_time"]),
        ("Employment type: part-time", ["part_time"]),
        ("- Baker | Bonn | Full-time | 50k", ["full_time"]),
        ("Five years of full-time experience.", []),
        ("This is a full-time position. This is a contract.", []),
    ],
)
def test_employment_is_taken_from_a_sentence_on_the_position(text, kinds):
    assert prose.employment(text) == kinds


@pytest.mark.parametrize(
    ("text", "education"),
    [
        ("A bachelor's degree is required.", "bachelor"),
        ("Requirements: a Master's degree in biology or a PhD.", "master"),
        ("You must have a high school diploma or GED.", "secondary"),
        ("A PhD is a plus.", None),
        ("Our founders hold a PhD.", None),
    ],
)
def test_education_is_what_a_sentence_asks_for(text, education):
    assert prose.education(text) == education


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Baker\nLocation: Bonn, Germany\nYou bake.", "Bonn, Germany"),
        ("**Location:**\nBonn", "Bonn"),
        ("Our location: in the middle of everything", ""),
        ("No such line", ""),
    ],
)
def test_place_is_what_follows_location_on_its_line(text, place):
    assert prose.place(text) == place


def test_tags_part_words():
    assert prose.plain("<p>A&amp;B</p><li>C</li>", "html").split() == ["A&B", "C"]
    assert prose.plain("1 < 2", "text") == "1 < 2"


@pytest.mark.parametrize(
    "text",
    ["<" * 100_000, "(" * 100_000, "remote " * 15_000, "degree\n" * 15_000, "bachelor " * 12_000, "location:" * 11_000],
)
def test_long_texts_take_no_long_time(text):
    started = time.process_time()
    plain = prose.plain(text, "html")
    prose.workplace(plain)
    prose.employment(plain)
    prose.education(plain)
    prose.place(plain)
    assert time.process_time() - started < 2
