"""The committed golden results are what the committed tiny model says today, here and in sherpa-onnx."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sensevoice_models.decode import decode
from sensevoice_models.files import sha256
from sensevoice_models.golden.__main__ import GOLDEN_FOLDER, TINY_FOLDER, make_results
from sensevoice_models.golden.results import CASES, LOGITS_CLIP, MODEL_FILE
from sensevoice_models.golden.store import Golden, read_array
from sensevoice_models.recognizer import OnnxRecognizer
from sensevoice_models.tokens import read_tokens

INT8_ROUNDING = 0.05
"""Activations are rounded to 8 bit at run time: a last bit that differs between processors moves probabilities."""


@pytest.fixture(scope="module")
def committed() -> dict:
    return json.loads((GOLDEN_FOLDER / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made() -> Golden:
    return make_results(GOLDEN_FOLDER, TINY_FOLDER)


def test_they_belong_to_the_committed_model(committed: dict) -> None:
    assert committed["model"]["sha256"] == sha256(TINY_FOLDER / MODEL_FILE)
    assert committed["model"]["tokensSha256"] == sha256(TINY_FOLDER / "tokens.txt")
    assert len(committed["cases"]) == len(CASES)


def test_every_frame_is_what_the_model_says_today(committed: dict, made: Golden) -> None:
    today = json.loads(made.files["results.json"])
    for old, new in zip(committed["cases"], today["cases"], strict=True):
        assert [old[key] for key in ("clip", "language", "withItn")] == [
            new[key] for key in ("clip", "language", "withItn")
        ]
        ids = np.frombuffer(made.files[new["tokenIds"]["file"]], "<i4")
        probabilities = np.frombuffer(made.files[new["tokenProbabilities"]["file"]], "<f4")
        old_probabilities = read_array(GOLDEN_FOLDER, old["tokenProbabilities"])
        np.testing.assert_allclose(old_probabilities, probabilities, atol=INT8_ROUNDING)
        sure = old_probabilities > 0.5 + INT8_ROUNDING
        assert (read_array(GOLDEN_FOLDER, old["tokenIds"])[sure] == ids[sure]).all(), old["clip"]
        for frame, scores in old["tags"].items():
            assert new["tags"][frame] == pytest.approx(scores, abs=INT8_ROUNDING)


def test_sherpa_onnx_writes_the_same_texts_and_tags(committed: dict) -> None:
    sure = [case for case in committed["cases"] if case["sure"]]
    assert len(sure) >= 10
    for case in sure:
        assert case["sherpa"]["text"] == case["text"], case["clip"]
    same = [case["sherpa"]["text"] == case["text"] for case in committed["cases"]]
    assert sum(same) >= 0.8 * len(same)
    for case in committed["cases"]:
        for frame in ("language", "emotion", "event"):
            ours = max(case["tags"][frame], key=case["tags"][frame].get)
            if case["tags"][frame][ours] > 0.5 + INT8_ROUNDING:
                assert case["sherpa"][frame] == ours, (case["clip"], frame)


def test_stored_logits_decode_to_the_stored_result(committed: dict) -> None:
    case = next(case for case in committed["cases"] if "logits" in case)
    assert case["clip"] == LOGITS_CLIP
    decoded = decode(read_array(GOLDEN_FOLDER, case["logits"]), read_tokens(TINY_FOLDER / "tokens.txt"))
    assert decoded.ids == case["ids"]
    assert decoded.text == case["text"]
    np.testing.assert_array_equal(decoded.best_ids, read_array(GOLDEN_FOLDER, case["tokenIds"]))


def test_speech_gives_words_and_silence_and_noise_give_none(committed: dict) -> None:
    for case in committed["cases"]:
        if case["clip"] in ("silence", "white-noise", "dc", "noise-400-samples"):
            assert case["text"] == "", case["clip"]
        if case["clip"] in ("en-three-one-four", "long-30s"):
            assert case["text"] != ""


def test_the_manifest_tells_the_front_end_of_the_file() -> None:
    manifest = json.loads((TINY_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    recognizer = OnnxRecognizer(TINY_FOLDER / MODEL_FILE, TINY_FOLDER / "tokens.txt")
    np.testing.assert_array_equal(np.float32(manifest["frontend"]["negMean"]), recognizer.cmvn.neg_mean)
    np.testing.assert_array_equal(np.float32(manifest["frontend"]["invStddev"]), recognizer.cmvn.inv_stddev)
    assert manifest["files"]["model"]["sha256"] == sha256(TINY_FOLDER / MODEL_FILE)
    assert manifest["files"]["model"]["bytes"] == (TINY_FOLDER / MODEL_FILE).stat().st_size
    assert manifest["vocabularySize"] == len(recognizer.tokens.names)
