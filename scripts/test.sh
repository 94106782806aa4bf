#!/bin/sh
# Runs the tests, the first argument at a time; further arguments are pytest's. Real telephones have real
# timers, and a machine on which several tests share each core may keep one waiting for longer than a telephone
# does. So what failed, up to a few, is run once more, one after the other: only what fails again is a failure.
# What passed the second time is listed, since it depends on the machine's pace.
set -u
cd "$(dirname "$0")/.."
jobs=$1
shift
FEW=8
failures=.pytest_cache/v/cache/lastfailed
rm -f "$failures"

# shellcheck disable=SC2086 # options, not one word
.venv/bin/python -m pytest -n "$jobs" --dist loadscope --no-loadscope-reorder --durations 20 --durations-min 3 \
    --ignore=tests/speech --ignore=tests/story "$@"
code=$?
[ "$code" = 1 ] && [ -s "$failures" ] || exit "$code"
[ "$(grep -c '": true' "$failures")" -le "$FEW" ] || exit "$code"
echo "hotline: once more, one after the other:"
grep '": true' "$failures"
exec .venv/bin/python -m pytest --last-failed --ignore=tests/speech --ignore=tests/story "$@"
