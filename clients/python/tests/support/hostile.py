"""A model of the server's promises about keys, on lines that break at any moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .fake import Answer, FakeConnection, FakeServer, Request

REPLIES_KEPT = 6
"""Replies that are kept; few, so that some are forgotten while they are still asked for."""


Kind: TypeAlias = Literal[
    "nothing", "cut", "silence", "stop", "go_down", "too_many", "busy", "maintenance", "end_token", "unclear", "fail"
]


@dataclass(frozen=True)
class Mischief:
    """What goes wrong with one request."""

    kind: Kind = "nothing"
    is_carried_out: bool = False
    """Whether the request is carried out before its line breaks, or its outcome becomes unclear."""


class HostileServer:
    """One account. It does what goes wrong in the given order, and is honest after that."""

    def __init__(self, server: FakeServer, mischief: Sequence[Mischief]) -> None:
        self.sent: Counter[str] = Counter()
        """How often each letter was sent, by its subject."""
        self.keys: list[str] = []
        """Keys in the order they came for the first time."""
        self.complaints: list[str] = []
        self._server = server
        self._mischief = list(mischief)
        self._replies: dict[str, Answer] = {}
        self._used: set[str] = set()
        self._token: object = None
        self._tokens_on: dict[int, object] = {}
        server.handlers |= {
            "login_unique": self._log_in,
            "get_player_info": self._overview,
            "send_mail": self._mail,
        }

    def _log_in(self, request: Request, connection: FakeConnection) -> Answer | None:
        def log_in() -> Answer:
            self._server.tokens += 1
            self._token = self._tokens_on[id(connection)] = f"token-{self._server.tokens}"
            return Answer(0 if self._server.tokens > 1 else 1, {"token": self._token})

        return self._spoilt(request, connection, log_in)

    def _overview(self, request: Request, connection: FakeConnection) -> Answer | None:
        if "token" in request.data:
            self._tokens_on[id(connection)] = request.data["token"]
        return self._as_player(request, connection, lambda: Answer(data={"energy": {"cooling": -1, "remain": 120}}))

    def _mail(self, request: Request, connection: FakeConnection) -> Answer | None:
        if request.once is not None and request.once not in self.keys:
            self.keys.append(request.once)
        return self._as_player(request, connection, lambda: self._once(request))

    def _as_player(self, request: Request, connection: FakeConnection, answer: Callable[[], Answer]) -> Answer | None:
        def checked() -> Answer:
            is_valid = self._tokens_on.get(id(connection)) == self._token
            return answer() if is_valid else Answer(11, {"reason": "expired"})

        return self._spoilt(request, connection, checked)

    def _once(self, request: Request) -> Answer:
        key = request.once
        if key is None:
            self.complaints.append("a change came without a key")
            return Answer(-1)
        if key in self._replies:
            return self._replies[key]
        if key in self._used:
            return Answer(13, {"reason": "used"})
        subject = str(request.data["subj"])
        if subject.startswith("refused"):
            # A refusal that changed nothing keeps no reply and uses up no key.
            return Answer(98)
        self.sent[subject] += 1
        self._used.add(key)
        self._replies[key] = Answer()
        if len(self._replies) > REPLIES_KEPT:
            del self._replies[next(iter(self._replies))]
        return Answer()

    def _spoilt(self, request: Request, connection: FakeConnection, answer: Callable[[], Answer]) -> Answer | None:
        mischief = self._mischief.pop(0) if self._mischief else Mischief()
        is_change = request.function == "send_mail"
        refusals = {
            "too_many": Answer(15, {"retry_after_ms": 700}),
            "busy": Answer(16),
            "maintenance": Answer(18, {"until": int(self._server.now()) + 3}),
            "unclear": Answer(-2),
            "fail": Answer(-1),
        }
        if mischief.kind == "nothing":
            return answer()
        if mischief.kind == "end_token":
            self._token = "ended"
            return Answer(11, {"reason": "expired"})
        if mischief.kind in refusals:
            if is_change and mischief.is_carried_out and mischief.kind in ("unclear", "fail"):
                answer()
            return refusals[mischief.kind]
        if mischief.is_carried_out:
            answer()
        self._break(mischief, connection)
        return None

    def _break(self, mischief: Mischief, connection: FakeConnection) -> None:
        def come_up() -> None:
            self._server.is_down = False

        match mischief.kind:
            case "silence":
                connection.is_deaf = True
            case "stop":
                connection.cut(1001)
            case "go_down":
                self._server.is_down = True
                asyncio.get_running_loop().call_later(7, come_up)
                connection.cut()
            case _:
                connection.cut()
