"""Who plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .errors import StopDetails, StoppedError
from .meaning import Stop, Wait
from .wire import Reply, integer, string


@dataclass(frozen=True, slots=True)
class Account:
    """A named account."""

    email: str
    """Its e-mail address."""
    password: str = field(repr=False)
    """Its password, hashed: the server never sees what the player typed."""
    username: str | None = None
    """With a name, the account is signed up under it when the server does not know the e-mail address."""
    once_password: str | None = field(default=None, repr=False)
    """A password for one log-in that an operator has given the player; `password` is the new one then."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who plays: a guest, an account, or whoever a token belongs to."""

    guest: str | None = field(default=None, repr=False)
    """As good as a password: the only way back to a guest account."""
    account: Account | None = None
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.guest is not None and self.account is not None:
            raise ValueError("expected guest or account, found both")
        if self.guest is None and self.account is None and self.token is None:
            raise ValueError("expected guest, account or token, found none of them")


@dataclass(frozen=True, slots=True)
class LogInRequest:
    """A request with which a client logs in."""

    name: Literal["login_unique", "login", "signup"]
    data: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enter:
    """The player is logged in."""

    token: str = field(repr=False)


LogInStep: TypeAlias = Enter | LogInRequest | Wait | Stop | None
"""What follows from the answer to such a request; `None` when that is the same as for any other request."""

_UNKNOWN_ACCOUNT = 404
_SIGNED_UP = 200
_WRONG_PASSWORD = 401
_TOO_MANY_ATTEMPTS = 429


class LogIn:
    """Who plays, and the token of the log-in."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._token = identity.token
        # Until the server has judged it.
        self._once = None if identity.account is None else identity.account.once_password

    @property
    def token(self) -> str | None:
        """The token, if there is one."""
        return self._token

    @property
    def is_possible(self) -> bool:
        """Whether there is more than a token to log in with."""
        return self._identity.guest is not None or self._identity.account is not None

    def request(self) -> LogInRequest:
        """The first request of a log-in."""
        account = self._identity.account
        if account is not None:
            once = {} if self._once is None else {"once_password": self._once}
            return LogInRequest("login", {"email": account.email, "password": account.password, "ip": "", **once})
        return LogInRequest("login_unique", {"unique_id": self._identity.guest or ""})

    def answered(self, request: LogInRequest, reply: Reply) -> LogInStep:
        """Reads the answer to a request."""
        token = string(reply.data, "token")
        if reply.status in (0, 1) and token:
            self._once = None
            self._token = token
            return Enter(token)
        code = integer(reply.data, "status_code")
        pause = integer(reply.data, "retry_after_ms")
        if code == _TOO_MANY_ATTEMPTS and pause is not None:
            return Wait(pause / 1000)
        if reply.status != 0:
            return None
        if request.name == "signup" and code == _SIGNED_UP:
            return self.request()
        if code == _WRONG_PASSWORD and self._once is not None:
            # It may have let the player in before, with an answer that was lost: then the new password is right.
            self._once = None
            return self.request()
        username = None if self._identity.account is None else self._identity.account.username
        if request.name == "login" and code == _UNKNOWN_ACCOUNT and username is not None:
            return LogInRequest("signup", {**request.data, "username": username})
        said = reply.message if code is None else f"status_code {code}"
        details = StopDetails(reply.status, status_code=code)
        return Stop(StoppedError("refused", f"{request.name} was refused: {said}", details))

    def forget(self) -> None:
        """Forgets the token, because it has ended."""
        self._token = None
