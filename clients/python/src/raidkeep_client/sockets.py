"""WebSockets, as far as a client needs them."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_LARGEST_FRAME_BYTES = 16 * 2**20
_CLOSE_SECONDS = 2.0
"""How long the other side may take to answer a close."""
_ABNORMAL = 1006


class LineClosedError(Exception):
    """The connection is closed."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the connection is closed ({code})")
        self.code = code


class Socket(Protocol):
    """An open WebSocket."""

    async def send(self, text: str) -> None:
        """Sends a text frame. Raises `LineClosedError`."""

    async def receive(self) -> str:
        """The next text frame. Raises `LineClosedError`."""
        ...

    async def close(self) -> None:
        """Closes it in order, and waits for that a moment."""

    def abort(self) -> None:
        """Gives it up at once: the other side is not there."""


SocketFactory: TypeAlias = Callable[[str, Sequence[str]], Awaitable[Socket]]
"""Opens a WebSocket to an address, and offers subprotocols. Raises `OSError` or another error where that fails."""


class WebSocket:
    """A WebSocket of the library `websockets`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Sends a text frame."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise LineClosedError(_code(error)) from error

    async def receive(self) -> str:
        """The next frame; binary ones, which the server does not send, are read as text."""
        try:
            frame = await self._connection.recv()
        except ConnectionClosed as error:
            raise LineClosedError(_code(error)) from error
        return frame if isinstance(frame, str) else frame.decode(errors="replace")

    async def close(self) -> None:
        """Closes it in order."""
        await self._connection.close()

    def abort(self) -> None:
        """Gives it up at once."""
        self._connection.transport.abort()


def websocket_factory(tls: ssl.SSLContext | None) -> SocketFactory:
    """Opens WebSockets with the library `websockets`."""
    connector = connect if tls is None else partial(connect, ssl=tls)

    async def open_websocket(url: str, protocols: Sequence[str]) -> Socket:
        # The client watches the line itself: only an answer in time shows that the server is alive.
        connection = await connector(
            url,
            subprotocols=[Subprotocol(protocol) for protocol in protocols],
            compression=None,
            ping_interval=None,
            open_timeout=None,
            close_timeout=_CLOSE_SECONDS,
            max_size=_LARGEST_FRAME_BYTES,
        )
        return WebSocket(connection)

    return open_websocket


def _code(error: ConnectionClosed) -> int:
    return _ABNORMAL if error.rcvd is None else error.rcvd.code
