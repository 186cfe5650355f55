"""CMVN vectors and the ``metadata_props`` that sherpa-onnx reads from a model file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from .encoder import LANGUAGE_ROWS, WITH_ITN_ROW, WITHOUT_ITN_ROW
from .errors import ModelError
from .files import existing
from .frontend import FEATURE_SIZE, LFR_SHIFT, LFR_WINDOW, Cmvn

MODEL_TYPE = "sense_voice_ctc"


@dataclass(frozen=True)
class CmvnText:
    """CMVN as comma lists, kept as text so that a published file's digits stay what they are."""

    neg_mean: str
    inv_stddev: str

    @staticmethod
    def of(stats: Cmvn) -> CmvnText:
        """Shortest decimals that give the same float32 again."""
        return CmvnText(
            ",".join(str(value) for value in stats.neg_mean), ",".join(str(value) for value in stats.inv_stddev)
        )

    def parse(self, what: str) -> Cmvn:
        """The vectors; refuses text that is not 560 finite numbers each, naming ``what``."""
        try:
            return Cmvn(
                np.array(self.neg_mean.split(","), dtype=np.float32),
                np.array(self.inv_stddev.split(","), dtype=np.float32),
            )
        except ValueError as error:
            raise ModelError(f"{what}: bad CMVN vectors ({error})") from error


def read_am_mvn(path: Path) -> CmvnText:
    """Reads Kaldi's text form as FunASR publishes it: the rows after AddShift and Rescale."""
    rows = [
        line.split()[3:-1]
        for line in existing(path, "CMVN file").read_text(encoding="utf-8").splitlines()
        if line.startswith("<LearnRateCoef>")
    ]
    if len(rows) != 2:
        raise ModelError(f"{path} is not a CMVN file: {len(rows)} rows begin with <LearnRateCoef>, expected 2")
    text = CmvnText(",".join(rows[0]), ",".join(rows[1]))
    text.parse(str(path))
    return text


@dataclass(frozen=True)
class Origin:
    """Who made a model: what its metadata say besides numbers."""

    comment: str
    author: str
    maintainer: str
    url: str


def sherpa_metadata(cmvn: CmvnText, vocabulary_size: int, origin: Origin) -> dict[str, str]:
    """Every key of the published file in its order. Version 2 means QUInt8 weights."""
    values: dict[str, object] = {
        "lfr_window_size": LFR_WINDOW,
        "lfr_window_shift": LFR_SHIFT,
        "normalize_samples": 0,
        "neg_mean": cmvn.neg_mean,
        "inv_stddev": cmvn.inv_stddev,
        "model_type": MODEL_TYPE,
        "version": 2,
        "model_author": origin.author,
        "maintainer": origin.maintainer,
        "vocab_size": vocabulary_size,
        "comment": origin.comment,
    }
    values |= {f"lang_{name}": row for name, row in LANGUAGE_ROWS.items()}
    values |= {"with_itn": WITH_ITN_ROW, "without_itn": WITHOUT_ITN_ROW, "url": origin.url}
    return {key: str(value) for key, value in values.items()}


def set_metadata(model: onnx.ModelProto, metadata: dict[str, str]) -> None:
    """Replaces the file's metadata."""
    del model.metadata_props[:]
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)


def checked_metadata(metadata: dict[str, str], what: str) -> Cmvn:
    """The CMVN of a sherpa file's metadata; refuses missing keys and other models, by name."""
    if metadata.get("model_type") != MODEL_TYPE:
        raise ModelError(f"{what}: metadata model_type is {metadata.get('model_type')!r}, expected {MODEL_TYPE!r}")
    empty = Origin("", "", "", "")
    needed = [
        key for key in sherpa_metadata(CmvnText("", ""), 0, empty) if key not in ("url", "model_author", "maintainer")
    ]
    missing = [key for key in needed if key not in metadata]
    if missing:
        raise ModelError(f"{what}: metadata {', '.join(missing)} missing; export it with the sherpa flavour")
    if (metadata["lfr_window_size"], metadata["lfr_window_shift"]) != (str(LFR_WINDOW), str(LFR_SHIFT)):
        raise ModelError(
            f"{what}: low frame rate {metadata['lfr_window_size']}/{metadata['lfr_window_shift']}, "
            f"expected {LFR_WINDOW}/{LFR_SHIFT}"
        )
    stats = CmvnText(metadata["neg_mean"], metadata["inv_stddev"]).parse(what)
    if len(stats.neg_mean) != FEATURE_SIZE:
        raise ModelError(f"{what}: {len(stats.neg_mean)} CMVN values, expected {FEATURE_SIZE}")
    return stats
