#!/bin/sh
# Times every kind of page of the demo county as 200 readers get them. See README.md.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet -p merit -p bench --bin merit --bin bench-pages
target/release/bench-pages
