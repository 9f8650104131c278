#!/bin/sh
# The calibration study in full, some ten minutes on one core: writes docs/statistics/calibration.md. Arguments go to the study, such as
# `--seed 2`; with PART the page holds these parts alone, so then call the program itself.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet --package study
page=docs/statistics/calibration.md
new=${CARGO_TARGET_DIR:-target}/calibration.md
"${CARGO_TARGET_DIR:-target}/release/study" "$@" >"$new"
mv "$new" "$page"
echo "written: $page"
