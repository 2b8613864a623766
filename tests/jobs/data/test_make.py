"""The generated files are what the script makes of its sources, byte for byte."""

import gzip
from pathlib import Path

import pytest

from jobs.data import make

DATA = Path(make.__file__).parent


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("São Paulo", "Sao Paulo"),
        ("Łódź", "Lodz"),
        ("Århus", "Arhus"),
        ("Straßburg", "Strassburg"),
        ("Xi’an", "Xi'an"),  # as GeoNames writes it
        ("Iași", "Iasi"),
        ("Reykjavík", "Reykjavik"),
    ],
)
def test_ascii_name_keeps_the_letters_and_drops_the_accents(name: str, plain: str) -> None:
    assert make.ascii_name(name) == plain


def test_csv_ends_lines_with_newlines_only_and_quotes_commas() -> None:
    assert make.csv_bytes(["a", "b"], [["x, y", 1], ["ä", 2]]) == b'a,b\n"x, y",1\n\xc3\xa4,2\n'


def test_distinct_keeps_the_first_of_each_and_the_order() -> None:
    assert make.distinct(["b", "", "a", "b"]) == ["b", "a"]


def test_gzip_header_carries_no_time_and_no_name() -> None:
    header = (DATA / "places.csv.gz").read_bytes()[:10]
    assert header[3] == 0
    assert header[4:8] == b"\0\0\0\0"


@pytest.mark.long
def test_generated_files_are_what_the_script_makes() -> None:
    """Reads the 179 MB of the dependency group `data`. The compressed bytes also depend on the zlib in use."""
    first, second = make.make(), make.make()
    assert first == second
    assert set(first) == {"countries.csv", "currencies.csv", "fx_rates.csv", "places.csv.gz"}
    for name in ("countries.csv", "currencies.csv", "fx_rates.csv"):
        assert first[name] == (DATA / name).read_bytes(), name
    assert gzip.decompress(first["places.csv.gz"]) == gzip.decompress((DATA / "places.csv.gz").read_bytes())
