#!/bin/sh
# Checks that need no running program: format, style, types, layers. Runs all of them, then fails if any
# of them did, so that one run shows everything.
set -u
cd "$(dirname "$0")/.."
failed=""
check() {
    name=$1
    shift
    echo "hotline: checking $name"
    "$@" || failed="$failed, $name"
}
check format .venv/bin/ruff format --check --quiet
check style .venv/bin/ruff check --quiet
check types .venv/bin/mypy --no-error-summary
check layers .venv/bin/lint-imports --no-logo
[ -z "$failed" ] && exit 0
echo "hotline: failed: ${failed#, }" >&2
exit 1
