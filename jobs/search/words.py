"""How a text is cut into the words that are searched: one rule for what is indexed and for what is asked."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from uuid import UUID

from jobs.text import fold

# Scripts that part no words: Han with its compatibility ideographs, kana.
_UNPARTED = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]+")
_SIGNS = {"+": "plus", "#": "sharp", ".": "dot"}

# The text search configuration for each language (migration 0009): its stemmer, without a list of stop words, since
# "IT" and "who" are words of titles. Texts in any other language are kept as they are folded.
CONFIGURATIONS = {
    code: f"nexus_{code}"
    for code in ("da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "tr")
}
PLAIN = "simple"


def configuration_of(language: str) -> str:
    """The name of the text search configuration for a BCP 47 tag."""
    return CONFIGURATIONS.get(language.partition("-")[0].lower(), PLAIN)


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in its order: letters and digits only, so that PostgreSQL's parser keeps them whole.

    "Senior C++/C# Developer (São Paulo)" gives senior, cplusplus, csharp, developer, sao, paulo. Of what is written
    without spaces, in Chinese or Japanese, each two characters that stand together are a word.
    """
    folded = fold(text)
    # Signs stand only where a word begins or ends: before its first letter, or behind its last.
    for sign, name in _SIGNS.items():
        folded = folded.replace(sign, name)
    if folded.isascii() or not _UNPARTED.search(folded):
        return folded.split()
    return [part for word in folded.split() for part in _parted(word)]


def _parted(word: str) -> list[str]:
    parts: list[str] = []
    end = 0
    for run in _UNPARTED.finditer(word):
        if run.start() > end:
            parts.append(word[end : run.start()])
        text = run[0]
        parts.extend(text[i : i + 2] for i in range(max(1, len(text) - 1)))
        end = run.end()
    if end < len(word):
        parts.append(word[end:])
    return parts


def key_of(words: Sequence[str]) -> int:
    """A number for some words in their order, from 0 to 2**63 - 1: equal words have equal keys, in every release."""
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest()) >> 1


def likeness_of(company_id: UUID, title_words: Sequence[str]) -> int:
    """A number for what a company's postings of one title have in common: those say the same."""
    return key_of([str(company_id), *title_words])
