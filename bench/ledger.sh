#!/bin/sh
# Times the ledger, the host and the campaign's state, next to plain inserts. See README.md.
#   bench/ledger.sh [append|postgres|reading|host|county|start] [UNITS] [ROUNDS]
set -eu
cd "$(dirname "$0")/.."
# Where the ledgers lie: the disk under it is what is measured.
folder=${BENCH_FOLDER:-target/bench}
mkdir -p "$folder"
cargo build --release --quiet -p bench --bin bench-ledger
case ${1:-all} in
all)
    for what in append postgres reading host county; do
        target/release/bench-ledger "$what" "$folder"
    done
    # Two million entries.
    target/release/bench-ledger start "$folder" "${UNITS:-900}"
    ;;
*)
    what=$1
    shift
    target/release/bench-ledger "$what" "$folder" "$@"
    ;;
esac
