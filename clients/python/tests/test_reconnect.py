"""What happens when the line breaks."""

from __future__ import annotations

import asyncio

from raidkeep_client import BackoffOptions, ClientOptions, Gap, Waiting
from raidkeep_client.backoff import Backoff
from support.fake import Answer, FakeConnection, Request
from support.story import Story
from support.virtual import in_virtual_time, until


@in_virtual_time
async def test_a_call_whose_line_breaks_is_sent_again_under_its_key_and_ends_once() -> None:
    async with Story() as story:
        story.server.silence("enter_stage_general")
        call = story.call("enter_stage_general", stage=8)
        await story.until_asked("enter_stage_general")
        story.server.answer("enter_stage_general", Answer(data={"energy": {"remain": 114, "cooling": 360}}))
        story.server.last.cut()
        await story.ended(call)
        first, second = story.server.asked("enter_stage_general")
        assert first.once is not None
        assert first.once == second.once, "a repeated call has the key of its first time"
        assert call.answer == {"energy": {"remain": 114, "cooling": 360}}


@in_virtual_time
async def test_what_is_open_is_sent_again_in_the_order_it_was_called() -> None:
    async with Story() as story:
        story.server.silence("send_mail")
        calls = story.letters("a", "b", "c")
        await story.until_asked("send_mail", 3)
        story.server.last.cut()
        calls += story.letters("d")
        story.server.answer("send_mail", Answer())
        await story.ended(*calls)
        again = [request for request in story.server.last.requests if request.function == "send_mail"]
        assert [request.data["subj"] for request in again] == ["a", "b", "c", "d"]
        numbers = [int((request.once or "").split("#")[1]) for request in again]
        assert numbers == sorted(numbers), "numbers of a series rise"


@in_virtual_time
async def test_a_call_that_can_change_nothing_has_no_key_and_is_sent_again_all_the_same() -> None:
    async with Story() as story:
        story.server.silence("get_shop")
        call = story.call("get_shop")
        await story.until_asked("get_shop")
        story.server.answer("get_shop", Answer(data={"offers": []}))
        story.server.last.cut()
        await story.ended(call)
        assert [request.once for request in story.server.asked("get_shop")] == [None, None]


@in_virtual_time
async def test_a_broken_line_is_opened_again_with_the_token_and_nobody_logs_in_anew() -> None:
    async with Story() as story:
        story.server.last.cut()
        await until(lambda: len(story.server.connections) == 2, "a second line")
        await story.until_open()
        assert len(story.server.asked("login_unique")) == 1
        greeting = story.server.last.requests[0]
        assert (greeting.function, greeting.data["token"]) == ("get_player_info", "token-1")
        assert story.gaps == [Gap("reconnected")], "events may have been missed meanwhile"


@in_virtual_time
async def test_pauses_between_attempts_double_up_to_the_longest_with_half_of_each_by_chance() -> None:
    options = ClientOptions(backoff=BackoffOptions(0.5, 4.0), chance=lambda: 0.5)
    story = Story(options)
    story.server.is_down = True
    connecting = asyncio.ensure_future(story.client.connect())
    await until(lambda: story.state_names.count("waiting") == 6, "six attempts")
    pauses = [state.seconds for state in story.states if isinstance(state, Waiting)]
    assert pauses == [0.375, 0.75, 1.5, 3.0, 3.0, 3.0]
    assert isinstance(story.states[1], Waiting)
    assert isinstance(story.states[1].cause, ConnectionRefusedError), "who waits can see why"
    await story.client.close()
    await asyncio.wait([connecting])
    assert isinstance(connecting.exception(), ConnectionError), "a client that is closed will not be connected"


def test_half_of_a_pause_is_chance_so_that_two_clients_do_not_come_back_at_the_same_moment() -> None:
    soon = Backoff(BackoffOptions(1.0, 8.0), lambda: 0.0)
    late = Backoff(BackoffOptions(1.0, 8.0), lambda: 0.99)
    assert [soon.next(), soon.next()] == [0.5, 1.0]
    assert [late.next(), late.next()] == [0.995, 1.99]


@in_virtual_time
async def test_a_line_closed_for_size_by_somebody_on_the_way_fails_no_call_that_fits_into_a_frame() -> None:
    cuts: list[str | None] = []

    def take(request: Request, connection: FakeConnection) -> Answer | None:
        cuts.append(request.once)
        if len(cuts) > 1:
            return Answer()
        connection.cut(1009)
        return None

    async with Story() as story:
        story.server.handlers["send_mail"] = take
        call = story.call("send_mail", gn_target="x", subj="s", body="x" * 2_000)
        await story.ended(call)
        assert call.error is None
        assert cuts[0] == cuts[1], "it is sent again under its key"


@in_virtual_time
async def test_a_frame_that_is_too_large_fails_the_largest_call_and_the_others_go_on() -> None:
    def take(request: Request, connection: FakeConnection) -> Answer | None:
        if len(str(request.data["body"])) < 1_000:
            return Answer()
        connection.cut(1009)
        return None

    async with Story() as story:
        story.server.handlers["send_mail"] = take
        large = story.call("send_mail", gn_target="x", subj="large in bytes", body="\u5927" * 25_000)
        small = story.call("send_mail", gn_target="x", subj="small", body="")
        await story.ended(large, small)
        assert large.call_error.made == "no", "the server reads no frame that is too large"
        assert small.error is None
