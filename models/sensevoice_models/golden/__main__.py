"""Makes ``models/golden``: ``python -m sensevoice_models.golden [PART]``; no part means all but audio.

``audio`` makes the clips themselves and needs the data folder and espeak-ng; the rest starts from the committed clips.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import soundfile

from ..errors import ModelError, run_command
from ..wav import wav_bytes
from .contract import contract_index
from .features import feature_index
from .results import results_index
from .signals import Pcm, signals
from .speech import SPEECH, make_speech
from .store import Golden
from .vad import vad_index

MODELS_FOLDER = Path(__file__).parents[2]
GOLDEN_FOLDER = MODELS_FOLDER / "golden"
DATA_FOLDER = MODELS_FOLDER.parents[1] / "shared" / "data"
TINY_FOLDER = MODELS_FOLDER / "tiny"
SILERO_FOLDER = MODELS_FOLDER.parent / "packages" / "browser" / "node_modules" / "@ricky0123" / "vad-web" / "dist"


def read_clips(folder: Path) -> dict[str, Pcm]:
    """The committed clips: name -> [S] int16. Refuses a folder in which one is missing."""
    clips = {}
    for name in [*signals(), *(clip.name for clip in SPEECH)]:
        path = folder / "audio" / f"{name}.wav"
        if not path.is_file():
            raise ModelError(f"{path} is missing: make the clips first with `golden audio`")
        clips[name], _ = soundfile.read(path, dtype="int16")
    return clips


def make_audio(data: Path) -> Golden:
    """Every clip as a WAV file."""
    golden = Golden()
    if not data.is_dir():
        raise ModelError(f"the data folder {data} does not exist (--data)")
    clips = signals() | {clip.name: make_speech(clip, data) for clip in SPEECH}
    for name, pcm in clips.items():
        golden.files[f"audio/{name}.wav"] = wav_bytes(pcm)
    return golden


def make_features(folder: Path) -> Golden:
    """Golden features and their index."""
    golden = Golden()
    golden.add_index("index.json", feature_index(golden, read_clips(folder)))
    return golden


def make_vad(folder: Path, silero: Path) -> Golden:
    """Golden speech probabilities and their index."""
    golden = Golden()
    golden.add_index("vad.json", vad_index(golden, read_clips(folder), silero))
    return golden


def make_contract(folder: Path) -> Golden:
    """Small fp32 files of both flavours, PyTorch's logits for them, a quantized file, and their index."""
    golden = Golden()
    golden.add_index("contract.json", contract_index(golden, read_clips(folder)))
    return golden


def make_results(folder: Path, tiny: Path) -> Golden:
    """Golden results of the tiny model and their index."""
    golden = Golden()
    golden.add_index("results.json", results_index(golden, read_clips(folder), tiny))
    return golden


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sensevoice_models.golden", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("audio", "features", "vad", "contract", "results"))
    parser.add_argument("--out", type=Path, default=GOLDEN_FOLDER, help="the golden folder")
    parser.add_argument("--data", type=Path, default=DATA_FOLDER, help="the data folder (audio)")
    parser.add_argument("--silero", type=Path, default=SILERO_FOLDER, help="folder of silero_vad_v5.onnx and v6 (vad)")
    parser.add_argument("--tiny", type=Path, default=TINY_FOLDER, help="folder of the tiny model (results)")
    arguments = parser.parse_args()
    if arguments.part == "audio":
        make_audio(arguments.data).write(arguments.out)
    if arguments.part in (None, "features"):
        make_features(arguments.out).write(arguments.out)
    if arguments.part in (None, "vad"):
        make_vad(arguments.out, arguments.silero).write(arguments.out)
    if arguments.part in (None, "contract"):
        make_contract(arguments.out).write(arguments.out)
    if arguments.part in (None, "results"):
        make_results(arguments.out, arguments.tiny).write(arguments.out)


if __name__ == "__main__":
    run_command(main)
