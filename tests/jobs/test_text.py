import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.text import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("São  Paulo", "sao paulo"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("Québec", "quebec"),
        ("U.S.A.", "usa"),
        ("Washington, D.C.", "washington dc"),
        ("Xi'an", "xian"),
        ("Coeur d’Alene", "coeur dalene"),
        ("Node.js", "node js"),
        ("C++/C#", "c++ c#"),
        (".NET", ".net"),
        ("ASP.NET Core", "asp net core"),
        ("a+b", "a b"),
        ("R&D", "r d"),
        ("TCP/IP", "tcp ip"),
        ("서울", "서울"),
        ("東京", "東京"),
        ("Soft\u00adware\u200dent\u2060wickler \u200fhere\ufeff", "softwareentwickler here"),
        ("two\u200bwords", "two words"),
        ("برنامه\u200cنویس", "برنامه نویس"),
        (" – ", ""),
        ("", ""),
    ],
)
def test_names_fold_to_what_they_are_compared_by(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["São Paulo", "C++", ".NET", "U.S.", "서울", "ﬁn", "Ⅳ"])
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.one_of(st.sampled_from(" .+#'’–éİaB1_²東가ж\u0301\n"), st.characters(exclude_categories=["Cs"]))))
@example("Jobs – “new”: 5 Städte, 100 % remote.")
def test_a_text_without_signs_that_belong_to_words_is_folded_as_one_with_them(text):
    assert fold(f"{text} c++") == f"{fold(text)} c++".strip()
