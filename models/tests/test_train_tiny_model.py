"""The model file that ships, through sherpa-onnx and against its manifest."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import sherpa_onnx
import soundfile

from sensevoice_models.files import sha256
from sensevoice_models.metadata import checked_metadata
from sensevoice_models.tokens import read_tokens
from sensevoice_models.train.publish import vocabulary_lists
from sensevoice_models.train.sounds import applause, coloured_noise, music
from sensevoice_models.train.vocabulary import token_table

TINY = Path(__file__).parents[1] / "tiny"
SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
MANIFEST = json.loads((TINY / "manifest.json").read_text(encoding="utf-8"))


def recognizer(use_itn: bool) -> sherpa_onnx.OfflineRecognizer:
    return sherpa_onnx.OfflineRecognizer.from_sense_voice(
        model=str(TINY / "model.int8.onnx"), tokens=str(TINY / "tokens.txt"), num_threads=1, use_itn=use_itn
    )


def heard(engine: sherpa_onnx.OfflineRecognizer, audio: np.ndarray) -> Any:
    stream = engine.create_stream()
    stream.accept_waveform(16000, audio)
    engine.decode_stream(stream)
    return stream.result


def test_the_manifest_describes_the_files_beside_it() -> None:
    for facts in MANIFEST["files"].values():
        path = TINY / facts["path"]
        assert path.stat().st_size == facts["bytes"]
        assert sha256(path) == facts["sha256"]
    assert MANIFEST["files"]["model"]["bytes"] <= 4_000_000
    assert MANIFEST["license"]["spdx"] == "CC-BY-SA-4.0"


def test_file_metadata_and_manifest_agree() -> None:
    model = onnx.load(TINY / "model.int8.onnx")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    cmvn = checked_metadata(metadata, "tiny")
    assert np.array_equal(cmvn.neg_mean, np.array(MANIFEST["frontend"]["negMean"], np.float32))
    assert np.array_equal(cmvn.inv_stddev, np.array(MANIFEST["frontend"]["invStddev"], np.float32))
    assert metadata["vocab_size"] == str(MANIFEST["vocabularySize"]) == str(len(token_table()))
    assert MANIFEST["ids"]["languages"] == {
        name.removeprefix("lang_"): int(value) for name, value in metadata.items() if name.startswith("lang_")
    }


def test_the_vocabulary_files_are_those_of_the_lexicon() -> None:
    assert list(read_tokens(TINY / "tokens.txt").names) == token_table()
    assert json.loads((TINY / "vocabulary.json").read_text(encoding="utf-8")) == vocabulary_lists()


@pytest.mark.parametrize("use_itn", [False, True])
def test_sounds_without_speech_give_no_words(use_itn: bool) -> None:
    engine = recognizer(use_itn)
    rng = np.random.default_rng(20)
    sounds = {"silence": np.zeros(32000, np.float32), "noise": coloured_noise(rng, 32000)}
    sounds |= {"music": music(rng, 48000), "applause": applause(rng, 48000)}
    for name, audio in sounds.items():
        result = heard(engine, audio)
        assert (name, result.text, result.lang) == (name, "", "<|nospeech|>")
        if name in ("music", "applause"):
            assert result.event == {"music": "<|BGM|>", "applause": "<|Applause|>"}[name]


@pytest.mark.parametrize("use_itn", [False, True])
def test_digits_and_commands_of_the_samples_are_heard(use_itn: bool) -> None:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the speech samples in {SHARED_DATA}")
    engine = recognizer(use_itn)
    rows = [json.loads(line) for line in (SHARED_DATA / "samples.jsonl").read_text(encoding="utf-8").splitlines()]
    checked = [row for row in rows if row["file"].startswith(("samples/en-digits", "samples/en-commands"))]
    assert len(checked) == 4
    for row in checked:
        audio, _ = soundfile.read(SHARED_DATA / row["file"], dtype="float32")
        result = heard(engine, audio)
        expected = row["text_itn"].capitalize() + "." if use_itn else row["text"]
        assert (result.text.strip(), result.lang) == (expected, "<|en|>")
