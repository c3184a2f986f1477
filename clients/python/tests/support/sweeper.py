"""A player whose coins count what was carried out: each sweep brings one."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence

from raidkeep_client import BackoffOptions, Client, ClientOptions, LivenessOptions, ReplyLostError

STAGE = 3
PIPELINE = 4
"""Calls of one player that are open together."""

IMPATIENT = ClientOptions(
    timeout_seconds=math.inf,
    backoff=BackoffOptions(0.05, 0.5),
    liveness=LivenessOptions(2.0, 5.0),
)


def coins(items: Sequence[str]) -> int:
    """How many coins are among the items."""
    return sum(int(item.split(":")[2]) for item in items if item.startswith("3:1:"))


class Sweeper:
    def __init__(self, client: Client, answered: Callable[[], None] = lambda: None) -> None:
        self.client = client
        self.totals: list[int] = []
        self.replies_lost = 0
        self.reconnects = 0
        self._answered = answered
        client.on_gap(self._came_back)

    def _came_back(self, _: object) -> None:
        self.reconnects += 1

    async def sweep(self) -> None:
        """One sweep, which ends as carried out."""
        try:
            reply = await self.client.call("mopping_up_stage", {"stage": STAGE})
        except ReplyLostError:
            self.replies_lost += 1
        else:
            self.totals.append(coins(reply["remain"]))
        self._answered()

    async def sweep_while(self, may_go_on: Callable[[], bool]) -> None:
        """Sweeps, with several calls open."""

        async def line() -> None:
            while may_go_on():
                await self.sweep()

        async with asyncio.TaskGroup() as group:
            for _ in range(PIPELINE):
                group.create_task(line())

    async def check(self) -> None:
        """Asks the server what was carried out."""
        player = await self.client.call("get_player_info")
        assert len(set(self.totals)) == len(self.totals), "each call has its own reply"
        assert coins(player["items"]) == len(self.totals) + self.replies_lost, (
            "as many sweeps were carried out as were acknowledged: none is lost, none doubled"
        )
