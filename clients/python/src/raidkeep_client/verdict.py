"""Battles without a blocked line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from .api_gen import BattleReply, BattleRequest, BattleVerdictEvent
from .errors import FailedError, ReplyLostError
from .state import Idle, State, Stopped

_VERDICT_SECONDS = 90.0
"""A round lasts 60 s as shipped; when no verdict has come after this long, it was missed."""


class Arena(Protocol):
    """What waiting for a verdict needs of the client."""

    def on_untyped(self, event: str, listener: Callable[[BattleVerdictEvent], object]) -> Callable[[], None]:
        """Hears verdicts, until the function that comes back is called."""
        ...

    def on_state(self, listener: Callable[[State], object]) -> Callable[[], None]:
        """Hears that the client was closed or has stopped."""
        ...


async def verdict(told: BattleReply, request: BattleRequest, arena: Arena) -> BattleReply:
    """The verdict of the round in which the player has acted; the reply itself, if the round is over by it."""
    # The opponent's action is told as soon as the round is over, and not before.
    if told["status"] or told["action"]:
        return told
    awaited: asyncio.Future[BattleReply] = asyncio.get_running_loop().create_future()

    def heard(event: BattleVerdictEvent) -> None:
        if event["id"] == request["id"] and not awaited.done():
            awaited.set_result(event)

    def changed(state: State) -> None:
        if isinstance(state, Idle | Stopped) and not awaited.done():
            awaited.set_exception(FailedError("battle", "closed" if isinstance(state, Idle) else "stopped", "unknown"))

    leave = [arena.on_untyped("battle_verdict", heard), arena.on_state(changed)]
    try:
        async with asyncio.timeout(_VERDICT_SECONDS):
            return await awaited
    except TimeoutError:
        raise ReplyLostError("battle") from None
    finally:
        for stop in leave:
            stop()
