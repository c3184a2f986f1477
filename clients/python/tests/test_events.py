"""Events, and those that are missed."""

from __future__ import annotations

import asyncio

from raidkeep_client import Gap
from support.fake import Answer, FakeConnection, Request
from support.story import Story
from support.virtual import in_virtual_time, until, virtual_loop


def counting(count: int) -> Story:
    """A client whose server tells its count of events with the log-in."""
    story = Story()
    story.server.answer("get_player_info", Answer(data={}, n=count))
    return story


def push_mail(story: Story, subject: str, n: int | None = None) -> None:
    number = {} if n is None else {"n": n}
    story.server.last.push(event="mail_received", data={"subj": subject}, **number)


def hear_mail(story: Story) -> list[str]:
    heard: list[str] = []
    story.client.on("mail_received", lambda mail: heard.append(mail["subj"]))
    return heard


@in_virtual_time
async def test_events_reach_their_listeners_until_these_leave() -> None:
    async with counting(6) as story:
        heard: list[str] = []
        leave = story.client.on("mail_received", lambda mail: heard.append(mail["subj"]))
        push_mail(story, "a", 7)
        await asyncio.sleep(0.1)
        leave()
        push_mail(story, "b", 8)
        await asyncio.sleep(0.1)
        assert heard == ["a"]
        assert story.gaps == []


@in_virtual_time
async def test_a_number_that_is_missing_is_a_gap_and_the_event_still_arrives() -> None:
    async with counting(6) as story:
        heard = hear_mail(story)
        push_mail(story, "a", 7)
        push_mail(story, "c", 9)
        push_mail(story, "d", 10)
        await asyncio.sleep(0.1)
        assert heard == ["a", "c", "d"]
        assert story.gaps == [Gap("events_missing")]


@in_virtual_time
async def test_the_first_event_after_the_log_in_may_be_missing_too() -> None:
    async with counting(6) as story:
        push_mail(story, "b", 8)
        await asyncio.sleep(0.1)
        assert story.gaps == [Gap("events_missing")]


@in_virtual_time
async def test_events_that_were_asked_for_carry_no_number_and_are_no_gap() -> None:
    async with counting(6) as story:
        push_mail(story, "a", 7)
        story.server.last.push(event="energy", data={})
        push_mail(story, "b", 8)
        await asyncio.sleep(0.1)
        assert story.gaps == []


@in_virtual_time
async def test_a_server_that_counts_no_events_makes_no_gaps() -> None:
    async with Story() as story:
        push_mail(story, "a")
        push_mail(story, "b")
        await asyncio.sleep(0.1)
        assert story.gaps == []


@in_virtual_time
async def test_a_listener_that_raises_stops_neither_the_others_nor_the_connection() -> None:
    def fail(_: object) -> None:
        raise KeyError("of the game")

    async def fail_later(_: object) -> None:
        await asyncio.sleep(0.001)
        raise KeyError("of the game, later")

    async with counting(6) as story:
        story.client.on("mail_received", fail)
        story.client.on("mail_received", fail_later)
        heard = hear_mail(story)
        push_mail(story, "a", 7)
        await asyncio.sleep(0.1)
        assert heard == ["a"]
        assert story.client.state.name == "open"
        reported = virtual_loop().reported
        assert [str(context["exception"]) for context in reported] == ["'of the game'", "'of the game, later'"]
        reported.clear()


@in_virtual_time
async def test_a_listener_may_be_a_coroutine_function_and_call_and_close_the_client() -> None:
    async with Story() as story:

        async def answer(_: object) -> None:
            await story.client.call("send_mail", {"gn_target": "x", "subj": "thanks", "body": ""})
            await story.client.close()

        story.client.on("mail_received", answer)
        push_mail(story, "a")
        await until(lambda: story.client.state.name == "idle", "closed by its listener")
        assert len(story.server.asked("send_mail")) == 1


@in_virtual_time
async def test_closing_cancels_listeners_that_still_run() -> None:
    cancelled: list[str] = []

    async def dawdle(_: object) -> None:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            cancelled.append("yes")
            raise

    async with Story() as story:
        story.client.on("mail_received", dawdle)
        push_mail(story, "a")
        await asyncio.sleep(1)
    assert cancelled == ["yes"]


@in_virtual_time
async def test_what_was_listened_to_is_listened_to_again_on_a_new_line() -> None:
    async with Story() as story:
        call = story.call("listen", events=["energy"])
        await story.ended(call)
        story.server.last.cut()
        await story.until_asked("listen", 2)
        assert [request.data["events"] for request in story.server.asked("listen")] == [["energy"], ["energy"]]


@in_virtual_time
async def test_whoever_has_a_reply_hears_the_events_that_come_right_behind_it() -> None:
    def sell(request: Request, connection: FakeConnection) -> None:
        connection.reply(request, Answer())
        connection.push(event="mail_received", data={"subj": "right behind"})

    async with Story() as story:
        story.server.handlers["get_shop"] = sell
        await story.client.call_untyped("get_shop", {})
        heard = hear_mail(story)
        await asyncio.sleep(0.1)
        assert heard == ["right behind"]


@in_virtual_time
async def test_a_battle_leaves_the_line_free_and_ends_with_the_verdict_of_its_round() -> None:
    waiting = {"role": "b", "action": "", "result": "", "status": False}
    verdict = {"role": "b", "action": "strikes", "result": "a draw", "status": False}
    async with Story() as story:
        story.server.answer("battle", Answer(data=waiting))
        acting = asyncio.ensure_future(story.client.battle({"role": "a", "id": "R1", "text": "hit"}))
        await story.until_asked("battle")
        assert story.server.asked("battle")[0].data["wait"] is False
        await story.client.call("get_player_info")
        story.server.last.push(event="battle_verdict", data={**verdict, "id": "R2", "round": 1})
        story.server.last.push(event="battle_verdict", data={**verdict, "id": "R1", "round": 1})
        told = await acting
        assert (told["action"], told["result"]) == ("strikes", "a draw")

        story.server.answer("battle", Answer(data=verdict))
        told = await story.client.battle({"role": "a", "id": "R1", "text": "hit"})
        assert told["action"] == "strikes", "a reply that has the verdict is one"
