"""Where things lie: the checkout, and the folder of shared material beside it, which may be absent."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
