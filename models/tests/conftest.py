"""A small random model and its exported forms, made once for all tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sensevoice_models.encoder import EncoderConfig, SenseVoice
from sensevoice_models.export import export_onnx
from sensevoice_models.files import write_bytes
from sensevoice_models.flavours import FUNASR, SHERPA
from sensevoice_models.frontend import Cmvn
from sensevoice_models.full_size import RANDOM_ORIGIN, random_model
from sensevoice_models.golden.__main__ import GOLDEN_FOLDER, read_clips
from sensevoice_models.golden.features import as_float
from sensevoice_models.metadata import CmvnText, sherpa_metadata
from sensevoice_models.tokens import EMOTIONS, EVENTS, LANGUAGES, TEXT_NORMS, tokens_text

SMALL = EncoderConfig(vocabulary_size=80, width=32, heads=4, feed_forward=48, blocks=3, tp_blocks=2)
SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"


@dataclass(frozen=True)
class SmallModel:
    """A random model and the folder with its files."""

    model: SenseVoice
    folder: Path
    cmvn: Cmvn

    @property
    def sherpa(self) -> Path:
        return self.folder / "model.onnx"

    @property
    def funasr(self) -> Path:
        return self.folder / "funasr.onnx"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens.txt"


def small_tokens() -> tuple[str, ...]:
    """A vocabulary with every tag and a few pieces."""
    tags = [f"<|{tag}|>" for tag in (*LANGUAGES, *EMOTIONS, *EVENTS, *TEXT_NORMS)]
    names = ["<unk>", "<s>", "</s>", *tags]
    return (*names, *(f"▁w{place}" for place in range(len(names), SMALL.vocabulary_size)))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallModel:
    folder = tmp_path_factory.mktemp("small")
    cmvn = Cmvn(np.linspace(-12, -6, 560).astype(np.float32), np.linspace(0.1, 0.3, 560).astype(np.float32))
    model = random_model(SMALL, seed=3)
    metadata = sherpa_metadata(CmvnText.of(cmvn), SMALL.vocabulary_size, RANDOM_ORIGIN)
    export_onnx(model, folder / "model.onnx", SHERPA, metadata)
    export_onnx(model, folder / "funasr.onnx", FUNASR)
    write_bytes(folder / "tokens.txt", tokens_text(small_tokens()).encode())
    return SmallModel(model, folder, cmvn)


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """Two seconds of real speech, [S] float32."""
    return as_float(read_clips(GOLDEN_FOLDER)["en-three-one-four"])


@pytest.fixture
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the project's data folder, which is not at {SHARED_DATA}")
    return SHARED_DATA
