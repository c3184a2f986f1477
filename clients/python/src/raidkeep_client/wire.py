"""Frames as they come and go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """A frame with `status`."""

    status: int
    message: str
    data: object
    id: object
    n: int | None
    """The account's count of events, in the first reply of a connection that names the player."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """An event: a frame without `status`."""

    event: str
    data: object
    n: int | None
    """The account's count of events; absent from those asked for with `listen`."""


def read_frame(text: str) -> Reply | Pushed | None:
    """Reads a frame; `None` for one that is neither a reply nor an event."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, dict):
        return None
    n = integer(frame, "n")
    status = integer(frame, "status")
    if status is not None:
        return Reply(status, string(frame, "message") or "", frame.get("data"), frame.get("id"), n)
    event = string(frame, "event")
    return None if event is None else Pushed(event, frame.get("data"), n)


def encoded(data: Mapping[str, object]) -> str:
    """A request's `data` as JSON. Raises `TypeError` or `ValueError` where it is none."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half of a surrogate pair is no character, and would break the connection for the calls beside this one.
    text.encode()
    return text


def request(world: int, function: str, data: str, number: int, once: str | None) -> str:
    """A request; `data` is JSON already."""
    key = "" if once is None else f',"once":{json.dumps(once)}'
    return f'{{"world":{world},"function":{json.dumps(function)},"data":{data},"id":{number}{key}}}'


def string(data: object, name: str) -> str | None:
    """A field of a reply's `data`, if it is there and a text."""
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else None


def integer(data: object, name: str) -> int | None:
    """A field of a reply's `data`, if it is there and a whole number."""
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
