#!/bin/sh
# Fits the InstEval lecture ratings (y ~ 1 + service + (1|s) + (1|d) + (1|dept), ML) with Merit and with lme4, in one run.
#   bench/judges.sh [FILE] [ROUNDS]
# FILE: s,d,studage,lectage,service,dept,y as in lme4's InstEval. lme4: apt-get install -y --no-install-recommends r-cran-lme4
set -eu
cd "$(dirname "$0")/.."
file=${1:-${MERIT_REFERENCE_DATA:-../shared/data}/insteval/insteval.csv}
cargo build --release --quiet -p bench --bin bench-judges
ours=$(target/release/bench-judges "$file" "${2:-5}")
echo "$ours"
if ! command -v Rscript >/dev/null; then
    echo "lme4 left out: no Rscript"
    exit 0
fi
theirs=$(Rscript bench/judges.R "$file")
echo "$theirs"
printf '%s\n%s\n' "$ours" "$theirs" | awk '
    $1 == "deviance" { mine = $2 }
    $1 == "fit" { seconds = $2 }
    $1 == "lme4" { theirs = $4; ratio = $6 / seconds }
    END { printf "lme4 takes %.0f times as long; our deviance less theirs: %.6f\n", ratio, mine - theirs }'
