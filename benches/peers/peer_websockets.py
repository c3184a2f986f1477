"""The game behind Python's usual WebSocket library: one text frame of JSON for a request, one for its reply.

What Raidkeep does for login_unique and enter_stage_general (docs/contract/stages.md#entering-a-stage), and for the
account_transfer of examples/transfers, kept in memory only. The checks and their order, the numbers and the replies are those of Raidkeep.
"""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

RULES = json.loads(Path(__file__).with_name("rules.json").read_text(encoding="utf-8"))
MAXIMUM = RULES["energy"]["maximum"]
SECONDS_PER_POINT = RULES["energy"]["seconds_per_point"]
STAGES = RULES["stages"]
# The accounts of examples/transfers, which Raidkeep opens one by one.
ACCOUNTS = 100_000
OPENING_BALANCE = 1_000


@dataclass(slots=True)
class Energy:
    """Energy as of the moment its timer started, in unix seconds."""

    points: int
    timer_started_at: int

    def regenerated(self, now):
        """Points that have come back since the timer started."""
        room = max(MAXIMUM - self.points, 0)
        return min(max(now - self.timer_started_at, 0) // SECONDS_PER_POINT, room)

    def spend(self, cost, now):
        """Takes points. Elapsed time stays on the timer; falling below the maximum starts a fresh one."""
        came = self.regenerated(now)
        before = self.points + came
        if before < cost:
            return False
        if before >= MAXIMUM:
            self.timer_started_at = max(now, self.timer_started_at)
        else:
            self.timer_started_at += came * SECONDS_PER_POINT
        self.points = before - cost
        return True

    def cooling(self, now):
        """Seconds to the next point, or -1."""
        came = self.regenerated(now)
        if self.points + came >= MAXIMUM:
            return -1
        return self.timer_started_at + (came + 1) * SECONDS_PER_POINT - now

    def moments(self, now):
        """When the maximum is reached, if it is not."""
        missing = MAXIMUM - self.points
        if missing <= self.regenerated(now):
            return {}
        return {"full_at": self.timer_started_at + missing * SECONDS_PER_POINT}


@dataclass(slots=True)
class Player:
    """What a player has."""

    energy: Energy
    passed: int
    session: tuple | None = None


class Refused(Exception):
    """A request that changes nothing, with its status and message."""


@dataclass(slots=True)
class Session:
    """What is known of a connection."""

    player: Player | None = None


class Game:
    """All players of a world, and its bank."""

    def __init__(self):
        self.by_device = {}
        self.by_token = {}
        self.balances = [OPENING_BALANCE] * ACCOUNTS
        self.functions = {
            "login_unique": self.login,
            "enter_stage_general": self.enter_stage,
            "account_transfer": self.transfer,
        }

    def answer(self, text, session):
        """The reply to one request."""
        number = None
        try:
            request = json.loads(text)
            if not isinstance(request, dict):
                raise Refused(13, "expected an object")
            number = request.get("id")
            status, data = self.dispatch(request, session)
            reply = {"status": status, "message": "success", "data": data, "id": number}
            if data is None:
                del reply["data"]
            return reply
        except ValueError:
            return {"status": 12, "message": "expected JSON"}
        except Refused as refused:
            status, message = refused.args
            return {"status": status, "message": message, "id": number}

    def dispatch(self, request, session):
        if request.get("world") != 0:
            raise Refused(14, "there is no such world")
        data = request.get("data")
        if not isinstance(data, dict):
            raise Refused(13, "data: expected an object")
        function = self.functions.get(request.get("function"))
        if function is None:
            raise Refused(10, "function is not in function list")
        return function(data, session)

    def login(self, data, session):
        device = data.get("unique_id")
        if not isinstance(device, str) or not device:
            raise Refused(13, "data.unique_id: expected a text")
        player = self.by_device.get(device)
        status = 1 if player is None else 0
        if player is None:
            energy = Energy(RULES["energy"]["newcomer"], int(time.time()))
            player = self.by_device[device] = Player(energy, STAGES["newcomer_passed"])
        token = secrets.token_urlsafe(32)
        self.by_token[token] = session.player = player
        return status, {"token": token}

    def enter_stage(self, data, _session):
        player = self.by_token.get(data.get("token"))
        if player is None:
            raise Refused(11, "invalid token")
        stage = data.get("stage")
        if not isinstance(stage, int):
            raise Refused(13, "data.stage: expected an integer")
        if not STAGES["first"] <= stage <= STAGES["last"] or stage > player.passed + 1:
            raise Refused(91, "stage error")
        block = next((block for block in RULES["blocks"] if block["from"] <= stage <= block["to"]), None)
        if block is None:
            raise Refused(98, "There is no configuration information for this stage")
        now = int(time.time())
        energy, cost = player.energy, block["energy"]
        if not energy.spend(cost, now):
            raise Refused(97, "energy insufficient")
        player.session = (stage, "general", now)
        remain = energy.points + energy.regenerated(now)
        change = {"cooling": energy.cooling(now), "remain": remain, "reward": -cost}
        return 0, {"energy": change, "at": energy.moments(now)}

    def transfer(self, data, session):
        if session.player is None:
            raise Refused(12, "token not present")
        source, target, amount = data.get("from"), data.get("to"), data.get("amount")
        if not all(isinstance(number, int) and number >= 0 for number in (source, target, amount)):
            raise Refused(13, "data: expected whole numbers")
        if source == target:
            raise Refused(96, "from and to are one account")
        if source >= ACCOUNTS or target >= ACCOUNTS:
            raise Refused(98, "no such account")
        if self.balances[source] < amount:
            raise Refused(97, "the balance does not cover the amount")
        self.balances[source] -= amount
        self.balances[target] += amount
        return 0, None


async def main():
    game = Game()

    async def converse(connection):
        session = Session()
        try:
            async for text in connection:
                reply = game.answer(text, session)
                await connection.send(json.dumps(reply, separators=(",", ":"), ensure_ascii=False))
        except ConnectionClosed:
            # The load client disconnects without a close frame.
            pass

    async with serve(converse, "127.0.0.1", 0) as server:
        address, port = server.sockets[0].getsockname()
        print(f"listening on {address}:{port}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
