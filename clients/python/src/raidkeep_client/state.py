"""What a client's connection is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from .errors import StoppedError


@dataclass(frozen=True, slots=True)
class Idle:
    """`connect` was not called yet, or the client was closed."""

    name: ClassVar[Literal["idle"]] = "idle"


@dataclass(frozen=True, slots=True)
class Connecting:
    """A connection is being opened and logged in."""

    name: ClassVar[Literal["connecting"]] = "connecting"


@dataclass(frozen=True, slots=True)
class Open:
    """Logged in."""

    name: ClassVar[Literal["open"]] = "open"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next attempt is made after a pause."""

    name: ClassVar[Literal["waiting"]] = "waiting"
    seconds: float
    """The length of the pause."""
    why: Literal["maintenance", "unreachable"]
    """The server is under maintenance, or it could not be reached."""
    message: str | None = None
    """What the server says to players during maintenance."""
    cause: Exception | None = None
    """Why it could not be reached, as far as the platform says it."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The client has ended for good, until `connect` is called again."""

    name: ClassVar[Literal["stopped"]] = "stopped"
    error: StoppedError
    """Why."""


State: TypeAlias = Idle | Connecting | Open | Waiting | Stopped
"""What the connection is doing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Events may have been missed: what was known before should be asked for again."""

    reason: Literal["reconnected", "events_missing"]
    """The connection was lost in between, or the server's count of events shows that some are missing."""
