"""An operators' tool: it lists orders that wait for a decision, and players whose numbers cannot be true.

RAIDKEEP_OPERATOR_TOKEN=.. python orders.py ws://127.0.0.1:7352
"""

from __future__ import annotations

import asyncio
import os
import sys

from raidkeep_client import OperatorClient


async def report(url: str, token: str) -> None:
    """Prints the lists."""
    async with OperatorClient(url, token) as client:
        orders = await client.call("order_list", {"state": "in_doubt"})
        print(f"{len(orders['orders'])} orders in doubt")
        for order in orders["orders"]:
            print(f"  {order['order']} of {order['name']}: {order['subject']}")

        suspects = await client.call("suspect_list")
        print(f"{suspects['total']} suspects")
        for suspect in suspects["suspects"]:
            print(f"  {suspect['name']}, {suspect['anomalies']} times, last at {suspect['time']}")


if __name__ == "__main__":
    asyncio.run(report(sys.argv[1], os.environ["RAIDKEEP_OPERATOR_TOKEN"]))
