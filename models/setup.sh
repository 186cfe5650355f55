#!/usr/bin/env bash
# Makes models/.venv from requirements.lock, or does nothing when it is already up to date (about 90 s the first time,
# mostly torch). Safe to run twice and after a break: the stamp is written last.
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-python3}
wanted=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/.lock-stamp 2>/dev/null || true)" = "$wanted" ] && [ -x .venv/bin/python ]; then
  exit 0
fi
"$python" -c 'import sys; assert sys.version_info[:2] >= (3, 11), "models/ needs Python 3.11 or newer, this is " + sys.version'
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check setuptools==80.9.0 -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
.venv/bin/python -c 'import torch, onnxruntime, sherpa_onnx, kaldi_native_fbank'
printf '%s' "$wanted" > .venv/.lock-stamp
