"""The text of config.pbtxt: tensors, batching, the queue, and what ``served/model.py`` and the clients read."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..frontend import FEATURE_SIZE
from .contract import MODEL_NAME, SCORES, TOKEN_IDS, TOKEN_PROBABILITIES, TagIds

MARK = "# Written by sensevoice_models.triton.repository: write it anew instead of changing it."
"""First line of the file; a repository without it is somebody else's."""


@dataclass(frozen=True)
class Batching:
    """How Triton collects requests, and which it refuses."""

    max_batch: int
    """Most utterances that are handed over at once."""
    queue_delay_ms: float
    """How long the first one of a batch waits for others."""
    max_queue: int
    """Most requests that wait; one more is refused at once."""
    queue_timeout_ms: int
    """After which a request that still waits is refused."""


def _tensor(name: str, kind: str, dims: str, more: str = "") -> str:
    return f'  {{ name: "{name}" data_type: TYPE_{kind} dims: [ {dims} ]{more} }}'


def config_text(batching: Batching, kind: str, instances: int, tag_ids: TagIds, parameters: dict[str, str]) -> str:
    """kind: of the instances, as Triton calls it. parameters: told to `served/model.py` and to every client.

    There are no preferred batch sizes: they would split what waits into them, and every size is as good for this model.
    """
    inputs = [
        # Lengths differ in nearly every batch: served/model.py pads them.
        _tensor("features", "FP32", f"-1, {FEATURE_SIZE}", " allow_ragged_batch: true"),
        _tensor("language", "INT32", "1"),
        _tensor("text_norm", "INT32", "1"),
    ]
    outputs = [_tensor(TOKEN_IDS, "INT32", "-1"), _tensor(TOKEN_PROBABILITIES, "FP32", "-1")]
    outputs += [_tensor(output, "FP32", str(len(tag_ids.groups[frame]))) for frame, output in SCORES.items()]
    lines = [
        MARK,
        f'name: "{MODEL_NAME}"',
        'backend: "python"',
        f"max_batch_size: {batching.max_batch}",
        "input [\n" + ",\n".join(inputs) + "\n]",
        "output [\n" + ",\n".join(outputs) + "\n]",
        "dynamic_batching {",
        f"  max_queue_delay_microseconds: {round(batching.queue_delay_ms * 1000)}",
        "  default_queue_policy {",
        "    timeout_action: REJECT",
        f"    default_timeout_microseconds: {batching.queue_timeout_ms * 1000}",
        f"    max_queue_size: {batching.max_queue}",
        "  }",
        "}",
        f"instance_group [ {{ kind: {kind} count: {instances} }} ]",
    ]
    # Of printable text JSON's quoting is the one of protobuf's text form.
    told = [
        f'parameters {{ key: "{key}" value {{ string_value: {json.dumps(value, ensure_ascii=False)} }} }}'
        for key, value in parameters.items()
    ]
    return "\n".join([*lines, *told]) + "\n"
