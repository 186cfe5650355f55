"""The same computation as `encoder`, in the very operations of the published ONNX files.

What runs the published file meets these operations and no others, so everything exported here is written with them:
graph rewrites and optimizers see in the tiny model and in the random full-size one what they will see in the real one.
The forms were found by exporting the public implementation (FunASR ``sense_voice/model.py`` as of 2024-07, with the
sherpa-onnx exporter of that time) and comparing scope by scope; file sizes agree to the byte.

Nothing here changes a result: a scale of 1, a cast to the same type, a shape read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MethodType

import torch
from torch import Tensor, nn

from .encoder import (
    EVENT_EMOTION_ROWS,
    FeedForward,
    SanmAttention,
    SanmBlock,
    SanmEncoder,
    SenseVoice,
    SinusoidalPositions,
)

STOCHASTIC_DEPTH_SCALE = 1.0
"""What the public layer multiplies each branch with outside training; the exporter keeps it as a Mul."""


def _norm(self: nn.LayerNorm, x: Tensor) -> Tensor:
    normalized = nn.functional.layer_norm(x.float(), self.normalized_shape, self.weight, self.bias, self.eps)
    return normalized.type_as(x)


def _positions(self: SinusoidalPositions, x: Tensor) -> Tensor:
    _, s, size = x.size()
    steps = torch.arange(1, s + 1, device=x.device)[None, :]
    n = steps.size(0)
    steps = steps.type(x.dtype)
    octave = torch.log(torch.tensor([10000], dtype=x.dtype, device=x.device)) / (size / 2 - 1)
    rates = torch.exp(torch.arange(size / 2, device=x.device).type(x.dtype) * (-octave))
    rates = rates.reshape(n, -1)
    angles = steps.reshape(1, -1, 1) * rates.reshape(1, 1, -1)
    code = torch.cat([torch.sin(angles), torch.cos(angles)], dim=2)
    return x + code.type(x.dtype).to(x.device)


def _memory(self: SanmAttention, v: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    keep = mask.reshape(v.size(0), -1, 1)
    v = v * keep
    filtered = self.fsmn_block(self.pad_fn(v.transpose(1, 2))).transpose(1, 2)
    filtered += v
    return filtered * keep


def _attention(self: SanmAttention, x: Tensor, mask: Tensor) -> Tensor:
    n, s, _ = x.size()
    q, k, v = torch.split(self.linear_q_k_v(x), self.heads * self.head_size, dim=-1)
    q_heads = q.reshape(n, s, self.heads, self.head_size).transpose(1, 2)
    k_heads = k.reshape(n, s, self.heads, self.head_size).transpose(1, 2)
    v_heads = v.reshape(n, s, self.heads, self.head_size).transpose(1, 2)
    memory = _memory(self, v, mask)
    scores = torch.matmul(q_heads * self.head_size**-0.5, k_heads.transpose(-2, -1))
    count = v_heads.size(0)
    absent = mask.unsqueeze(1).eq(0)
    weights = torch.softmax(scores.masked_fill(absent, -float("inf")), dim=-1).masked_fill(absent, 0.0)
    mixed = torch.matmul(weights, v_heads).transpose(1, 2).contiguous().view(count, -1, self.heads * self.head_size)
    return self.linear_out(mixed) + memory


def _feed_forward(self: FeedForward, x: Tensor) -> Tensor:
    return self.w_2(self.activation(self.w_1(x)))


def _block(self: SanmBlock, x: Tensor, mask: Tensor) -> Tensor:
    attended = STOCHASTIC_DEPTH_SCALE * self.self_attn(self.norm1(x), mask)
    x = x + attended if self.residual else attended
    return x + STOCHASTIC_DEPTH_SCALE * self.feed_forward(self.norm2(x))


def _length_mask(lengths: Tensor) -> Tensor:
    """lengths: [N] -> [N, max(lengths)], 1.0 for real positions."""
    positions = torch.arange(0, lengths.max(), 1).to(lengths.device)
    return (positions < lengths.unsqueeze(-1)).type(torch.float32).to(lengths.device)


def _encoder(self: SanmEncoder, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    mask = _length_mask(lengths)[:, None, :]
    x = self.embed(x * self.scale)
    for block in (*self.encoders0, *self.encoders):
        x = block(x, mask)
    x = self.after_norm(x)
    counts = mask.squeeze(1).sum(1).int()
    for block in self.tp_encoders:
        x = block(x, mask)
    return self.tp_norm(x), counts


def _sherpa(self: SenseVoice, x: Tensor, x_length: Tensor, language: Tensor, text_norm: Tensor) -> Tensor:
    language_row = self.embed(language).unsqueeze(1)
    text_norm_row = self.embed(text_norm).unsqueeze(1)
    event_emotion = self.embed(torch.tensor([EVENT_EMOTION_ROWS])).repeat(x.size(0), 1, 1)
    x = torch.cat((language_row, event_emotion, text_norm_row, x), dim=1)
    encoded, _ = self.encoder(x, x_length + 4)
    return self.ctc.ctc_lo(encoded)


def _funasr(
    self: SenseVoice, speech: Tensor, speech_lengths: Tensor, language: Tensor, textnorm: Tensor
) -> tuple[Tensor, Tensor]:
    language_row = self.embed(language.to(speech.device)).unsqueeze(1)
    textnorm_row = self.embed(textnorm.to(speech.device)).unsqueeze(1)
    speech = torch.cat((textnorm_row, speech), dim=1)
    lengths = speech_lengths + 1
    event_emotion = self.embed(torch.tensor([EVENT_EMOTION_ROWS])).repeat(speech.size(0), 1, 1)
    speech = torch.cat((torch.cat((language_row, event_emotion), dim=1), speech), dim=1)
    encoded, counts = self.encoder(speech, lengths + 3)
    return self.ctc.ctc_lo(encoded), counts


_FORMS = {
    nn.LayerNorm: _norm,
    SinusoidalPositions: _positions,
    SanmAttention: _attention,
    FeedForward: _feed_forward,
    SanmBlock: _block,
    SanmEncoder: _encoder,
}
_ENTRIES = {"sherpa": _sherpa, "funasr": _funasr}


@contextmanager
def published_form(model: SenseVoice, flavour: str) -> Iterator[SenseVoice]:
    """Within the block ``model`` computes with the published operations and the flavour's inputs and outputs.

    flavour: "sherpa" ([N, T, F], three times [N] -> logits [N, T + 4, V]) or "funasr" (the same, and lengths [N] after
    the logits). As in the published files, T must be the greatest of the lengths. Inference only: no dropout.
    """
    changed: list[nn.Module] = []
    try:
        for module in model.modules():
            form = _ENTRIES[flavour] if module is model else _FORMS.get(type(module))
            if form is None:
                continue
            changed.append(module)
            module.forward = MethodType(form, module)
            if isinstance(module, FeedForward):
                module.activation = nn.ReLU()
        yield model
    finally:
        for module in changed:
            del module.forward
            if isinstance(module, FeedForward):
                del module.activation
