"""A client and a server that it talks to, in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import TracebackType
from typing import Self

from raidkeep_client import CallError, Client, ClientOptions, Gap, State

from .fake import FakeServer
from .virtual import until


class Watched:
    """How a call has ended so far."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self.task = task

    @property
    def answer(self) -> object:
        return self.task.result()

    @property
    def error(self) -> BaseException | None:
        return self.task.exception()

    @property
    def call_error(self) -> CallError:
        assert isinstance(self.error, CallError), f"expected an error of a call, found {self.error!r}"
        return self.error


class Story:
    """`async with Story() as story` has a client that is logged in, and closes it."""

    def __init__(
        self,
        options: ClientOptions | None = None,
        *,
        server: FakeServer | None = None,
        guest: str | None = "device-1",
        token: str | None = None,
    ) -> None:
        self.server = server or FakeServer()
        given = options or ClientOptions(chance=lambda: 0.5)
        self.client = Client("ws://fake", guest=guest, token=token, options=replace(given, socket=self.server.open))
        self.states: list[State] = []
        self.gaps: list[Gap] = []
        self.client.on_state(self.states.append)
        self.client.on_gap(self.gaps.append)

    async def __aenter__(self) -> Self:
        await self.client.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.client.close()

    def call(self, function: str, timeout_seconds: float | None = None, **data: object) -> Watched:
        """Makes a call in a task of its own."""
        return Watched(asyncio.ensure_future(self.client.call_untyped(function, data, timeout_seconds)))

    def letters(self, *subjects: str) -> list[Watched]:
        """Calls that change something, in this order."""
        return [self.call("send_mail", gn_target="x", subj=subject, body="") for subject in subjects]

    async def ended(self, *calls: Watched) -> None:
        """Waits until each has ended."""
        await asyncio.wait([call.task for call in calls])

    async def until_asked(self, function: str, times: int = 1) -> None:
        await until(lambda: len(self.server.asked(function)) >= times, f"{function} was asked {times} times")

    async def until_open(self) -> None:
        await until(lambda: self.client.state.name == "open", "the client is open")

    @property
    def state_names(self) -> list[str]:
        return [state.name for state in self.states]
