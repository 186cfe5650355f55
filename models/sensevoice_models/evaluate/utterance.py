"""What is known about a recording, and what was heard in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Utterance:
    """One recording of a data set. A tag or text that the set does not tell is None; text "" means: no words."""

    audio: Path
    text: str | None = None
    language: str | None = None
    emotion: str | None = None
    """A name of `EMOTIONS`."""
    event: str | None = None
    """A name of `EVENTS`."""
    speaker: str = ""


EMOTIONS = ("neutral", "happy", "sad", "angry", "surprised", "fearful", "disgusted")
"""As the product names them."""

EVENTS = (
    "speech", "bgm", "laughter", "applause", "cry", "sneeze", "breath", "cough", "sing", "speech-noise", "gbg",
    "unknown",
)  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """What an engine says about one recording. Scores are probabilities; empty where nothing was heard."""

    text: str = ""
    language_scores: dict[str, float] = field(default_factory=dict)
    emotion_scores: dict[str, float] = field(default_factory=dict)
    """The seven emotions, unknown left out, summing to 1."""
    event_scores: dict[str, float] = field(default_factory=dict)


def best(scores: dict[str, float]) -> str:
    """The most probable name; "" without scores."""
    return max(scores, key=lambda name: scores[name]) if scores else ""
