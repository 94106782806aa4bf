"""The phone's own process: `python -m softphone SCRIPT`, where SCRIPT is a Script as JSON."""

from __future__ import annotations

import os
import sys
import warnings

from softphone.facts import Facts
from softphone.performer import perform
from softphone.script import PASSWORD_VARIABLE, Script


def main() -> int:
    # pyVoIP warns about ordinary events.
    warnings.showwarning = lambda *_args, **_rest: None
    script = Script.from_json(sys.argv[1])
    return perform(script, os.environ.get(PASSWORD_VARIABLE, ""), Facts(as_json=script.json))


if __name__ == "__main__":
    sys.exit(main())
