"""The random stand-in has the published graph and size and loads in sherpa-onnx (about 45 s of processor time)."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path

import pytest

from sensevoice_models.errors import ModelError
from sensevoice_models.flavours import SHERPA
from sensevoice_models.full_size import default_cmvn, placeholder_tokens, write_full_size
from sensevoice_models.golden.results import sherpa_recognizer, sherpa_result
from sensevoice_models.graph_facts import differences_from_published, published_graphs
from sensevoice_models.recognizer import OnnxRecognizer


@pytest.fixture(scope="module")
def full_size(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full")
    return write_full_size(folder, SHERPA, 0, placeholder_tokens(25055), default_cmvn(), fp32=True)


def test_int8_and_fp32_files_are_made_as_the_published_ones(full_size: Path) -> None:
    published = published_graphs()
    assert differences_from_published(full_size, published["sherpa-int8"]) == []
    assert differences_from_published(full_size.parent / "model.onnx", published["sherpa-fp32"]) == []


def test_sherpa_onnx_loads_it_and_reads_mostly_the_same_tokens(full_size: Path, speech) -> None:
    tokens = full_size.parent / "tokens.txt"
    theirs = sherpa_result(sherpa_recognizer(full_size, tokens, "auto", True), speech[:16000])
    ours = OnnxRecognizer(full_size, tokens).recognize(speech[:16000])
    assert len(ours.ids) > 0
    names = placeholder_tokens(25055)
    said = [names[place].replace("▁", " ") for place in ours.ids]
    # Random logits are near ties, and sherpa-onnx brings an onnxruntime of its own: a few of them fall the other way.
    assert SequenceMatcher(None, said, list(theirs.tokens), autojunk=False).ratio() > 0.7


def test_a_vocabulary_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the vocabulary has 26000 tokens, the published size is 25055"):
        write_full_size(tmp_path, SHERPA, 0, placeholder_tokens(26000), default_cmvn(), fp32=False)
    assert list(tmp_path.iterdir()) == []
