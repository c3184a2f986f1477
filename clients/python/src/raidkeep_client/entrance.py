"""Getting a line logged in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .errors import StopDetails, StoppedError
from .identity import Enter, LogIn, LogInRequest
from .meaning import End, Fail, LogInAgain, LoseReply, Maintain, Meaning, Stop, Unclear, Wait, meaning_of
from .wire import Reply


class Door(Protocol):
    """What an entrance needs of its connection, and tells it."""

    def ask(self, function: str, data: Mapping[str, object], answered: Callable[[Reply], None]) -> None:
        """Asks something on the line that is open."""

    def pause(self, meaning: Meaning, action: Callable[[], None]) -> None:
        """Pauses, unless the line breaks meanwhile."""

    def entered(self, overview: object) -> None:
        """The line names the player now; `overview` is the `data` of the greeting."""

    def stop(self, error: StoppedError) -> None:
        """There is no way in."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first request with a token."""

    function: str
    """A function that any holder of a token may call, and that changes nothing."""
    introduction: Mapping[str, str]
    """Name and version of this program, as far as they are given."""


class Entrance:
    """Gets a new line logged in: with the token if there is one, else anew; and once anew when the token has ended."""

    def __init__(self, log_in: LogIn, greeting: Greeting, door: Door) -> None:
        self._log_in = log_in
        self._greeting = greeting
        self._door = door
        self._has_logged_in = False

    def begin(self) -> None:
        """On a new line."""
        self._has_logged_in = False
        if self._log_in.token is None:
            self.again()
        else:
            self._greet(self._log_in.token)

    def again(self) -> None:
        """On a line whose token has ended."""
        self._log_in.forget()
        if self._log_in.is_possible:
            self._log_in_with(self._log_in.request())
        else:
            self._door.stop(StoppedError("signed_out", "the token is not valid any more", StopDetails(11)))

    def _log_in_with(self, request: LogInRequest) -> None:
        self._has_logged_in = True

        def answered(reply: Reply) -> None:
            match self._log_in.answered(request, reply):
                case Enter(token):
                    self._greet(token)
                case LogInRequest() as following:
                    self._log_in_with(following)
                case Wait() as wait:
                    self._door.pause(wait, lambda: self._log_in_with(request))
                case Stop(error):
                    self._door.stop(error)
                case None:
                    # A sign-up whose end is not known may have made the account, so it begins with the first request.
                    self._go_on(reply, lambda: self._log_in_with(self._log_in.request()))

        self._door.ask(request.name, self._introduced(request.data), answered)

    def _greet(self, token: str) -> None:
        """Names the player on this line, and learns at once how it is doing."""

        def answered(reply: Reply) -> None:
            if reply.status == 0:
                self._door.entered(reply.data)
            else:
                self._go_on(reply, lambda: self._greet(token))

        self._door.ask(self._greeting.function, self._introduced({"token": token}), answered)

    def _go_on(self, reply: Reply, again: Callable[[], None]) -> None:
        meaning = meaning_of(reply)
        match meaning:
            case Wait() | Maintain() | Unclear() | Fail():
                self._door.pause(meaning, again)
            case Stop(error):
                self._door.stop(error)
            case LogInAgain() if not self._has_logged_in:
                self.again()
            case LogInAgain() | LoseReply() | End():
                self._door.stop(refused_entry(reply))

    def _introduced(self, data: Mapping[str, str]) -> Mapping[str, object]:
        introduction = self._greeting.introduction
        return {**data, "client": introduction} if introduction else data


def refused_entry(reply: Reply) -> StoppedError:
    """The server does not let the player in, or no further."""
    message = f"the server refused to go on: {reply.message} ({reply.status})"
    return StoppedError("refused", message, StopDetails(reply.status))
