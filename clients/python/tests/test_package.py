"""What is published."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import raidkeep_client
from support.program import ROOT

HERE = ROOT / "clients" / "python"


def test_the_wheel_has_every_module_and_says_that_it_is_typed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], check=True, cwd=HERE)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("raidkeep_client/")}
        (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    sources = (HERE / "src").glob("raidkeep_client/*")
    assert packed == {f"raidkeep_client/{path.name}" for path in sources if path.suffix in (".py", ".typed")}
    assert "Requires-Dist: websockets>=15\n" in metadata
    assert metadata.count("Requires-Dist") == 1, "it needs nothing else"


def test_everything_that_is_exported_is_there_and_documented() -> None:
    for name in raidkeep_client.__all__:
        assert hasattr(raidkeep_client, name)
