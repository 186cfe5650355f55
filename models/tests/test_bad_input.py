"""Every command refuses a wrong file by name, with exit status 1, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from conftest import SmallModel, small_tokens

from sensevoice_models.checkpoint import load_checkpoint
from sensevoice_models.errors import ModelError
from sensevoice_models.files import replacing, write_bytes
from sensevoice_models.frontend import Cmvn
from sensevoice_models.metadata import CmvnText, checked_metadata, read_am_mvn
from sensevoice_models.quantize import metadata_of
from sensevoice_models.recognizer import OnnxRecognizer
from sensevoice_models.tokens import read_tokens, tokens_text
from sensevoice_models.wav import read_audio


@pytest.fixture
def checkpoint(small: SmallModel, tmp_path: Path) -> Path:
    torch.save({"model": small.model.state_dict()}, tmp_path / "model.pt")
    return tmp_path / "model.pt"


@pytest.fixture
def am_mvn(small: SmallModel, tmp_path: Path) -> Path:
    path = tmp_path / "am.mvn"
    rows = [" ".join(str(value) for value in row) for row in (small.cmvn.neg_mean, small.cmvn.inv_stddev)]
    path.write_text(
        f"<Nnet>\n<AddShift> 560 560\n<LearnRateCoef> 0 [ {rows[0]} ]\n"
        f"<Rescale> 560 560\n<LearnRateCoef> 0 [ {rows[1]} ]\n</Nnet>\n"
    )
    return path


def command(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"sensevoice_models.{name}", *map(str, arguments)], capture_output=True, text=True
    )


def refused(result: subprocess.CompletedProcess[str], message: str) -> None:
    assert result.returncode == 1, result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_checkpoint_is_exported_quantized_and_described_by_the_commands(
    small: SmallModel, checkpoint: Path, am_mvn: Path, tmp_path: Path
) -> None:
    out = tmp_path / "model.onnx"
    done = command("export", "--checkpoint", checkpoint, "--tokens", small.tokens, "--cmvn", am_mvn, "--out", out)
    assert done.returncode == 0, done.stderr
    small_file = tmp_path / "model.int8.onnx"
    done = command("quantize", out, "--out", small_file)
    assert done.returncode == 0, done.stderr
    facts = ("--id", "mine", "--name", "Mine", "--license", "MIT", "--attribution", "me")
    done = command("manifest", small_file, "--tokens", small.tokens, *facts, "--out", tmp_path / "manifest.json")
    assert done.returncode == 0, done.stderr
    assert OnnxRecognizer(small_file, small.tokens).cmvn.neg_mean[0] == small.cmvn.neg_mean[0]


def test_export_refuses_a_vocabulary_of_another_model(
    small: SmallModel, checkpoint: Path, am_mvn: Path, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens.txt"
    tokens.write_text(tokens_text((*small_tokens(), "▁more")), encoding="utf-8")
    out = tmp_path / "out" / "model.onnx"
    result = command("export", "--checkpoint", checkpoint, "--tokens", tokens, "--cmvn", am_mvn, "--out", out)
    refused(result, "has 81 tokens but")
    assert not out.parent.exists()


def test_export_refuses_a_file_that_is_no_checkpoint(small: SmallModel, am_mvn: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.onnx"
    result = command("export", "--checkpoint", small.tokens, "--tokens", small.tokens, "--cmvn", am_mvn, "--out", out)
    refused(result, "tokens.txt is not a PyTorch checkpoint")


def test_quantize_refuses_a_file_that_is_not_onnx_and_one_that_is_not_there(small: SmallModel, tmp_path: Path) -> None:
    refused(command("quantize", small.tokens, "--out", tmp_path / "q.onnx"), "tokens.txt is not an ONNX file")
    refused(command("quantize", tmp_path / "no.onnx", "--out", tmp_path / "q.onnx"), "no.onnx does not exist")
    assert list(tmp_path.iterdir()) == []


def test_golden_refuses_a_folder_without_clips_and_a_missing_model(tmp_path: Path) -> None:
    refused(command("golden", "features", "--out", tmp_path), "empty.wav is missing: make the clips first")
    refused(command("golden", "results", "--tiny", tmp_path), "model.int8.onnx does not exist")


def test_a_checkpoint_with_other_tensors_is_refused_by_their_names(small: SmallModel, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    weights = small.model.state_dict()
    torch.save({name: value for name, value in weights.items() if name != "ctc.ctc_lo.weight"}, path)
    with pytest.raises(ModelError, match=r"tensor ctc\.ctc_lo\.weight is missing"):
        load_checkpoint(path)
    torch.save(weights | {"decoder.weight": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match=r"1 unknown \(decoder\.weight\)"):
        load_checkpoint(path)
    torch.save(weights | {"encoder.after_norm.bias": torch.zeros(3)}, path)
    with pytest.raises(ModelError, match=r"encoder\.after_norm\.bias \(3,\) instead of \(32,\)"):
        load_checkpoint(path)
    torch.save({"model": 3}, path)
    with pytest.raises(ModelError, match="holds no state dict"):
        load_checkpoint(path)


def test_a_pickle_with_code_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "ran",))

    torch.save({"model": Trap()}, tmp_path / "model.pt")
    with pytest.raises(ModelError, match="is not a PyTorch checkpoint"):
        load_checkpoint(tmp_path / "model.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: expected a token and the id 0"),
        ("<s> 0\n", "id 0 must be <unk>"),
        ("<unk> 0\na 2\n", "2: expected a token and the id 1"),
        ("<unk> 0\na 1\n", r"not a SenseVoice vocabulary: <\|zh\|>, <\|en\|>"),
    ],
)
def test_a_wrong_vocabulary_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "tokens.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        read_tokens(tmp_path / "tokens.txt")


def test_missing_and_foreign_metadata_are_named(small: SmallModel) -> None:
    metadata = metadata_of(onnx.load(small.sherpa))
    without = {key: value for key, value in metadata.items() if key not in ("neg_mean", "lang_yue")}
    with pytest.raises(ModelError, match="the file: metadata neg_mean, lang_yue missing"):
        checked_metadata(without, "the file")
    with pytest.raises(ModelError, match="model_type is 'paraformer'"):
        checked_metadata(metadata | {"model_type": "paraformer"}, "the file")
    with pytest.raises(ModelError, match="low frame rate 4/3, expected 7/6"):
        checked_metadata(metadata | {"lfr_window_size": "4", "lfr_window_shift": "3"}, "the file")
    with pytest.raises(ModelError, match=r"bad CMVN vectors .*shape \(2,\)"):
        checked_metadata(metadata | {"neg_mean": "1,2"}, "the file")


def test_a_cmvn_file_without_both_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "am.mvn").write_text("<Nnet>\n<LearnRateCoef> 0 [ 1 2 ]\n")
    with pytest.raises(ModelError, match="1 rows begin with <LearnRateCoef>, expected 2"):
        read_am_mvn(tmp_path / "am.mvn")


def test_cmvn_text_gives_the_same_floats_again() -> None:
    values = np.random.default_rng(0).normal(0, 3, 560).astype(np.float32)
    stats = CmvnText.of(Cmvn(values, 1 / values)).parse("round trip")
    np.testing.assert_array_equal(stats.neg_mean, values)
    np.testing.assert_array_equal(stats.inv_stddev, 1 / values)


def test_model_and_vocabulary_that_do_not_belong_together_are_refused(small: SmallModel, tmp_path: Path) -> None:
    (tmp_path / "tokens.txt").write_text(tokens_text((*small_tokens(), "▁more")), encoding="utf-8")
    with pytest.raises(ModelError, match=r"has 81 tokens but .* has 80 outputs"):
        OnnxRecognizer(small.sherpa, tmp_path / "tokens.txt")
    with pytest.raises(ModelError, match=r"funasr\.onnx has no metadata: give its am\.mvn"):
        OnnxRecognizer(small.funasr, small.tokens)


def test_a_model_that_is_no_sensevoice_is_refused_by_its_inputs(small: SmallModel, tmp_path: Path) -> None:
    value = onnx.helper.make_tensor_value_info("audio", onnx.TensorProto.FLOAT, [1])
    result = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["audio"], ["y"])
    graph = onnx.helper.make_graph([node], "g", [value], [result])
    path = tmp_path / "other.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8), path)
    with pytest.raises(ModelError, match="not a SenseVoice model: its inputs are audio"):
        OnnxRecognizer(path, small.tokens)
    path.write_bytes(small.sherpa.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"other\.onnx is not a model that onnxruntime can run"):
        OnnxRecognizer(path, small.tokens)


def test_sound_without_a_frame_is_refused(small: SmallModel) -> None:
    with pytest.raises(ModelError, match="shorter than one frame"):
        OnnxRecognizer(small.sherpa, small.tokens).recognize(np.zeros(399, dtype=np.float32))


def test_a_file_that_is_no_audio_is_refused(small: SmallModel) -> None:
    with pytest.raises(ModelError, match=r"can't read audio .*tokens\.txt"):
        read_audio(small.tokens)


def test_a_write_that_breaks_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")

    def half_write() -> None:
        with replacing(target) as draft:
            draft.write_bytes(b"ne")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        half_write()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
