"""The committed golden files are what the references return today."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import onnx
import pytest

from sensevoice_models.decode import decode
from sensevoice_models.frontend import fbank, fbank_frames, lfr_rows
from sensevoice_models.golden.__main__ import (
    GOLDEN_FOLDER,
    SILERO_FOLDER,
    make_contract,
    make_features,
    make_vad,
    read_clips,
)
from sensevoice_models.golden.features import as_float
from sensevoice_models.golden.signals import signals
from sensevoice_models.golden.store import Golden, read_array
from sensevoice_models.golden.vad import probabilities
from sensevoice_models.graph_facts import published_graphs
from sensevoice_models.recognizer import OnnxRecognizer


def same_index(committed: object, made: object) -> bool:
    """Probabilities are rounded to six digits: another processor's last bit may turn the last of them."""
    if isinstance(committed, float) and isinstance(made, float):
        return math.isclose(committed, made, abs_tol=1e-4)
    if isinstance(committed, dict) and isinstance(made, dict):
        return committed.keys() == made.keys() and all(same_index(committed[key], made[key]) for key in made)
    if isinstance(committed, list) and isinstance(made, list):
        return len(committed) == len(made) and all(map(same_index, committed, made))
    return type(committed) is type(made) and committed == made


def differences(golden: Golden, folder: Path) -> list[str]:
    """Files that are missing, of another size, or differ by more than float rounding between processors."""
    found = []
    for path, made in golden.files.items():
        committed = (folder / path).read_bytes() if (folder / path).exists() else None
        if committed is None:
            found.append(path)
        elif path.endswith(".json"):
            if not same_index(json.loads(committed), json.loads(made)):
                found.append(path)
        elif len(committed) != len(made):
            found.append(path)
        elif path.endswith(".f32"):
            if not np.allclose(np.frombuffer(committed, "<f4"), np.frombuffer(made, "<f4"), rtol=1e-4, atol=1e-4):
                found.append(path)
        elif committed != made:
            found.append(path)
    return found


def test_committed_features_are_what_kaldi_returns() -> None:
    assert differences(make_features(GOLDEN_FOLDER), GOLDEN_FOLDER) == []


def test_committed_contract_files_are_what_pytorch_exports_and_returns() -> None:
    assert differences(make_contract(GOLDEN_FOLDER), GOLDEN_FOLDER) == []


def test_the_small_quantized_file_is_made_as_the_published_one() -> None:
    index = json.loads((GOLDEN_FOLDER / "contract.json").read_text(encoding="utf-8"))
    published = published_graphs()["funasr-int8"]
    model = onnx.load(GOLDEN_FOLDER / index["quantized"]["funasr"])
    assert {node.op_type for node in model.graph.node} == set(published["operations"])
    assert {entry.domain or "ai.onnx": entry.version for entry in model.opset_import} == published["opset"]
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            columns = tensors[node.input[1]].dims[1]
            assert list(tensors[node.input[3]].dims) == [columns]
    assert (GOLDEN_FOLDER / index["quantized"]["funasr"]).stat().st_size < 300_000


@pytest.mark.parametrize("flavour", ["sherpa", "funasr"])
def test_onnxruntime_returns_pytorchs_logits_for_the_contract_files(flavour: str) -> None:
    index = json.loads((GOLDEN_FOLDER / "contract.json").read_text(encoding="utf-8"))
    cmvn = None if flavour == "sherpa" else GOLDEN_FOLDER / index["cmvn"]
    recognizer = OnnxRecognizer(GOLDEN_FOLDER / index["models"][flavour], GOLDEN_FOLDER / index["tokens"], cmvn)
    clips = read_clips(GOLDEN_FOLDER)
    for case in index["cases"]:
        logits = recognizer.logits(as_float(clips[case["clip"]]), case["language"], case["withItn"])
        np.testing.assert_allclose(logits, read_array(GOLDEN_FOLDER, case["logits"]), atol=1e-4)
        assert decode(logits, recognizer.tokens).ids == case["ids"]
    assert len({json.dumps(case["ids"]) for case in index["cases"]}) > 2


