"""SenseVoice in Triton's Python backend: requests of one batch are padded, run at once, and answered each by itself.

Runs inside the server, so it imports only what is installed there: numpy and onnxruntime. Everything that it has to
know stands in ``parameters`` of config.pbtxt, written by ``sensevoice_models.triton.repository``.

Letters in shapes: B rows of one request (nearly always 1), T its frames, N rows of all requests, L the most frames.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb_utils

OUTPUTS = (
    "token_ids", "token_probabilities", "language_scores", "emotion_scores", "event_scores", "text_norm_scores",
)  # fmt: skip
BY_FRAME = ("token_ids", "token_probabilities")
"""Outputs [N, L], cut to a request's own frames; the others are [N, tags]."""


class BadRequest(ValueError):
    """A request that is refused before anything is computed; the text is for its sender."""


class Settings:
    """``parameters`` of config.pbtxt, as the server hands them over."""

    def __init__(self, config):
        values = {key: value["string_value"] for key, value in config["parameters"].items()}
        self.inputs = values["graph_inputs"].split(",")
        """The graph's names of features, lengths, language row and text-norm row."""
        self.languages = frozenset(int(row) for row in values["language_rows"].split(","))
        self.text_norms = frozenset(int(row) for row in values["text_norm_rows"].split(","))
        self.max_frames = int(values["max_frames"])
        self.run_frames = int(values["run_frames"])
        """Most frames of one run with its padding: the logits of all of them are in memory at once."""
        self.threads = int(values["threads"])
        self.providers = json.loads(values["providers"])
        """[[name, options], ...] in the order in which onnxruntime is to try them."""


def providers_on(settings, kind, device):
    """Execution providers of one instance: Triton says on which GPU it is."""
    chosen = []
    for name, options in settings.providers:
        on_gpu = name != "CPUExecutionProvider"
        if on_gpu and kind != "GPU":
            raise RuntimeError(f"{name} needs an instance of KIND_GPU, this one is {kind}")
        chosen.append((name, {**options, "device_id": device} if on_gpu else options))
    return chosen


