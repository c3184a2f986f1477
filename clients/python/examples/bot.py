"""A bot that plays: it sweeps a stage while its energy lasts.

python bot.py ws://127.0.0.1:7350 my-bot
"""

from __future__ import annotations

import asyncio
import sys

from raidkeep_client import Client, RefusedError, is_refused

STAGE = 8
NOT_PASSED = 99
NO_ENERGY = 97


async def play(url: str, guest: str) -> None:
    """Plays until the energy is gone."""
    async with Client(url, guest=guest) as client:
        player = await client.call("get_player_info")
        print(f"{player['name']}, level {player['level']}, energy {player['energy']['remain']}")
        try:
            while True:
                await sweep(client)
        except RefusedError as error:
            if not (is_refused(error, "mopping_up_stage") and error.status == NO_ENERGY):
                raise
        energy = client.energy_at()
        if energy is not None:
            print(f"out of energy at {energy.remain}; the next point comes in {energy.cooling} s")


async def sweep(client: Client) -> None:
    """Sweeps the stage; passes it first where that was not done yet."""
    try:
        reply = await client.call("mopping_up_stage", {"stage": STAGE})
    except RefusedError as error:
        if not (is_refused(error, "mopping_up_stage") and error.status == NOT_PASSED):
            raise
        await client.call("enter_stage_general", {"stage": STAGE})
        await client.call("victory_stage_general", {"stage": STAGE})
    else:
        print(f"swept stage {STAGE} for {', '.join(reply['reward'])}")


if __name__ == "__main__":
    asyncio.run(play(*sys.argv[1:]))
