"""How calls and clients end that do not end well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

Made: TypeAlias = Literal["no", "yes", "unknown"]
"""Whether the change that a call asked for was made.

- `"no"`: it was not, and will not be.
- `"yes"`: it was.
- `"unknown"`: the line broke, or the client ended, before an answer came. Ask the server what the state is.
"""

FailureReason: TypeAlias = Literal[
    "timed_out", "cancelled", "closed", "stopped", "too_large", "too_many", "server_failed"
]
"""Why a call ended without an answer of the server.

- `"timed_out"`: its `timeout_seconds` passed.
- `"cancelled"`: its task was cancelled. The task gets `asyncio.CancelledError`; a note on it says the rest.
- `"closed"`: the client was closed.
- `"stopped"`: the client stopped; `__cause__` is the `StoppedError`.
- `"too_large"`: the request does not fit into a frame that the server takes.
- `"too_many"`: `max_open_calls` calls were open already.
- `"server_failed"`: the server met an internal error, or could not say in time what became of the call.
"""

StopReason: TypeAlias = Literal["replaced", "revoked", "signed_out", "refused", "banned", "too_old"]
"""Why a client stopped for good.

- `"replaced"`: the account was logged in elsewhere.
- `"revoked"`: the server has ended the log-in.
- `"signed_out"`: the token is not valid any more, and the client has nothing to log in with.
- `"refused"`: the server refused the log-in; `status` and, for accounts, `status_code` say how.
- `"banned"`: until `until`.
- `"too_old"`: the server wants a newer client, `minimum`, to be found at `url`.
"""

_FAILURES: dict[FailureReason, str] = {
    "timed_out": "no answer in time",
    "cancelled": "cancelled",
    "closed": "the client was closed",
    "stopped": "the client has stopped",
    "too_large": "the request is larger than the server takes",
    "too_many": "too many calls are open",
    "server_failed": "the server could not say what became of it",
}

Status_co = TypeVar("Status_co", bound=int, covariant=True)


class CallError(Exception):
    """A call that did not end with its reply. Every such error says whether the change was made."""

    function: str
    """The function that was called."""
    made: Made
    """Whether the change was made."""

    def __init__(self, function: str, message: str, made: Made) -> None:
        super().__init__(f"{function}: {message}")
        self.function = function
        self.made = made


class RefusedError(CallError, Generic[Status_co]):
    """The server refused the call and changed nothing. `is_refused` narrows it to one function and its codes."""

    status: Status_co
    """One of the function's own codes, or a status that any function may answer."""
    reason: str
    """What the server said, in its words."""
    data: object
    """What the server added to the refusal, `None` if nothing."""

    def __init__(self, function: str, status: Status_co, reason: str, data: object = None) -> None:
        super().__init__(function, f"{reason} ({status})", "no")
        self.status = status
        self.reason = reason
        self.data = data


class ReplyLostError(CallError):
    """The change was made, but its reply is lost for good. Ask the server for the new state."""

    def __init__(self, function: str) -> None:
        super().__init__(function, "carried out, but the reply is no longer kept", "yes")


class FailedError(CallError):
    """The call ended without an answer of the server."""

    reason: FailureReason
    """Why."""

    def __init__(self, function: str, reason: FailureReason, made: Literal["no", "unknown"]) -> None:
        doubt = "nothing was changed" if made == "no" else "the change may have been made"
        super().__init__(function, f"{_FAILURES[reason]}; {doubt}", made)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StopDetails:
    """What the server said when it stopped a client."""

    status: int | None = None
    """The status of the answer."""
    status_code: int | None = None
    """With `"refused"`: `status_code` of `login` or `signup`, such as 401 (wrong password) or 409 (name taken)."""
    until: int | str | None = None
    """With `"banned"`: until when, as the server says it."""
    minimum: str | None = None
    """With `"too_old"`: the oldest version that is served."""
    url: str | None = None
    """With `"too_old"`: where a newer one is."""


class StoppedError(Exception):
    """The client has stopped and does not try again by itself. `connect()` starts it anew."""

    why: StopReason
    """Why."""
    details: StopDetails
    """What the server said."""

    def __init__(self, why: StopReason, message: str, details: StopDetails | None = None) -> None:
        super().__init__(message)
        self.why = why
        self.details = details or StopDetails()
