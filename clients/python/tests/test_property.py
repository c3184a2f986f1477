"""No acknowledged call is lost and none is doubled, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from raidkeep_client import CallError, ClientOptions, StoppedError
from support.fake import FakeServer
from support.hostile import HostileServer, Kind, Mischief
from support.story import Story
from support.virtual import in_virtual_time


@dataclass(frozen=True)
class Letter:
    """A call, and what its caller does."""

    is_refused: bool
    pause_seconds: float
    """Before the next call."""
    timeout_seconds: float
    cancel_seconds: float | None
    """After this long its task is cancelled."""


letters = st.builds(
    Letter,
    is_refused=st.sampled_from([False, False, False, True]),
    pause_seconds=st.sampled_from([0.0, 0.0, 0.005, 0.02, 0.4]),
    timeout_seconds=st.sampled_from([100_000.0, 100_000.0, 2.0]),
    cancel_seconds=st.sampled_from([None, None, None, 0.0, 0.015, 0.025, 3.0]),
)
BREAKS: list[Kind] = ["cut", "silence", "stop", "go_down"]
STATUSES: list[Kind] = ["too_many", "busy", "maintenance", "end_token", "unclear", "fail"]
# Most requests pass, or few would come so far that something can be lost or doubled.
mischief = st.one_of(
    st.just(Mischief()),
    st.just(Mischief()),
    st.builds(Mischief, kind=st.sampled_from(BREAKS + STATUSES), is_carried_out=st.booleans()),
)


async def call(story: Story, subject: str, letter: Letter) -> str:
    """Makes the call; returns what its caller is told of it."""
    task = asyncio.current_task()
    if letter.cancel_seconds is not None and task is not None:
        asyncio.get_running_loop().call_later(letter.cancel_seconds, task.cancel)
    data = {"gn_target": "x", "subj": subject, "body": ""}
    try:
        await story.client.call_untyped("send_mail", data, letter.timeout_seconds)
    except CallError as error:
        return error.made
    except asyncio.CancelledError as error:
        # A task that is cancelled before it has begun gets no note.
        notes = " ".join(getattr(error, "__notes__", ["nothing was changed"]))
        return "no" if "nothing was changed" in notes else "unknown"
    return "yes"


@given(plan=st.lists(letters, min_size=1, max_size=25), wrongs=st.lists(mischief, max_size=60), is_closed=st.booleans())
def test_no_acknowledged_call_is_lost_and_none_doubled(
    plan: list[Letter],
    wrongs: list[Mischief],
    *,
    is_closed: bool,
) -> None:
    @in_virtual_time
    async def story() -> None:
        server = FakeServer()
        model = HostileServer(server, wrongs)
        story = Story(ClientOptions(chance=lambda: 0.5), server=server)
        connecting = asyncio.ensure_future(story.client.connect())
        calls: dict[str, asyncio.Task[str]] = {}
        for number, letter in enumerate(plan):
            subject = f"{'refused' if letter.is_refused else 'letter'} {number}"
            calls[subject] = asyncio.ensure_future(call(story, subject, letter))
            if letter.pause_seconds > 0:
                await asyncio.sleep(letter.pause_seconds)
        if is_closed:
            await asyncio.sleep(1)
            await story.client.close()
        await asyncio.wait([*calls.values(), connecting])
        # What is still on the way arrives.
        await asyncio.sleep(120)
        await story.client.close()
        await asyncio.wait([connecting])
        refusal = connecting.exception()
        assert is_closed or isinstance(refusal, StoppedError | None), "a log-in that fails twice stops it"

        assert model.complaints == []
        for subject, task in calls.items():
            told, times = task.result(), model.sent[subject]
            assert times <= 1, f"{subject}: no call is doubled, whatever became of it"
            if told == "yes":
                assert times == 1, f"{subject}: no acknowledged call is lost"
            if told == "no":
                assert times == 0, f"{subject}: what is said not to be made is not made"
        numbers = [int(key.split("#")[1]) for key in model.keys]
        assert len({key.split("#")[0] for key in model.keys}) <= 1, "a client has one series"
        assert numbers == sorted(numbers), "keys come for the first time in their order"

    story()
