"""The exchanges that any client can be run against."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.node import CONFORMANCE, TSX, needs_node
from support.program import python_environment

pytestmark = needs_node


def test_the_client_passes_every_scenario_of_the_suite() -> None:
    adapter = Path(__file__).with_name("conformance_adapter.py")
    suite = subprocess.run(
        [str(TSX), str(CONFORMANCE / "src" / "run.ts"), sys.executable, str(adapter)],
        check=False,
        env=python_environment(),
        capture_output=True,
        text=True,
    )
    assert suite.returncode == 0, suite.stdout + suite.stderr
    assert suite.stdout.count("ok ") >= 30
