"""Which events are missing."""

from __future__ import annotations


class EventCount:
    """Follows the account's count of events.

    Within a connection each event has the number after the one before; what is missing was dropped by the server,
    because the client read too slowly.
    """

    def __init__(self) -> None:
        self._last: int | None = None

    def restart(self) -> None:
        """A new connection: the count may have started anew."""
        self._last = None

    def note_reply(self, n: int) -> None:
        """The count beside the first reply that names the player."""
        self._last = n if self._last is None else max(n, self._last)

    def note_event(self, n: int | None) -> bool:
        """Notes the number of an event; whether events before it are missing."""
        if n is None:
            return False
        is_missing = self._last is not None and n != self._last + 1
        self._last = n
        return is_missing
