"""The SenseVoice acoustic model in PyTorch, for any size.

A non-autoregressive encoder with one CTC head: four prompt rows (language, event, emotion,
text normalization) stand before the features, the first four output frames carry the tags, the
others the text. Structure, names and numbers follow the public description in
FunAudioLLM/SenseVoice (``model.py``) and FunASR (``sense_voice``), so that the published
checkpoint loads with its own names; SANM (self-attention with an FSMN memory) is described in
Gao et al., "SAN-M: Memory Equipped Self-Attention for End-to-End Speech Recognition", 2020
(https://arxiv.org/abs/2006.01713).

Letters in shapes: N utterances, T feature frames (60 ms each), S = T + 4 positions,
F = 560 feature values, D model width, H heads, V vocabulary size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

PROMPT_FRAMES = 4
"""Prompt rows before the features, and so tag frames before the text frames."""

PROMPT_EMBEDDING_ROWS = 16
"""Rows of ``embed.weight``; see `LANGUAGE_ROWS`, `EVENT_EMOTION_ROWS`, `WITH_ITN_ROW`."""

LANGUAGE_ROWS = {"auto": 0, "zh": 3, "en": 4, "yue": 7, "ja": 11, "ko": 12, "nospeech": 13}
EVENT_EMOTION_ROWS = (1, 2)
WITH_ITN_ROW = 14
WITHOUT_ITN_ROW = 15


@dataclass(frozen=True)
class EncoderConfig:
    """Sizes of one model. The defaults are those of the published SenseVoiceSmall."""

    vocabulary_size: int = 25055
    feature_size: int = 560
    width: int = 512
    heads: int = 4
    feed_forward: int = 2048
    blocks: int = 50
    """Main blocks, the first of which (``encoders0``) maps ``feature_size`` to ``width``."""
    tp_blocks: int = 20
    """Blocks between ``after_norm`` and ``tp_norm``."""
    kernel_size: int = 11
    """Taps of the FSMN memory, in frames; odd, centred on the current frame."""
    dropout: float = 0.1

    def __post_init__(self) -> None:
        if self.width % self.heads != 0:
            raise ValueError(f"width {self.width} is not a multiple of heads {self.heads}")
        if self.kernel_size % 2 != 1:
            raise ValueError(f"kernel_size {self.kernel_size} is not odd")
        if self.blocks < 1 or self.tp_blocks < 0:
            raise ValueError(f"blocks {self.blocks} must be >= 1 and tp_blocks {self.tp_blocks} >= 0")
        if self.feature_size % 2 != 0 or self.feature_size < 4:
            raise ValueError(f"feature_size {self.feature_size} must be even and at least 4")


class SinusoidalPositions(nn.Module):
    """Adds sines (first half) and cosines (second half) of the position, counted from 1."""

    def forward(self, x: Tensor) -> Tensor:
        """x: [N, S, F] -> [N, S, F], same dtype."""
        size = x.size(2)
        steps = torch.arange(1, x.size(1) + 1, device=x.device, dtype=torch.float32)
        octaves = torch.arange(size // 2, device=x.device, dtype=torch.float32)
        rates = torch.exp(octaves * (-math.log(10000.0) / (size / 2 - 1)))
        angles = steps.unsqueeze(1) * rates.unsqueeze(0)
        code = torch.cat((torch.sin(angles), torch.cos(angles)), dim=1)
        return x + code.unsqueeze(0).to(x.dtype)


class SanmAttention(nn.Module):
    """Multi-head self-attention whose values also pass a depthwise convolution (FSMN memory)."""

    def __init__(self, in_size: int, width: int, heads: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_size = width // heads
        self.linear_q_k_v = nn.Linear(in_size, 3 * width)
        self.linear_out = nn.Linear(width, width)
        self.fsmn_block = nn.Conv1d(width, width, kernel_size, groups=width, bias=False)
        self.pad_fn = nn.ConstantPad1d(((kernel_size - 1) // 2, (kernel_size - 1) // 2), 0.0)

    def memory(self, v: Tensor, mask: Tensor) -> Tensor:
        """v: [N, S, D], mask: [N, 1, S] (1 = real frame) -> [N, S, D], zero where masked."""
        keep = mask.transpose(1, 2)
        v = v * keep
        filtered = self.fsmn_block(self.pad_fn(v.transpose(1, 2))).transpose(1, 2)
        return (filtered + v) * keep

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: [N, S, in_size], mask: [N, 1, S] (1 = real frame) -> [N, S, D]."""
        n, s, _ = x.shape
        q, k, v = torch.split(self.linear_q_k_v(x), self.heads * self.head_size, dim=-1)
        memory = self.memory(v, mask)
        q = q.reshape(n, s, self.heads, self.head_size).transpose(1, 2)
        k = k.reshape(n, s, self.heads, self.head_size).transpose(1, 2)
        v = v.reshape(n, s, self.heads, self.head_size).transpose(1, 2)
        scores = torch.matmul(q * self.head_size**-0.5, k.transpose(-2, -1))
        absent = mask.unsqueeze(1).eq(0)
        # The second fill keeps a row of nothing but padding at 0 instead of NaN.
        weights = torch.softmax(scores.masked_fill(absent, -float("inf")), dim=-1)
        weights = weights.masked_fill(absent, 0.0)
        mixed = torch.matmul(weights, v).transpose(1, 2).reshape(n, s, self.heads * self.head_size)
        return self.linear_out(mixed) + memory


class FeedForward(nn.Module):
    """Two linear maps with a ReLU between."""

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.w_1 = nn.Linear(width, hidden)
        self.w_2 = nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """x: [N, S, D] -> [N, S, D]."""
        return self.w_2(self.dropout(torch.relu(self.w_1(x))))