def test_a_changed_or_missing_file_is_found(tmp_path: Path) -> None:
    golden = Golden()
    golden.add_array("a.f32", np.array([1, 2], dtype=np.float32))
    golden.add_array("b.f32", np.array([1, 2], dtype=np.float32))
    golden.add_index("near.json", {"cases": [{"ids": [3, 4], "score": 0.25}]})
    golden.add_index("far.json", {"cases": [{"ids": [3, 4], "score": 0.25}]})
    golden.add_index("ids.json", {"cases": [{"ids": [3, 4], "score": 0.25}]})
    golden.write(tmp_path)
    assert differences(golden, tmp_path) == []
    golden.add_index("near.json", {"cases": [{"ids": [3, 4], "score": 0.250001}]})
    golden.add_index("far.json", {"cases": [{"ids": [3, 4], "score": 0.251}]})
    golden.add_index("ids.json", {"cases": [{"ids": [3, 5], "score": 0.25}]})
    golden.add_array("a.f32", np.array([1, 2.01], dtype=np.float32))
    golden.add_array("c.f32", np.array([1], dtype=np.float32))
    assert differences(golden, tmp_path) == ["a.f32", "far.json", "ids.json", "c.f32"]


def test_committed_vad_probabilities_are_what_onnxruntime_returns() -> None:
    if not SILERO_FOLDER.is_dir():
        pytest.skip(f"needs the Silero models of @ricky0123/vad-web (pnpm install), not found in {SILERO_FOLDER}")
    assert differences(make_vad(GOLDEN_FOLDER, SILERO_FOLDER), GOLDEN_FOLDER) == []


def test_vad_tells_speech_from_noise() -> None:
    index = json.loads((GOLDEN_FOLDER / "vad.json").read_text())
    for model in index["models"]:
        best = {clip["name"]: read_array(GOLDEN_FOLDER, clip["probabilities"]).max() for clip in model["clips"]}
        assert best["en-go-left"] > 0.9 > 0.1 > best["white-noise"]


def test_vad_refuses_a_model_of_another_kind() -> None:
    legacy = SILERO_FOLDER / "silero_vad_legacy.onnx"
    if not legacy.is_file():
        pytest.skip(f"needs the Silero models of @ricky0123/vad-web (pnpm install), not found in {SILERO_FOLDER}")
    with pytest.raises(Exception, match=r"silero_vad_legacy\.onnx is not Silero VAD v5 or v6"):
        probabilities(legacy, np.zeros(1024, dtype=np.float32))


def test_computed_clips_are_the_committed_ones_up_to_rounding_of_sines() -> None:
    committed = read_clips(GOLDEN_FOLDER)
    for name, pcm in signals().items():
        assert committed[name].shape == pcm.shape, name
        assert np.abs(committed[name].astype(int) - pcm.astype(int)).max(initial=0) <= 1, name


@pytest.mark.parametrize(
    ("frames", "rows"),
    [
        (13, [[0, 0, 0, 0, 1, 2, 3], [3, 4, 5, 6, 7, 8, 9], [9, 10, 11, 12, 12, 12, 12]]),
        (1, [[0] * 7]),
        (0, []),
    ],
)
def test_low_frame_rate_rows_are_those_of_the_published_front_end(frames: int, rows: list[list[int]]) -> None:
    assert lfr_rows(frames).tolist() == rows


@pytest.mark.parametrize(("frames", "count"), [(1, 1), (5, 1), (6, 1), (7, 2), (12, 2), (13, 3), (20, 4)])
def test_low_frame_rate_count_rounds_up(frames: int, count: int) -> None:
    assert len(lfr_rows(frames)) == count


def test_frame_count_formula_agrees_with_kaldi() -> None:
    for name, pcm in read_clips(GOLDEN_FOLDER).items():
        assert len(fbank(as_float(pcm))) == fbank_frames(len(pcm)), name


def test_golden_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in GOLDEN_FOLDER.rglob("*") if file.is_file()) < 2_000_000
