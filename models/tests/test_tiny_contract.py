"""The tiny model keeps the contract that readers other than ours rely on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from sensevoice_models.encoder import PROMPT_FRAMES
from sensevoice_models.evaluate.datasets import read_dataset
from sensevoice_models.frontend import FRAME_LENGTH_SAMPLES
from sensevoice_models.golden.__main__ import GOLDEN_FOLDER, TINY_FOLDER, read_clips
from sensevoice_models.golden.features import as_float
from sensevoice_models.golden.results import MODEL_FILE
from sensevoice_models.graph_facts import published_graphs
from sensevoice_models.recognizer import OnnxRecognizer
from sensevoice_models.tokens import TAG_FRAMES
from sensevoice_models.wav import read_audio


@pytest.fixture(scope="module")
def tiny() -> OnnxRecognizer:
    return OnnxRecognizer(TINY_FOLDER / MODEL_FILE, TINY_FOLDER / "tokens.txt")


def misplaced(recognizer: OnnxRecognizer, logits: np.ndarray) -> list[str]:
    """Tag frames whose best id of the whole vocabulary is no tag of theirs. sherpa-onnx merges repeats over all frames
    and takes the first four tokens for the tags: behind a blank or a repeat it loses the first word."""
    groups = (recognizer.tokens.tag_ids(frame).values() for frame in TAG_FRAMES)
    best = logits[:PROMPT_FRAMES].argmax(axis=-1)
    return [frame for frame, place, ids in zip(TAG_FRAMES, best, groups, strict=True) if place not in ids]


@pytest.mark.parametrize("with_itn", [True, False])
def test_every_tag_frame_shows_a_tag_of_its_own(tiny: OnnxRecognizer, with_itn: bool) -> None:
    for name, pcm in read_clips(GOLDEN_FOLDER).items():
        if len(pcm) >= FRAME_LENGTH_SAMPLES:
            assert misplaced(tiny, tiny.logits(as_float(pcm), with_itn=with_itn)) == [], name


def test_tag_frames_and_text_frames_stay_apart_on_held_out_speech(tiny: OnnxRecognizer, shared_data: Path) -> None:
    tags = {place for frame in TAG_FRAMES for place in tiny.tokens.tag_ids(frame).values()}
    utterances = read_dataset("jsonl", shared_data)
    wrong = 0
    for utterance in utterances:
        logits = tiny.logits(read_audio(utterance.audio))
        wrong += bool(misplaced(tiny, logits)) or bool(tags & set(logits[PROMPT_FRAMES:].argmax(axis=-1).tolist()))
    assert wrong <= 0.005 * len(utterances)


def test_it_is_made_of_the_published_operations_and_small(tiny: OnnxRecognizer) -> None:
    path = TINY_FOLDER / MODEL_FILE
    published = published_graphs()["sherpa-int8"]
    model = onnx.load(path)
    assert {node.op_type for node in model.graph.node} == set(published["operations"])
    assert [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")] == [13]
    assert [entry.key for entry in model.metadata_props] == published["metadata"]
    assert path.stat().st_size <= 4_000_000
