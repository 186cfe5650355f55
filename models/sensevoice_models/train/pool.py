"""Pre-computed training examples: log-mel frames with both texts and all tags, in shards.

Computing them apart from the training step keeps the step short on few cores, and makes a run
repeatable: shard k depends on the seed and k alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .compose import KIND_SHARES, Composer, Example, features_of
from .vocabulary import EMOTION_UNKNOWN, EVENT_UNKNOWN, NO_SPEECH, Vocabulary, sentence, tag

MASKED = -1
"""A tag or text that is not to be learned."""


@dataclass
class Shard:
    """Examples in flat arrays. Frames are float16 [sum of lengths, 80]."""

    frames: NDArray[np.float16]
    frame_edges: NDArray[np.int64]
    tokens: NDArray[np.int32]
    """Without-ITN and with-ITN ids of example i lie between token_edges[2i], [2i+1] and [2i+2]."""
    token_edges: NDArray[np.int64]
    tags: NDArray[np.int32]
    """[count, 3] ids of language, emotion, event; `MASKED` where unknown."""
    has_text: NDArray[np.bool_]
    kinds: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.tags)

    def frames_of(self, place: int) -> NDArray[np.float16]:
        return self.frames[self.frame_edges[place] : self.frame_edges[place + 1]]

    def tokens_of(self, place: int, with_itn: bool) -> NDArray[np.int32]:
        at = 2 * place + int(with_itn)
        return self.tokens[self.token_edges[at] : self.token_edges[at + 1]]

    def save(self, path: Path) -> None:
        """Writes the shard in one step."""
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, **vars(self))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Shard:
        with np.load(path) as data:
            return cls(**{name: data[name] for name in data.files})


def example_tags(vocabulary: Vocabulary, example: Example) -> list[int]:
    """Language, emotion and event ids of an example."""
    if example.language == "nospeech":
        return vocabulary.encode([NO_SPEECH, EMOTION_UNKNOWN, event_token(example.event)])
    language = vocabulary.ids[tag(example.language)] if example.language else MASKED
    emotion = vocabulary.ids[tag(example.emotion)] if example.emotion else MASKED
    return [language, emotion, vocabulary.ids[event_token(example.event)]]


def event_token(event: str) -> str:
    return EVENT_UNKNOWN if event == "Event_UNK" else tag(event)


def pack(vocabulary: Vocabulary, examples: list[tuple[Example, NDArray[np.float32]]]) -> Shard:
    """Examples with their frames, as one shard."""
    tokens: list[list[int]] = []
    for example, _ in examples:
        for with_itn in (False, True):
            parts = [sentence(part, with_itn) for part in example.sentences or () if part]
            tokens.append(vocabulary.encode(token for part in parts for token in part))
    return Shard(
        frames=np.concatenate([frames.astype(np.float16) for _, frames in examples]),
        frame_edges=np.cumsum([0, *(len(frames) for _, frames in examples)]).astype(np.int64),
        tokens=np.array([i for row in tokens for i in row], np.int32),
        token_edges=np.cumsum([0, *(len(row) for row in tokens)]).astype(np.int64),
        tags=np.array([example_tags(vocabulary, example) for example, _ in examples], np.int32),
        has_text=np.array([example.sentences is not None for example, _ in examples]),
        kinds=np.array([example.kind for example, _ in examples]),
    )


def make_shard(composer: Composer, vocabulary: Vocabulary, seed: int, index: int, size: int) -> Shard:
    """Shard ``index`` of a training pool."""
    rng = np.random.default_rng([seed, index])
    names = list(KIND_SHARES)
    shares = np.array([KIND_SHARES[name] for name in names], np.float64)
    kinds = rng.choice(names, size=size, p=shares / shares.sum())
    examples = []
    for kind in kinds:
        example = composer.draw(rng, str(kind))
        examples.append((example, features_of(rng, example)))
    return pack(vocabulary, examples)


def statistics(shard: Shard) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """neg_mean and inv_stddev [560] of the speech frames (digital silence left out)."""
    speech = np.repeat(shard.kinds != "nospeech", np.diff(shard.frame_edges))
    frames = shard.frames[speech].astype(np.float32)
    frames = frames[frames.mean(axis=1) > -5.0]
    mean, deviation = frames.mean(axis=0), frames.std(axis=0)
    return np.tile(-mean, 7).astype(np.float32), np.tile(1.0 / deviation, 7).astype(np.float32)
