#!/bin/sh
# Installs the telephones of other makers that tests call with (SIPp and baresip), and the database that they
# write to beside SQLite (PostgreSQL), when they are missing and apt is allowed. Never fails: tests that need a missing one are reported as not run.
# It tries once; `sh scripts/peers.sh --again` (make peers) tries anew.
set -eu
cd "$(dirname "$0")/.."
TRIED=.venv/peers-tried

missing=""
command -v sipp >/dev/null 2>&1 || missing="$missing sip-tester"
command -v baresip >/dev/null 2>&1 || missing="$missing baresip"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if [ "${1:-}" = --again ] || [ ! -f "$TRIED" ]; then
    touch "$TRIED"
    # shellcheck disable=SC2086 # one word for each package
    sh scripts/apt.sh $missing && exit 0
fi
echo "hotline: not installed:$missing; tests that need them are reported as not run. To run them: sudo apt-get install$missing"
