"""How calls end."""

from __future__ import annotations

import asyncio
import math

import pytest

from raidkeep_client import CallLimits, ClientOptions, FailedError, FailureReason, Made
from support.fake import Answer, FakeConnection, Request
from support.story import Story, Watched
from support.virtual import in_virtual_time, settled, until


def assert_failed(call: Watched, reason: FailureReason, made: Made) -> None:
    assert isinstance(call.error, FailedError)
    assert (call.error.reason, call.error.made) == (reason, made)


@in_virtual_time
async def test_replies_find_their_calls_whatever_was_asked_in_between() -> None:
    async with Story() as story:
        story.server.handlers["mopping_up_stage"] = lambda request, _: Answer(data=request.data["stage"])
        calls = [story.call("mopping_up_stage", stage=stage) for stage in (8, 9, 10)]
        await story.ended(*calls)
        assert [call.answer for call in calls] == [8, 9, 10]


@in_virtual_time
async def test_a_call_before_connect_waits_for_it() -> None:
    story = Story()
    call = story.call("get_shop")
    await asyncio.sleep(1)
    assert not call.task.done()
    async with story:
        await story.ended(call)
        assert call.error is None


@in_virtual_time
async def test_a_call_that_was_never_sent_times_out_as_not_made() -> None:
    story = Story()
    story.server.is_down = True
    connecting = asyncio.ensure_future(story.client.connect())
    call = story.call("enter_stage_general", 5, stage=8)
    await story.ended(call)
    assert_failed(call, "timed_out", "no")
    await story.client.close()
    await asyncio.wait([connecting])
    assert isinstance(connecting.exception(), ConnectionError)


@in_virtual_time
async def test_a_call_that_was_sent_times_out_in_doubt_and_is_not_sent_again() -> None:
    async with Story() as story:
        story.server.silence("enter_stage_general")
        call = story.call("enter_stage_general", 5, stage=8)
        await story.ended(call)
        assert_failed(call, "timed_out", "unknown")
        story.server.last.cut()
        await asyncio.sleep(60)
        assert len(story.server.asked("enter_stage_general")) == 1


@in_virtual_time
async def test_the_answer_to_a_call_that_has_timed_out_does_no_harm() -> None:
    def answer_late(request: Request, connection: FakeConnection) -> None:
        asyncio.get_running_loop().call_later(10, connection.reply, request, Answer())

    async with Story() as story:
        story.server.handlers["enter_stage_general"] = answer_late
        call = story.call("enter_stage_general", 5, stage=8)
        await asyncio.sleep(15)
        assert_failed(call, "timed_out", "unknown")
        assert story.client.state.name == "open"


@in_virtual_time
async def test_a_call_that_can_change_nothing_fails_as_not_made_however_far_it_came() -> None:
    async with Story() as story:
        story.server.silence("get_player_info")
        call = story.call("get_player_info", 5)
        await story.ended(call)
        assert_failed(call, "timed_out", "no")


@in_virtual_time
async def test_a_call_that_is_cancelled_after_it_was_sent_may_have_been_made_and_is_not_sent_again() -> None:
    async with Story() as story:
        story.server.silence("enter_stage_general")
        call = story.call("enter_stage_general", stage=8)
        await story.until_asked("enter_stage_general")
        call.task.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await call.task
        assert cancelled.value.__notes__ == ["enter_stage_general: cancelled; the change may have been made"]
        story.server.last.cut()
        await asyncio.sleep(60)
        assert len(story.server.asked("enter_stage_general")) == 1


@in_virtual_time
async def test_a_call_that_is_cancelled_before_it_was_sent_is_not_made() -> None:
    async with Story() as story:
        call = story.call("enter_stage_general", stage=8)
        call.task.cancel()
        await story.ended(call)
        assert call.task.cancelled()
        story.server.last.cut()
        waiting = story.call("enter_stage_general", stage=9)
        await settled()
        waiting.task.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await waiting.task
        assert cancelled.value.__notes__ == ["enter_stage_general: cancelled; nothing was changed"]
        await asyncio.sleep(60)
        assert story.server.asked("enter_stage_general") == []


@in_virtual_time
async def test_a_call_that_is_cancelled_in_the_moment_of_its_turn_is_not_sent() -> None:
    async with Story(ClientOptions(limits=CallLimits(max_in_flight=1))) as story:
        story.server.silence("send_mail")
        first, second = story.letters("first", "second")
        await story.until_asked("send_mail")
        number = story.server.asked("send_mail")[0].id
        story.server.last.incoming.put_nowait(f'{{"status":0,"message":"","id":{number}}}')
        second.task.cancel()
        await story.ended(first, second)
        await asyncio.sleep(1)
        assert [request.data["subj"] for request in story.server.asked("send_mail")] == ["first"]


@in_virtual_time
async def test_a_call_whose_line_broke_may_have_been_made_though_it_is_on_no_line() -> None:
    async with Story() as story:
        story.server.silence("enter_stage_general")
        call = story.call("enter_stage_general", stage=8)
        await story.until_asked("enter_stage_general")
        story.server.is_down = True
        story.server.last.cut()
        await asyncio.sleep(1)
        await story.client.close()
        await story.ended(call)
        assert_failed(call, "closed", "unknown")


