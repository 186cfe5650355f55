"""The emotion posteriors: one temperature fitted on unseen speakers, and a bias that keeps the tag frame a tag frame.

Both are folded into the output layer, so that the exported file needs nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..encoder import PROMPT_FRAMES, SenseVoice
from ..errors import ModelError
from .batches import Batcher
from .pool import Shard
from .score import FOUR_EMOTIONS, Figures, score
from .vocabulary import EMOTION_UNKNOWN, EMOTIONS, Vocabulary, tag

BINS = 10
UNKNOWN_DECAY = 3e-3
"""L2 penalty of `fit_unknown`."""
OTHER_MARGIN = 6.0
"""How far `EMO_UNKNOWN` stays under the best token of other frames, in nats."""
TRAINED_EMOTIONS = ("HAPPY", "SAD", "ANGRY", "NEUTRAL", "FEARFUL", "DISGUSTED")
"""What the training data hold."""


def four_way(figures: Figures, temperature: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Posteriors [n, 4] over `FOUR_EMOTIONS` and true classes [n]; other true emotions are left out."""
    classes = [EMOTIONS.index(name) for name in FOUR_EMOTIONS]
    rows = [(scores[classes], classes.index(truth)) for truth, scores in figures.emotion if truth in classes]
    scores = np.array([row for row, _ in rows], np.float64) / temperature
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True), np.array([truth for _, truth in rows])


