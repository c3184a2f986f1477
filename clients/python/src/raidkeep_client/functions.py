"""What the client has to know of single functions."""

from __future__ import annotations

from .api_gen import READ_ONLY, SEVERAL_ANSWERS, WAITING

_WAIT_SECONDS = 90.0
"""How long the server may wait for a disk, a platform or another player: a round of a battle lasts 60 s as shipped."""


def changes(function: str) -> bool:
    """Whether a call of this function may change anything, so that it needs a key."""
    return function not in READ_ONLY


def several_answers(function: str) -> frozenset[int] | None:
    """The statuses of a function that are answers, where there are several."""
    return SEVERAL_ANSWERS.get(function)


def wait_seconds(function: str) -> float:
    """How long the server may wait before it answers, beyond the usual."""
    return _WAIT_SECONDS if function in WAITING else 0.0
