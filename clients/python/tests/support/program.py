"""The real server, as a process that tests start, kill and start again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
PROGRAM = os.environ.get("RAIDKEEP_PROGRAM", "")
"""The program to test."""
needs_program = pytest.mark.skipif(PROGRAM == "", reason="RAIDKEEP_PROGRAM names no program")

FREE_SWEEPS = '(stages: [(from: 1, to: 7, energy: 0, rewards: ["3:1:1"], exp: 0)])'
"""Sweeps cost nothing here and every newcomer may do them: coins then count what was carried out."""
SETTINGS = (
    "identity.new_accounts.per_address=0",
    "admin.listen=127.0.0.1:0",
    "limits.connections_per_address=0",
)


def python_environment(**more: str) -> dict[str, str]:
    """The environment of a Python that is to find the client."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python" / "src"), **more}


class Program:
    def __init__(self, folder: Path, settings: Sequence[str] = ()) -> None:
        self.folder = folder
        self._settings = (*SETTINGS, *settings)
        self.address = "127.0.0.1:0"
        self.operators_address = ""
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"ws://{self.address}/ws"

    @property
    def secure_url(self) -> str:
        """The same with TLS."""
        return f"wss://{self.address}/ws"

    @property
    def operators_url(self) -> str:
        return f"ws://{self.operators_address}/ws"

    @property
    def operator_token(self) -> str:
        """The token that lets an operator in."""
        return (self.folder / "data" / "operator_token").read_text().strip()

    async def start(self) -> None:
        """Starts it on its data; from the second time on with the port that it had."""
        settings = [word for setting in self._settings for word in ("--set", setting)]
        log = (self.folder / "log").open("ab")
        with log:
            self._process = await asyncio.create_subprocess_exec(
                PROGRAM,
                "serve",
                *("--listen", self.address, "--data", "data", "--assets", "assets"),
                *settings,
                cwd=self.folder,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.address = await self._printed("listening on")
        self.operators_address = await self._printed("operators on")

    async def kill(self) -> None:
        """Ends it without a word, as a loss of power does."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    async def _printed(self, what: str) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = re.match(rf"{what} .*?([\d.]+:\d+)\s*$", line.decode())
            if told is not None:
                return told[1]
        raise AssertionError(f"the server did not start: {(self.folder / 'log').read_text()[-2_000:]}")


@contextlib.asynccontextmanager
async def running(*settings: str, has_free_sweeps: bool = False) -> AsyncIterator[Program]:
    """A server with data of its own, and with the shipped assets unless sweeps are to be free."""
    with tempfile.TemporaryDirectory(prefix="raidkeep-client-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "assets", folder / "assets")
        if has_free_sweeps:
            (folder / "assets" / "sweep.ron").write_text(FREE_SWEEPS)
        program = Program(folder, settings)
        try:
            await program.start()
            yield program
        finally:
            await program.kill()