def expected_calibration_error(posteriors: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Mean gap between confidence and accuracy over ten equal bins (Guo et al. 2017, arXiv 1706.04599)."""
    confidence, right = posteriors.max(axis=1), posteriors.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    full = [b for b in range(BINS) if (bins == b).any()]
    gaps = [(bins == b).mean() * abs(confidence[bins == b].mean() - right[bins == b].mean()) for b in full]
    return float(sum(gaps))


def fitted_temperature(figures: Figures) -> float:
    """The temperature in 0.5..10 with the least negative log likelihood."""
    candidates = np.exp(np.linspace(np.log(0.5), np.log(10), 200))

    def loss(temperature: float) -> float:
        posteriors, truth = four_way(figures, temperature)
        return float(-np.log(posteriors[np.arange(len(truth)), truth] + 1e-12).mean())

    return float(min(candidates, key=loss))


def emotion_rows(vocabulary: Vocabulary) -> list[int]:
    """Ids of all emotion tokens, the unknown one included."""
    return vocabulary.encode([*(tag(name) for name in EMOTIONS), EMOTION_UNKNOWN])


def fold_temperature(model: SenseVoice, vocabulary: Vocabulary, temperature: float) -> None:
    """Draws the output rows of all emotion tokens together, by the temperature, around the mean of the trained ones.

    Their softmax becomes that of the scores divided by the temperature, while the group as a whole keeps its height
    against all other tokens.
    """
    rows = emotion_rows(vocabulary)
    trained = vocabulary.encode(tag(name) for name in TRAINED_EMOTIONS)
    with torch.no_grad():
        for values in (model.ctc.ctc_lo.weight, model.ctc.ctc_lo.bias):
            middle = values[trained].mean(dim=0, keepdim=True)
            values[rows] = middle + (values[rows] - middle) / temperature


@dataclass
class Seen:
    """What the output layer sees; n utterances, m sampled frames that are not emotion frames."""

    emotion: Tensor
    """[n, width] in the emotion frames."""
    labelled: Tensor
    """[n] bool: the utterance has an emotion label."""
    other: Tensor
    """[m, width] in other frames."""


def seen_by_output(model: SenseVoice, batcher: Batcher, shards: Iterable[Shard], seed: int = 0) -> Seen:
    """Runs every example once, half of the batches with ITN, and samples up to 8 other frames of each."""
    kept: list[Tensor] = []
    hook = model.ctc.register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0]))
    generator = torch.Generator().manual_seed(seed)
    emotion, labelled, other = [], [], []
    try:
        for shard in shards:
            order = np.argsort(np.diff(shard.frame_edges))
            for number, start in enumerate(range(0, len(order), 50)):
                examples = [(shard, int(i)) for i in order[start : start + 50]]
                batch = batcher.plain(examples, with_itn=number % 2 == 1)
                with torch.no_grad():
                    model(batch.x, batch.lengths, batch.language, batch.text_norm)
                hidden = kept.pop()
                emotion.append(hidden[:, 1].clone())
                labelled += [shard.kinds[i] == "emotion" for _, i in examples]
                for row, length in zip(hidden, batch.lengths.tolist(), strict=True):
                    places = torch.randperm(length + PROMPT_FRAMES, generator=generator)[:8]
                    other.append(row[places[places != 1]])
    finally:
        hook.remove()
    return Seen(torch.cat(emotion), torch.tensor(labelled), torch.cat(other))


def fit_unknown(model: SenseVoice, batcher: Batcher, shards: Iterable[Shard]) -> None:
    """Fits the output row of `EMO_UNKNOWN`: speech without an emotion label is unknown, acted speech is not.

    A logistic regression with both groups weighing the same, that also keeps the row `OTHER_MARGIN` under the best
    token of all other frames. No other row changes, so neither do the texts, nor the emotions among themselves. Without
    it, an utterance unlike the acted speech gets whichever emotion lies nearest.
    """
    seen = seen_by_output(model, batcher, shards)
    vocabulary, layer = batcher.vocabulary, model.ctc.ctc_lo
    row = vocabulary.ids[EMOTION_UNKNOWN]
    known = vocabulary.encode(tag(name) for name in EMOTIONS)
    with torch.no_grad():
        rest = (seen.emotion @ layer.weight[known].T + layer.bias[known]).logsumexp(dim=-1)
        scores = layer(seen.other)
        scores[:, row] = -torch.inf
        ceiling = scores.max(dim=-1).values - OTHER_MARGIN
    # Starts from the row that training left, which is low in other frames already.
    weight = layer.weight[row].detach().clone().requires_grad_()
    bias = layer.bias[row].detach().clone().requires_grad_()
    target = (~seen.labelled).float()
    balance = torch.where(seen.labelled, 0.5 / seen.labelled.sum(), 0.5 / (~seen.labelled).sum())
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        each = functional.binary_cross_entropy_with_logits(
            seen.emotion @ weight + bias - rest, target, reduction="none"
        )
        above = functional.softplus(seen.other @ weight + bias - ceiling)
        total = (each * balance).sum() + above.mean() + UNKNOWN_DECAY * weight.square().sum()
        total.backward()
        return total

    optimizer.step(loss)
    with torch.no_grad():
        layer.weight[row] = weight
        layer.bias[row] = bias


def lift_bounds(model: SenseVoice, batcher: Batcher, sets: Iterable[Shard]) -> tuple[float, float]:
    """What must and what may at most be added to the emotion biases.

    Returns the least lift with which the best id of every emotion frame is an emotion, and the greatest with which no
    emotion becomes the best id of another frame, over both text-norm prompts.
    """
    rows = emotion_rows(batcher.vocabulary)
    needed, allowed = [0.0], [np.inf]
    for shard in sets:
        for start in range(0, len(shard), 25):
            examples = [(shard, i) for i in range(start, min(len(shard), start + 25))]
            for with_itn in (False, True):
                batch = batcher.plain(examples, with_itn)
                with torch.no_grad():
                    logits = model(batch.x, batch.lengths, batch.language, batch.text_norm).clone()
                emotion = logits[..., rows].max(dim=-1).values
                logits[..., rows] = -np.inf
                lead = logits.max(dim=-1).values - emotion
                needed.append(float(lead[:, 1].max()))
                positions = torch.arange(lead.shape[1])
                others = (positions != 1) & (positions < (batch.lengths + PROMPT_FRAMES).unsqueeze(1))
                allowed.append(float(lead[others].min()))
    return max(needed), min(allowed)


def lift_emotions(model: SenseVoice, batcher: Batcher, sets: Iterable[Shard]) -> float:
    """Adds one constant to the biases of all emotion tokens, half-way between the bounds, and returns it.

    Their softmax does not change. Readers that collapse repeats over all frames and then drop four tokens (sherpa-onnx)
    need a tag in each of the first four frames, and an utterance without an emotion label teaches frame 1 little.
    Raises ModelError when no constant serves every frame of the dev sets.
    """
    needed, allowed = lift_bounds(model, batcher, sets)
    if needed >= allowed:
        raise ModelError(f"emotion frames need a bias of {needed:.2f}, other frames allow {allowed:.2f}: train longer")
    lift = (needed + allowed) / 2
    with torch.no_grad():
        model.ctc.ctc_lo.bias[emotion_rows(batcher.vocabulary)] += lift
    return lift


SILENT_SHARE = 0.985
"""Of the clips without speech that shall get no words: half a point over the target, for what int8 takes."""
BLANK_STEP = 0.5
HIGHEST_BLANK = 4.0


def lift_blank(model: SenseVoice, batcher: Batcher, nospeech: Shard) -> float:
    """Adds the least constant to the blank's bias that leaves noise without words, and returns it.

    In steps of `BLANK_STEP`. Frames that are sure of a word keep it.
    Raises ModelError when `HIGHEST_BLANK` is not enough.
    """
    lift = 0.0
    while True:
        figures = score(model, batcher, nospeech)
        if figures.empty >= SILENT_SHARE * figures.count:
            return lift
        if lift + BLANK_STEP > HIGHEST_BLANK:
            raise ModelError(
                f"{figures.count - figures.empty} of {figures.count} clips of noise get words: train longer"
            )
        lift += BLANK_STEP
        with torch.no_grad():
            model.ctc.ctc_lo.bias[0] += BLANK_STEP
