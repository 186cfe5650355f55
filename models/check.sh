#!/usr/bin/env bash
# Everything that must hold in models/: formatting, lint and tests (about 3 minutes on 2 cores, 3 GB of memory).
# `./check.sh tests/test_golden.py` runs that part of the tests alone.
set -euo pipefail
cd "$(dirname "$0")"
./setup.sh
.venv/bin/ruff format --check .
.venv/bin/ruff check .
.venv/bin/pytest "$@"
