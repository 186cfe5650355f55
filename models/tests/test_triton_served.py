"""The model of the Python backend answers each utterance of a batch as it does alone, and refuses what is not one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import SmallModel
from triton_server import InferenceResponse, parameters_in, request, served

from sensevoice_models.frontend import features
from sensevoice_models.quantize import quantize
from sensevoice_models.recognizer import OnnxRecognizer
from sensevoice_models.triton.repository import main, options_of, write_repository
from sensevoice_models.triton.source import read_source

TOLERANCE = 1e-6
"""Of probabilities, in a padded batch against alone."""


def written(small: SmallModel, out: Path, *more: str) -> Path:
    options = options_of(["--model", str(small.folder), "--out", str(out), *more])
    write_repository(read_source(options.model, options.graph), options, out)
    return out


@pytest.fixture(scope="module")
def model(small: SmallModel, tmp_path_factory: pytest.TempPathFactory):
    """Takes 30 s at most, and runs of 5 s of sound."""
    out = tmp_path_factory.mktemp("served") / "repository"
    return served(written(small, out, "--max-seconds", "30", "--run-seconds", "5"))


def utterance(frames: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(frames, 560)).astype(np.float32)


def refused(response: InferenceResponse, text: str) -> None:
    assert response.error is not None
    assert response.error.code == "INVALID_ARG"
    assert text in response.error.text


def test_every_utterance_of_a_batch_is_answered_as_alone(model) -> None:
    # More than one run's worth, so that several padded runs are made, out of order.
    requests = [
        request(utterance(frames, seed=frames), language, norm)
        for frames, language, norm in [(9, 0, 14), (83, 3, 15), (1, 4, 14), (60, 7, 15), (200, 0, 14), (33, 11, 14)]
    ]
    together = model.execute(requests)
    for sent, response in zip(requests, together, strict=True):
        alone = model.execute([sent])[0].values
        assert response.values["token_ids"].shape == (1, sent["features"].as_numpy().shape[1])
        np.testing.assert_array_equal(response.values["token_ids"], alone["token_ids"])
        for name, values in response.values.items():
            np.testing.assert_allclose(values, alone[name], atol=TOLERANCE, err_msg=name)


def test_runs_hold_no_more_padded_frames_than_they_may(model, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    run = model.run

    def noting(batch):
        shapes.append((len(batch), max(rows.frames for rows in batch)))
        return run(batch)

    monkeypatch.setattr(model, "run", noting)
    model.execute([request(utterance(frames)) for frames in (10, 80, 10, 400, 40, 10, 39)])
    limit = model.settings.run_frames
    assert limit == 83
    assert shapes[0] == (1, 400), "longer than a run may be, so alone"
    assert all(count == 1 or count * longest <= limit for count, longest in shapes)
    assert sum(count for count, _ in shapes) == 7
    assert len(shapes) == 4, "10, 10 and 10 fit together, and 40 with 39"


def test_the_answer_is_what_the_recognizer_hears(model, small: SmallModel, speech: np.ndarray) -> None:
    recognizer = OnnxRecognizer(small.sherpa, small.tokens)
    logits = recognizer.logits(speech, "en", with_itn=False)
    answer = model.execute([request(features(speech, small.cmvn), 4, 15)])[0].values
    np.testing.assert_array_equal(answer["token_ids"][0], logits[4:].argmax(axis=-1))


BAD = {
    "features of float64": ({"features": np.zeros((1, 3, 560))}, "features must be float32, got float64"),
    "no language": ({"language": None}, "the input language is missing"),
    "an unknown language row": ({"language": np.array([[99]], np.int32)}, "language must be one of [0, 3, 4"),
    "an unknown text-norm row": ({"text_norm": np.array([[0]], np.int32)}, "text_norm must be one of [14, 15]"),
    "two rows for one utterance": ({"language": np.array([[0], [0]], np.int32)}, "language must be [1, 1]"),
    "no frame": ({"features": np.zeros((1, 0, 560), np.float32)}, "1 to 500 frames, got 0"),
    "too many frames": ({"features": np.zeros((1, 501, 560), np.float32)}, "1 to 500 frames, got 501"),
    "features that are not finite": ({"features": np.full((1, 3, 560), np.nan, np.float32)}, "not finite"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_refused_and_the_others_are_answered(model, name: str) -> None:
    changed, text = BAD[name]
    good = request(utterance(12))
    responses = model.execute([good, request(utterance(12), changed=changed), good])
    refused(responses[1], text)
    assert responses[0].values["token_ids"].shape == responses[2].values["token_ids"].shape == (1, 12)


def test_what_fails_together_is_tried_alone(model, monkeypatch: pytest.MonkeyPatch) -> None:
    run = model.run

    def failing(batch):
        if any(rows.frames == 7 for rows in batch):
            raise RuntimeError("this one fails")
        return run(batch)

    monkeypatch.setattr(model, "run", failing)
    responses = model.execute([request(utterance(frames)) for frames in (5, 7, 9)])
    assert responses[1].error is not None
    assert responses[1].error.code == "INTERNAL"
    assert "this one fails" in responses[1].error.text
    assert [responses[place].values["token_ids"].shape[1] for place in (0, 2)] == [5, 9]


def test_quantized_activations_are_served_one_at_a_time(small: SmallModel, tmp_path: Path) -> None:
    quantize(small.sherpa, tmp_path / "model.int8.onnx", "published")
    out = written(small, tmp_path / "repository", "--graph", str(tmp_path / "model.int8.onnx"))
    assert "max_batch_size: 1\n" in (out / "sensevoice/config.pbtxt").read_text()
    answer = served(out).execute([request(utterance(20))])[0].values
    assert answer["token_ids"].shape == (1, 20)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_gpu_that_is_not_there_is_an_error_and_no_slow_server(small: SmallModel, tmp_path: Path) -> None:
    out = written(small, tmp_path / "repository", "--device", "cuda")
    assert parameters_in((out / "sensevoice/config.pbtxt").read_text())["providers"].startswith('[["CUDAExecution')
    with pytest.raises(RuntimeError, match="needs an instance of KIND_GPU"):
        served(out, kind="CPU")
    with pytest.raises(RuntimeError, match="cannot use CUDAExecutionProvider here"):
        served(out, kind="GPU")


def test_main_is_the_command(small: SmallModel, tmp_path: Path, monkeypatch, capsys) -> None:
    arguments = ["repository", "--model", str(small.folder), "--out", str(tmp_path / "out"), "--instances", "2"]
    monkeypatch.setattr("sys.argv", arguments)
    main()
    assert "batches of up to 4, 2 instances" in capsys.readouterr().out
