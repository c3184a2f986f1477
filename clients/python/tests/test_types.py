"""What mypy knows of a call. These tests hold when the types are checked; `warn_unused_ignores` holds the mistakes."""

from __future__ import annotations

from typing import Literal, assert_type

from raidkeep_client import Answer, Client, OperatorClient, RefusedError, is_refused
from raidkeep_client.api_gen import (
    EnterStageGeneralReply,
    GetPlayerInfoReply,
    MailReceivedEvent,
    OrderListReply,
    StartHangUpReply,
)


async def a_call_has_the_type_of_its_reply(client: Client) -> None:
    assert_type(await client.call("enter_stage_general", {"stage": 8}), EnterStageGeneralReply)
    assert_type(await client.call("get_player_info"), GetPlayerInfoReply)
    hanging = await client.call("start_hang_up", {"stage": 8})
    assert_type(hanging, Answer[Literal[0, 1, 2], StartHangUpReply | None])


async def an_operators_call_has_it_too(client: OperatorClient) -> None:
    assert_type(await client.call("order_list", {"state": "in_doubt"}), OrderListReply)


async def mistakes_are_found(client: Client, operator: OperatorClient) -> None:
    await client.call("no_such_function", {})  # type: ignore[call-overload]
    await client.call("enter_stage_general", {"stage": "eight"})  # type: ignore[call-overload]
    await client.call("enter_stage_general")  # type: ignore[call-overload]
    await client.call("order_list", {})  # type: ignore[call-overload]
    await operator.call("enter_stage_general", {"stage": 8})  # type: ignore[call-overload]
    client.on("no_such_event", print)  # type: ignore[call-overload]


def an_event_has_the_type_of_its_data(client: Client) -> None:
    def received(mail: MailReceivedEvent) -> None:
        assert_type(mail["subj"], str)

    client.on("mail_received", received)


def a_refusal_has_the_codes_of_its_function(error: RefusedError[int]) -> None:
    if is_refused(error, "mopping_up_stage"):
        assert_type(error.status, Literal[95, 96, 97, 98, 99, 10, 13, 14, 20])
