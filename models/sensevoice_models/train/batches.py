"""Turns pool shards into training batches: masking, stacking, normalization, targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..encoder import LANGUAGE_ROWS, WITH_ITN_ROW, WITHOUT_ITN_ROW
from .fbank import low_frame_rate
from .pool import MASKED, Shard
from .vocabulary import NO_SPEECH, WITH_ITN, WITHOUT_ITN, Vocabulary, tag

TRUE_LANGUAGE_SHARE = 0.2
"""How often the prompt names the language instead of leaving it to the model."""


@dataclass
class Batch:
    """Tensors of one step; N utterances, T frames, L text tokens at most."""

    x: Tensor
    """[N, T, 560] normalized features, zero after each length."""
    lengths: Tensor
    language: Tensor
    text_norm: Tensor
    tokens: Tensor
    """All texts one after the other, as CTC wants them."""
    token_counts: Tensor
    has_text: Tensor
    """[N] bool: the CTC loss counts."""
    tags: Tensor
    """[N, 4] language, emotion, event, text-norm ids; `MASKED` where unknown."""


class Batcher:
    """Makes batches from examples; ``mean`` and ``scale`` are neg_mean and inv_stddev [560]."""

    def __init__(self, vocabulary: Vocabulary, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> None:
        self.vocabulary, self.mean, self.scale = vocabulary, mean, scale
        self.prompt = {
            vocabulary.ids[tag(name)]: row for name, row in LANGUAGE_ROWS.items() if name not in ("auto", "nospeech")
        }
        self.prompt[vocabulary.ids[NO_SPEECH]] = LANGUAGE_ROWS["auto"]
        self.prompt[MASKED] = LANGUAGE_ROWS["auto"]

    def training(self, rng: np.random.Generator, examples: list[tuple[Shard, int]]) -> Batch:
        """Random prompts and SpecAugment-like masks."""
        with_itn = rng.random(len(examples)) < 0.45
        named = rng.random(len(examples)) < TRUE_LANGUAGE_SHARE
        frames = [self.masked(rng, shard.frames_of(i).astype(np.float32)) for shard, i in examples]
        return self.batch(examples, frames, with_itn, named)

    def plain(self, examples: list[tuple[Shard, int]], with_itn: bool) -> Batch:
        """No masks, language left to the model."""
        frames = [shard.frames_of(i).astype(np.float32) for shard, i in examples]
        flags = np.full(len(examples), with_itn)
        return self.batch(examples, frames, flags, np.zeros(len(examples), bool))

    def masked(self, rng: np.random.Generator, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Up to two frequency bands and two short spans of time become the mean."""
        middle = -self.mean[: frames.shape[1]]
        for _ in range(int(rng.integers(0, 3))):
            width = int(rng.integers(1, 13))
            low = int(rng.integers(0, 80 - width))
            frames[:, low : low + width] = middle[low : low + width]
        for _ in range(int(rng.integers(0, 3))):
            length = int(rng.integers(1, 9))
            if len(frames) > 40:
                start = int(rng.integers(0, len(frames) - length))
                frames[start : start + length] = middle
        return frames

    def batch(
        self,
        examples: list[tuple[Shard, int]],
        frames: list[NDArray[np.float32]],
        with_itn: NDArray[np.bool_],
        named: NDArray[np.bool_],
    ) -> Batch:
        stacked = [(low_frame_rate(f) + self.mean) * self.scale for f in frames]
        lengths = [len(f) for f in stacked]
        x = np.zeros((len(stacked), max(lengths), stacked[0].shape[1]), np.float32)
        for place, rows in enumerate(stacked):
            x[place, : len(rows)] = rows
        texts = [shard.tokens_of(i, bool(flag)) for (shard, i), flag in zip(examples, with_itn, strict=True)]
        tags = np.full((len(examples), 4), MASKED, np.int64)
        for place, (shard, i) in enumerate(examples):
            tags[place, :3] = shard.tags[i]
        norm_ids = np.where(with_itn, self.vocabulary.ids[WITH_ITN], self.vocabulary.ids[WITHOUT_ITN])
        tags[:, 3] = norm_ids
        prompts = [self.prompt[int(row[0])] if flag else 0 for row, flag in zip(tags, named, strict=True)]
        return Batch(
            x=torch.from_numpy(x),
            lengths=torch.tensor(lengths),
            language=torch.tensor(prompts),
            text_norm=torch.from_numpy(np.where(with_itn, WITH_ITN_ROW, WITHOUT_ITN_ROW)),
            tokens=torch.from_numpy(np.concatenate(texts).astype(np.int64)),
            token_counts=torch.tensor([len(text) for text in texts]),
            has_text=torch.tensor([bool(shard.has_text[i]) for shard, i in examples]),
            tags=torch.from_numpy(tags),
        )


def by_length(rng: np.random.Generator, shards: list[Shard], frame_budget: int) -> list[list[tuple[Shard, int]]]:
    """All examples of some shards in batches of like length, in random order.

    A batch holds at most ``frame_budget`` padded 10 ms frames, so a step's cost hardly varies.
    """
    places = [(shard, i) for shard in shards for i in range(len(shard))]
    sizes = np.concatenate([np.diff(shard.frame_edges) for shard in shards])
    order = np.argsort(sizes * np.exp(rng.uniform(-0.1, 0.1, len(sizes))))
    batches: list[list[tuple[Shard, int]]] = [[]]
    longest = 0
    for at in order:
        longest = max(longest, int(sizes[at]))
        if batches[-1] and longest * (len(batches[-1]) + 1) > frame_budget:
            batches.append([])
            longest = int(sizes[at])
        batches[-1].append(places[at])
    return [batches[i] for i in rng.permutation(len(batches))]
