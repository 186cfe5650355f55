"""Any exported file run by onnxruntime: sound in, decoded utterance out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf, NoSuchFile

from .decode import Decoded, decode
from .encoder import LANGUAGE_ROWS, PROMPT_FRAMES, WITH_ITN_ROW, WITHOUT_ITN_ROW
from .errors import ModelError
from .files import existing
from .flavours import flavour_of
from .frontend import Cmvn, Floats, features
from .metadata import checked_metadata, read_am_mvn
from .tokens import read_tokens


class OnnxRecognizer:
    """One model file with its vocabulary. Refuses files that do not belong together, by name."""

    def __init__(self, model: Path, tokens: Path, cmvn: Path | None = None, threads: int = 1) -> None:
        """cmvn: am.mvn, for files without metadata (FunASR flavour). threads: of onnxruntime within one operator."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(
                existing(model, "model"), options, providers=["CPUExecutionProvider"]
            )
        except (Fail, InvalidGraph, InvalidProtobuf, NoSuchFile) as error:
            raise ModelError(f"{model} is not a model that onnxruntime can run: {error}") from error
        self.flavour = flavour_of([value.name for value in self._session.get_inputs()], str(model))
        self.tokens = read_tokens(tokens)
        outputs = self._session.get_outputs()[0].shape[-1]
        if outputs != len(self.tokens.names):
            raise ModelError(
                f"{tokens} has {len(self.tokens.names)} tokens but {model} has {outputs} outputs: "
                "they do not belong together"
            )
        if cmvn is not None:
            self.cmvn: Cmvn = read_am_mvn(cmvn).parse(str(cmvn))
        elif self.flavour.has_metadata:
            self.cmvn = checked_metadata(self._session.get_modelmeta().custom_metadata_map, str(model))
        else:
            raise ModelError(f"{model} has no metadata: give its am.mvn (--cmvn)")

    def logits(self, audio: Floats, language: str = "auto", with_itn: bool = True) -> Floats:
        """audio: [S] float32 in [-1, 1] at 16 kHz, 400 samples or more. Returns raw logits [T + 4, V]."""
        return self.logits_of(features(audio, self.cmvn), language, with_itn)

    def logits_of(self, rows: Floats, language: str = "auto", with_itn: bool = True) -> Floats:
        """rows: [T, 560] features after CMVN, T >= 1. Returns raw logits [T + 4, V]."""
        if len(rows) == 0:
            raise ModelError("the sound is shorter than one frame (400 samples)")
        given = (
            rows[None].astype(np.float32),
            np.array([len(rows)], dtype=np.int32),
            np.array([LANGUAGE_ROWS[language]], dtype=np.int32),
            np.array([WITH_ITN_ROW if with_itn else WITHOUT_ITN_ROW], dtype=np.int32),
        )
        logits = self._session.run([self.flavour.outputs[0]], dict(zip(self.flavour.inputs, given, strict=True)))[0][0]
        if logits.shape[0] != len(rows) + PROMPT_FRAMES or not np.isfinite(logits).all():
            raise ModelError(f"the model returned {logits.shape} for {len(rows)} frames, or values that are not finite")
        return logits

    def recognize(self, audio: Floats, language: str = "auto", with_itn: bool = True) -> Decoded:
        """audio: [S] float32 in [-1, 1] at 16 kHz, 400 samples or more."""
        return decode(self.logits(audio, language, with_itn), self.tokens)
