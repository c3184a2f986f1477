"""Idempotency keys."""

from __future__ import annotations

import secrets

_ALPHABET = "abcdefghijkmnopqrstuvwxyz2345678"
_LENGTH = 24


class Keys:
    """The ordered keys of one client: `SERIES#NUMBER`, with numbers that rise.

    Two clients must never use one series, or the server would take a call of the one for a repeated call of the other.
    So each has a name of its own, of 120 random bits.
    """

    def __init__(self) -> None:
        self._series = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        self._last = 0

    def next(self) -> str:
        """A key that was never used before."""
        self._last += 1
        return f"{self._series}#{self._last}"
