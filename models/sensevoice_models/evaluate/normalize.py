"""Texts as the field compares them: Whisper's normalizers, characters instead of words where there are no spaces."""

from __future__ import annotations

import functools
import re
import unicodedata

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

CHARACTER_LANGUAGES = ("zh", "yue", "ja", "ko")
"""Scored by character error rate: three are written without spaces, and Korean spacing varies between writers."""


@functools.cache
def _normalizer(language: str) -> EnglishTextNormalizer | BasicTextNormalizer:
    return EnglishTextNormalizer() if language == "en" else BasicTextNormalizer()


def normalize(text: str, language: str) -> str:
    """Case, marks, spelling variants and (in English) number words away. Returns words with single spaces, or for
    `CHARACTER_LANGUAGES` one string without spaces, in full- and half-width folded to one."""
    plain = _normalizer(language)(unicodedata.normalize("NFKC", text)).strip()
    if language in CHARACTER_LANGUAGES:
        return "".join(plain.split())
    # The English normalizer writes "three one four" as 314: digits are counted one by one, or a single slip in a
    # string of ten would count as much as ten.
    return " ".join(re.sub(r"(?<=\d)(?=\d)", " ", plain).split())
