#!/bin/sh
# Installs Debian packages without asking, when that is allowed: as root, or with sudo that needs no
# password. Fails quietly when it is not allowed or does not work; the caller says what then.
# Usage: sh scripts/apt.sh PACKAGE...
set -eu
command -v apt-get >/dev/null 2>&1 || exit 1
if [ "$(id -u)" = 0 ]; then
    as_root=env
elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then
    as_root="sudo -n env"
else
    exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "hotline: installing Debian packages: $*"
apt() { $as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >>"$log" 2>&1 </dev/null; }
if apt install --no-install-recommends "$@"; then exit 0; fi
# The package lists of a new machine are empty or old.
if apt update && apt install --no-install-recommends "$@"; then exit 0; fi
tail -n 3 "$log" >&2
exit 1
