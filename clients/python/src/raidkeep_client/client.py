"""The clients of players and of operators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from websockets.exceptions import InvalidURI
from websockets.uri import parse_uri

from .api_gen import BattleReply, BattleRequest, OperatorEvents, OperatorFunctions, PlayerEvents, PlayerFunctions
from .calls import OpenCall
from .connection import Connection, Destination
from .emitter import Emitter, Listener
from .energy import Energy, EnergyMeter
from .entrance import Greeting
from .identity import Account, Identity, LogIn
from .server_clock import ServerClock
from .settings import ClientOptions
from .state import Gap, Idle, Open, State, Stopped
from .verdict import verdict
from .wire import Pushed, encoded

_STATE = "state of the connection"
_GAP = "gap in the events"


class ClientBase:
    """What all clients do: connect, stay connected, and end every call exactly once.

    A client belongs to one event loop, and is not safe to be used from other threads.
    """

    def __init__(self, url: str, identity: Identity, greeting: str, options: ClientOptions | None) -> None:
        self._options = options or ClientOptions()
        _check(url, self._options)
        self._clock = ServerClock()
        self._meter = EnergyMeter(self._options.energy)
        self._pushed = Emitter()
        self._notices = Emitter()
        self._log_in = LogIn(identity)
        destination = Destination(url, self._options.factory, Greeting(greeting, self._options.introduction))
        self._connection = Connection(destination, self._log_in, self._options, self._clock, self)

    async def __aenter__(self) -> Self:
        """Connects, as `connect` does."""
        try:
            await self.connect()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Closes, as `close` does."""
        await self.close()

    async def connect(self) -> None:
        """Connects and logs in, and stays connected until `close`.

        Returns once logged in, however long the server cannot be reached: `asyncio.timeout` limits that. Raises
        `StoppedError` when the server does not let the client in. After that, or after `close`, it may be called again.
        """
        connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def changed(state: State) -> None:
            if connected.done():
                return
            match state:
                case Open():
                    connected.set_result(None)
                case Stopped(error):
                    connected.set_exception(error)
                case Idle():
                    connected.set_exception(ConnectionError("the client was closed before it was connected"))
                case _:
                    pass

        self._connection.start()
        leave = self.on_state(changed)
        try:
            changed(self.state)
            await connected
        finally:
            leave()

    async def close(self) -> None:
        """Logs nobody out, but ends the connection, all open calls, and listeners that still run."""
        await self._connection.close()
        await self._pushed.close()
        await self._notices.close()

    async def call_untyped(
        self, function: str, data: Mapping[str, object], timeout_seconds: float | None = None
    ) -> object:
        """Makes a call of a function whose name is known at run time only; `call` is the same with types.

        Calls are sent in the order in which they are made, and several may be open. One that can change something is
        repeated under its key until its end is known, across reconnects and restarts of the server, and carried out
        once.

        Returns the reply's `data`, or an `Answer` where several statuses are answers. Raises `RefusedError`,
        `ReplyLostError` or `FailedError`; `TypeError` or `ValueError` where `data` is no JSON. If the task is
        cancelled, the call may have been made; a note on the `CancelledError` says whether that is possible.
        """
        call = OpenCall(self._connection.next_number(), function, encoded(data), self._connection.forget)
        self._connection.call(call)
        return await call.wait(self._options.timeout_seconds if timeout_seconds is None else timeout_seconds)

    def on_untyped(self, event: str, listener: Listener) -> Callable[[], None]:
        """Hears an event whose name is known at run time only; `on` is the same with types."""
        return self._pushed.on(event, listener)

    def on_gap(self, listener: Callable[[Gap], object]) -> Callable[[], None]:
        """Hears that events may have been missed, so that what was known has to be asked for again.

        The function that comes back ends it.
        """
        return self._notices.on(_GAP, listener)

    def on_state(self, listener: Callable[[State], object]) -> Callable[[], None]:
        """Hears what the connection is doing. The function that comes back ends it."""
        return self._notices.on(_STATE, listener)

    @property
    def state(self) -> State:
        """What the connection is doing now."""
        return self._connection.state

    @property
    def token(self) -> str | None:
        """The token of the log-in. It is as good as the password: keep it where only this player can read it."""
        return self._log_in.token

    def now(self) -> float:
        """The server's clock now, in seconds since 1970; the system's until the server was heard."""
        return self._clock.server_now(asyncio.get_running_loop().time())

    def now_uncertainty(self) -> float:
        """By how many seconds `now` may be wrong; infinite until the server was heard."""
        return self._clock.uncertainty()

    # What the connection tells.

    def state_changed(self, state: State) -> None:
        """The connection is doing something else."""
        self._notices.emit(_STATE, state)

    def gap_found(self, gap: Gap) -> None:
        """Events may have been missed."""
        self._notices.emit(_GAP, gap)

    def event_came(self, event: Pushed) -> None:
        """An event came."""
        self._pushed.emit(event.event, event.data)

    def data_came(self, data: object) -> None:
        """The present state was told."""
        self._meter.observe(data, self.now())


