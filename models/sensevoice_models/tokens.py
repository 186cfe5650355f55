"""``tokens.txt``: one ``TOKEN ID`` a line; tags are found by name, never by number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import ModelError
from .files import existing

BLANK = "<unk>"
WORD_START = "▁"
LANGUAGES = ("zh", "en", "yue", "ja", "ko", "nospeech")
EMOTIONS = ("HAPPY", "SAD", "ANGRY", "NEUTRAL", "FEARFUL", "DISGUSTED", "SURPRISED", "OTHER", "EMO_UNKNOWN")
EVENTS = (
    "Speech", "BGM", "Laughter", "Applause", "Cry", "Sneeze", "Breath", "Cough", "Sing", "Speech_Noise", "GBG",
    "Event_UNK",
)  # fmt: skip
TEXT_NORMS = ("withitn", "woitn")
TAG_FRAMES = {"language": LANGUAGES, "emotion": EMOTIONS, "event": EVENTS, "textNorm": TEXT_NORMS}
"""Output frames 0 to 3 and the tags that each may show."""
REQUIRED_TAGS = ("zh", "en", "yue", "ja", "ko", "nospeech", "NEUTRAL", "EMO_UNKNOWN", "Speech", "withitn", "woitn")


@dataclass(frozen=True)
class Tokens:
    """A vocabulary. ``names[id]`` is the token."""

    names: tuple[str, ...]

    def tag_ids(self, frame: str) -> dict[str, int]:
        """Tag -> id for one of `TAG_FRAMES`; tags that this vocabulary does not have are left out."""
        places = {name: place for place, name in enumerate(self.names)}
        return {tag: places[f"<|{tag}|>"] for tag in TAG_FRAMES[frame] if f"<|{tag}|>" in places}

    def text(self, ids: list[int]) -> str:
        """Pieces joined, word starts as spaces."""
        return "".join(self.names[place] for place in ids).replace(WORD_START, " ").strip()


def read_tokens(path: Path) -> Tokens:
    """Reads and checks a vocabulary; refuses gaps, doubles, a blank that is not id 0 and missing tags, by name."""
    names: list[str] = []
    lines = existing(path, "vocabulary").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        token, _, place = line.rpartition(" ")
        if place != str(len(names)) or token == "":
            raise ModelError(f"{path}:{number}: expected a token and the id {len(names)}, got {line!r}")
        names.append(token)
    if not names or names[0] != BLANK:
        raise ModelError(f"{path}: id 0 must be {BLANK} (the blank), got {names[0] if names else 'an empty file'!r}")
    missing = [tag for tag in REQUIRED_TAGS if f"<|{tag}|>" not in names]
    if missing:
        raise ModelError(f"{path} is not a SenseVoice vocabulary: {', '.join(f'<|{tag}|>' for tag in missing)} missing")
    return Tokens(tuple(names))


def tokens_text(names: tuple[str, ...]) -> str:
    """The content of ``tokens.txt``."""
    return "".join(f"{name} {place}\n" for place, name in enumerate(names))
