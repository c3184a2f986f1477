"""One log-in over many lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .backoff import Backoff
from .calls import Calls, OpenCall
from .entrance import Entrance, Greeting, refused_entry
from .errors import FailureReason, StoppedError
from .gaps import EventCount
from .identity import LogIn
from .keys import Keys
from .line import Line
from .meaning import End, Fail, LogInAgain, LoseReply, Maintain, Meaning, Stop, Unclear, Wait, meaning_of
from .server_clock import ServerClock
from .settings import ClientOptions
from .sockets import SocketFactory
from .state import Connecting, Gap, Idle, Open, State, Stopped, Waiting
from .wire import Pushed, Reply, encoded, integer, request

PROTOCOL = "raidkeep.v1"
"""The protocol that is offered at the handshake."""
_STEADY_SECONDS = 5.0
"""After this long in one piece, a connection's next failure is the first one again."""
_MAINTENANCE_SECONDS = 30.0
"""`until` of a maintenance may be moved, so the server is asked again at least this often."""
_UNCLEAR_TIMES = 5
"""A server that cannot say what became of a request is asked this often."""
_CLOCK_AGE_SECONDS = 60.0
"""How old the newest answer about the server's clock may be."""
_CLOCK_SAMPLES = 4
"""How often the clock is asked after the log-in: it tells whole seconds, so that each answer is a part."""
_CLOCK_PAUSE_SECONDS = 0.27
_TOO_LARGE = 1009
"""Closed because a frame was too large."""


class ConnectionEvents(Protocol):
    """What a connection tells the client."""

    def state_changed(self, state: State) -> None:
        """The connection is doing something else."""

    def event_came(self, event: Pushed) -> None:
        """An event came."""

    def gap_found(self, gap: Gap) -> None:
        """Events may have been missed."""

    def data_came(self, data: object) -> None:
        """The `data` of a reply or event that tells the present state, and not that of an earlier moment."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a connection leads, and how it gets in there."""

    url: str
    factory: SocketFactory
    greeting: Greeting
    """The request with which a line begins; its reply is asked for again when the state has become doubtful."""


