"""Against the real program."""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import ssl
import sys
from pathlib import Path

import pytest

from raidkeep_client import Client, ClientOptions, OperatorClient, State, Waiting
from raidkeep_client.api_gen import RulesChangedEvent
from support.program import FREE_SWEEPS, ROOT, Program, needs_program, python_environment, running
from support.sweeper import IMPATIENT, Sweeper
from support.virtual import in_real_time

pytestmark = needs_program

KILLS = int(os.environ.get("RAIDKEEP_KILLS", "5"))
CLIENTS = int(os.environ.get("RAIDKEEP_CLIENTS", "10"))
SEED = int(os.environ.get("RAIDKEEP_SEED", "1"))
ANSWERS_MOST = 30
"""Answers between two kills, for each client on average, at most."""


@in_real_time
async def test_a_guest_plays_and_its_energy_is_counted_as_the_server_does() -> None:
    async with running() as program, Client(program.url, guest="player") as client:
        entered = await client.call("enter_stage_general", {"stage": 8})
        assert entered["energy"]["reward"] == -6
        await client.call("victory_stage_general", {"stage": 8})
        player = await client.call("get_player_info")
        energy = client.energy_at()
        assert energy is not None
        assert (energy.remain, player["energy"]["remain"]) == (114, 114)
        assert energy.full_at is not None
        full, almost = client.energy_at(energy.full_at), client.energy_at(energy.full_at - 1)
        assert full is not None
        assert almost is not None
        assert (full.remain, almost.remain) == (120, 119)


@in_real_time
async def test_what_one_player_does_reaches_another_as_an_event() -> None:
    async with (
        running() as program,
        Client(program.url, guest="sender") as sender,
        Client(program.url, guest="receiver") as receiver,
    ):
        heard: asyncio.Queue[str] = asyncio.Queue()
        receiver.on("mail_received", lambda mail: heard.put_nowait(mail["subj"]))
        name = (await receiver.call("get_player_info"))["name"]
        await sender.call("send_mail", {"gn_target": name, "subj": "hello", "body": "there"})
        assert await heard.get() == "hello"


@in_real_time
async def test_a_server_that_is_killed_under_load_loses_no_acknowledged_call_and_doubles_none() -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments of kills
    async with running(has_free_sweeps=True) as program:
        answered = asyncio.Queue[None]()
        is_over = False
        clients = [Client(program.url, guest=f"client-{number}", options=IMPATIENT) for number in range(CLIENTS)]
        sweepers = [Sweeper(client, lambda: answered.put_nowait(None)) for client in clients]

        async def play(sweeper: Sweeper) -> None:
            async with sweeper.client:
                await sweeper.sweep_while(lambda: not is_over)
                await sweeper.check()

        async with asyncio.TaskGroup() as group:
            for sweeper in sweepers:
                group.create_task(play(sweeper))
            for _ in range(KILLS):
                for _ in range(chance.randint(1, CLIENTS * ANSWERS_MOST)):
                    await answered.get()
                await program.kill()
                await program.start()
            is_over = True
        assert sum(sweeper.reconnects for sweeper in sweepers) >= KILLS, "every kill was noticed"


@in_real_time
async def test_operators_tools_ask_and_change_with_their_token() -> None:
    async with running() as program, OperatorClient(program.operators_url, program.operator_token) as client:
        assert (await client.call("order_list", {}))["orders"] == []
        assert (await client.call("suspect_list"))["total"] == 0
        assert (await client.call("clock_mend")) is not None


@in_real_time
async def test_operators_hear_that_the_rules_have_changed() -> None:
    async with running() as program, OperatorClient(program.operators_url, program.operator_token) as client:
        heard: asyncio.Queue[RulesChangedEvent] = asyncio.Queue()
        client.on("rules_changed", heard.put_nowait)
        (program.folder / "assets" / "sweep.ron").write_text(FREE_SWEEPS)
        await client.call("rules_reload")
        changed = await heard.get()
        assert changed["fingerprint"] == (await client.call("rules_status"))["fingerprint"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@in_real_time
async def test_a_server_with_tls_is_served_by_whoever_trusts_its_certificate(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make = "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=raidkeep -addext"
    files = ["-out", str(certificate), "-keyout", str(key)]
    process = await asyncio.create_subprocess_exec(
        *make.split(), "subjectAltName=IP:127.0.0.1", *files, stderr=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0
    settings = (f'tls.certificate="{certificate}"', f'tls.key="{key}"')
    trusting = ClientOptions(tls=ssl.create_default_context(cafile=certificate))
    async with running(*settings) as program:
        async with Client(program.secure_url, guest="player", options=trusting) as client:
            assert (await client.call("get_player_info"))["energy"]["remain"] == 120

        stranger = Client(program.secure_url, guest="stranger")
        refused: asyncio.Queue[Exception | None] = asyncio.Queue()

        def changed(state: State) -> None:
            if isinstance(state, Waiting):
                refused.put_nowait(state.cause)

        stranger.on_state(changed)
        connecting = asyncio.ensure_future(stranger.connect())
        assert isinstance(await refused.get(), ssl.SSLCertVerificationError), "who waits can see why"
        await stranger.close()
        await asyncio.wait([connecting])
        assert isinstance(connecting.exception(), ConnectionError)


@in_real_time
async def test_the_program_of_the_readme_plays() -> None:
    readme = (ROOT / "clients" / "python" / "README.md").read_text()
    (text,) = re.findall(r"```python\n(import asyncio.*?)```", readme, re.DOTALL)
    async with running() as program:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-u", "-c", text.replace("ws://127.0.0.1:7350", program.url)),
            stdout=asyncio.subprocess.PIPE,
            env=python_environment(),
        )
        assert process.stdout is not None
        lines = [(await process.stdout.readline()).decode() for _ in range(3)]
        process.kill()
        await process.communicate()
    assert "energy 114" in lines[0]
    assert lines[1].startswith("91 ")
    assert lines[2].startswith("Energy(remain=114")


async def printed(program: Program, example: str, *arguments: str) -> str:
    """What an example prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "clients" / "python" / "examples" / example),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        env=python_environment(RAIDKEEP_OPERATOR_TOKEN=program.operator_token),
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, f"{example} ends well"
    return output.decode()


@in_real_time
async def test_the_example_of_a_bot_plays_until_its_energy_is_gone() -> None:
    async with running() as program:
        text = await printed(program, "bot.py", program.url, "bot")
        assert "energy 120" in text
        assert "out of energy" in text


@in_real_time
async def test_the_example_of_an_operators_tool_lists_orders_and_suspects() -> None:
    async with running() as program:
        text = await printed(program, "orders.py", program.operators_url)
        assert "0 orders in doubt" in text
        assert "0 suspects" in text
