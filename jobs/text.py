"""How a text is folded before it is compared with a name: one rule for the tables, the importers and the search."""

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and an accent.
_UNDECOMPOSED = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ł": "l",
    "ə": "a",
    "ŋ": "ng",
}
_APOSTROPHES = re.compile(r"['’‘ʻʼ`´]")  # typographic ones are meant
_INITIALS = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.)+)(?=[^\W\d_](?![^\W_]))")
# A dot may begin a word (.net), pluses and sharps may end one (c++, c#); elsewhere they part words.
_WORD = re.compile(r"(?:(?<![\w.])\.(?=[^\W\d_]))?[^\W_]+(?:[+#]+(?![^\W_]))?")


def fold(text: str) -> str:
    """The text as names are compared: lower case, no accents, words parted by single spaces.

    "São  Paulo" gives "sao paulo", "Łódź" "lodz", "U.S.A." "usa", "Xi'an" "xian", "Node.js" "node js";
    "C++", "C#" and ".NET" keep what tells them apart. Letters of other scripts stay.
    """
    if text.isascii():
        plain = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", _decomposed(text.lower()))
        for accent in filter(unicodedata.combining, set(decomposed)):
            decomposed = decomposed.replace(accent, "")
        # Korean falls apart into single letters above; what is left is put together again.
        plain = _decomposed(unicodedata.normalize("NFC", decomposed))
    plain = _APOSTROPHES.sub("", plain)
    if "." in plain:
        plain = _INITIALS.sub(lambda match: match[1].replace(".", ""), plain)
    return " ".join(_WORD.findall(plain))


def _decomposed(text: str) -> str:
    # Most texts have none of the letters, and looking is quick.
    for letter, plain in _UNDECOMPOSED.items():
        text = text.replace(letter, plain)
    return text
