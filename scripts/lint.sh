#!/bin/sh
# Checks that need no running program: format, style, types, layers. Runs all of them, then fails if any
# of them did, so that one run shows everything. Types take longest, so they are checked beside the others.
set -u
cd "$(dirname "$0")/.."
failed=""
types=$(mktemp)
trap 'rm -f "$types"' EXIT
.venv/bin/mypy --no-error-summary >"$types" 2>&1 &
mypy=$!
check() {
    name=$1
    shift
    echo "hotline: checking $name"
    "$@" || failed="$failed, $name"
}
check format .venv/bin/ruff format --check --quiet
check style .venv/bin/ruff check --quiet
check layers .venv/bin/lint-imports --no-logo
check types wait "$mypy"
cat "$types"
[ -z "$failed" ] && exit 0
echo "hotline: failed: ${failed#, }" >&2
exit 1