class SanmBlock(nn.Module):
    """Pre-norm attention and feed-forward; no residual where the width changes (first block)."""

    def __init__(self, in_size: int, config: EncoderConfig) -> None:
        super().__init__()
        self.residual = in_size == config.width
        self.self_attn = SanmAttention(in_size, config.width, config.heads, config.kernel_size)
        self.feed_forward = FeedForward(config.width, config.feed_forward, config.dropout)
        self.norm1 = nn.LayerNorm(in_size)
        self.norm2 = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: [N, S, in_size], mask: [N, 1, S] -> [N, S, D]."""
        attended = self.dropout(self.self_attn(self.norm1(x), mask))
        x = x + attended if self.residual else attended
        return x + self.dropout(self.feed_forward(self.norm2(x)))


class SanmEncoder(nn.Module):
    """Main blocks, a norm, the tp blocks, a norm."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.scale = config.width**0.5
        self.embed = SinusoidalPositions()
        self.encoders0 = nn.ModuleList([SanmBlock(config.feature_size, config)])
        self.encoders = nn.ModuleList([SanmBlock(config.width, config) for _ in range(config.blocks - 1)])
        self.tp_encoders = nn.ModuleList([SanmBlock(config.width, config) for _ in range(config.tp_blocks)])
        self.after_norm = nn.LayerNorm(config.width)
        self.tp_norm = nn.LayerNorm(config.width)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x: [N, S, F], lengths: [N] integer (real positions, <= S) -> [N, S, D]."""
        positions = torch.arange(x.size(1), device=x.device)
        mask = (positions.unsqueeze(0) < lengths.unsqueeze(1)).to(x.dtype).unsqueeze(1)
        x = self.embed(x * self.scale)
        for block in self.encoders0:
            x = block(x, mask)
        for block in self.encoders:
            x = block(x, mask)
        x = self.after_norm(x)
        for block in self.tp_encoders:
            x = block(x, mask)
        return self.tp_norm(x)


class CtcHead(nn.Module):
    """One linear map to the vocabulary; blank is id 0."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.ctc_lo = nn.Linear(config.width, config.vocabulary_size)

    def forward(self, x: Tensor) -> Tensor:
        """x: [N, S, D] -> raw logits [N, S, V]."""
        return self.ctc_lo(x)


class SenseVoice(nn.Module):
    """Features and two prompts in, raw logits out.

    Output position 0 is the language, 1 the emotion, 2 the event, 3 the text normalization,
    and position 4 + t the text at feature frame t.
    """

    def __init__(self, config: EncoderConfig = EncoderConfig()) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(PROMPT_EMBEDDING_ROWS, config.feature_size)
        self.encoder = SanmEncoder(config)
        self.ctc = CtcHead(config)

    def with_prompt(self, x: Tensor, language: Tensor, text_norm: Tensor) -> Tensor:
        """x: [N, T, F], language and text_norm: [N] prompt rows -> [N, T + 4, F]."""
        rows = torch.tensor([EVENT_EMOTION_ROWS], device=x.device)
        event_emotion = self.embed(rows).repeat(x.size(0), 1, 1)
        return torch.cat(
            (
                self.embed(language).unsqueeze(1),
                event_emotion,
                self.embed(text_norm).unsqueeze(1),
                x,
            ),
            dim=1,
        )

    def forward(self, x: Tensor, x_length: Tensor, language: Tensor, text_norm: Tensor) -> Tensor:
        """Raw logits of a batch.

        x: [N, T, F] float, low-frame-rate features after CMVN, zero after each length.
        x_length: [N] integer, real frames of each utterance, 1..T.
        language: [N] integer, a value of `LANGUAGE_ROWS` (0 lets the model decide).
        text_norm: [N] integer, `WITH_ITN_ROW` or `WITHOUT_ITN_ROW`.
        Returns [N, T + 4, V]; positions after x_length + 4 mean nothing.
        """
        prompted = self.with_prompt(x, language, text_norm)
        return self.ctc(self.encoder(prompted, x_length + PROMPT_FRAMES))


def parameter_shapes(config: EncoderConfig) -> dict[str, tuple[int, ...]]:
    """Every state-dict name with its shape, found without allocating the weights."""
    with torch.device("meta"):
        model = SenseVoice(config)
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


def load_weights(model: SenseVoice, weights: Mapping[str, object]) -> None:
    """Copies a checkpoint's tensors into ``model`` after checking every name and shape.

    ``weights`` is a state dict, or a dict that holds one under ``state_dict`` or ``model``
    (both are met in FunASR checkpoints). Raises ValueError that names the first tensors which
    are missing, unknown or of another shape; the model is then unchanged.
    """
    for key in ("state_dict", "model"):
        inner = weights.get(key)
        if isinstance(inner, Mapping):
            weights = inner
            break
    expected = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    missing = sorted(set(expected) - set(weights))
    unknown = sorted(set(weights) - set(expected))
    other = sorted(
        f"{name} {tuple(getattr(weights[name], 'shape', ()))} instead of {shape}"
        for name, shape in expected.items()
        if name in weights and tuple(getattr(weights[name], "shape", ())) != shape
    )
    problems = [
        f"{len(names)} {kind} ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})"
        for kind, names in (("missing", missing), ("unknown", unknown), ("of another shape", other))
        if names
    ]
    if problems:
        raise ValueError("not a checkpoint of this SenseVoice size: " + "; ".join(problems))
    model.load_state_dict(dict(weights))
