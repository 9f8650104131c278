#!/bin/sh
# Times the robustness of campaigns/asem: 10,000 replications, and Sobol indices of 24,576 runs. COINr's data are taken from
# $MERIT_REFERENCE_DATA where that is set, else the campaign's invented figures.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet -p bench --bin bench-robust
exec target/release/bench-robust "$@"
