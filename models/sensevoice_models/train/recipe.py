"""The numbers of the shipped run, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..encoder import EncoderConfig
from .vocabulary import token_table


@dataclass(frozen=True)
class Recipe:
    """What a run does. Same recipe and same seed: same shards, same batches, same weights."""

    seed: int = 7
    shard_size: int = 2000
    """Examples of one shard."""
    shards: int = 240
    late_from: int = 160
    """Shards before this one leave `late_speaker` out, so that it measures an unseen voice half-way."""
    late_speaker: str = "lucas"
    chunk: int = 8
    """Shards mixed at a time."""
    frame_budget: int = 12000
    """Padded 10 ms frames of one batch, about 50 utterances."""
    width: int = 176
    feed_forward: int = 512
    heads: int = 4
    blocks: int = 6
    tp_blocks: int = 2
    dropout: float = 0.1
    second_shards: int = 120
    """Fresh shards of the second course, numbered on from `shards`; every speaker is in them."""
    peak_rate: float = 2e-3
    second_peak_rate: float = 1e-3
    """Of the second course: a warm restart from the end of the first."""
    last_rate: float = 2e-5
    warmup_steps: int = 400
    weight_decay: float = 0.02
    clip_norm: float = 2.0
    average_decay: float = 0.999
    """Of the running mean of the weights, which is what gets exported."""

    def encoder(self) -> EncoderConfig:
        return EncoderConfig(
            vocabulary_size=len(token_table()),
            width=self.width,
            heads=self.heads,
            feed_forward=self.feed_forward,
            blocks=self.blocks,
            tp_blocks=self.tp_blocks,
            dropout=self.dropout,
        )


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps its files; none of it is committed."""

    root: Path

    @property
    def clips(self) -> Path:
        return self.root / "data"

    @property
    def pool(self) -> Path:
        return self.root / "pool"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def checkpoint(self) -> Path:
        return self.root / "checkpoint.pt"

    @property
    def best(self) -> Path:
        return self.root / "best.pt"

    def shard(self, index: int) -> Path:
        return self.pool / f"shard-{index:04d}.npz"

    def dev(self, name: str) -> Path:
        return self.pool / f"dev-{name}.npz"
