#!/bin/sh
# Tests the lower bounds of pyproject.toml (make lowest): the unit and property tests with the oldest version
# of each package that it names, in a virtual environment that is removed again. Takes about ten minutes.
# PYTHON=/path/to/python3 picks the Python; the oldest supported one, 3.11, asks most.
set -eu
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
"${PYTHON:-.venv/bin/python}" -m venv "$tool"
"$tool/bin/python" -m pip install --disable-pip-version-check -q uv
echo "hotline: installing the oldest versions that pyproject.toml names"
"$tool/bin/uv" --no-config pip compile pyproject.toml --all-extras --resolution lowest-direct --quiet --output-file "$tool/lowest.txt"
"$tool/bin/uv" --no-config pip install --quiet --python "$tool/bin/python" -r "$tool/lowest.txt"
"$tool/bin/uv" --no-config pip install --quiet --python "$tool/bin/python" --no-deps -e .
"$tool/bin/python" -m pytest -p no:cacheprovider tests/unit tests/property "$@"
