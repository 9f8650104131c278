#!/bin/sh
# Times rank sets, beside the dense maximum over all pairs in numpy: a line of JSON for each run.
#   bench/rank.sh [UNITS] [DRAWS] [MARGINAL_UNITS]
# csranks 1.2 (R) isn't run here; its stated figures are in docs/statistics/ranks.md.
set -eu
cd "$(dirname "$0")/.."
units=${1:-1000}
draws=${2:-10000}
many=${3:-1000000}
cargo build --release --quiet -p bench --bin bench-rank
mkdir -p target/bench
if [ ! -x target/venv/bin/python ]; then
    python3 -m venv target/venv
fi
target/venv/bin/python -c 'import numpy' 2>/dev/null || target/venv/bin/pip install --quiet numpy
target/release/bench-rank simultaneous "$units" "$draws" target/bench/errors.f64
target/venv/bin/python bench/rank_side.py target/bench/errors.f64 "$draws"
target/release/bench-rank marginal "$many" 1
