#!/bin/sh
# Times ratings through HTTP against a server of its own, kills it, and looks whether all that was acknowledged is there. See
# README.md.
set -eu
cd "$(dirname "$0")/.."
# Where the ledger lies: the disk under it is what is measured.
folder=${BENCH_FOLDER:-target/bench}
mkdir -p "$folder"
cargo build --release --quiet -p merit -p bench --bin merit --bin bench-ledger
MERIT=${MERIT:-target/release/merit} target/release/bench-ledger ratings "$folder"
