"""What clients of the served model count on: its tensors, and in which order a tag group's scores come.

The TypeScript client reads the same names (``packages/server/src/backend/triton``) and the same order
(``TAG_TOKENS`` in ``packages/engine/src/model/tags.ts``); a test compares the two files.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..tokens import Tokens

MODEL_NAME = "sensevoice"
MODEL_VERSION = "1"

TOKEN_IDS = "token_ids"
TOKEN_PROBABILITIES = "token_probabilities"

TAG_ORDER = {
    "language": ("zh", "en", "yue", "ja", "ko", "nospeech"),
    "emotion": (
        "NEUTRAL", "HAPPY", "SAD", "ANGRY", "SURPRISED", "FEARFUL", "DISGUSTED", "OTHER", "EMO_UNKNOWN",
    ),
    "event": (
        "Speech", "BGM", "Laughter", "Applause", "Cry", "Sneeze", "Breath", "Cough", "Sing", "Speech_Noise", "GBG",
        "Event_UNK",
    ),
    "textNorm": ("withitn", "woitn"),
}  # fmt: skip
"""Output frames 0 to 3 and their tags. Not the order of `tokens.TAG_FRAMES`, whose golden files have another one."""

SCORES = {
    "language": "language_scores",
    "emotion": "emotion_scores",
    "event": "event_scores",
    "textNorm": "text_norm_scores",
}
"""Output frame -> name of the output with its scores."""


@dataclass(frozen=True)
class TagIds:
    """Token ids of every tag group of one vocabulary, by output frame, in the order of `TAG_ORDER`."""

    groups: dict[str, tuple[int, ...]]

    @staticmethod
    def of(tokens: Tokens) -> TagIds:
        """Tags that the vocabulary does not have are left out; `read_tokens` refuses one without the needed ones."""
        groups = {}
        for frame, order in TAG_ORDER.items():
            known = tokens.tag_ids(frame)
            groups[frame] = tuple(known[tag] for tag in order if tag in known)
        return TagIds(groups)
