import socket

import pytest

from jobs.importers import language

GERMAN = "Wir suchen für unser Team in Berlin eine erfahrene Pflegekraft, die gerne im Schichtdienst arbeitet. " * 4
FRENCH = (
    "Nous recherchons une personne motivée pour rejoindre notre équipe de boulangerie à Lyon dès que possible. " * 4
)


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("Nurse", GERMAN, "de"),
        ("Software Engineer", FRENCH, "fr"),
        ("Baker", "We are looking for somebody who likes to rise early and to work with dough all morning. " * 4, "en"),
        ("Baker", GERMAN.upper(), "de"),
    ],
)
def test_long_text_tells_the_language(title, text, code):
    assert language.detect(title, text) == code


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Analista de Operações Pleno", "pt"),
        ("Ingénieur logiciel confirmé pour notre équipe", "fr"),
        ("Mitarbeiter im Außendienst gesucht (m/w/d)", "de"),
        ("データサイエンティスト募集", "ja"),
        ("Senior Software Engineer", "en"),
        ("Sales Manager (m/w/d)", "en"),
        ("Claims Auditor", "en"),
        ("FSR2", "en"),
        ("", "en"),
        ("!!!", "en"),
    ],
)
def test_title_tells_it_where_there_is_no_text(title, code):
    assert language.detect(title, "") == code


def test_short_text_says_less_than_the_title():
    assert language.detect("Analista de Operações Pleno", "See our site.") == "pt"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Buscamos una persona con experiencia en panadería para nuestro equipo en Sevilla.", "es"),
        ("Wir suchen ab sofort eine erfahrene Pflegekraft für unser Team in Köln.", "de"),
        ("Nous recherchons une personne motivée pour rejoindre notre équipe à Lyon.", "fr"),
        ("Procuramos uma pessoa com experiência em padaria para a nossa equipe.", "pt"),
        ("Wij zoeken een ervaren bakker die ons team in Utrecht komt versterken.", "nl"),
        ("Cerchiamo una persona con esperienza per il nostro forno a Bologna.", "it"),
        ("We are looking for somebody who likes to rise early and to bake bread.", "en"),
    ],
)
@pytest.mark.parametrize("title", ["Baker", "Sales Manager (m/w/d)"])
def test_short_text_tells_the_language_together_with_the_title(title, text, code):
    assert language.LEAST_TOGETHER <= len(text) < language.LEAST_CHARACTERS
    assert language.detect(title, text) == code


def test_addresses_are_no_language():
    assert language.detect("Baker of fine bread", "https://acme.example/stellenangebote-in-der-naehe " * 20) == "en"


def test_same_posting_has_the_same_language_every_time():
    assert {language.detect("Gerente de Negócios", GERMAN[:300]) for _ in range(20)} == {"de"}


def test_model_is_read_from_the_disk(monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("The network was asked for.")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    detector = language.LangDetector(language.LangDetectConfig(model="lite", max_input_length=None))
    assert detector.detect("Guten Morgen, liebe Leute")[0]["lang"] == "de"


def test_line_ends_and_long_texts_do_no_harm():
    assert language.detect("Baker", (GERMAN + "\n\r\u2028") * 2_000) == "de"
