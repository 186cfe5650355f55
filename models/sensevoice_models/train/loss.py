"""The training loss: CTC on the text frames and cross-entropy on the four tag frames."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..encoder import PROMPT_FRAMES, SenseVoice
from .batches import Batch
from .lexicon import LANGUAGES
from .pool import MASKED
from .vocabulary import (
    EMOTION_UNKNOWN,
    EMOTIONS,
    EVENT_UNKNOWN,
    EVENTS,
    NO_SPEECH,
    SINGLE_EVENTS,
    WITH_ITN,
    WITHOUT_ITN,
    Vocabulary,
    tag,
    token_table,
)

TAG_WEIGHTS = (0.5, 0.4, 0.25, 0.1)
"""Language, emotion, event, text normalization."""
INTERMEDIATE_SHARE = 0.3
"""Share of the CTC loss taken at the after_norm layer (Lee and Watanabe 2021, arXiv 2102.03216)."""


def ctc(logits: Tensor, batch: Batch) -> Tensor:
    """Mean CTC loss of a text token; logits [N, T + 4, V], tag frames left out."""
    scores = functional.log_softmax(logits[:, PROMPT_FRAMES:].float(), dim=-1).transpose(0, 1)
    losses = functional.ctc_loss(
        scores, batch.tokens, batch.lengths, batch.token_counts, blank=0, reduction="none", zero_infinity=True
    )
    # A silent utterance has no token: its loss counts like that of one.
    per_token = losses / batch.token_counts.clamp(min=1)
    weight = batch.has_text.float() * batch.token_counts.clamp(min=1).float().sqrt()
    return (per_token * weight).sum() / weight.sum().clamp(min=1)


def tag_groups(vocabulary: Vocabulary) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids that each tag frame may show: language, emotion, event, text normalization."""
    groups = (
        [*map(tag, LANGUAGES), NO_SPEECH],
        [*map(tag, EMOTIONS), EMOTION_UNKNOWN],
        [*map(tag, (*EVENTS, *SINGLE_EVENTS)), EVENT_UNKNOWN],
        [WITH_ITN, WITHOUT_ITN],
    )
    language, emotion, event, text_norm = (torch.tensor(vocabulary.encode(names)) for names in groups)
    return language, emotion, event, text_norm


def tags(logits: Tensor, batch: Batch, groups: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Weighted cross-entropy of the tag frames, and the four parts [4] for the log.

    Where a tag is unknown its frame must still show one of the group's ids, whichever: readers that collapse all frames
    (sherpa-onnx) take the first four tokens for the tags and would lose the first word behind a blank.
    """
    parts = []
    for place in range(PROMPT_FRAMES):
        known = batch.tags[:, place] != MASKED
        loss = functional.cross_entropy(
            logits[:, place].float(), batch.tags[:, place].clamp(min=0), reduction="none", label_smoothing=0.0
        )
        frame = logits[:, place].float()
        outside = frame.logsumexp(dim=-1) - frame[:, groups[place]].logsumexp(dim=-1)
        # Divided by all utterances for the sparse emotion labels, so that a rare label weighs the same in every batch.
        labelled = (loss * known).sum() / (len(loss) * 0.15 if place == 1 else known.sum().clamp(min=1))
        parts.append(labelled + (outside * ~known).mean())
    stacked = torch.stack(parts)
    return (stacked * torch.tensor(TAG_WEIGHTS)).sum(), stacked.detach()


class LossTaker:
    """Computes the whole loss; watches the layer between the main and the tp blocks."""

    def __init__(self, model: SenseVoice) -> None:
        self.model = model
        self.groups = tag_groups(Vocabulary(token_table()))
        self.middle: Tensor | None = None
        model.encoder.after_norm.register_forward_hook(self.keep)

    def keep(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        self.middle = output

    def __call__(self, batch: Batch, bf16: bool) -> tuple[Tensor, dict[str, float]]:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = self.model(batch.x, batch.lengths, batch.language, batch.text_norm)
            assert self.middle is not None
            middle = self.model.ctc(self.middle)
        text = ctc(logits, batch)
        early = ctc(middle, batch)
        tag_loss, parts = tags(logits, batch, self.groups)
        total = (1 - INTERMEDIATE_SHARE) * text + INTERMEDIATE_SHARE * early + tag_loss
        names = ("language", "emotion", "event", "itn")
        figures = {"loss": total.item(), "ctc": text.item(), **dict(zip(names, parts.tolist(), strict=True))}
        return total, figures
