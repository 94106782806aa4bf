#!/bin/sh
# Renews requirements.lock (make lock): the newest versions that pyproject.toml allows of everything that
# development, tests and the demo need, with the hashes of all their files, so that one lock serves Python
# 3.11 and newer on x86-64 and arm64. setuptools is in it because it builds what comes as source only.
# uv works the versions out; it is installed into a folder that is removed again.
set -eu
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool"
"$tool/bin/python" -m pip install --disable-pip-version-check -q uv
echo 'setuptools>=77' |
    "$tool/bin/uv" --no-config pip compile pyproject.toml - --all-extras --universal --python-version 3.11 --upgrade \
        --generate-hashes --no-annotate --custom-compile-command "make lock" --quiet --output-file requirements.lock
echo "hotline: $(grep -c '^[a-z]' requirements.lock) packages in requirements.lock; make install installs them"
