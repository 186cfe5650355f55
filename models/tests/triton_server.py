"""Triton's side of the Python backend, as far as ``served/model.py`` uses it; the real one is in its process alone."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np


@dataclass(frozen=True)
class Tensor:
    label: str
    values: np.ndarray

    def name(self) -> str:
        return self.label

    def as_numpy(self) -> np.ndarray:
        return self.values


@dataclass(frozen=True)
class TritonError:
    text: str
    code: str

    INVALID_ARG = "INVALID_ARG"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True)
class InferenceResponse:
    output_tensors: tuple[Tensor, ...] = ()
    error: TritonError | None = None

    @property
    def values(self) -> dict[str, np.ndarray]:
        assert self.error is None, self.error
        return {tensor.name(): tensor.as_numpy() for tensor in self.output_tensors}


def request(
    features: np.ndarray, language: int = 0, text_norm: int = 14, changed: dict[str, np.ndarray | None] | None = None
) -> dict:
    """One utterance [T, 560] as a client sends it; ``changed`` replaces inputs by name, None leaves one out."""
    inputs = {
        "features": features[None],
        "language": np.array([[language]], np.int32),
        "text_norm": np.array([[text_norm]], np.int32),
    } | (changed or {})
    return {name: Tensor(name, value) for name, value in inputs.items() if value is not None}


def parameters_in(config: str) -> dict[str, str]:
    """``parameters`` of a config.pbtxt."""
    found = re.findall(r'parameters \{ key: "(\w+)" value \{ string_value: ("(?:[^"\\]|\\.)*") \} \}', config)
    return {key: json.loads(value) for key, value in found}


def served(repository: Path, kind: str = "CPU"):
    """The model of a repository, initialized from its own config.pbtxt and its own copy of model.py."""
    folder = repository / "sensevoice"
    utilities = ModuleType("triton_python_backend_utils")
    utilities.Tensor = Tensor
    utilities.TritonError = TritonError
    utilities.InferenceResponse = InferenceResponse
    utilities.get_input_tensor_by_name = lambda request, name: request.get(name)
    sys.modules[utilities.__name__] = utilities
    try:
        spec = importlib.util.spec_from_file_location("served_model", folder / "1" / "model.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        del sys.modules[utilities.__name__]
    parameters = parameters_in((folder / "config.pbtxt").read_text(encoding="utf-8"))
    model = module.TritonPythonModel()
    config = {"parameters": {key: {"string_value": value} for key, value in parameters.items()}}
    model.initialize(
        {
            "model_config": json.dumps(config),
            "model_repository": str(folder),
            "model_version": "1",
            "model_instance_kind": kind,
            "model_instance_device_id": "0",
        }
    )
    return model
