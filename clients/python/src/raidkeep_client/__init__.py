"""A client for Raidkeep that loses no call and doubles none."""

from .answers import Answer
from .api_gen import is_refused
from .backoff import BackoffOptions
from .calls import CallLimits
from .client import Client, OperatorClient
from .energy import Energy, EnergyPace
from .errors import (
    CallError,
    FailedError,
    FailureReason,
    Made,
    RefusedError,
    ReplyLostError,
    StopDetails,
    StoppedError,
    StopReason,
)
from .identity import Account
from .line import LivenessOptions
from .settings import ClientOptions
from .sockets import LineClosedError, Socket, SocketFactory
from .state import Connecting, Gap, Idle, Open, State, Stopped, Waiting

__all__ = [
    "Account",
    "Answer",
    "BackoffOptions",
    "CallError",
    "CallLimits",
    "Client",
    "ClientOptions",
    "Connecting",
    "Energy",
    "EnergyPace",
    "FailedError",
    "FailureReason",
    "Gap",
    "Idle",
    "LineClosedError",
    "LivenessOptions",
    "Made",
    "Open",
    "OperatorClient",
    "RefusedError",
    "ReplyLostError",
    "Socket",
    "SocketFactory",
    "State",
    "StopDetails",
    "StopReason",
    "Stopped",
    "StoppedError",
    "Waiting",
    "is_refused",
]
