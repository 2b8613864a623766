"""Languages by what people call them: BCP 47 tags by the folded English name, and by the language's own."""

import re
from collections.abc import Sequence

from jobs.text import fold

_TAG = re.compile("[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
# ISO 639 codes; English names and endonyms as CLDR has them, and what else is usual.
_NAMES = """
    ar Arabic العربية | bg Bulgarian Български | bn Bengali Bangla বাংলা | ca Catalan Català | cs Czech Čeština
    | cy Welsh Cymraeg | da Danish Dansk | de German Deutsch | el Greek Ελληνικά | en English | es Spanish Español
    Castellano Castilian | et Estonian Eesti | eu Basque Euskara | fa Persian Farsi فارسی | fi Finnish Suomi
    | fil Filipino Tagalog | fr French Français | ga Irish Gaeilge | gl Galician Galego | gu Gujarati ગુજરાતી
    | he Hebrew עברית | hi Hindi हिन्दी | hr Croatian Hrvatski | hu Hungarian Magyar | hy Armenian Հայերեն
    | id Indonesian | is Icelandic Íslenska | it Italian Italiano | ja Japanese 日本語 | ka Georgian ქართული
    | kk Kazakh Қазақша | kn Kannada ಕನ್ನಡ | ko Korean 한국어 | lt Lithuanian Lietuvių | lv Latvian Latviešu
    | mk Macedonian Македонски | ml Malayalam മലയാളം | mr Marathi मराठी | ms Malay | mt Maltese Malti
    | ne Nepali नेपाली | nl Dutch Nederlands Flemish | nb Norwegian_Bokmål Bokmål
    | nn Norwegian_Nynorsk Nynorsk | no Norwegian Norsk | pa Punjabi ਪੰਜਾਬੀ | pl Polish Polski
    | pt Portuguese Português | ro Romanian Română | ru Russian Русский | sk Slovak Slovenčina
    | sl Slovenian Slovenščina Slovene | sq Albanian Shqip | sr Serbian Српски Srpski | sv Swedish Svenska
    | sw Swahili Kiswahili | ta Tamil தமிழ் | te Telugu తెలుగు | th Thai ไทย | tr Turkish Türkçe
    | uk Ukrainian Українська | ur Urdu اردو | uz Uzbek Oʻzbek | vi Vietnamese
    | zh Chinese Mandarin Mandarin_Chinese 中文 普通话
    | af Afrikaans | am Amharic አማርኛ | az Azerbaijani Azərbaycan | be Belarusian Беларуская | bs Bosnian Bosanski
    | lb Luxembourgish Lëtzebuergesch | mn Mongolian Монгол | so Somali Soomaali | yo Yoruba Yorùbá | zu Zulu isiZulu
    | ht Haitian_Creole Kreyòl | jv Javanese | ku Kurdish Kurdî | oc Occitan | rom Romani | yi Yiddish
    | yue Cantonese 粵語
"""
_NAMES_OF: dict[str, Sequence[str]] = {}
_TAGS: dict[str, str] = {}
for _entry in _NAMES.split("|"):
    _tag, *_words = (_word.replace("_", " ") for _word in _entry.split())
    _NAMES_OF[_tag] = _words
    _TAGS |= {fold(_word): _tag for _word in _words}
_TAGS |= {fold("Brazilian Portuguese"): "pt-BR", fold("American English"): "en-US", fold("British English"): "en-GB"}
# Parts of a language, and other codes for it: who knows the one is taken to know the other.
_SAME = {"nb": "no", "nn": "no", "cmn": "zh", "tl": "fil"}


def tag_of(name: str) -> str | None:
    """The tag of a language by one of its names, or by its tag; None for what is not known."""
    return _TAGS.get(fold(name)) or (name if _TAG.fullmatch(name) else None)


def name_of(tag: str) -> str:
    """The English name of a language that has one of its own; else the tag itself, which `tag_of` takes as well."""
    return next(iter(_NAMES_OF.get(tag, ())), tag)


def names_of(tag: str) -> Sequence[str]:
    """What a language is called, its English name first, whatever the tag says of script and region; or nothing."""
    return [name for code in codes_of(tag) for name in _NAMES_OF.get(code, ())]


def codes_of(tag: str) -> Sequence[str]:
    """What a language may be written as, without script and region: as the tag has it, and by codes for the same."""
    language = _language(tag)
    same = _SAME.get(language, language)
    return tuple(dict.fromkeys([language, same, *(code for code, other in _SAME.items() if other == same)]))


def _language(tag: str) -> str:
    return tag.partition("-")[0].lower()
