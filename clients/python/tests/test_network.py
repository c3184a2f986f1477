"""A real server behind a network that breaks: no call is lost, none doubled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from raidkeep_client import BackoffOptions, Client, LivenessOptions, State
from support.node import Proxy, needs_node, proxy_to
from support.program import needs_program, running
from support.sweeper import IMPATIENT, Sweeper
from support.virtual import in_real_time

pytestmark = [needs_program, needs_node]

OPTIONS = replace(IMPATIENT, backoff=BackoffOptions(0.02, 0.2), liveness=LivenessOptions(0.3, 0.5, 2.0))


class Player:
    """A player whose connections go through a hostile network."""

    def __init__(self, client: Client, proxy: Proxy) -> None:
        self.client = client
        self.proxy = proxy
        self.answers = 0
        self.sweeper = Sweeper(client)

    async def sweep(self, times: int, order: Callable[[int], Awaitable[None] | None] = lambda _: None) -> None:
        """Sweeps so often; after each answer the network gets an order, or none. Checks what was carried out."""

        async def one() -> None:
            await self.sweeper.sweep()
            self.answers += 1
            waiting = order(self.answers)
            if waiting is not None:
                async with self._orders:
                    await waiting

        self._orders = asyncio.Lock()
        async with asyncio.TaskGroup() as group:
            for _ in range(times):
                group.create_task(one())
        await self.sweeper.check()


@contextlib.asynccontextmanager
async def playing() -> AsyncIterator[Player]:
    async with (
        running(has_free_sweeps=True) as program,
        proxy_to(program.address) as proxy,
        Client(f"ws://{proxy.address}/ws", guest="player", options=OPTIONS) as client,
    ):
        yield Player(client, proxy)


@in_real_time
async def test_connections_that_are_cut_again_and_again() -> None:
    async with playing() as player:
        await player.sweep(120, lambda answer: player.proxy.obey("cut") if answer % 20 == 0 else None)
        assert player.proxy.connections > 2


@in_real_time
async def test_connections_that_end_in_the_middle_of_a_frame() -> None:
    def order(answer: int) -> Awaitable[None] | None:
        if answer % 15 == 0:
            return player.proxy.obey("cut_after", direction="to_client", bytes=answer * 7)
        return player.proxy.obey("cut_after", direction="to_server", bytes=333) if answer % 10 == 0 else None

    async with playing() as player:
        await player.proxy.obey("cut_after", direction="to_server", bytes=777)
        await player.sweep(60, order)
        assert player.proxy.connections > 2


@in_real_time
async def test_frames_that_arrive_byte_by_byte_and_late() -> None:
    async with playing() as player:
        await player.proxy.obey("split", bytes=1)
        await player.proxy.obey("delay", milliseconds=20)
        await player.sweep(20)


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
@in_real_time
async def test_a_connection_that_is_half_open(direction: str) -> None:
    async with playing() as player:
        gone = asyncio.Event()

        def changed(state: State) -> None:
            if state.name == "waiting":
                gone.set()

        player.client.on_state(changed)
        await player.proxy.obey("drop", direction=direction)
        sweeping = asyncio.ensure_future(player.sweep(10))
        await gone.wait()
        await player.proxy.obey("pass")
        await sweeping


@in_real_time
async def test_a_server_that_cannot_be_reached_for_a_while() -> None:
    async with playing() as player:
        attempts: asyncio.Queue[None] = asyncio.Queue()

        def changed(state: State) -> None:
            if state.name == "waiting":
                attempts.put_nowait(None)

        player.client.on_state(changed)
        await player.proxy.obey("refuse")
        sweeping = asyncio.ensure_future(player.sweep(10))
        for _ in range(4):
            await attempts.get()
        await player.proxy.obey("pass")
        await sweeping
