#!/bin/sh
# The speed comparison: every side in turn on the same files. See README.md.
set -eu
cd "$(dirname "$0")/.."
python=target/venv/bin/python
wanted=bench/requirements.txt
. ./validation/venv.sh
cargo build --release --quiet -p bench
exec "$python" bench/run.py "$@"
