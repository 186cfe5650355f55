"""A model's folder, read and checked: what the repository is made of, and what its clients are told of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from ..errors import ModelError
from ..files import existing, sha256
from ..flavours import Flavour, flavour_of
from ..frontend import Cmvn
from ..manifest import prompt_facts
from ..metadata import checked_metadata, read_am_mvn
from ..tokens import Tokens, read_tokens

PUBLISHED_NAMES = ("model.int8.onnx", "model.onnx", "model_quant.onnx")
"""Under which sherpa-onnx and FunASR publish the file, for folders without a manifest; the client's order."""


@dataclass(frozen=True)
class Source:
    """One model: its graph, and the facts that its clients' own files have to agree with."""

    name: str
    """Of the model, for people; told to clients whose files do not fit."""
    version: str
    graph: onnx.ModelProto
    flavour: Flavour
    tokens: Tokens
    tokens_sha256: str
    """Of the file's bytes."""
    cmvn: Cmvn
    prompt: dict
    """Rows of the prompt embedding and the blank, as `prompt_facts` names them."""

    @property
    def cmvn_sha256(self) -> str:
        """Of CMVN as float32, little-endian: all of neg_mean, then all of inv_stddev."""
        values = np.concatenate([self.cmvn.neg_mean, self.cmvn.inv_stddev])
        return hashlib.sha256(values.astype("<f4").tobytes()).hexdigest()


def read_source(folder: Path, graph: Path | None = None) -> Source:
    """Reads a model's folder: with a manifest.json the files that it names, without one a published download as it is.

    graph: another ONNX file of the same model, such as its float16 form, instead of the folder's own. CMVN come from
    the manifest, else from am.mvn, else from the graph's metadata. Refuses, by name, what does not belong together.
    """
    if not folder.is_dir():
        raise ModelError(f"there is no model folder {folder}")
    manifest = _Manifest.read(folder / "manifest.json") if (folder / "manifest.json").is_file() else None
    path = graph if graph is not None else manifest.file("model") if manifest is not None else _published(folder)
    model = _load(path)
    flavour = flavour_of([value.name for value in model.graph.input], str(path))
    tokens_path = folder / "tokens.txt" if manifest is None else manifest.file("tokens")
    tokens = read_tokens(tokens_path)
    outputs = model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    if outputs != len(tokens.names):
        raise ModelError(
            f"{tokens_path} has {len(tokens.names)} tokens but {path} has {outputs} outputs: "
            "they do not belong together"
        )
    return Source(
        # Without a manifest there is no better name than what the files are.
        name=folder.resolve().name if manifest is None else manifest.name,
        version=sha256(path)[:12] if manifest is None else manifest.version,
        graph=model,
        flavour=flavour,
        tokens=tokens,
        tokens_sha256=sha256(tokens_path),
        cmvn=_cmvn(folder, path, model, manifest),
        prompt=prompt_facts() if manifest is None else manifest.prompt,
    )


class _Manifest:
    """The parts of a manifest.json that are needed here."""

    def __init__(self, path: Path, values: dict) -> None:
        self._path = path
        self._files = values["files"]
        self.name, self.version = str(values["name"]), str(values["version"])
        self.prompt: dict = values["ids"]
        if {*prompt_facts()} - {*self.prompt}:
            raise ModelError(f"{path}: ids must have {', '.join(prompt_facts())}")
        self.cmvn = Cmvn(
            np.array(values["frontend"]["negMean"], np.float32), np.array(values["frontend"]["invStddev"], np.float32)
        )

    @staticmethod
    def read(path: Path) -> _Manifest:
        try:
            return _Manifest(path, json.loads(path.read_text(encoding="utf-8")))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{path} is not a model's manifest: {type(error).__name__} {error}") from error

    def file(self, which: str) -> Path:
        """``model`` or ``tokens``; refuses a file that is not the one that the manifest was written for."""
        facts = self._files[which]
        path = existing(self._path.parent / facts["path"], which)
        found = sha256(path)
        if found != facts["sha256"]:
            raise ModelError(f"{path} has the SHA-256 {found}, {self._path.name} says {facts['sha256']}")
        return path


def _published(folder: Path) -> Path:
    for name in PUBLISHED_NAMES:
        if (folder / name).is_file():
            return folder / name
    raise ModelError(f"the folder {folder} has neither a manifest.json nor any of {', '.join(PUBLISHED_NAMES)}")


def _load(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load(existing(path, "ONNX file"))
    except DecodeError as error:
        raise ModelError(f"{path} is not an ONNX file: {error}") from error


def _cmvn(folder: Path, path: Path, model: onnx.ModelProto, manifest: _Manifest | None) -> Cmvn:
    """Those that the clients take, too; refuses a graph that says other ones."""
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    own = checked_metadata(metadata, str(path)) if "neg_mean" in metadata else None
    beside = folder / "am.mvn"
    if manifest is not None:
        told, where = manifest.cmvn, folder / "manifest.json"
    elif beside.is_file():
        told, where = read_am_mvn(beside).parse(str(beside)), beside
    elif own is not None:
        told, where = own, path
    else:
        raise ModelError(f"{path} has no metadata, and {folder} neither a manifest.json nor an am.mvn with its CMVN")
    if own is not None and not (
        np.array_equal(own.neg_mean, told.neg_mean) and np.array_equal(own.inv_stddev, told.inv_stddev)
    ):
        raise ModelError(f"{path} and {where} have different CMVN: they do not belong together")
    return told
