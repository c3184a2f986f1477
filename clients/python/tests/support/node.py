"""The tools of `clients/conformance`, which run on Node."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from .program import ROOT

CONFORMANCE = ROOT / "clients" / "conformance"
TSX = ROOT / "clients" / "node_modules" / ".bin" / "tsx"
needs_node = pytest.mark.skipif(not TSX.exists(), reason="npm ci was not run in clients/")


class Proxy:
    """A network between a client and a server, which does what it is told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.address = ""
        self.connections = 0
        """How many there have been."""
        self._process = process

    async def obey(self, do: str, **details: object) -> None:
        """Gives an order, and waits until it is carried out."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **details}).encode() + b"\n")
        told = await self.told()
        assert "done" in told, told
        self.connections = int(str(told["connections"]))

    async def told(self) -> dict[str, object]:
        """What it says next."""
        assert self._process.stdout is not None
        told: dict[str, object] = json.loads(await self._process.stdout.readline())
        return told


@contextlib.asynccontextmanager
async def proxy_to(address: str) -> AsyncIterator[Proxy]:
    """The hostile proxy, in front of a server."""
    process = await asyncio.create_subprocess_exec(
        str(TSX),
        str(CONFORMANCE / "src" / "proxy-command.ts"),
        address,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        proxy = Proxy(process)
        proxy.address = str((await proxy.told())["listening"])
        yield proxy
    finally:
        # It ends with its standard input.
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
