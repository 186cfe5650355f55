"""A model of the served contract without a network in it: every answer can be computed by hand from its request.

token_ids[f] = language + f, token_probabilities = 1 / (1 + frames), and every score group has all its weight on tag 0. text_norm 98 fails, 99 takes
0.3 s; everything else takes 5 ms a request, so that a queue can form.
"""

import time

import numpy as np
import triton_python_backend_utils as pb_utils

GROUPS = {"language_scores": 6, "emotion_scores": 9, "event_scores": 12, "text_norm_scores": 2}


class TritonPythonModel:
    def execute(self, requests):
        return [answer(request) for request in requests]


def answer(request):
    features = pb_utils.get_input_tensor_by_name(request, "features").as_numpy()
    language = int(pb_utils.get_input_tensor_by_name(request, "language").as_numpy()[0, 0])
    text_norm = int(pb_utils.get_input_tensor_by_name(request, "text_norm").as_numpy()[0, 0])
    if text_norm == 98:
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("this request fails"))
    time.sleep(0.3 if text_norm == 99 else 0.005)
    frames = features.shape[1]
    outputs = [
        pb_utils.Tensor("token_ids", np.arange(language, language + frames, dtype=np.int32)[None]),
        pb_utils.Tensor("token_probabilities", np.full((1, frames), 1 / (1 + frames), np.float32)),
    ]
    for name, size in GROUPS.items():
        scores = np.zeros((1, size), np.float32)
        scores[0, 0] = 1
        outputs.append(pb_utils.Tensor(name, scores))
    return pb_utils.InferenceResponse(outputs)
