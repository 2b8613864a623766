import pytest

from jobs.importers import gazetteer
from jobs.importers.places import PlaceReader

pytestmark = pytest.mark.django_db

NEW_YORK, LONDON, WASHINGTON, TAMPA, GHENT = 5128581, 2643743, 4140963, 4174757, 2797656
ZURICH, SAN_FRANCISCO = 2657896, 5391959


@pytest.fixture
def reader(request):
    """Built once for all tests of the file: the reference tables are the same for all."""
    if not hasattr(request.module, "_reader"):
        request.module._reader = PlaceReader(gazetteer.load())
    return request.module._reader


def towns(found):
    return [location.place_id for location in found.locations]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("New York, New York, United States", NEW_YORK),
        ("New York", NEW_YORK),
        ("NYC", NEW_YORK),
        ("New York, US, New York", NEW_YORK),
        ("London, England, United Kingdom", LONDON),
        ("London", LONDON),
        ("Washington, District of Columbia", WASHINGTON),
        ("Washington DC", WASHINGTON),
        ("Greater Tampa Area, FL", TAMPA),
        ("13755 N Dale Mabry Hwy Tampa, FL 33618", TAMPA),
        ("Gent, Belgium", GHENT),
        ("Zurich, Switzerland", ZURICH),
        ("San Francisco Bay Area", SAN_FRANCISCO),
        ("UK-London", LONDON),
    ],
)
def test_town_is_recognised(reader, text, place):
    assert towns(reader.read([text])) == [place]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Landenberg, Pennsylvania, United States", "US"),
        ("Landenberg, PA", "US"),
        ("Windham, New Hampshire, United States", "US"),
        ("Brisbane, CA", "US"),
        ("CA - Canada", "CA"),
        ("ES - Spain", "ES"),
        ("Maryland", "US"),
        ("Washington", "US"),
        ("Mexico", "MX"),
        ("Deutschland", "DE"),
        ("UK", "GB"),
        ("India Locations", "IN"),
        ("Trinidad and Tobago", "TT"),
        ("Springfield, United States", "US"),
    ],
)
def test_country_is_recognised_where_the_town_is_not(reader, text, country):
    [location] = reader.read([text]).locations
    assert (location.place_id, location.country, location.text) == (None, country, text)


@pytest.mark.parametrize("text", ["Cambridge", "Georgia", "CA", "Guangzhou, CH", "Headquarter"])
def test_what_is_not_clear_is_kept_as_text(reader, text):
    [location] = reader.read([text]).locations
    assert (location.place_id, location.country, location.text) == (None, "", text)


def test_known_country_makes_a_name_clear(reader):
    [cambridge] = reader.read(["Cambridge"], "GB").locations
    assert cambridge.country == "GB"
    assert cambridge.place_id is not None
    assert reader.read(["Georgia"], "US").locations[0].country == "US"


@pytest.mark.parametrize(
    "text",
    [
        "San Francisco, CA; New York City, NY; Austin, TX",
        "San Francisco, CA | New York, NY | Austin, TX",
        "San Francisco, New York or Austin",
    ],
)
def test_several_places_in_one_text_are_several(reader, text):
    assert [location.country for location in reader.read([text]).locations] == ["US"] * 3
    assert NEW_YORK in towns(reader.read([text]))
    assert len(set(towns(reader.read([text])))) == 3


@pytest.mark.parametrize(
    "text",
    [
        "San Francisco, CA, New York, NY, Portland, OR",
        "San Francisco, CA/New York, NY/Portland, OR",
        "San Francisco, California, United States, New York, New York, United States, Portland, Oregon, United States",
    ],
)
def test_towns_in_a_row_have_each_its_own_state(reader, text):
    found = reader.read([text])
    assert len(found.locations) == 3
    assert NEW_YORK in towns(found)
    assert all(towns(found))


@pytest.mark.parametrize(
    ("text", "is_guessed"),
    [
        ("London", True),
        ("NYC", True),
        ("LA", True),
        ("London, UK", False),
        ("London, England", False),
        ("US, CA, Los Angeles", False),
        ("US-CA-Los Angeles", False),
        ("Singapore", False),
    ],
)
def test_town_is_guessed_where_neither_region_nor_country_is_named(reader, text, is_guessed):
    [location] = reader.read([text]).locations
    assert location.place_id
    assert location.is_guessed == is_guessed
    assert location.text == text


