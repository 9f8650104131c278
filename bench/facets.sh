#!/bin/sh
# Times the many-facet model on both reference files, next to a plain EM in numpy (facets.py, written for the comparison).
#   bench/facets.sh [FOLDER with data.ratings1.csv and data.immer01b.csv]
set -eu
cd "$(dirname "$0")/.."
folder=${1:-${MERIT_REFERENCE_DATA:-../shared/data}/facets}
python=target/venv/bin/python
if [ ! -x "$python" ]; then python3 -m venv target/venv; fi
"$python" -c 'import numpy' 2>/dev/null || "$python" -m pip install --quiet numpy
cargo build --release --quiet -p bench --bin bench-facets
target/release/bench-facets "$folder/data.ratings1.csv" "$folder/data.immer01b.csv"
for name in ratings1 immer01b; do
    "$python" bench/facets.py "$folder/data.$name.csv"
done
