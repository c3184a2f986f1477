"""Listeners."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Never, TypeAlias, cast

Listener: TypeAlias = Callable[[Never], object]
"""Whatever takes one value; which one it gets depends on the name that it listens to."""


class Emitter:
    """Listeners by name, which may be coroutine functions: those run as tasks of the client.

    A listener that raises disturbs neither the others nor the connection; the event loop's exception handler hears of
    it.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, dict[int, Listener]] = {}
        self._last = 0
        self._tasks: set[asyncio.Task[object]] = set()

    def on(self, name: str, listener: Listener) -> Callable[[], None]:
        """Adds a listener; the function that comes back removes it."""
        self._last += 1
        number = self._last
        listeners = self._listeners.setdefault(name, {})
        listeners[number] = listener

        def off() -> None:
            listeners.pop(number, None)

        return off

    def emit(self, name: str, value: object) -> None:
        """Calls the listeners of a name."""
        for listener in list(self._listeners.get(name, {}).values()):
            try:
                result = cast("Callable[[object], object]", listener)(value)
            except Exception as error:  # noqa: BLE001 - whatever a listener raises is its author's to hear of
                _report(name, error)
            else:
                if inspect.iscoroutine(result):
                    self._run(name, result)

    async def close(self) -> None:
        """Cancels listeners that still run. The one that called this goes on."""
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _run(self, name: str, coroutine: Coroutine[object, object, object]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine, name=f"raidkeep listener of {name}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(name, done))

    def _done(self, name: str, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _report(name, error)


def _report(name: str, error: BaseException) -> None:
    context = {"message": f"a listener of {name} has failed", "exception": error}
    asyncio.get_running_loop().call_exception_handler(context)
