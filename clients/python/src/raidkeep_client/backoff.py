"""Pauses between attempts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class BackoffOptions:
    """How long a client waits before it tries again."""

    first_seconds: float = 0.5
    """The first pause."""
    most_seconds: float = 20.0
    """The longest."""


class Backoff:
    """Pauses that double, each with half of it drawn at random, so that many clients do not come back at once."""

    def __init__(self, options: BackoffOptions, random: Callable[[], float]) -> None:
        self._options = options
        self._random = random
        self._failures = 0

    def next(self) -> float:
        """The next pause, in seconds."""
        whole: float = min(self._options.most_seconds, self._options.first_seconds * 2.0**self._failures)
        self._failures = min(self._failures + 1, _MOST_DOUBLINGS)
        return whole * (0.5 + self._random() / 2)

    def reset(self) -> None:
        """Starts again with the first pause."""
        self._failures = 0
