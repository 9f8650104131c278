#!/bin/sh
# Fuzzes every operation of the API from its OpenAPI document, as each of the demo's accounts and as nobody: no answer of 5xx,
# and every refusal is as documented, with code, text and remedy. The same inputs each time. MERIT names the command.
set -eu
cd "$(dirname "$0")/../../../.."
wanted=crates/web/tests/fuzz/requirements.txt
. ./validation/venv.sh
exec target/venv/bin/python crates/web/tests/fuzz/run.py "$@"
