#!/bin/sh
# All validations: independent re-computations of Merit's results. Installs numpy into target/venv if missing.
set -eu
cd "$(dirname "$0")/.."
. ./validation/venv.sh
exec target/venv/bin/python validation/run.py "$@"