def open_session(path, settings, kind, device):
    """onnxruntime leaves out a provider that it cannot load; here that is an error, not a server 50 times slower."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    wanted = providers_on(settings, kind, device)
    session = onnxruntime.InferenceSession(str(path), options, providers=wanted)
    lost = [name for name, _ in wanted if name not in session.get_providers()]
    if lost:
        raise RuntimeError(f"onnxruntime {onnxruntime.__version__} cannot use {', '.join(lost)} here")
    return session


class Rows:
    """The tensors of one request, checked: features [B, T, 560] float32, language and text norm [B] int32."""

    def __init__(self, request, settings):
        self.features = _input(request, "features", np.float32)
        if self.features.ndim != 3 or self.features.shape[0] < 1:
            raise BadRequest(f"features must be [1, T, 560], got {list(self.features.shape)}")
        self.count, self.frames = self.features.shape[:2]
        if not 1 <= self.frames <= settings.max_frames:
            raise BadRequest(f"features must have 1 to {settings.max_frames} frames, got {self.frames}")
        if not np.isfinite(self.features).all():
            raise BadRequest("features have values that are not finite")
        self.language = self._row(request, "language", settings.languages)
        self.text_norm = self._row(request, "text_norm", settings.text_norms)

    def _row(self, request, name, known):
        values = _input(request, name, np.int32).reshape(-1)
        if len(values) != self.count:
            raise BadRequest(f"{name} must be [{self.count}, 1], got {len(values)} values")
        # An unknown row would fail inside the graph, and with it every request of the batch.
        wrong = [int(value) for value in values if int(value) not in known]
        if wrong:
            raise BadRequest(f"{name} must be one of {sorted(known)}, got {wrong[0]}")
        return values


def _input(request, name, dtype):
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    if tensor is None:
        raise BadRequest(f"the input {name} is missing")
    values = tensor.as_numpy()
    if values.dtype != dtype:
        raise BadRequest(f"{name} must be {np.dtype(dtype).name}, got {values.dtype.name}")
    return values


def groups_of(checked, run_frames):
    """[(place, rows), ...] -> lists of them, each of like lengths and, with its padding, of ``run_frames`` at most.

    A request that is longer than that alone is a group of its own.
    """
    groups, size, longest = [], 0, 0
    for entry in sorted(checked, key=lambda entry: -entry[1].frames):
        rows = entry[1]
        if groups and (size + rows.count) * longest <= run_frames:
            groups[-1].append(entry)
            size += rows.count
        else:
            groups.append([entry])
            size, longest = rows.count, rows.frames
    return groups


def padded(batch):
    """Requests -> features [N, L, 560], zero behind each one's end, and lengths, language and text norm, [N] int32.

    Zero after CMVN is what the model was trained with; L is the greatest length: the graph makes its mask from it.
    """
    count, longest = sum(rows.count for rows in batch), max(rows.frames for rows in batch)
    features = np.zeros((count, longest, batch[0].features.shape[2]), np.float32)
    place = 0
    for rows in batch:
        features[place : place + rows.count, : rows.frames] = rows.features
        place += rows.count
    lengths = np.concatenate([np.full(rows.count, rows.frames, np.int32) for rows in batch])
    return (
        features,
        lengths,
        np.concatenate([rows.language for rows in batch]),
        np.concatenate([rows.text_norm for rows in batch]),
    )


def unpadded(outputs, batch):
    """Outputs of all rows -> for every request its own rows and frames, by name."""
    answers, place = [], 0
    for rows in batch:
        own = slice(place, place + rows.count)
        answers.append(
            {name: values[own, : rows.frames] if name in BY_FRAME else values[own] for name, values in outputs.items()}
        )
        place += rows.count
    return answers


class TritonPythonModel:
    """What the Python backend looks for."""

    def initialize(self, args):
        self.settings = Settings(json.loads(args["model_config"]))
        path = Path(args["model_repository"]) / args["model_version"] / "model.onnx"
        device = int(args["model_instance_device_id"])
        self.session = open_session(path, self.settings, args["model_instance_kind"], device)

    def execute(self, requests):
        responses = [None] * len(requests)
        checked = []
        for place, request in enumerate(requests):
            try:
                checked.append((place, Rows(request, self.settings)))
            except BadRequest as error:
                responses[place] = refusal(str(error), pb_utils.TritonError.INVALID_ARG)
        for group in groups_of(checked, self.settings.run_frames):
            for (place, _), response in zip(group, self.answered([rows for _, rows in group]), strict=True):
                responses[place] = response
        return responses

    def answered(self, batch):
        """Responses of checked requests. What fails together is tried alone, so that one never takes others with it."""
        try:
            outputs = self.run(batch)
        except Exception as error:
            if len(batch) > 1:
                return [response for rows in batch for response in self.answered([rows])]
            return [refusal(f"the model failed: {error}", pb_utils.TritonError.INTERNAL)]
        return [response_of(answer) for answer in unpadded(outputs, batch)]

    def run(self, batch):
        """Requests -> outputs of all their rows, by name."""
        values = self.session.run(OUTPUTS, dict(zip(self.settings.inputs, padded(batch), strict=True)))
        return dict(zip(OUTPUTS, values, strict=True))

    def finalize(self):
        self.session = None


def response_of(answer):
    """One request's outputs, by name; values that are not finite are an error, not an answer."""
    if not all(np.isfinite(values).all() for values in answer.values()):
        return refusal("the model returned values that are not finite", pb_utils.TritonError.INTERNAL)
    return pb_utils.InferenceResponse(
        [pb_utils.Tensor(name, np.ascontiguousarray(values)) for name, values in answer.items()]
    )


def refusal(text, code):
    """An answer that is an error. It never holds what was sent."""
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(text, code))
