"""A server in the test's own process, which answers as the test says, over lines that the test can break."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from raidkeep_client import LineClosedError, Socket

LATENCY_SECONDS = 0.01
"""One way of a message."""


@dataclass(frozen=True)
class Request:
    world: int
    function: str
    data: dict[str, object]
    id: int
    once: str | None


@dataclass(frozen=True)
class Answer:
    """What a server says to a request."""

    status: int = 0
    data: object = None
    n: int | None = None
    message: str = "said"


Handler: TypeAlias = Callable[[Request, "FakeConnection"], Answer | None]
"""Answers a request, or keeps silent."""


class FakeServer:
    def __init__(self) -> None:
        self.connections: list[FakeConnection] = []
        self.requests: list[Request] = []
        self.is_down = False
        """Handshakes fail."""
        self.is_silent = False
        """Handshakes hang."""
        self.clock = 1_800_000_000.0
        """Its clock when the event loop's is 0, in unix seconds."""
        self.tokens = 0
        self.handlers: dict[str, Handler] = {
            "login_unique": self.log_in,
            "get_player_info": lambda *_: Answer(data={"energy": {"cooling": -1, "remain": 120}, "at": {}}),
            "server_time": lambda *_: Answer(data={"now": int(self.now())}),
        }

    def now(self) -> float:
        return self.clock + asyncio.get_running_loop().time()

    async def open(self, url: str, protocols: Sequence[str]) -> Socket:
        """What a client opens its lines with."""
        await asyncio.sleep(LATENCY_SECONDS)
        if self.is_silent:
            await asyncio.get_running_loop().create_future()
        if self.is_down:
            raise ConnectionRefusedError(url)
        connection = FakeConnection(self, url, tuple(protocols))
        self.connections.append(connection)
        return connection

    @property
    def last(self) -> FakeConnection:
        """The newest connection."""
        return self.connections[-1]

    def asked(self, function: str) -> list[Request]:
        """The requests of one function, on all connections."""
        return [request for request in self.requests if request.function == function]

    def silence(self, *functions: str) -> None:
        """Requests of these functions get no answer."""
        for function in functions:
            self.handlers[function] = lambda *_: None

    def answer(self, function: str, *answers: Answer) -> None:
        """Requests of a function get these answers, the last one again and again."""
        left = list(answers)
        self.handlers[function] = lambda *_: left.pop(0) if len(left) > 1 else left[0]

    def log_in(self, _request: Request, _connection: FakeConnection) -> Answer:
        self.tokens += 1
        return Answer(data={"token": f"token-{self.tokens}"})


@dataclass
class FakeConnection:
    """One line, from both sides."""

    server: FakeServer
    url: str
    protocols: tuple[str, ...]
    requests: list[Request] = field(default_factory=list)
    is_deaf: bool = False
    """Nothing comes through any more in either direction, and nobody is told."""
    closed: int | None = None
    """The code with which it ended."""
    was_aborted: bool = False
    incoming: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    # What is on the way: timers for the same moment come in any order.
    to_server: deque[str] = field(default_factory=deque)
    to_client: deque[str] = field(default_factory=deque)

    async def send(self, text: str) -> None:
        if self.closed is not None:
            raise LineClosedError(self.closed)
        self.to_server.append(text)
        asyncio.get_running_loop().call_later(LATENCY_SECONDS, self.take)

    async def receive(self) -> str:
        text = await self.incoming.get() if self.closed is None else None
        if text is None:
            raise LineClosedError(self.closed or 1006)
        return text

    async def close(self) -> None:
        self.cut(1000)

    def abort(self) -> None:
        self.was_aborted = True
        self.cut(1006)

    def cut(self, code: int = 1006) -> None:
        """Breaks the line: what is on the way is lost."""
        if self.closed is None:
            self.closed = code
            self.incoming.put_nowait(None)

    def push(self, **frame: object) -> None:
        """Sends a frame."""
        self.to_client.append(json.dumps(frame))
        asyncio.get_running_loop().call_later(LATENCY_SECONDS, self.deliver)

    def reply(self, request: Request, answer: Answer) -> None:
        """Answers a request, also one that was kept waiting."""
        frame: dict[str, object] = {"status": answer.status, "message": answer.message, "id": request.id}
        if answer.data is not None:
            frame["data"] = answer.data
        if answer.n is not None:
            frame["n"] = answer.n
        self.push(**frame)

    def take(self) -> None:
        text = self.to_server.popleft()
        if self.closed is not None or self.is_deaf:
            return
        frame = json.loads(text)
        request = Request(frame["world"], frame["function"], frame["data"], frame["id"], frame.get("once"))
        self.requests.append(request)
        self.server.requests.append(request)
        handler = self.server.handlers.get(request.function)
        answer = Answer() if handler is None else handler(request, self)
        if answer is not None:
            self.reply(request, answer)

    def deliver(self) -> None:
        text = self.to_client.popleft()
        if self.closed is None and not self.is_deaf:
            self.incoming.put_nowait(text)
