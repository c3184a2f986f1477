"""What the client does with the statuses that any function may answer."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from raidkeep_client import (
    Answer as SeveralAnswer,
)
from raidkeep_client import (
    FailedError,
    RefusedError,
    ReplyLostError,
    StopDetails,
    Stopped,
    StopReason,
    Waiting,
    is_refused,
)
from support.fake import Answer, FakeConnection, Request
from support.story import Story, Watched
from support.virtual import in_virtual_time


async def entered(story: Story, *answers: Answer) -> Watched:
    """A call of `enter_stage_general` that is answered so, one answer after the other, then with success."""
    story.server.answer("enter_stage_general", *answers, Answer(data={}))
    call = story.call("enter_stage_general", stage=8)
    await story.ended(call)
    return call


def now() -> float:
    return asyncio.get_running_loop().time()


@in_virtual_time
async def test_a_functions_own_code_is_raised_and_is_known_to_have_changed_nothing() -> None:
    async with Story() as story:
        call = await entered(story, Answer(97, {"need": 6}, message="energy insufficient"))
        error = call.error
        assert error is not None
        assert is_refused(error, "enter_stage_general")
        assert (error.status, error.reason, error.made) == (97, "energy insufficient", "no")
        assert error.data == {"need": 6}
        assert not is_refused(error, "mopping_up_stage"), "it is the refusal of one function"


@in_virtual_time
async def test_where_several_statuses_are_answers_the_answer_says_which() -> None:
    async with Story() as story:
        story.server.answer("start_hang_up", Answer(2))
        call = story.call("start_hang_up", stage=3)
        await story.ended(call)
        assert call.answer == SeveralAnswer(2, None)


@in_virtual_time
async def test_a_key_that_was_used_without_its_reply_ends_the_call_as_made() -> None:
    async with Story() as story:
        call = await entered(story, Answer(13, {"reason": "used"}))
        assert isinstance(call.error, ReplyLostError)
        assert call.error.made == "yes"


@in_virtual_time
async def test_a_malformed_request_is_refused_and_not_taken_for_a_lost_reply() -> None:
    async with Story() as story:
        call = await entered(story, Answer(13, message="data.stage: expected an integer"))
        assert isinstance(call.error, RefusedError)
        assert call.error.status == 13


@in_virtual_time
async def test_too_many_requests_wait_as_long_as_they_are_told_and_go_on_under_the_same_key() -> None:
    async with Story() as story:
        began = now()
        call = await entered(story, Answer(15, {"retry_after_ms": 3_000}))
        first, second = story.server.asked("enter_stage_general")
        assert now() - began >= 3, "the server's pause is kept"
        assert first.once == second.once
        assert call.error is None


@in_virtual_time
async def test_while_one_call_waits_no_other_is_sent() -> None:
    async with Story() as story:
        story.server.answer("enter_stage_general", Answer(15, {"retry_after_ms": 3_000}), Answer())
        first = story.call("enter_stage_general", stage=8)
        await asyncio.sleep(1)
        second = story.call("get_shop")
        await asyncio.sleep(1)
        assert story.server.asked("get_shop") == [], "it would be refused as well"
        await story.ended(first, second)


@in_virtual_time
async def test_a_busy_server_is_asked_again_after_pauses_that_grow() -> None:
    moments: list[float] = []

    def busy(_request: Request, _connection: FakeConnection) -> Answer:
        moments.append(now())
        return Answer(16 if len(moments) < 4 else 0)

    async with Story() as story:
        story.server.handlers["enter_stage_general"] = busy
        call = story.call("enter_stage_general", stage=8)
        await story.ended(call)
        assert call.error is None
        pauses = [later - sooner for sooner, later in pairwise(moments)]
        assert pauses == sorted(pauses)
        assert pauses[2] > pauses[0] * 2


@in_virtual_time
async def test_maintenance_is_told_with_its_message_and_waited_for() -> None:
    async with Story() as story:
        await asyncio.sleep(2)
        end = int(story.server.now()) + 20
        story.server.handlers["enter_stage_general"] = lambda *_: (
            Answer() if story.server.now() >= end else Answer(18, {"until": end, "message": "back at noon"})
        )
        call = story.call("enter_stage_general", stage=8)
        await asyncio.sleep(1)
        state = story.client.state
        assert isinstance(state, Waiting)
        assert (state.why, state.message) == ("maintenance", "back at noon")
        await story.ended(call)
        assert len(story.server.asked("enter_stage_general")) == 2, "nothing is asked before its end"
        assert story.client.state.name == "open"


@in_virtual_time
async def test_one_maintenance_that_answers_many_calls_is_waited_for_once() -> None:
    async with Story() as story:
        over_at = now() + 0.1
        story.server.handlers["get_shop"] = lambda *_: (
            Answer() if now() >= over_at else Answer(18, {"message": "a moment"})
        )
        began = now()
        await story.ended(*[story.call("get_shop") for _ in range(12)])
        assert now() - began < 1.0, "the first pause, not the twelfth"


@in_virtual_time
async def test_maintenance_that_ends_early_is_noticed_because_the_server_is_asked_now_and_then() -> None:
    async with Story() as story:
        began = now()
        call = await entered(story, Answer(18, {"until": int(story.server.now()) + 86_400}))
        assert call.error is None
        assert now() - began <= 40


@in_virtual_time
async def test_an_answer_in_doubt_is_asked_for_again_under_the_same_key() -> None:
    async with Story() as story:
        call = await entered(story, Answer(-2))
        first, second = story.server.asked("enter_stage_general")
        assert call.error is None
        assert first.once == second.once


@in_virtual_time
async def test_a_server_that_never_knows_is_not_asked_for_ever() -> None:
    async with Story() as story:
        call = await entered(story, *[Answer(-2)] * 20)
        assert isinstance(call.error, FailedError)
        assert (call.error.reason, call.error.made) == ("server_failed", "unknown")


@in_virtual_time
async def test_an_internal_error_leaves_open_whether_the_change_was_made() -> None:
    async with Story() as story:
        call = await entered(story, Answer(-1))
        assert isinstance(call.error, FailedError)
        assert call.error.made == "unknown"


@pytest.mark.parametrize("reason", ["expired", "unknown"])
@in_virtual_time
async def test_a_token_that_has_ended_is_replaced_by_a_new_log_in_and_the_call_goes_on(reason: str) -> None:
    async with Story() as story:
        call = await entered(story, Answer(11, {"reason": reason}))
        first, second = story.server.asked("enter_stage_general")
        assert call.error is None
        assert len(story.server.asked("login_unique")) == 2
        assert first.once == second.once, "a refused token used up no key"
        assert story.client.token == "token-2"


@in_virtual_time
async def test_calls_that_were_sent_together_log_in_once_together() -> None:
    seen: set[str | None] = set()

    def refuse_once(request: Request, _connection: FakeConnection) -> Answer:
        if request.once in seen:
            return Answer()
        seen.add(request.once)
        return Answer(11, {"reason": "expired"})

    async with Story() as story:
        story.server.handlers["send_mail"] = refuse_once
        calls = story.letters("a", "b", "c")
        await story.ended(*calls)
        assert all(call.error is None for call in calls)
        assert len(story.server.asked("login_unique")) == 2


@in_virtual_time
async def test_a_token_that_has_ended_twice_in_a_row_ends_the_client_so_that_nobody_logs_in_for_ever() -> None:
    async with Story() as story:
        call = await entered(story, *[Answer(11, {"reason": "unknown"})] * 2)
        assert isinstance(call.error, FailedError)
        assert (call.error.reason, call.error.made) == ("stopped", "no")
        assert story.client.state.name == "stopped"
        assert len(story.server.asked("login_unique")) == 2


@pytest.mark.parametrize(
    ("answer", "why", "details"),
    [
        (Answer(11, {"reason": "replaced"}), "replaced", StopDetails(11)),
        (Answer(11, {"reason": "revoked"}), "revoked", StopDetails(11)),
        (Answer(11), "revoked", StopDetails(11)),
        (
            Answer(17, {"until": 1_900_000_000, "message": "cheating"}),
            "banned",
            StopDetails(17, until=1_900_000_000),
        ),
        (
            Answer(19, {"minimum": "2.0.0", "url": "https://x"}),
            "too_old",
            StopDetails(19, minimum="2.0.0", url="https://x"),
        ),
    ],
)
@in_virtual_time
async def test_what_may_not_be_tried_again_stops_the_client(
    answer: Answer, why: StopReason, details: StopDetails
) -> None:
    async with Story() as story:
        call = await entered(story, answer)
        state = story.client.state
        assert isinstance(call.error, FailedError)
        assert call.error.made == "no", "nothing was changed"
        assert isinstance(state, Stopped)
        assert call.error.__cause__ is state.error, "the call says why it ended"
        assert (state.error.why, state.error.details) == (why, details)

        lines = len(story.server.connections)
        await asyncio.sleep(600)
        assert len(story.server.connections) == lines, "a client that has stopped does not come back by itself"
        later = story.call("get_shop")
        await story.ended(later)
        assert isinstance(later.error, FailedError)
        assert later.error.reason == "stopped"


@in_virtual_time
async def test_two_clients_of_one_account_do_not_throw_each_other_out_for_ever() -> None:
    async with Story() as first:
        server = first.server
        owners: dict[int, object] = {}

        def overview(request: Request, connection: FakeConnection) -> Answer:
            owners[id(connection)] = request.data.get("token", owners.get(id(connection)))
            is_owner = owners[id(connection)] == f"token-{server.tokens}"
            return Answer(data={}) if is_owner else Answer(11, {"reason": "replaced"})

        owners[id(server.last)] = "token-1"
        server.handlers["get_player_info"] = overview
        async with Story(server=server) as second:
            call = first.call("get_player_info")
            await first.ended(call)
            assert isinstance(call.error, FailedError)
            await asyncio.sleep(3_600)
            assert first.client.state.name == "stopped"
            assert second.client.state.name == "open"
            assert len(server.asked("login_unique")) == 2


@in_virtual_time
async def test_connect_starts_a_stopped_client_anew_with_a_new_log_in() -> None:
    async with Story() as story:
        assert isinstance((await entered(story, Answer(11, {"reason": "replaced"}))).error, FailedError)
        await story.client.connect()
        assert story.client.token == "token-2"
        assert (await entered(story)).error is None
