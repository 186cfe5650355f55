"""Temperature and bias of the emotion tokens."""

import numpy as np
import pytest
import torch

from sensevoice_models.encoder import EncoderConfig, SenseVoice
from sensevoice_models.train.calibrate import (
    emotion_rows,
    expected_calibration_error,
    fitted_temperature,
    fold_temperature,
    four_way,
)
from sensevoice_models.train.score import Figures
from sensevoice_models.train.vocabulary import EMOTIONS, Vocabulary, token_table


def test_the_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    posteriors = np.array([[0.8, 0.2]] * 10)
    assert expected_calibration_error(posteriors, np.array([0] * 8 + [1] * 2)) == pytest.approx(0.0)
    assert expected_calibration_error(posteriors, np.array([0] * 5 + [1] * 5)) == pytest.approx(0.3)


def test_the_temperature_of_overconfident_scores_is_found() -> None:
    rng = np.random.default_rng(3)
    rows = []
    for _ in range(3000):
        scores = rng.normal(0, 1.5, len(EMOTIONS))
        chances = np.exp(scores[:4]) / np.exp(scores[:4]).sum()
        rows.append((int(rng.choice(4, p=chances)), (3 * scores).astype(np.float32)))
    figures = Figures(emotion=rows)
    temperature = fitted_temperature(figures)
    assert temperature == pytest.approx(3.0, rel=0.1)
    assert expected_calibration_error(*four_way(figures, temperature)) < 0.05


def test_the_folded_temperature_is_that_of_the_softmax_and_touches_nothing_else() -> None:
    torch.manual_seed(0)
    vocabulary = Vocabulary(token_table())
    rows = emotion_rows(vocabulary)
    model = SenseVoice(EncoderConfig(len(vocabulary), width=8, heads=2, feed_forward=8, blocks=1, tp_blocks=0)).eval()
    hidden = torch.randn(5, 3, 8)
    with torch.no_grad():
        before = model.ctc(hidden)
        fold_temperature(model, vocabulary, 2.5)
        after = model.ctc(hidden)
    expected = (before[..., rows] / 2.5).softmax(-1)
    torch.testing.assert_close(after[..., rows].softmax(-1), expected)
    others = [i for i in range(len(vocabulary)) if i not in rows]
    assert torch.equal(before[..., others], after[..., others])
