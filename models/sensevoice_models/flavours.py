"""The two published ONNX conventions: names, element types, opset, axes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .errors import ModelError
from .frontend import FEATURE_SIZE


@dataclass(frozen=True)
class Flavour:
    """How one exporter writes the model. Inputs are features, lengths, language row, text-norm row, in this order."""

    name: str
    opset: int
    inputs: tuple[str, str, str, str]
    outputs: tuple[str, ...]
    dynamic_axes: dict[str, dict[int, str]]
    example_lengths: tuple[int, int]
    """Frames of the two utterances that the exporter traces with."""
    has_metadata: bool
    per_channel: bool
    """Whether its published int8 file has one scale a column instead of one a matrix."""

    def example(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Inputs to trace with: features [2, T, 560] float32 and three [2] int32."""
        lengths = torch.tensor(self.example_lengths, dtype=torch.int32)
        features = torch.randn(2, int(lengths.max()), FEATURE_SIZE, generator=torch.Generator().manual_seed(0))
        return (
            features,
            lengths,
            torch.tensor([0, 3], dtype=torch.int32),
            torch.tensor([14, 15], dtype=torch.int32),
        )


SHERPA = Flavour(
    name="sherpa",
    opset=13,
    inputs=("x", "x_length", "language", "text_norm"),
    outputs=("logits",),
    dynamic_axes={
        "x": {0: "N", 1: "T"},
        "x_length": {0: "N"},
        "language": {0: "N"},
        "text_norm": {0: "N"},
        "logits": {0: "N", 1: "T"},
    },
    example_lengths=(80, 100),
    has_metadata=True,
    per_channel=False,
)

FUNASR = Flavour(
    name="funasr",
    opset=14,
    inputs=("speech", "speech_lengths", "language", "textnorm"),
    outputs=("ctc_logits", "encoder_out_lens"),
    dynamic_axes={
        "speech": {0: "batch_size", 1: "feats_length"},
        "speech_lengths": {0: "batch_size"},
        "language": {0: "batch_size"},
        "textnorm": {0: "batch_size"},
        "ctc_logits": {0: "batch_size", 1: "logits_length"},
        "encoder_out_lens": {0: "batch_size"},
    },
    example_lengths=(6, 30),
    has_metadata=False,
    per_channel=True,
)

FLAVOURS = {flavour.name: flavour for flavour in (SHERPA, FUNASR)}


def flavour_of(input_names: list[str], what: str) -> Flavour:
    """The flavour whose inputs have these names; refuses any other file, naming what it has."""
    for flavour in FLAVOURS.values():
        if set(input_names) == set(flavour.inputs):
            return flavour
    raise ModelError(
        f"{what} is not a SenseVoice model: its inputs are {', '.join(input_names)}; expected "
        + " or ".join(", ".join(flavour.inputs) for flavour in FLAVOURS.values())
    )
