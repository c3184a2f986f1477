"""Time of a test: it stands still while anything can happen, and then jumps to the next timer."""

from __future__ import annotations

import asyncio
import functools
import os
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import ParamSpec

P = ParamSpec("P")
HANGS_SECONDS = 300.0 + 30.0 * int(os.environ.get("RAIDKEEP_KILLS", "0"))
"""No machine is so slow: whatever takes longer will never end."""


class Selector(selectors.SelectSelector):
    """Waits for nothing: the time passes in its place."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits, and nothing will ever happen")
        ready = super().select(0)
        if not ready:
            self.passed += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time. It counts what its exception handler hears of."""

    def __init__(self) -> None:
        self.selector = Selector()
        self.reported: list[dict[str, object]] = []
        super().__init__(self.selector)
        self.set_exception_handler(lambda _, context: self.reported.append(context))

    def time(self) -> float:
        return 1_000.0 + self.selector.passed


def in_virtual_time(test: Callable[P, Coroutine[object, object, None]]) -> Callable[P, None]:
    """Runs a test in virtual time. It fails where a task is left behind, or where anything went wrong unseen."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, VirtualLoop)
            runner.run(checked(test(*args, **kwargs)))
            assert loop.reported == [], f"whatever a test does not expect to go wrong is a mistake: {loop.reported}"

    return run


def in_real_time(test: Callable[P, Coroutine[object, object, None]]) -> Callable[P, None]:
    """Runs a test that talks to other programs. It fails where a task is left behind, or when it hangs."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(limited(test(*args, **kwargs)))

    return run


async def limited(test: Awaitable[None]) -> None:
    async with asyncio.timeout(HANGS_SECONDS):
        await checked(test)


async def checked(test: Awaitable[None]) -> None:
    await test
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert left == set(), "a client that is closed leaves no task behind"


def virtual_loop() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


async def settled() -> None:
    """Lets everything happen that can happen without time."""
    await asyncio.sleep(1e-6)


async def until(holds: Callable[[], bool], what: str) -> None:
    """Lets time pass until something holds; fails after a virtual hour."""
    end = asyncio.get_running_loop().time() + 3_600
    while not holds():
        assert asyncio.get_running_loop().time() < end, f"waited an hour for: {what}"
        await asyncio.sleep(0.005)