class Connection:
    """Opens lines, gets in, sends what is open with its keys in order, and does what each answer means for the whole.

    It knows nothing of the types of functions. Nothing in it waits: the line's task and timers call it.
    """

    def __init__(
        self,
        destination: Destination,
        log_in: LogIn,
        options: ClientOptions,
        clock: ServerClock,
        events: ConnectionEvents,
    ) -> None:
        self.state: State = Idle()
        self._destination = destination
        self._log_in = log_in
        self._options = options
        self._clock = clock
        self._events = events
        self._calls = Calls(Keys(), options.limits)
        self._entrance = Entrance(log_in, destination.greeting, self)
        self._count = EventCount()
        self._reconnects = Backoff(options.backoff, options.chance)
        self._retries = Backoff(options.backoff, options.chance)
        self._line: Line | None = None
        self._leaving: dict[asyncio.Task[None], Line] = {}
        """Every line of which something is left, the open one too."""
        self._asked: dict[int, Callable[[Reply], None]] = {}
        """What the connection itself has asked on this line."""
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._last_number = 0
        self._is_in = False
        self._held_until: float | None = None
        self._drawn_seconds = 0.0
        """The pause that was drawn last."""
        self._has_been_in = False
        self._is_closed = False
        self._clock_asked_at = 0.0
        self._subscription: str | None = None

    def start(self) -> None:
        """Begins to connect, unless that is under way."""
        if isinstance(self.state, Idle | Stopped):
            self._is_closed = False
            self._reconnects.reset()
            self._open_line()

    async def close(self) -> None:
        """Ends the connection and all open calls, and waits until nothing is left of it."""
        self._is_closed = True
        self._leave("closed")
        self._enter(Idle())
        tasks = self._leaving.keys() - {asyncio.current_task()}
        try:
            if tasks:
                await asyncio.wait(tasks)
        finally:
            for line in self._leaving.values():
                line.abort()

    def next_number(self) -> int:
        """A number for a request, by which its reply is found."""
        self._last_number += 1
        return self._last_number

    def call(self, call: OpenCall) -> None:
        """Makes a call: it is sent once the connection is open and what was called before is sent."""
        if isinstance(self.state, Stopped):
            call.fail("stopped", self.state.error)
        elif self._is_closed:
            call.fail("closed")
        elif self._calls.is_full:
            call.fail("too_many")
        else:
            self._calls.add(call)
            self._send()

    def forget(self, call: OpenCall) -> None:
        """Takes a call that has ended off the list."""
        self._calls.forget(call)

    # What the line tells.

    def opened(self) -> None:
        """The line is open."""
        self._count.restart()
        self._entrance.begin()

    def replied(self, reply: Reply) -> None:
        """A reply came on the line."""
        if reply.n is not None:
            self._count.note_reply(reply.n)
        answered = self._asked.pop(reply.id, None) if isinstance(reply.id, int) else None
        call = self._calls.get(reply.id)
        if answered is not None:
            answered(reply)
        elif call is not None and call.is_on_wire:
            call.is_on_wire = False
            self._on_call_reply(call, reply)
        if self._is_in and self._now() - self._clock_asked_at >= _CLOCK_AGE_SECONDS:
            self._ask_clock()
        self._send()

    def pushed(self, event: Pushed) -> None:
        """An event came on the line."""
        if self._count.note_event(event.n):
            self._events.gap_found(Gap("events_missing"))
        self._events.data_came(event.data)
        self._events.event_came(event)

    def quiet(self) -> None:
        """The line has told nothing for a while."""
        self._ask_clock()

    def closed(self, code: int, cause: Exception | None, *, has_opened: bool) -> None:
        """The line is over."""
        self._line = None
        if has_opened and code == _TOO_LARGE:
            self._calls.blame_largest()
        self._calls.line_broke()
        self._settle()
        self._reopen_in(self._reconnects.next(), cause)

    # What the entrance needs and tells.

    def ask(self, function: str, data: Mapping[str, object], answered: Callable[[Reply], None]) -> None:
        """Asks something for the connection itself."""
        self._ask(function, encoded(data), answered)

    def pause(self, meaning: Meaning, action: Callable[[], None]) -> None:
        """Pauses as an answer says, unless the line breaks meanwhile."""
        self._after("entrance", self._pause_of(meaning), action)

    def entered(self, overview: object) -> None:
        """The line names the player now."""
        self._is_in = True
        self._retries.reset()
        self._events.data_came(overview)
        self._after("steady", _STEADY_SECONDS, self._reconnects.reset)
        self._ask_clock(_CLOCK_SAMPLES)
        if self._subscription is not None:
            self._ask("listen", self._subscription, lambda _: None)
        self._send()
        is_return, self._has_been_in = self._has_been_in, True
        self._enter(Open())
        if is_return and isinstance(self.state, Open):
            self._events.gap_found(Gap("reconnected"))

    def stop(self, error: StoppedError) -> None:
        """Nothing may be tried again."""
        # A ban and an old program leave the log-in as it is.
        if error.why not in ("banned", "too_old"):
            self._log_in.forget()
        self._leave("stopped", error)
        self._enter(Stopped(error))

    # Lines.

    def _open_line(self) -> None:
        line = Line(self._options.liveness, self, self._destination.factory)
        task = line.open(self._destination.url, [PROTOCOL])
        self._leaving[task] = line
        task.add_done_callback(self._leaving.pop)
        self._line = line
        self._enter(Connecting())

    def _reopen_in(self, seconds: float, cause: Exception | None) -> None:
        self._after("reopen", seconds, self._open_line)
        self._enter(Waiting(seconds, "unreachable", cause=cause))

    def _leave(self, reason: FailureReason, error: StoppedError | None = None) -> None:
        line, self._line = self._line, None
        self._settle()
        if line is not None:
            line.leave()
        for call in self._calls.all():
            call.fail(reason, error)

    def _settle(self) -> None:
        """Ends what belonged to a line."""
        self._is_in = False
        self._held_until = None
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._asked.clear()

    # Answers to calls.

    def _on_call_reply(self, call: OpenCall, reply: Reply) -> None:
        meaning = meaning_of(reply)
        match meaning:
            case Wait() | Maintain():
                self._hold(meaning)
            case Unclear():
                call.is_in_doubt = True
                call.times_unclear += 1
                if call.times_unclear >= _UNCLEAR_TIMES:
                    call.fail("server_failed")
                else:
                    self._hold(meaning)
            case Fail():
                call.is_in_doubt = True
                call.fail("server_failed")
            case LoseReply():
                call.lose_reply()
            case LogInAgain():
                self._log_in_again_for(call, reply)
            case Stop(error):
                self.stop(error)
            case End():
                self._on_answer(call, reply)

    def _on_answer(self, call: OpenCall, reply: Reply) -> None:
        self._retries.reset()
        if call.function == "listen" and reply.status == 0:
            self._subscription = call.data
        # A repeated call may get the reply of its first time, which tells of an earlier moment.
        if not call.is_in_doubt:
            self._events.data_came(reply.data)
        elif not any(other.is_on_wire and other.is_in_doubt for other in self._calls.all()):
            self._refresh()
        call.answer(reply)

    def _refresh(self) -> None:
        def answered(reply: Reply) -> None:
            if reply.status == 0:
                self._events.data_came(reply.data)

        self.ask(self._destination.greeting.function, {"token": self._log_in.token}, answered)

    def _log_in_again_for(self, call: OpenCall, reply: Reply) -> None:
        if call.has_logged_in_again:
            self.stop(refused_entry(reply))
            return
        call.has_logged_in_again = True
        # Calls that were sent behind this one get the same answer; the log-in that has begun is for them too.
        if self._is_in:
            self._is_in = False
            self._enter(Connecting())
            self._entrance.again()

    # Pauses.

    def _hold(self, meaning: Wait | Maintain | Unclear) -> None:
        """Sends nothing more for a while: what holds for one call holds for the others."""
        seconds = self._pause_of(meaning) if self._held_until is None else self._pause_still(meaning)
        until = self._now() + seconds
        if self._held_until is not None and until <= self._held_until:
            return
        self._held_until = until
        self._after("hold", seconds, self._go_on)

    def _go_on(self) -> None:
        self._held_until = None
        if self._is_in:
            self._enter(Open())
        self._send()

    def _pause_of(self, meaning: Meaning) -> float:
        """How long to wait before something is sent again, in seconds; during maintenance the player is told."""
        self._drawn_seconds = self._retries.next()
        return self._pause_still(meaning) or self._drawn_seconds

    def _pause_still(self, meaning: Meaning) -> float:
        """The same where the pause has begun: many requests may get one answer, and all wait for the same moment."""
        if not isinstance(meaning, Maintain):
            return _told(meaning)
        # Everybody knows the end, so everybody comes a little later by chance.
        left = 0.0 if meaning.until is None else meaning.until - self._server_now()
        margin = self._clock.uncertainty() if self._clock.is_known else 0.0
        seconds = min(max(left + margin, 0.0) + self._drawn_seconds, _MAINTENANCE_SECONDS)
        self._enter(Waiting(seconds, "maintenance", meaning.message))
        return seconds

    # Requests.

    def _send(self) -> None:
        if not self._is_in or self._held_until is not None:
            return
        for call in self._calls.to_send():
            call.is_on_wire = True
            self._write(call.number, call.function, call.data, call.key)

    def _ask(self, function: str, data: str, answered: Callable[[Reply], None]) -> None:
        if self._line is not None:
            number = self.next_number()
            self._asked[number] = answered
            self._write(number, function, data, None)

    def _write(self, number: int, function: str, data: str, once: str | None) -> None:
        if self._line is not None:
            self._line.ask(number, function, request(self._options.world, function, data, number, once))

    def _ask_clock(self, times: int = 1) -> None:
        asked_at = self._clock_asked_at = self._now()

        def answered(reply: Reply) -> None:
            seconds = integer(reply.data, "now")
            if seconds is not None:
                self._clock.note(seconds, asked_at, self._now())
            if times > 1:
                self._after("clock", _CLOCK_PAUSE_SECONDS, lambda: self._ask_clock(times - 1))

        self.ask("server_time", {}, answered)

    # Time and state.

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _server_now(self) -> float:
        return self._clock.server_now(self._now())

    def _after(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, action)

    def _enter(self, state: State) -> None:
        if not (isinstance(state, Open) and isinstance(self.state, Open)):
            self.state = state
            self._events.state_changed(state)


def _told(meaning: Meaning) -> float:
    return (meaning.seconds or 0.0) if isinstance(meaning, Wait) else 0.0