def test_country_of_the_row_makes_a_town_certain(reader):
    assert not reader.read(["London"], "GB").locations[0].is_guessed


def test_town_and_remote_in_one_text(reader):
    found = reader.read(["London / Paris / Remote"])
    assert (found.workplace, [location.country for location in found.locations]) == ("remote", ["GB", "FR"])
    europe = reader.read(["Berlin or REMOTE (EU)"])
    assert (europe.workplace, len(europe.locations), len(europe.remote_from)) == ("remote", 1, 27)


def test_state_code_in_a_list_of_states_is_a_state(reader):
    assert towns(reader.read(["LA; TX; FL"])) == [None, None, None]


@pytest.mark.parametrize(
    ("text", "is_wholly"), [("Berlin", True), ("Berlin, Germany", True), ("Berlin team", False), ("f/m/d", False)]
)
def test_text_that_is_nothing_but_a_place(reader, text, is_wholly):
    assert (reader.wholly(text) is not None) == is_wholly


def test_same_place_twice_is_one(reader):
    assert towns(reader.read(["NYC; New York, NY", "New York City"])) == [NEW_YORK]


@pytest.mark.parametrize(
    ("text", "eligible"),
    [
        ("Remote", []),
        ("Remote - US", [("US", "")]),
        ("Remote (US only)", [("US", "")]),
        ("US Remote", [("US", "")]),
        ("Remote (US)", [("US", "")]),
        ("Remote-US", [("US", "")]),
        ("US-based Remote", [("US", "")]),
        ("Remoto", []),
        ("Remotely based", []),
        ("Remote, anywhere in the U.S.", [("US", "")]),
        ("Remote - NC", [("US", "NC")]),
        ("Remote - Benelux - DACH", [(code, "") for code in ("BE", "LU", "NL", "AT", "CH", "DE")]),
        ("Germany Remote", [("DE", "")]),
        ("Remote - DACH", [("AT", ""), ("CH", ""), ("DE", "")]),
        ("United States OR Canada - Remote Opportunity", [("CA", ""), ("US", "")]),
    ],
)
def test_remote_work_and_from_where(reader, text, eligible):
    found = reader.read([text])
    assert found.workplace == "remote"
    assert found.remote_from == eligible


def test_remote_beside_a_town_is_for_the_country_of_the_town(reader):
    found = reader.read(["New York City and Remote"])
    assert (found.workplace, towns(found), found.remote_from) == ("remote", [NEW_YORK], [("US", "")])


@pytest.mark.parametrize("text", ["New York, NY - Hybrid", "Hybrid, New York, NY, Remote"])
def test_hybrid_work_is_not_remote(reader, text):
    found = reader.read([text])
    assert (found.workplace, towns(found), found.remote_from) == ("hybrid", [NEW_YORK], [])


@pytest.mark.parametrize(("said", "code"), [("us", "US"), ("USA", "US"), ("Germany", "DE"), ("U.K.", "GB"), ("X", "")])
def test_country_by_name_or_code(reader, said, code):
    assert reader.country(said) == code


@pytest.mark.parametrize("text", ["", " , ", "()", "; | ;", "-" * 1000, "a," * 500, "Remote " * 100])
def test_odd_texts_do_no_harm(reader, text):
    assert not any(towns(reader.read([text])))


COLOGNE, DUSSELDORF, BERLIN = 2886242, 2934246, 2950159


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Köln und Düsseldorf", [COLOGNE, DUSSELDORF]),
        ("Lyon et Paris", [2996944, 2988507]),
        ("Madrid y Valencia, España", [3117735, 2509954]),
        ("Berlin oder Köln und Düsseldorf", [BERLIN, COLOGNE, DUSSELDORF]),
    ],
)
def test_towns_joined_in_other_languages_are_told_apart(reader, text, places):
    assert towns(reader.read((text,))) == places


@pytest.mark.parametrize("text", ["Castilla y León", "Baden und Umgebung"])
def test_other_names_with_such_a_word_stay_whole(reader, text):
    assert len(reader.read((text,)).locations) == 1