class Client(ClientBase, PlayerFunctions, PlayerEvents):
    """A player's connection to a server.

    It logs in, stays connected, and ends every call exactly once: with the reply, a refusal, or an error that says
    whether the change was made.

        async with Client("ws://127.0.0.1:7350", guest="device-1") as client:
            reply = await client.call("enter_stage_general", {"stage": 8})
    """

    def __init__(
        self,
        url: str,
        *,
        guest: str | None = None,
        account: Account | None = None,
        token: str | None = None,
        options: ClientOptions | None = None,
    ) -> None:
        """Makes a client of the server at `url`, such as `wss://play.example.org/ws`.

        `guest` is the id of a guest account, which the first log-in makes; keep it: it is the only way back. `account`
        is a named account. `token` is one that is known already; once it has ended, the client logs in anew as the
        guest or account, or stops where none is given.
        """
        super().__init__(url, Identity(guest, account, token), "get_player_info", options)

    def energy_at(self, moment: float | None = None) -> Energy | None:
        """The player's energy as the server computes it from the last reply that told it; `None` until one did.

        `moment` is one of the server's clock, in seconds since 1970; now if left out.
        """
        return self._meter.at(self.now() if moment is None else moment)

    async def battle(self, request: BattleRequest, *, timeout_seconds: float | None = None) -> BattleReply:
        """Acts in a battle, and waits for the verdict of the round.

        `call("battle", ..)` waits too, but the server answers in the order of requests, so that everything else would
        wait with it for up to a minute; this leaves the line free. Raises `ReplyLostError` when the verdict was missed,
        as over a reconnect: the next round shows the state.
        """
        told = await self.call("battle", {**request, "wait": False}, timeout_seconds=timeout_seconds)
        return await verdict(told, request, self)


class OperatorClient(ClientBase, OperatorFunctions, OperatorEvents):
    """A tool's connection to the operators' listener of a server.

    async with OperatorClient("ws://127.0.0.1:7352", token) as client:
        orders = await client.call("order_list", {})
    """

    def __init__(self, url: str, token: str, *, options: ClientOptions | None = None) -> None:
        """Makes a client of the operators' listener at `url` with an operator's token."""
        super().__init__(url, Identity(token=token), "rules_status", options)

    async def call_untyped(
        self, function: str, data: Mapping[str, object], timeout_seconds: float | None = None
    ) -> object:
        """Makes a call as `ClientBase` does. Operators' functions take the token with each request."""
        return await super().call_untyped(function, {"token": self.token, **data}, timeout_seconds)


def _check(url: str, options: ClientOptions) -> None:
    """Tells at once what would otherwise keep every attempt to connect from succeeding."""
    try:
        address = parse_uri(url)
    except InvalidURI as error:
        raise ValueError(f"{url}: expected an address such as wss://play.example.org/ws") from error
    if options.tls is not None and not address.secure:
        raise ValueError(f"{url}: the option tls is for addresses with wss://")
