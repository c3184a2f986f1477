"""This client as the conformance suite drives it: orders on standard input, reports on standard output."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Literal, NotRequired, TypedDict

from raidkeep_client import (
    Answer,
    Client,
    ClientOptions,
    FailedError,
    Idle,
    LivenessOptions,
    RefusedError,
    ReplyLostError,
    State,
    Stopped,
    StoppedError,
)
from raidkeep_client.api_gen import EVENTS


class Connect(TypedDict):
    do: Literal["connect"]
    url: str
    guest: NotRequired[str]
    token: NotRequired[str]
    heartbeat_seconds: NotRequired[float]


class Call(TypedDict):
    do: Literal["call"]
    ref: int
    function: str
    data: NotRequired[dict[str, object]]


class Close(TypedDict):
    do: Literal["close"]


def say(**report: object) -> None:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


def tell_state(state: State) -> None:
    match state:
        case Idle():
            pass
        case Stopped(error):
            say(state=state.name, why=error.why)
        case _:
            say(state=state.name)


def client_of(order: Connect) -> Client:
    seconds = order.get("heartbeat_seconds")
    liveness = LivenessOptions() if seconds is None else LivenessOptions(seconds, seconds)
    client = Client(
        order["url"],
        guest=order.get("guest"),
        token=order.get("token"),
        options=ClientOptions(liveness=liveness),
    )
    client.on_state(tell_state)
    client.on_gap(lambda _: say(gap=True))
    for event in EVENTS:
        client.on_untyped(event, lambda data, event=event: say(event=event, data=data))  # type: ignore[misc]
    return client


async def call(client: Client, order: Call) -> None:
    ref = order["ref"]
    try:
        answer = await client.call_untyped(order["function"], order.get("data", {}))
    except RefusedError as error:
        say(ended="refused", ref=ref, status=error.status, data=error.data)
    except ReplyLostError:
        say(ended="lost", ref=ref)
    except FailedError as error:
        say(ended="failed", ref=ref, made=error.made)
    else:
        status, data = (answer.status, answer.data) if isinstance(answer, Answer) else (0, answer)
        say(ended="reply", ref=ref, status=status, data=data)


async def main() -> None:
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    client: Client | None = None
    async with asyncio.TaskGroup() as group:
        async for line in orders:
            order: Connect | Call | Close = json.loads(line)
            if order["do"] == "connect":
                client = client_of(order)
                group.create_task(connect(client))
            elif order["do"] == "call" and client is not None:
                group.create_task(call(client, order))
            else:
                break
        if client is not None:
            await client.close()


async def connect(client: Client) -> None:
    try:
        await client.connect()
    except (StoppedError, ConnectionError):
        # The state has told it.
        return


if __name__ == "__main__":
    asyncio.run(main())
