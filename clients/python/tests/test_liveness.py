"""Lines that die without a word."""

from __future__ import annotations

import asyncio

from support.fake import Answer, FakeConnection, Request
from support.story import Story
from support.virtual import in_virtual_time


@in_virtual_time
async def test_a_half_open_connection_is_found_and_left_and_what_is_open_goes_on_elsewhere() -> None:
    async with Story() as story:
        dead = story.server.last
        dead.is_deaf = True
        began = asyncio.get_running_loop().time()
        call = story.call("enter_stage_general", stage=8)
        await story.ended(call)
        assert call.error is None
        assert len(story.server.connections) == 2
        assert asyncio.get_running_loop().time() - began <= 25, "after the patience with one answer"
        assert dead.was_aborted, "the other side would not answer a close either"


@in_virtual_time
async def test_a_half_open_connection_is_found_when_nobody_calls_anything() -> None:
    async with Story() as story:
        await asyncio.sleep(5)
        story.server.last.is_deaf = True
        await asyncio.sleep(40)
        assert len(story.server.connections) == 2
        assert story.client.state.name == "open"


@in_virtual_time
async def test_a_silent_connection_that_is_alive_is_kept() -> None:
    async with Story() as story:
        await asyncio.sleep(3_600)
        assert len(story.server.connections) == 1


@in_virtual_time
async def test_a_handshake_that_hangs_is_given_up() -> None:
    story = Story()
    story.server.is_silent = True

    def speak() -> None:
        story.server.is_silent = False

    asyncio.get_running_loop().call_later(9, speak)
    async with story:
        assert "waiting" in story.state_names


@in_virtual_time
async def test_a_function_that_waits_for_its_round_does_not_make_the_line_count_as_dead() -> None:
    def answer_late(request: Request, connection: FakeConnection) -> None:
        asyncio.get_running_loop().call_later(60, connection.reply, request, Answer(data={}))

    async with Story() as story:
        await asyncio.sleep(5)
        story.server.handlers["battle"] = answer_late
        call = story.call("battle", role="a", id="R1", text="hit")
        await story.ended(call)
        assert call.error is None
        assert len(story.server.connections) == 1
