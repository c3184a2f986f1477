"""One connection, from opening to closing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .functions import wait_seconds
from .sockets import LineClosedError, Socket, SocketFactory
from .wire import Pushed, Reply, read_frame

_DEAD = 4000
"""Codes from 4000 on are for applications."""


@dataclass(frozen=True, slots=True)
class LivenessOptions:
    """How a line is watched."""

    quiet_seconds: float = 15.0
    """Silence after which the line is probed."""
    patience_seconds: float = 20.0
    """How long the oldest request may be without an answer before the line counts as dead."""
    open_seconds: float = 10.0
    """How long a connection may take to open."""


class LineEvents(Protocol):
    """What a line tells its owner. After `closed` it tells nothing more."""

    def opened(self) -> None:
        """The line is open."""

    def replied(self, reply: Reply) -> None:
        """A reply came."""

    def pushed(self, event: Pushed) -> None:
        """An event came."""

    def quiet(self) -> None:
        """Nothing was heard for a while: something should be asked."""

    def closed(self, code: int, cause: Exception | None, *, has_opened: bool) -> None:
        """The line is over. The code is that of the WebSocket, 4000 where the line was found dead."""


class Line:
    """One WebSocket from opening to closing, with what was asked on it and is not answered.

    Replies come in the order of requests, so the oldest one tells whether the line is alive: a half-open connection
    never closes by itself.
    """

    def __init__(self, options: LivenessOptions, events: LineEvents, factory: SocketFactory) -> None:
        self._options = options
        self._events = events
        self._factory = factory
        self._loop = asyncio.get_running_loop()
        self._socket: Socket | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._unanswered: dict[int, tuple[float, float]] = {}
        """When each was asked, and how long the server may wait before it answers."""
        self._is_over = False
        self._heard_at = self._loop.time()
        self._watch_timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def open(self, url: str, protocols: Sequence[str]) -> asyncio.Task[None]:
        """Begins to open it. The task ends when nothing is left of the line."""
        self._watch_timer = self._loop.call_later(
            self._options.open_seconds, self._give_up, "the connection did not open in time"
        )
        self._task = self._loop.create_task(self._run(url, protocols), name=f"raidkeep line to {url}")
        return self._task

    def ask(self, number: int, function: str, text: str) -> None:
        """Sends a request; the reply will have its number."""
        self._unanswered[number] = (self._loop.time(), wait_seconds(function))
        self._outgoing.put_nowait(text)
        self._watch()

    def leave(self) -> None:
        """Closes the line in order. Nothing more is told."""
        self._finish()

    def abort(self) -> None:
        """Ends the line without waiting for the other side. Nothing more is told."""
        self._finish()
        if self._socket is not None:
            self._socket.abort()

    async def _run(self, url: str, protocols: Sequence[str]) -> None:
        try:
            socket = await self._factory(url, protocols)
        except Exception as error:  # noqa: BLE001 - whatever keeps a line from opening, the next attempt is later
            self._end(_DEAD, error)
            return
        self._socket = socket
        writer = self._loop.create_task(self._write(socket), name=f"raidkeep writer to {url}")
        try:
            await self._read(socket)
        except LineClosedError as error:
            self._end(error.code, error.__cause__ if isinstance(error.__cause__, Exception) else error)
        finally:
            writer.cancel()
            # A writer that still waits for a dead line is freed by the close.
            with contextlib.suppress(LineClosedError):
                await socket.close()
            await asyncio.wait([writer])

    async def _read(self, socket: Socket) -> None:
        if self._is_over:
            return
        self._heard_at = self._loop.time()
        self._events.opened()
        self._watch()
        while not self._is_over:
            text = await socket.receive()
            self._heard_at = self._loop.time()
            self._on_text(text)
            # Whoever waited for this frame goes on before the next one is read, and hears the events behind its reply.
            await asyncio.sleep(0)

    async def _write(self, socket: Socket) -> None:
        # That the line is closed is the reader's to tell.
        with contextlib.suppress(LineClosedError):
            while True:
                await socket.send(await self._outgoing.get())

    def _on_text(self, text: str) -> None:
        if self._is_over:
            return
        match read_frame(text):
            case Reply() as reply:
                if isinstance(reply.id, int):
                    self._unanswered.pop(reply.id, None)
                self._events.replied(reply)
            case Pushed() as event:
                self._events.pushed(event)
            case None:
                pass
        self._watch()

    def _watch(self) -> None:
        if self._is_over or self._socket is None:
            return
        if self._watch_timer is not None:
            self._watch_timer.cancel()
        oldest = next(iter(self._unanswered.values()), None)
        if oldest is None:
            due_at = self._heard_at + self._options.quiet_seconds
            self._watch_timer = self._loop.call_at(due_at, self._on_quiet)
        else:
            asked_at, wait = oldest
            due_at = max(self._heard_at, asked_at) + self._options.patience_seconds + wait
            self._watch_timer = self._loop.call_at(due_at, self._give_up, "no answer in time")

    def _on_quiet(self) -> None:
        self._events.quiet()

    def _give_up(self, reason: str) -> None:
        """Gives a dead line up: the other side will not answer a close either."""
        if self._socket is not None:
            self._socket.abort()
        self._end(_DEAD, TimeoutError(reason))

    def _end(self, code: int, cause: Exception | None) -> None:
        if not self._is_over:
            self._finish()
            self._events.closed(code, cause, has_opened=self._socket is not None)

    def _finish(self) -> None:
        if self._watch_timer is not None:
            self._watch_timer.cancel()
        if not self._is_over:
            self._is_over = True
            # The task that reads ends by itself after the frame that it is at.
            if self._task is not None and self._task is not asyncio.current_task():
                self._task.cancel()