@in_virtual_time
async def test_a_time_limit_of_asyncio_ends_a_call_as_well() -> None:
    async with Story() as story:
        story.server.silence("enter_stage_general")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await story.client.call("enter_stage_general", {"stage": 8})
        story.server.answer("enter_stage_general", Answer(data={}))
        await story.client.call("enter_stage_general", {"stage": 8})


@in_virtual_time
async def test_closing_ends_what_is_open_and_calls_after_it() -> None:
    async with Story() as story:
        story.server.silence("enter_stage_general")
        sent = story.call("enter_stage_general", stage=8)
        await story.until_asked("enter_stage_general")
        await story.client.close()
        later = story.call("enter_stage_general", stage=8)
        await story.ended(sent, later)
        assert_failed(sent, "closed", "unknown")
        assert_failed(later, "closed", "no")


@in_virtual_time
async def test_more_calls_than_a_client_keeps_fail_at_once() -> None:
    story = Story(ClientOptions(limits=CallLimits(max_open_calls=2)))
    calls = [story.call("get_shop") for _ in range(3)]
    await story.ended(calls[2])
    assert [call.task.done() for call in calls] == [False, False, True]
    assert_failed(calls[2], "too_many", "no")
    await story.client.close()
    await story.ended(*calls)
    assert_failed(calls[0], "closed", "no")
    assert_failed(calls[1], "closed", "no")


@in_virtual_time
async def test_no_more_calls_are_on_the_line_than_the_server_reads_ahead() -> None:
    async with Story(ClientOptions(limits=CallLimits(max_in_flight=4))) as story:
        story.server.silence("get_shop")
        calls = [story.call("get_shop") for _ in range(10)]
        await asyncio.sleep(1)
        assert len(story.server.asked("get_shop")) == 4
        for call in calls:
            call.task.cancel()
        await story.ended(*calls)


@in_virtual_time
async def test_a_call_that_is_stuck_does_not_fall_behind_what_the_server_remembers() -> None:
    options = ClientOptions(limits=CallLimits(max_open_calls=2_000), timeout_seconds=math.inf)
    async with Story(options) as story:
        is_stuck = True
        story.server.handlers["send_mail"] = lambda request, _: Answer(
            16 if is_stuck and request.data["subj"] == "stuck" else 0
        )
        calls = story.letters("stuck", *(str(number) for number in range(800)))
        await asyncio.sleep(3_600)
        numbers = [int((request.once or "").split("#")[1]) for request in story.server.asked("send_mail")]
        assert not calls[0].task.done()
        assert max(numbers) - numbers[0] <= 256, "the server remembers 1,088 keys, and refuses older ones as used"
        is_stuck = False
        await story.ended(*calls)
        assert all(call.error is None for call in calls)


@in_virtual_time
async def test_data_that_is_no_json_fails_alone_and_at_once() -> None:
    async with Story() as story:
        for data in (object(), math.nan, "\ud800", {1, 2}):
            with pytest.raises((TypeError, ValueError)):
                await story.client.call_untyped("send_mail", {"subj": data})
        assert story.client.state.name == "open"
        assert story.server.asked("send_mail") == []


@in_virtual_time
async def test_a_request_is_what_it_was_when_it_was_called_also_when_it_is_repeated() -> None:
    async with Story() as story:
        story.server.silence("send_mail")
        data: dict[str, object] = {"subj": "first"}
        call = asyncio.ensure_future(story.client.call_untyped("send_mail", data))
        await story.until_asked("send_mail")
        data["subj"] = "second"
        story.server.answer("send_mail", Answer())
        story.server.last.cut()
        await call
        assert [request.data["subj"] for request in story.server.asked("send_mail")] == ["first", "first"]


@in_virtual_time
async def test_a_client_that_is_closed_while_its_line_opens_leaves_nothing_behind() -> None:
    story = Story()
    story.server.is_silent = True
    connecting = asyncio.ensure_future(story.client.connect())
    await asyncio.sleep(1)
    await story.client.close()
    await asyncio.wait([connecting])
    assert isinstance(connecting.exception(), ConnectionError)
    assert story.client.state.name == "idle"


@in_virtual_time
async def test_entering_a_client_that_takes_too_long_leaves_nothing_behind() -> None:
    story = Story()
    story.server.is_down = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(30), story.client:
            raise AssertionError("nobody can get in")
    before = len(story.server.connections)
    await asyncio.sleep(600)
    assert len(story.server.connections) == before


@in_virtual_time
async def test_a_client_may_be_used_again_after_it_was_closed() -> None:
    story = Story()
    async with story:
        await story.client.call_untyped("send_mail", {})
    async with story:
        await story.client.call_untyped("send_mail", {})
    first, second = story.server.asked("send_mail")
    assert first.once != second.once
    await until(lambda: story.client.state.name == "idle", "closed")
