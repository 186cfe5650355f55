"""The repository says who its model is, is whole or not there, and is not written of files that do not fit."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import SmallModel
from triton_server import parameters_in

from sensevoice_models.errors import ModelError
from sensevoice_models.files import sha256
from sensevoice_models.quantize import quantize
from sensevoice_models.triton import repository as module
from sensevoice_models.triton.repository import frames_of, options_of, write_repository
from sensevoice_models.triton.source import read_source

TINY = Path(__file__).parents[1] / "tiny"


def write(model: Path, out: Path, *more: object) -> str:
    """Writes a repository and returns its config.pbtxt."""
    options = options_of(["--model", str(model), "--out", str(out), *map(str, more)])
    write_repository(read_source(options.model, options.graph), options, out)
    return (out / "sensevoice" / "config.pbtxt").read_text(encoding="utf-8")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny model's folder, to be spoiled."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def test_identity_is_the_one_of_the_manifest(tmp_path: Path) -> None:
    told = parameters_in(write(TINY, tmp_path / "out"))
    manifest = json.loads((TINY / "manifest.json").read_text(encoding="utf-8"))
    cmvn = [*manifest["frontend"]["negMean"], *manifest["frontend"]["invStddev"]]
    assert (told["model_name"], told["model_version"]) == (manifest["name"], manifest["version"])
    assert told["tokens_sha256"] == manifest["files"]["tokens"]["sha256"]
    assert told["cmvn_sha256"] == hashlib.sha256(struct.pack("<1120f", *cmvn)).hexdigest()
    assert told["language_rows"] == "0,3,4,7,11,12,13"
    assert told["text_norm_rows"] == "14,15"


def test_config_has_the_tensors_the_batching_and_the_queue_that_were_asked_for(
    small: SmallModel, tmp_path: Path
) -> None:
    more = ("--max-batch", 8, "--queue-delay-ms", 2.5, "--max-queue", 40, "--queue-timeout-ms", 300, "--instances", 3)
    config = write(small.folder, tmp_path / "out", *more)
    for line in (
        'name: "sensevoice"',
        'backend: "python"',
        "max_batch_size: 8",
        '{ name: "features" data_type: TYPE_FP32 dims: [ -1, 560 ] allow_ragged_batch: true }',
        '{ name: "token_ids" data_type: TYPE_INT32 dims: [ -1 ] }',
        '{ name: "event_scores" data_type: TYPE_FP32 dims: [ 12 ] }',
        "max_queue_delay_microseconds: 2500",
        "timeout_action: REJECT",
        "default_timeout_microseconds: 300000",
        "max_queue_size: 40",
        "instance_group [ { kind: KIND_CPU count: 3 } ]",
    ):
        assert line in config
    assert parameters_in(config)["providers"] == '[["CPUExecutionProvider", {}]]'


def test_tensorrt_is_told_its_shapes_and_its_precision(small: SmallModel, tmp_path: Path) -> None:
    quantize(small.sherpa, tmp_path / "half.onnx", "fp16")
    more = (
        "--graph",
        tmp_path / "half.onnx",
        "--device",
        "tensorrt",
        "--max-seconds",
        30,
        "--engine-cache",
        "/engines",
    )
    config = write(small.folder, tmp_path / "out", *more)
    assert "kind: KIND_GPU count: 1" in config
    (name, options), (second, _) = json.loads(parameters_in(config)["providers"])
    assert (name, second) == ("TensorrtExecutionProvider", "CUDAExecutionProvider")
    assert options["trt_fp16_enable"] == "1"
    assert options["trt_profile_min_shapes"] == "x:1x1x560,x_length:1,language:1,text_norm:1"
    assert options["trt_profile_max_shapes"] == "x:16x500x560,x_length:16,language:16,text_norm:16"
    assert options["trt_engine_cache_path"] == "/engines"


def test_a_published_folder_without_a_manifest_is_taken_as_it_is(small: SmallModel, tmp_path: Path) -> None:
    told = parameters_in(write(small.folder, tmp_path / "out"))
    assert told["model_name"] == small.folder.name
    assert told["model_version"] == sha256(small.sherpa)[:12]
    assert told["tokens_sha256"] == sha256(small.tokens)
    cmvn = np.concatenate([small.cmvn.neg_mean, small.cmvn.inv_stddev]).astype("<f4")
    assert told["cmvn_sha256"] == hashlib.sha256(cmvn.tobytes()).hexdigest()


def test_a_funasr_folder_has_its_cmvn_in_am_mvn(small: SmallModel, tmp_path: Path) -> None:
    folder = tmp_path / "funasr"
    folder.mkdir()
    shutil.copy(small.funasr, folder / "model_quant.onnx")
    shutil.copy(small.tokens, folder)
    with pytest.raises(ModelError, match=r"neither a manifest.json nor an am.mvn"):
        read_source(folder)
    rows = [" ".join(str(value) for value in row) for row in (small.cmvn.neg_mean, small.cmvn.inv_stddev)]
    (folder / "am.mvn").write_text("".join(f"<LearnRateCoef> 0 [ {row} ]\n" for row in rows))
    told = parameters_in(write(folder, tmp_path / "out"))
    assert told["graph_inputs"] == "speech,speech_lengths,language,textnorm"
    assert told["cmvn_sha256"] == parameters_in(write(small.folder, tmp_path / "other"))["cmvn_sha256"]


def test_frames_of_seconds_are_the_front_ends() -> None:
    assert [frames_of(seconds) for seconds in (1, 30, 300)] == [17, 500, 5000]


def test_a_folder_of_somebody_else_is_left_alone(small: SmallModel, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "sensevoice").mkdir(parents=True)
    (out / "sensevoice" / "config.pbtxt").write_text('name: "sensevoice"\n')
    with pytest.raises(ModelError, match="is not empty"):
        write(small.folder, out)
    assert (out / "sensevoice" / "config.pbtxt").read_text() == 'name: "sensevoice"\n'
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="is not a folder"):
        write(small.folder, tmp_path / "file")


def test_an_own_repository_is_replaced_and_an_empty_folder_keeps_its_mode(small: SmallModel, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o750)
    write(TINY, out)
    assert parameters_in(write(small.folder, out))["model_name"] == small.folder.name
    assert out.stat().st_mode & 0o777 == 0o750
    assert sorted(path.name for path in (out / "sensevoice").rglob("*")) == [
        "1",
        "config.pbtxt",
        "model.onnx",
        "model.py",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_write_that_breaks_leaves_the_repository_before_it(
    small: SmallModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write(TINY, tmp_path / "out")
    monkeypatch.setattr(module, "SERVED_CODE", tmp_path / "nothing.py")
    with pytest.raises(ModelError, match="cannot be written"):
        write(small.folder, tmp_path / "out")
    assert (tmp_path / "out" / "sensevoice" / "config.pbtxt").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_options_that_do_not_go_together_are_refused(small: SmallModel, tmp_path: Path) -> None:
    for message, model, more in (
        ("--max-batch must be 1", TINY, ("--max-batch", 4)),
        ("one utterance is a whole batch", TINY, ("--queue-delay-ms", 5)),
        ("one utterance is a whole batch", small.folder, ("--max-batch", 1, "--queue-delay-ms", 5)),
        ("fp32 or fp16 form", TINY, ("--device", "cuda")),
        ("--engine-cache is TensorRT's", small.folder, ("--engine-cache", "/engines")),
    ):
        with pytest.raises(ModelError, match=message):
            write(model, tmp_path / "out", *more)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "257"])
def test_numbers_out_of_range_are_refused(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options_of(["--model", "m", "--out", "o", "--max-batch", value])
    assert "not a whole number from 1 to 256" in capsys.readouterr().err


def test_files_that_are_damaged_or_do_not_belong_together_are_refused_by_name(
    tiny: Path, small: SmallModel, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="there is no model folder"):
        read_source(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"435 tokens but .*model.onnx has 80 outputs"):
        read_source(tiny, small.sherpa)
    original = (tiny / "tokens.txt").read_bytes()
    (tiny / "tokens.txt").write_bytes(original.replace(b"a", b"b"))
    with pytest.raises(ModelError, match=r"tokens.txt has the SHA-256 .*, manifest.json says"):
        read_source(tiny)
    (tiny / "tokens.txt").write_bytes(original)
    manifest = json.loads((tiny / "manifest.json").read_text(encoding="utf-8"))
    manifest["frontend"]["negMean"][3] += 1
    (tiny / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=r"different CMVN: they do not belong together"):
        read_source(tiny)
    (tiny / "manifest.json").write_text('{"files": 3}')
    with pytest.raises(ModelError, match=r"manifest.json is not a model's manifest: KeyError 'name'"):
        read_source(tiny)
    (tiny / "manifest.json").unlink()
    (tiny / "model.int8.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match=r"model.int8.onnx is not an ONNX file"):
        read_source(tiny)
    (tiny / "model.int8.onnx").unlink()
    with pytest.raises(ModelError, match=r"neither a manifest.json nor any of model.int8.onnx"):
        read_source(tiny)


def test_the_written_graph_is_one_that_onnx_accepts(small: SmallModel, tmp_path: Path) -> None:
    write(small.folder, tmp_path / "out")
    onnx.checker.check_model(tmp_path / "out/sensevoice/1/model.onnx", full_check=True)
