#!/bin/sh
# Makes .venv and installs this project into it, with what its tests and its demo need: the versions of
# requirements.lock (renewed by make lock), each file checked by its hash.
# Needs Python 3.11 or newer and, once, the network. Asks for nothing. A second run sees that nothing
# has changed and returns at once. PYTHON=/path/to/python3 picks another Python.
set -eu
cd "$(dirname "$0")/.."
VENV=.venv
STAMP=$VENV/installed
LOG=$VENV/install.log

say() { echo "hotline: $*"; }
fail() { echo "hotline: $*" >&2; exit 1; }

want="$(cat pyproject.toml requirements.lock | cksum) $(pwd)"
if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$want" ] && "$VENV/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if is_new_enough "$name"; then command -v "$name"; return; fi
    done
    asked=${PYTHON:-python3}
    found=$("$asked" --version 2>/dev/null) || found="none"
    fail "Python 3.11 or newer is needed; $asked is: $found. Install one, or name one: PYTHON=/path/to/python3.12 make"
}

# Debian splits venv off Python, so there are other ways to the same thing.
make_venv() {
    rm -rf "$VENV"
    "$1" -m venv "$VENV" >/dev/null 2>&1 && return
    rm -rf "$VENV"
    "$1" -m virtualenv -q "$VENV" >/dev/null 2>&1 && return
    rm -rf "$VENV"
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if sh scripts/apt.sh "python$version-venv" && "$1" -m venv "$VENV" >/dev/null 2>&1; then return; fi
    rm -rf "$VENV"
    fail "$1 cannot make virtual environments. Run this, then try again: sudo apt-get install python$version-venv"
}

# A virtual environment holds its own path, so a moved folder needs a new one.
usable() {
    grep -qF "$(pwd)/$VENV" "$VENV/bin/activate" 2>/dev/null &&
        is_new_enough "$VENV/bin/python" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1
}

began=$(date +%s)
python=$(find_python)
if ! usable; then
    say "making $VENV with $("$python" --version) ($python)"
    make_venv "$python"
fi
say "installing the Python packages into $VENV, a minute or two (log: $LOG)"
# What comes as source only is built with the locked setuptools, which therefore comes first.
awk '/^[a-z]/ { wanted = /^setuptools==/ } wanted' requirements.lock >"$VENV/build.lock"
pip() {
    "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input "$@" >>"$LOG" 2>&1 </dev/null
}
: >"$LOG"
if ! {
    pip --require-hashes -r "$VENV/build.lock" &&
        pip --use-pep517 --no-build-isolation --require-hashes -r requirements.lock &&
        pip --no-build-isolation --no-deps -e .
}; then
    tail -n 15 "$LOG" >&2
    fail "pip could not install the packages; the lines above say why, $LOG has all of them."
fi
echo "$want" >"$STAMP"
say "installed in $(($(date +%s) - began)) s"
