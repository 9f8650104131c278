#!/bin/sh
# Times the replay of 1,000 units on 40 indicators, beside a plain one in numpy; one thread each, a line of JSON for each run.
#   bench/replay.sh [DRAWS]
set -eu
cd "$(dirname "$0")/.."
draws=${1:-1000}
cargo build --release --quiet -p bench --bin bench-replay
if [ ! -x target/venv/bin/python ]; then
    python3 -m venv target/venv
fi
target/venv/bin/python -c 'import numpy' 2>/dev/null || target/venv/bin/pip install --quiet numpy
target/release/bench-replay "$draws"
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 target/venv/bin/python bench/replay_side.py "$draws"
