"""What answers mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .errors import StopDetails, StoppedError, StopReason
from .wire import Reply, integer, string


@dataclass(frozen=True, slots=True)
class End:
    """It is the request's own answer or refusal."""


@dataclass(frozen=True, slots=True)
class LoseReply:
    """Carried out before; the reply is no longer kept."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not carried out now; to be sent again after a pause."""

    seconds: float | None = None
    """The length of the pause, if the server says one."""


@dataclass(frozen=True, slots=True)
class Maintain:
    """Not carried out during maintenance; to be sent again after it."""

    message: str
    until: float | None = None
    """Its end in unix seconds, if the server says it."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """The server does not know whether it was carried out; to be sent again with its key."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The server failed at it; whether it was carried out is not known, and asking again would fail again."""


@dataclass(frozen=True, slots=True)
class LogInAgain:
    """The token has ended without anybody's will."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing may be tried again."""

    error: StoppedError


Meaning: TypeAlias = End | LoseReply | Wait | Maintain | Unclear | Fail | LogInAgain | Stop
"""What an answer means for the connection and for the request that got it."""


def meaning_of(reply: Reply) -> Meaning:
    """Reads the statuses that any function may answer."""
    match reply.status:
        case 13 if string(reply.data, "reason") == "used":
            return LoseReply()
        case 15 | 16:
            milliseconds = integer(reply.data, "retry_after_ms")
            return Wait(None if milliseconds is None else milliseconds / 1000)
        case 18:
            return Maintain(string(reply.data, "message") or reply.message, integer(reply.data, "until"))
        case -1:
            return Fail()
        case -2:
            return Unclear()
        case 12:
            return LogInAgain()
        case 11:
            return _end_of_token(reply)
        case 17:
            until = integer(reply.data, "until")
            details = StopDetails(17, until=string(reply.data, "until") if until is None else until)
            return _stop("banned", string(reply.data, "message") or reply.message, details)
        case 19:
            details = StopDetails(19, minimum=string(reply.data, "minimum"), url=string(reply.data, "url"))
            return _stop("too_old", reply.message, details)
        case _:
            return End()


def _end_of_token(reply: Reply) -> Meaning:
    match string(reply.data, "reason"):
        case "expired" | "unknown":
            return LogInAgain()
        case "replaced":
            return _stop("replaced", "the account was logged in elsewhere", StopDetails(11))
        case _:
            return _stop("revoked", "the server has ended the log-in", StopDetails(11))


def _stop(why: StopReason, message: str, details: StopDetails) -> Stop:
    return Stop(StoppedError(why, message, details))
