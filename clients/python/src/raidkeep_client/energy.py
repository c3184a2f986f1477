"""A player's energy between two replies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .wire import integer


@dataclass(frozen=True, slots=True)
class EnergyPace:
    """What of the rules of energy the server does not say in its replies; the defaults are those shipped."""

    maximum: int = 120
    """No points come back at or above this."""
    seconds_per_point: int = 360
    """Seconds until a point comes back."""


@dataclass(frozen=True, slots=True)
class Energy:
    """A player's energy at a moment."""

    remain: int
    """Points."""
    cooling: int
    """Seconds until the next point, -1 when none is coming back."""
    full_at: int | None = None
    """When the maximum is reached, in seconds since 1970; `None` when it is."""


class EnergyMeter:
    """The energy as of the last reply that told it, and from there as the server computes it."""

    def __init__(self, rules: EnergyPace) -> None:
        self._pace = rules.seconds_per_point
        self._maximum = rules.maximum
        self._known: tuple[int, int | None] | None = None
        """Points, and when the next one comes, if one does."""

    def observe(self, data: object, server_now: float) -> None:
        """Reads the energy out of the `data` of a reply or event, if it tells it. `server_now` is in unix seconds."""
        told = _told(data)
        if told is None:
            return
        points, cooling = told
        if cooling < 0:
            self._known = (points, None)
            return
        at = data.get("at") if isinstance(data, dict) else None
        self._known = (points, self._next_point_at(points, cooling, integer(at, "full_at"), math.floor(server_now)))

    def at(self, server_now: float) -> Energy | None:
        """The energy at a moment of the server's clock, in unix seconds; `None` before any reply told it."""
        if self._known is None:
            return None
        points, next_at = self._known
        now = math.floor(server_now)
        room = 0 if next_at is None else max(0, self._maximum - points)
        if next_at is None or room == 0:
            return Energy(points, -1)
        regenerated = 0 if now < next_at else min(room, 1 + (now - next_at) // self._pace)
        if regenerated == room:
            return Energy(points + regenerated, -1)
        cooling = next_at + regenerated * self._pace - now
        return Energy(points + regenerated, cooling, next_at + (room - 1) * self._pace)

    def _next_point_at(self, points: int, cooling: int, full_at: int | None, now: int) -> int:
        """When the next point comes, in unix seconds.

        `full_at` is a moment, so it is exact where `cooling`, which counts from a moment that is known roughly, is not;
        and from both follows the maximum, if it is not the expected one.
        """
        if full_at is None:
            return now + cooling
        further = max(0, round((full_at - now - cooling) / self._pace))
        self._maximum = points + further + 1
        return full_at - further * self._pace


def _told(data: object) -> tuple[int, int] | None:
    """Points and cooling, under the names that older functions use too."""
    if not isinstance(data, dict):
        return None
    energy = data.get("energy")
    if not isinstance(energy, dict):
        energy = {"remain": energy, "cooling": data.get("cooling_time")}
    points = _first(integer(energy, "remain"), integer(energy, "remaining"))
    cooling = _first(integer(energy, "cooling"), integer(energy, "time"))
    return None if points is None or cooling is None else (points, cooling)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
