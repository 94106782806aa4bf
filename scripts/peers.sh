#!/bin/sh
# Installs the telephones of other makers that tests call with (SIPp and baresip), the database that they
# write to beside SQLite (PostgreSQL), the browser that they look at pages with (Chromium), and what they build
# networks with (iproute2, nftables), when they are missing and apt is allowed. Never fails: tests that need a missing one are reported as not run.
# It tries once for the same missing ones; `sh scripts/peers.sh --again` (make peers) tries anew.
set -eu
cd "$(dirname "$0")/.."
TRIED=.venv/peers-tried

missing=""
command -v sipp >/dev/null 2>&1 || missing="$missing sip-tester"
command -v baresip >/dev/null 2>&1 || missing="$missing baresip"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v nft >/dev/null 2>&1 || missing="$missing nftables"
command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$missing" ] || exit 0
if [ "${1:-}" = --again ] || [ "$(cat "$TRIED" 2>/dev/null)" != "$missing" ]; then
    echo "$missing" >"$TRIED"
    # shellcheck disable=SC2086 # one word for each package
    sh scripts/apt.sh $missing && exit 0
fi
echo "hotline: not installed:$missing; tests that need them are reported as not run. To run them: sudo apt-get install$missing"
