"""``manifest.json``: the facts of a model that the product reads instead of the ONNX file's own metadata.

``python -m sensevoice_models.manifest model.int8.onnx --tokens tokens.txt --id mine --name "My model" --license MIT
--attribution "me" --out manifest.json``; the paths in it are relative to the manifest, so the files belong beside it.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .encoder import LANGUAGE_ROWS, WITH_ITN_ROW, WITHOUT_ITN_ROW
from .errors import run_command
from .files import sha256, write_json
from .frontend import LFR_SHIFT, LFR_WINDOW, MEL_BINS, SAMPLE_RATE, Cmvn
from .metadata import CmvnText
from .recognizer import OnnxRecognizer


def file_facts(path: Path, manifest: Path) -> dict[str, object]:
    """Place relative to the manifest, size in bytes and sha256 of one file."""
    place = Path(os.path.relpath(path, manifest.parent)).as_posix()
    return {"path": place, "bytes": path.stat().st_size, "sha256": sha256(path)}


def front_end_facts(cmvn: Cmvn) -> dict[str, object]:
    """The front end's numbers; CMVN as the shortest decimals that give the same float32 again."""
    text = CmvnText.of(cmvn)
    return {
        "sampleRate": SAMPLE_RATE,
        "melBins": MEL_BINS,
        "frameLengthMs": 25,
        "frameShiftMs": 10,
        "lfrWindowSize": LFR_WINDOW,
        "lfrWindowShift": LFR_SHIFT,
        "normalizeSamples": False,
        "negMean": [float(value) for value in text.neg_mean.split(",")],
        "invStddev": [float(value) for value in text.inv_stddev.split(",")],
    }


def prompt_facts() -> dict[str, object]:
    """Rows of the prompt embedding and the blank."""
    return {"blank": 0, "languages": LANGUAGE_ROWS, "withItn": WITH_ITN_ROW, "withoutItn": WITHOUT_ITN_ROW}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sensevoice_models.manifest", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tokens", type=Path, required=True)
    parser.add_argument("--cmvn", type=Path, help="am.mvn, for files without metadata")
    parser.add_argument("--id", required=True, help="short name, used in caches")
    parser.add_argument("--name", required=True, help="for people")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--description", default="")
    parser.add_argument("--notice", default="", help="what users should be told about the model's limits")
    parser.add_argument("--license", required=True, help="of the weights")
    parser.add_argument("--attribution", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    # Opening it checks everything that must fit together.
    recognizer = OnnxRecognizer(arguments.model, arguments.tokens, arguments.cmvn)
    known = [language for language in LANGUAGE_ROWS if language in recognizer.tokens.tag_ids("language")]
    write_json(
        arguments.out,
        {
            "schema": 1,
            "id": arguments.id,
            "name": arguments.name,
            "version": arguments.version,
            "description": arguments.description,
            "notice": arguments.notice,
            "embedded": False,
            "license": {"name": arguments.license, "attribution": arguments.attribution},
            "languages": known,
            "flavour": recognizer.flavour.name,
            "vocabularySize": len(recognizer.tokens.names),
            "files": {
                "model": file_facts(arguments.model, arguments.out),
                "tokens": file_facts(arguments.tokens, arguments.out),
            },
            "frontend": front_end_facts(recognizer.cmvn),
            "ids": prompt_facts(),
        },
    )
    print(f"{arguments.out}: {recognizer.flavour.name} flavour, {len(recognizer.tokens.names)} tokens")


if __name__ == "__main__":
    run_command(main)
