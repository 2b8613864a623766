import pytest

from jobs.importers.formats import fields


def test_value_is_found_along_its_keys():
    assert fields.at({"a": {"b": 1}}, "a", "b") == 1


@pytest.mark.parametrize("record", [None, 1, "a", [], {"a": "b"}, {"a": [{"b": 1}]}, {}])
def test_value_that_is_not_there_is_none(record):
    assert fields.at(record, "a", "b") is None


def test_first_key_that_says_something_counts():
    assert fields.first({"a": "", "b": 0, "c": 1}, "a", "b", "c") == 0
    assert fields.first({}, "a") is None


def test_objects_and_texts_are_picked_out_of_anything():
    assert fields.objects([{"a": 1}, "b", None]) == [{"a": 1}]
    assert fields.objects({"a": 1}) == [{"a": 1}]
    assert fields.texts(["a", " ", 1, None]) == ["a"]
    assert fields.texts("a") == ["a"]
    assert fields.texts(None) == fields.objects("a") == []


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Fri, 10 Dec 2021 22:49:39 GMT", "2021-12-10T22:49:39+00:00"),
        ("Fri, 10 Dec 2021 22:49:39 +0200", "2021-12-10T22:49:39+02:00"),
        ("2021-12-10", "2021-12-10"),
        ("soon", "soon"),
        ("", ""),
        (None, None),
        (7, 7),
    ],
)
def test_date_of_an_email_is_written_as_iso(written, moment):
    assert fields.moment(written) == moment


@pytest.mark.parametrize(
    ("written", "markup"),
    [
        ("&lt;p&gt;a &amp;lt; b&lt;/p&gt;", "<p>a &lt; b</p>"),
        ("&lt;p&gt;a&lt;/p&gt;<p>Find more</p>", "<p>a</p><p>Find more</p>"),
        ("<p>write &lt;br&gt;</p>", "<p>write &lt;br&gt;</p>"),
        ("a & b", "a & b"),
        (None, None),
    ],
)
def test_markup_that_is_escaped_once_more_is_unescaped_once(written, markup):
    assert fields.markup(written) == markup


def test_sections_are_put_under_their_headings():
    assert (
        fields.html([("A", "<p>a</p>"), ("", "<p>b</p>"), ("C", " "), (None, None)]) == "<h3>A</h3>\n<p>a</p>\n<p>b</p>"
    )
