"""The token table of the tiny model and the two texts of an utterance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from .lexicon import LANGUAGES, Utterance, everything

BLANK = "<unk>"
"""Id 0 is blank and unknown at once, as in the published model."""

EMOTIONS = ("HAPPY", "SAD", "ANGRY", "NEUTRAL", "FEARFUL", "DISGUSTED", "SURPRISED", "OTHER")
EMOTION_UNKNOWN = "<|EMO_UNKNOWN|>"
EVENTS = ("Speech", "BGM", "Laughter", "Applause")
SINGLE_EVENTS = ("Cry", "Sneeze", "Breath", "Cough", "Sing", "Speech_Noise")
EVENT_UNKNOWN = "<|Event_UNK|>"
WITH_ITN = "<|withitn|>"
WITHOUT_ITN = "<|woitn|>"
NO_SPEECH = "<|nospeech|>"


def tag(name: str) -> str:
    """`zh` -> `<|zh|>`."""
    return f"<|{name}|>"


def tag_tokens() -> list[str]:
    """Tag tokens in the order of the published table: language, event, emotion, event, ITN."""
    rows = [tag(name) for name in LANGUAGES] + [NO_SPEECH]
    for name in EVENTS:
        rows += [tag(name), tag("/" + name)]
    rows += [tag(name) for name in EMOTIONS] + [EMOTION_UNKNOWN]
    rows += [tag(name) for name in SINGLE_EVENTS] + [WITH_ITN, WITHOUT_ITN, EVENT_UNKNOWN]
    return rows


def sentence(utterances: Sequence[Utterance], with_itn: bool) -> list[str]:
    """Tokens of one sentence made of one or more utterances in one language.

    Without ITN: what was said, lower case, no marks. With ITN: numbers as digits, a capital
    first letter in English, and a sentence end.
    """
    if not with_itn:
        return [token for item in utterances for token in item.spoken]
    tokens = [token for item in utterances for token in item.written]
    if utterances[0].language == "en":
        tokens[0] = capital(tokens[0])
        tokens = ["▁I" if token == "▁i" else token for token in tokens]
    wide = utterances[0].language in ("zh", "yue", "ja")
    if utterances[-1].question:
        return [*tokens, "？" if wide else "?"]
    return [*tokens, "。" if wide else "."]


def capital(token: str) -> str:
    """`▁hello` -> `▁Hello`; digits stay."""
    return token[0] + token[1:].capitalize() if token.startswith("▁") else token


def token_table() -> list[str]:
    """Every token, its id being its place; V is the length (under 450)."""
    text: dict[str, None] = {}
    for language in LANGUAGES:
        for item in everything(language):
            for with_itn in (False, True):
                for token in sentence([item], with_itn):
                    text.setdefault(token)
            for token in item.written:  # inside a sentence, without its capital
                text.setdefault(token)
    text.pop("▁i", None)
    return [BLANK, "<s>", "</s>", "▁i", *text, *tag_tokens()]


class Vocabulary:
    """Token and id, both ways."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = list(tokens)
        self.ids = {token: place for place, token in enumerate(self.tokens)}
        if len(self.ids) != len(self.tokens):
            raise ValueError("a token stands twice in the table")
        if self.tokens[0] != BLANK:
            raise ValueError(f"token 0 must be {BLANK}, not {self.tokens[0]}")

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Ids; KeyError names a token that is not in the table."""
        return [self.ids[token] for token in tokens]

    def decode(self, ids: Iterable[int]) -> str:
        """Readable text: `▁` becomes a space, tags and blank are left out."""
        pieces = [self.tokens[i] for i in ids]
        kept = [piece for piece in pieces if not piece.startswith("<")]
        return "".join(kept).replace("▁", " ").strip()

    def write(self, path: Path) -> None:
        """Writes `token id` lines, the format sherpa-onnx reads."""
        lines = [f"{token} {place}\n" for place, token in enumerate(self.tokens)]
        partial = path.with_suffix(".partial")
        partial.write_text("".join(lines), encoding="utf-8")
        partial.replace(path)
