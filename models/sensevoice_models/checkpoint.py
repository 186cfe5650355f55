"""PyTorch checkpoints: the published ``model.pt`` or one trained here, of any size."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from .encoder import PROMPT_EMBEDDING_ROWS, EncoderConfig, SenseVoice, load_weights
from .errors import ModelError
from .files import existing

PUBLISHED_HEADS = 4
"""The one size that no tensor's shape tells; also what the tiny model has."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """The state dict in a checkpoint, bare or under ``state_dict`` or ``model``. Runs no code from the file."""
    existing(path, "checkpoint")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, OSError) as error:
        raise ModelError(f"{path} is not a PyTorch checkpoint: {str(error).splitlines()[0]}") from error
    for key in ("state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
            break
    if not isinstance(content, Mapping) or not all(isinstance(value, Tensor) for value in content.values()):
        raise ModelError(f"{path} holds no state dict (names with tensors, also under state_dict or model)")
    return dict(content)


def sizes_of(weights: Mapping[str, Tensor], what: str, heads: int = PUBLISHED_HEADS) -> EncoderConfig:
    """The configuration that these shapes belong to; refuses weights without the tensors that tell it, by name."""

    def shape(name: str) -> torch.Size:
        if name not in weights:
            raise ModelError(f"{what} is not a SenseVoice checkpoint: tensor {name} is missing")
        return weights[name].shape

    def count(group: str) -> int:
        numbers = {int(match[1]) for name in weights if (match := re.match(rf"encoder\.{group}\.(\d+)\.", name))}
        return len(numbers)

    rows, feature_size = shape("embed.weight")
    if rows != PROMPT_EMBEDDING_ROWS:
        raise ModelError(f"{what}: embed.weight has {rows} prompt rows, expected {PROMPT_EMBEDDING_ROWS}")
    vocabulary_size, width = shape("ctc.ctc_lo.weight")
    return EncoderConfig(
        vocabulary_size=vocabulary_size,
        feature_size=feature_size,
        width=width,
        heads=heads,
        feed_forward=shape("encoder.encoders0.0.feed_forward.w_1.weight")[0],
        blocks=count("encoders0") + count("encoders"),
        tp_blocks=count("tp_encoders"),
        kernel_size=shape("encoder.encoders0.0.self_attn.fsmn_block.weight")[2],
    )


def load_checkpoint(path: Path, heads: int = PUBLISHED_HEADS) -> SenseVoice:
    """A model of the checkpoint's own size, in evaluation mode; refuses other tensors than its own, by name."""
    weights = read_weights(path)
    try:
        model = SenseVoice(sizes_of(weights, str(path), heads))
        load_weights(model, weights)
    except ValueError as error:
        raise ModelError(f"{path}: {error}") from error
    return model.eval()
