"""The calls of a client that have not ended."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .answers import Answer
from .errors import FailedError, FailureReason, Made, RefusedError, ReplyLostError
from .functions import changes, several_answers
from .keys import Keys
from .wire import Reply

_WINDOW = 256
"""Numbers of a series that may lie between the oldest open call and a new one.

The server takes a key that is below all it remembers for one that was used; it remembers 1,088.
"""
_FRAME_BYTES = 65_536 - 1_024
"""Servers take frames of this size at least; the rest of a request around its arguments is counted in."""


class OpenCall:
    """A call that has not ended."""

    def __init__(self, number: int, function: str, data: str, forget: Callable[[OpenCall], None]) -> None:
        self.number = number
        self.function = function
        self.data = data
        """The request's data, as JSON: a repeated request must be the same to the letter."""
        self.changes = changes(function)
        self.key: str | None = None
        """Its idempotency key, once it was sent."""
        self.is_on_wire = False
        """Sent on the line that is open, and not answered."""
        self.is_in_doubt = False
        """It was sent once and never answered, so its change may have been made."""
        self.has_logged_in_again = False
        """A log-in has followed an answer that its token is not valid."""
        self.times_unclear = 0
        """How often the server could not say what became of it."""
        self._forget = forget
        self._answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    @property
    def size(self) -> int:
        """Its arguments on the wire, in bytes."""
        return len(self.data.encode())

    @property
    def made(self) -> Made:
        """What becomes of its change if it ends now without an answer."""
        return "unknown" if self.changes and (self.is_in_doubt or self.is_on_wire) else "no"

    def answer(self, reply: Reply) -> None:
        """Ends with an answer or a refusal."""
        statuses = several_answers(self.function)
        if statuses is not None and reply.status in statuses:
            self._resolve(Answer(reply.status, reply.data))
        elif reply.status == 0:
            self._resolve(reply.data)
        else:
            self._reject(RefusedError(self.function, reply.status, reply.message, reply.data))

    def lose_reply(self) -> None:
        """Ends as made, with its reply lost."""
        self._reject(ReplyLostError(self.function))

    def fail(self, reason: FailureReason, cause: Exception | None = None) -> None:
        """Ends without an answer."""
        error = self.failure(reason)
        error.__cause__ = cause
        self._reject(error)

    def failure(self, reason: FailureReason) -> FailedError:
        """The error with which it would end now."""
        return FailedError(self.function, reason, "unknown" if self.made == "unknown" else "no")

    @property
    def has_ended(self) -> bool:
        """Whether whoever made the call has its end, or waits for it no longer."""
        return self._answer.done()

    async def wait(self, timeout_seconds: float) -> object:
        """Waits for its end: the answer, or one of the errors of a call."""
        loop = asyncio.get_running_loop()
        timer = None if math.isinf(timeout_seconds) else loop.call_later(timeout_seconds, self.fail, "timed_out")
        try:
            return await self._answer
        except asyncio.CancelledError as error:
            error.add_note(self._told_to_canceller())
            raise
        finally:
            self._forget(self)
            if timer is not None:
                timer.cancel()

    def _told_to_canceller(self) -> str:
        if self._answer.cancelled():
            return str(self.failure("cancelled"))
        # The task was cancelled in the moment between the end of the call and its own turn.
        error = self._answer.exception()
        return f"{self.function}: answered, but cancelled before the answer was seen" if error is None else str(error)

    def _resolve(self, answer: object) -> None:
        self._forget(self)
        if not self._answer.done():
            self._answer.set_result(answer)

    def _reject(self, error: Exception) -> None:
        self._forget(self)
        if not self._answer.done():
            self._answer.set_exception(error)


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How many calls may be open, and how many of these unanswered on the line."""

    max_open_calls: int = 1_000
    """Open calls; a further one fails at once."""
    max_in_flight: int = 32
    """Calls on the line; further ones wait for an answer. The server reads 64 ahead."""


class Calls:
    """The open calls, in the order in which they were made."""

    def __init__(self, keys: Keys, limits: CallLimits) -> None:
        self._keys = keys
        self._limits = limits
        self._open: dict[int, OpenCall] = {}
        self._keyed: dict[int, int] = {}
        """Of the open calls with a key, how many keys had been given then."""
        self._keys_given = 0

    @property
    def is_full(self) -> bool:
        """Whether no further call may be open."""
        return len(self._open) >= self._limits.max_open_calls

    def add(self, call: OpenCall) -> None:
        """Adds a call behind all others."""
        self._open[call.number] = call

    def get(self, number: object) -> OpenCall | None:
        """The open call of a number, if there is one."""
        return self._open.get(number) if isinstance(number, int) else None

    def forget(self, call: OpenCall) -> None:
        """Takes a call off the list."""
        self._open.pop(call.number, None)
        self._keyed.pop(call.number, None)

    def all(self) -> list[OpenCall]:
        """The open calls, oldest first."""
        return list(self._open.values())

    def to_send(self) -> Iterator[OpenCall]:
        """The calls to be sent now, oldest first, each with its key."""
        in_flight = sum(call.is_on_wire for call in self._open.values())
        for call in self.all():
            if call.is_on_wire or call.has_ended:
                continue
            if in_flight >= self._limits.max_in_flight or not self._give_key(call):
                return
            in_flight += 1
            yield call

    def line_broke(self) -> None:
        """The line broke: what was on it may have been carried out."""
        for call in self._open.values():
            if call.is_on_wire:
                call.is_on_wire = False
                call.is_in_doubt = True

    def blame_largest(self) -> None:
        """The server closed the line because a frame was too large: the largest was, and it was not carried out.

        What is smaller than any server's limit is not blamed: then somebody else on the way closed the line.
        """
        on_wire = [call for call in self._open.values() if call.is_on_wire and call.size > _FRAME_BYTES]
        if on_wire:
            largest = max(on_wire, key=lambda call: call.size)
            largest.is_on_wire = False
            largest.fail("too_large")

    def _give_key(self, call: OpenCall) -> bool:
        if not call.changes or call.key is not None:
            return True
        oldest = next(iter(self._keyed.values()), self._keys_given)
        if self._keys_given - oldest >= _WINDOW:
            return False
        self._keys_given += 1
        call.key = self._keys.next()
        self._keyed[call.number] = self._keys_given
        return True
