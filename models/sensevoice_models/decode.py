"""Raw logits to best ids, tag posteriors and a greedy CTC path: the reference for the product's own decoder.

Letters in shapes: S = T + 4 output positions, T feature frames (60 ms), V vocabulary size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .encoder import PROMPT_FRAMES
from .frontend import Floats
from .tokens import TAG_FRAMES, Tokens

BLANK_ID = 0


@dataclass(frozen=True)
class Decoded:
    """What one utterance's logits say."""

    best_ids: NDArray[np.int32]
    """[T] most probable id of each speech frame."""
    best_probabilities: Floats
    """[T] its softmax probability over the whole vocabulary."""
    tags: dict[str, dict[str, float]]
    """Tag frame (language, emotion, event, textNorm) -> tag -> posterior, a softmax over the group's own ids."""
    ids: list[int]
    """Greedy path: repeats merged, blanks gone."""
    text: str

    def best_tag(self, frame: str) -> str:
        """The most probable tag of a tag frame."""
        return max(self.tags[frame], key=lambda tag: self.tags[frame][tag])


def softmax(values: Floats) -> Floats:
    """Over the last axis, in float64 inside. values: [..., n] -> [..., n] float32."""
    exponentials = np.exp(values.astype(np.float64) - values.max(axis=-1, keepdims=True))
    return (exponentials / exponentials.sum(axis=-1, keepdims=True)).astype(np.float32)


def collapse(best_ids: NDArray[np.int32]) -> list[int]:
    """best_ids: [T]. Returns the ids that remain after merging repeats and dropping blanks."""
    changed = np.flatnonzero(np.diff(best_ids, prepend=-1))
    return [int(best_ids[place]) for place in changed if best_ids[place] != BLANK_ID]


def decode(logits: Floats, tokens: Tokens) -> Decoded:
    """logits: [S, V] of one utterance, raw."""
    tags = {}
    for place, frame in enumerate(TAG_FRAMES):
        ids = tokens.tag_ids(frame)
        posteriors = softmax(logits[place, list(ids.values())])
        tags[frame] = {tag: float(value) for tag, value in zip(ids, posteriors, strict=True)}
    speech = logits[PROMPT_FRAMES:]
    best_ids = speech.argmax(axis=-1).astype(np.int32)
    best = softmax(speech).max(axis=-1) if len(speech) else np.zeros(0, dtype=np.float32)
    ids = collapse(best_ids)
    return Decoded(best_ids, best, tags, ids, tokens.text(ids))
