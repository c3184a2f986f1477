"""Energy between replies, and the server's clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from raidkeep_client import Energy, EnergyPace
from raidkeep_client.energy import EnergyMeter
from raidkeep_client.server_clock import ServerClock
from support.fake import Answer
from support.story import Story
from support.virtual import in_virtual_time


@dataclass
class ServerEnergy:
    """Energy as the server keeps it (`Energy` of the game), in its whole seconds."""

    points: int
    started_at: int
    maximum: int
    pace: int

    def regenerated(self, now: int) -> int:
        room = max(0, self.maximum - self.points)
        return min(room, max(0, now - self.started_at) // self.pace)

    def now(self, now: int) -> Energy:
        regenerated = self.regenerated(now)
        remain = self.points + regenerated
        if remain >= self.maximum:
            return Energy(remain, -1)
        cooling = self.started_at + (regenerated + 1) * self.pace - now
        return Energy(remain, cooling, self.started_at + (self.maximum - self.points) * self.pace)

    def told(self, now: int) -> dict[str, object]:
        energy = self.now(now)
        at = {} if energy.full_at is None else {"full_at": energy.full_at}
        return {"energy": {"remain": energy.remain, "cooling": energy.cooling}, "at": at}

    def spend(self, points: int, now: int) -> None:
        regenerated = self.regenerated(now)
        before = self.points + regenerated
        if before >= self.maximum:
            self.started_at = max(now, self.started_at)
        else:
            self.started_at += regenerated * self.pace
        self.points = before - min(points, before)


@given(
    rules=st.sampled_from([(120, 360), (40, 60)]),
    points=st.integers(0, 140),
    began=st.integers(0, 10_000),
    replies=st.lists(
        st.tuples(st.integers(0, 20_000), st.integers(0, 6), st.floats(0.05, 0.95), st.lists(st.floats(0, 1.2))),
        max_size=5,
    ),
)
def test_between_replies_energy_is_to_the_second_what_the_server_would_say(
    rules: tuple[int, int], points: int, began: int, replies: list[tuple[int, int, float, list[float]]]
) -> None:
    maximum, pace = rules
    now = 1_800_000_000
    server = ServerEnergy(points, now - began, maximum, pace)
    meter = EnergyMeter(EnergyPace(120, pace))
    for passed, spent, wrong, looks in replies:
        now += passed
        server.spend(spent, now)
        # The client's idea of the server's clock may be wrong by most of a second when the reply comes.
        meter.observe(server.told(now), now + wrong)
        if server.now(now).cooling < 0:
            assert meter.at(now) == server.now(now)
            continue
        for look in looks:
            later = now + int(look * maximum * pace)
            assert meter.at(later + 0.999) == server.now(later)


def test_older_functions_tell_the_energy_under_other_names() -> None:
    meter = EnergyMeter(EnergyPace())
    meter.observe({"energy": {"time": 100, "remaining": 50, "reward": 0}}, 5_000)
    assert meter.at(5_000) == Energy(50, 100, 5_100 + 69 * 360)
    assert meter.at(5_100) == Energy(51, 360, 5_100 + 69 * 360)
    meter.observe({"energy": 30, "cooling_time": 360, "consume": 10}, 5_200)
    energy = meter.at(5_200)
    assert energy is not None
    assert energy.remain == 30


def test_what_tells_no_energy_changes_nothing_and_nobody_knows_it_before_the_first_reply() -> None:
    meter = EnergyMeter(EnergyPace())
    untold: list[object] = [None, 5, "x", [], {}, {"energy": None}, {"energy": "full"}, {"energy": {}}]
    for data in untold:
        meter.observe(data, 0)
    assert meter.at(0) is None


@given(offset=st.floats(-1e6, 1e6))
def test_the_servers_clock_is_known_to_less_than_a_quarter_of_a_second(offset: float) -> None:
    @in_virtual_time
    async def known() -> None:
        story = Story()
        story.server.clock += offset
        async with story:
            await asyncio.sleep(3)
            wrong = abs(story.client.now() - story.server.now())
            assert wrong <= 0.25
            assert wrong <= story.client.now_uncertainty(), "it knows how wrong it may be"

    known()


@in_virtual_time
async def test_a_servers_clock_that_is_set_is_learnt_anew() -> None:
    async with Story() as story:
        await asyncio.sleep(60)
        story.server.clock += 7_200
        await asyncio.sleep(62)
        assert abs(story.client.now() - story.server.now()) <= 0.7


def test_a_slow_answer_does_not_spoil_what_quick_ones_have_told() -> None:
    clock = ServerClock()
    clock.note(100, 100.4, 100.42)
    clock.note(101, 101.05, 101.07)
    before = clock.uncertainty()
    clock.note(105, 101.5, 131.5)
    assert clock.uncertainty() <= before


@in_virtual_time
async def test_a_repeated_reply_which_tells_of_an_earlier_moment_is_not_taken_for_the_present() -> None:
    async with Story() as story:
        story.server.silence("enter_stage_general")
        call = story.call("enter_stage_general", stage=8)
        await story.until_asked("enter_stage_general")
        stored = {"energy": {"cooling": 360, "remain": 114, "reward": -6}, "at": {}}
        story.server.answer("enter_stage_general", Answer(data=stored))
        story.server.answer("get_player_info", Answer(data={"energy": {"cooling": 10, "remain": 70}, "at": {}}))
        story.server.last.cut()
        await story.ended(call)
        await asyncio.sleep(0.1)
        assert call.answer == stored, "the caller gets its reply"
        energy = story.client.energy_at()
        assert energy is not None
        assert energy.remain == 70, "the meter follows what the server says now"
