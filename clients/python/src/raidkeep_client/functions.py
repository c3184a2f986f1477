"""What the client has to know of single functions."""

from __future__ import annotations

from .api_gen import READ_ONLY, SEVERAL_ANSWERS

_WAITS_SECONDS = {
    # Until the round ends; its length is a setting of the server, 60 s as shipped.
    "battle": 90.0,
}
"""The most that the server may take for an answer where it waits for another player."""


def changes(function: str) -> bool:
    """Whether a call of this function may change anything, so that it needs a key; all of operators' count as such."""
    return function not in READ_ONLY


def several_answers(function: str) -> frozenset[int] | None:
    """The statuses of a function that are answers, where there are several."""
    return SEVERAL_ANSWERS.get(function)


def wait_seconds(function: str) -> float:
    """How long the server may wait before it answers, beyond the usual."""
    return _WAITS_SECONDS.get(function, 0.0)
