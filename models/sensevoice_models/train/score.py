"""Dev figures: word or character error rate, tag accuracy, emptiness without speech."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from torch import Tensor

from ..encoder import PROMPT_FRAMES, SenseVoice
from .batches import Batcher
from .pool import MASKED, Shard
from .vocabulary import (
    EMOTION_UNKNOWN,
    EMOTIONS,
    EVENT_UNKNOWN,
    EVENTS,
    LANGUAGES,
    NO_SPEECH,
    SINGLE_EVENTS,
    Vocabulary,
    tag,
)

FOUR_EMOTIONS = ("HAPPY", "SAD", "ANGRY", "NEUTRAL")
SELECTION = (
    "digits-seen",
    "digits-noisy",
    "words",
    "zh-words",
    "en-words",
    "tts-en",
    "tts-zh",
    "tts-yue",
    "tts-ja",
    "tts-ko",
)
"""Dev sets whose mean token error rate chooses the checkpoint."""


Forward = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""Features, lengths, language rows, text-norm rows -> logits; a `SenseVoice` or an ONNX session around one."""


@dataclass
class Figures:
    """Counts of one dev set."""

    errors: int = 0
    tokens: int = 0
    empty: int = 0
    count: int = 0
    emotion: list[tuple[int, NDArray[np.float32]]] = field(default_factory=list)
    """True class and log posteriors over all emotions, for known emotions."""
    unknown: list[float] = field(default_factory=list)
    """Share of EMO_UNKNOWN in the emotion posterior, 0..1, of every utterance."""
    pairs: list[tuple[list[int], list[int]]] = field(default_factory=list)
    """True and found token ids of every utterance with a text."""
    languages: list[tuple[int, int]] = field(default_factory=list)
    """True and found language id."""
    events: list[tuple[int, int]] = field(default_factory=list)
    """True and found event id."""

    @property
    def error_rate(self) -> float:
        return self.errors / max(1, self.tokens)

    @property
    def language_accuracy(self) -> float:
        return sum(truth == found for truth, found in self.languages) / max(1, len(self.languages))


def collapse(ids: NDArray[np.int64]) -> list[int]:
    """Greedy CTC: drop repeats, then blanks (0)."""
    kept = [int(i) for place, i in enumerate(ids) if place == 0 or i != ids[place - 1]]
    return [i for i in kept if i != 0]


def tag_ids(vocabulary: Vocabulary) -> dict[str, list[int]]:
    """Ids that compete in each tag frame."""
    return {
        "language": vocabulary.encode([*(tag(name) for name in LANGUAGES), NO_SPEECH]),
        "emotion": vocabulary.encode(tag(name) for name in EMOTIONS),
        "event": vocabulary.encode([*(tag(name) for name in (*EVENTS, *SINGLE_EVENTS)), EVENT_UNKNOWN]),
    }


def score(model: Forward, batcher: Batcher, shard: Shard, with_itn: bool = False, size: int = 25) -> Figures:
    """Greedy decoding of one dev set, language left to the model."""
    figures = Figures()
    ids = tag_ids(batcher.vocabulary)
    unknown = batcher.vocabulary.ids[EMOTION_UNKNOWN]
    order = np.argsort(np.diff(shard.frame_edges))
    for start in range(0, len(order), size):
        examples = [(shard, int(i)) for i in order[start : start + size]]
        batch = batcher.plain(examples, with_itn)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=False):
            logits = model(batch.x, batch.lengths, batch.language, batch.text_norm).float()
        best = logits.argmax(dim=-1).numpy()
        for row, (_, place) in enumerate(examples):
            found = collapse(best[row, PROMPT_FRAMES : PROMPT_FRAMES + int(batch.lengths[row])])
            truth = shard.tokens_of(place, with_itn).tolist()
            figures.count += 1
            figures.empty += not found
            if shard.has_text[place]:
                figures.errors += Levenshtein.distance(found, truth)
                figures.tokens += len(truth)
                figures.pairs.append((truth, found))
            language, emotion, event = (int(i) for i in shard.tags[place])
            if language != MASKED:
                figures.languages.append((language, ids["language"][int(logits[row, 0, ids["language"]].argmax())]))
            figures.events.append((event, ids["event"][int(logits[row, 2, ids["event"]].argmax())]))
            group = logits[row, 1, [unknown, *ids["emotion"]]]
            figures.unknown.append(float(group.softmax(-1)[0]))
            if emotion in ids["emotion"]:
                scores = logits[row, 1, ids["emotion"]].log_softmax(-1)
                figures.emotion.append((ids["emotion"].index(emotion), scores.numpy()))
    return figures


def four_emotion_accuracy(figures: Figures) -> tuple[float, float]:
    """Weighted and unweighted accuracy over happy, sad, angry and neutral."""
    classes = [EMOTIONS.index(name) for name in FOUR_EMOTIONS]
    rows = [(truth, scores) for truth, scores in figures.emotion if truth in classes]
    if not rows:
        return 0.0, 0.0
    right = {name: [0, 0] for name in classes}
    for truth, scores in rows:
        right[truth][1] += 1
        right[truth][0] += classes[int(np.argmax(scores[classes]))] == truth
    weighted = sum(hit for hit, _ in right.values()) / len(rows)
    return weighted, float(np.mean([hit / count for hit, count in right.values() if count]))


def summary(model: SenseVoice, batcher: Batcher, sets: dict[str, Shard]) -> dict[str, float]:
    """Every dev figure in percent, and ``selection``, the mean error rate that chooses a checkpoint."""
    was_training = model.training
    model.eval()
    out: dict[str, float] = {}
    for name, shard in sets.items():
        figures = score(model, batcher, shard)
        if name == "nospeech":
            out["nospeech empty"] = 100 * figures.empty / figures.count
        elif name == "emotion":
            weighted, unweighted = four_emotion_accuracy(figures)
            out["emotion4"], out["emotion4 unweighted"] = 100 * weighted, 100 * unweighted
        else:
            out[name] = 100 * figures.error_rate
            out[name + " language"] = 100 * figures.language_accuracy
    out["selection"] = float(np.mean([out[name] for name in SELECTION]))
    model.train(was_training)
    return out
