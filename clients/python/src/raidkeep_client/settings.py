"""How a client is made."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from .backoff import BackoffOptions
from .calls import CallLimits
from .energy import EnergyPace
from .line import LivenessOptions
from .sockets import SocketFactory, websocket_factory


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """What seldom has to differ from the defaults."""

    world: int = 0
    """The number of the world."""
    name: str | None = None
    """Name of this program, told to the server with the log-in."""
    version: str | None = None
    """Version of this program; a server may refuse old ones."""
    timeout_seconds: float = 120.0
    """After this long a call fails that says nothing else; `math.inf` = never."""
    backoff: BackoffOptions = field(default_factory=BackoffOptions)
    """Pauses between attempts to connect."""
    liveness: LivenessOptions = field(default_factory=LivenessOptions)
    """How a dead line is found."""
    energy: EnergyPace = field(default_factory=EnergyPace)
    """Rules of energy, where they are not the shipped ones."""
    limits: CallLimits = field(default_factory=CallLimits)
    """How many calls may be open."""
    tls: ssl.SSLContext | None = None
    """For `wss`: which certificates are trusted; `None` = those the system trusts."""
    socket: SocketFactory | None = None
    """Opens WebSockets in place of the library `websockets`."""
    chance: Callable[[], float] = random.random
    """A number from 0 up to 1, for the pauses."""

    @property
    def factory(self) -> SocketFactory:
        """What opens WebSockets."""
        return self.socket or websocket_factory(self.tls)

    @property
    def introduction(self) -> dict[str, str]:
        """What the server is told of this program."""
        told = {"name": self.name, "version": self.version}
        return {key: value for key, value in told.items() if value is not None}
