"""The server's clock."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass

_SAMPLES = 8
"""Samples that are kept; more would only add the drift of the clocks."""
_SAMPLE_LIFE_SECONDS = 10 * 60.0
_TICK_SECONDS = 0.1
"""The server's clock stands still within a tick."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """An answer of whole seconds, taken between two local moments."""

    least: float
    """The server's clock is ahead of the local one by at least this, in seconds."""
    most: float
    """And by at most this."""
    taken_at: float


class ServerClock:
    """The server's clock, as far as it is known from `server_time`.

    The server tells whole seconds, at some moment between the request and the reply. Each answer leaves an interval for
    the difference of the clocks; several cut it down to less than a second, and its middle is taken. Local moments are
    those of the event loop, which nobody sets.
    """

    def __init__(self) -> None:
        self._samples: deque[_Sample] = deque(maxlen=_SAMPLES)

    def note(self, seconds: int, asked_at: float, answered_at: float) -> None:
        """Notes an answer: the server's unix seconds, and when it was asked and answered by the local clock."""
        fresh = _Sample(seconds - answered_at, seconds + 1 + _TICK_SECONDS - asked_at, answered_at)
        kept = (
            sample
            for sample in self._samples
            if sample.least <= fresh.most
            and fresh.least <= sample.most
            and answered_at - sample.taken_at < _SAMPLE_LIFE_SECONDS
        )
        self._samples = deque([*kept, fresh], maxlen=_SAMPLES)

    @property
    def is_known(self) -> bool:
        """Whether the server was heard."""
        return bool(self._samples)

    def server_now(self, local_now: float) -> float:
        """The server's clock at a local moment, in seconds since 1970; the system's clock before the first answer."""
        if not self._samples:
            return time.time()
        least, most = self._bounds()
        return local_now + (least + most) / 2

    def uncertainty(self) -> float:
        """By how many seconds `server_now` may be wrong; infinite before the first answer."""
        if not self._samples:
            return math.inf
        least, most = self._bounds()
        return max(0.0, most - least) / 2

    def _bounds(self) -> tuple[float, float]:
        return max(sample.least for sample in self._samples), min(sample.most for sample in self._samples)
