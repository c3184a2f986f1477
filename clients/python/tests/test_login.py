"""Logging in."""

from __future__ import annotations

import asyncio

import pytest

from raidkeep_client import Account, Client, ClientOptions, OperatorClient, StoppedError
from support.fake import Answer, FakeConnection, FakeServer, Request
from support.story import Story
from support.virtual import in_virtual_time

ACCOUNT = Account("a@b.c", "hash")


async def refusal(client: Client | OperatorClient) -> StoppedError:
    """The error with which `connect` ends."""
    with pytest.raises(StoppedError) as stopped:
        await client.connect()
    await client.close()
    return stopped.value


def account_client(server: FakeServer, account: Account) -> Client:
    return Client("ws://fake", account=account, options=ClientOptions(socket=server.open))


@in_virtual_time
async def test_a_guest_logs_in_and_the_log_in_says_which_program_it_is() -> None:
    async with Story(ClientOptions(name="bot", version="1.2.3")) as story:
        (request,) = story.server.asked("login_unique")
        assert request.data == {"unique_id": "device-1", "client": {"name": "bot", "version": "1.2.3"}}
        assert story.server.last.protocols == ("raidkeep.v1",)


@in_virtual_time
async def test_an_account_logs_in_with_its_address_and_hashed_password() -> None:
    server = FakeServer()
    server.answer("login", Answer(data={"status_code": 200, "username": "a", "token": "t"}))
    async with account_client(server, ACCOUNT) as client:
        (request,) = server.asked("login")
        assert request.data == {"email": "a@b.c", "password": "hash", "ip": ""}
        assert client.token == "t"


@in_virtual_time
async def test_a_password_for_one_log_in_goes_with_the_new_password_once() -> None:
    server = FakeServer()
    # It was used up by a log-in whose answer was lost, and has set the password.
    server.answer(
        "login", Answer(data={"status_code": 401, "username": ""}), Answer(data={"status_code": 200, "token": "t"})
    )
    async with account_client(server, Account("a@b.c", "hash", once_password="ABCD-EFGH")) as client:
        asked = [request.data.get("once_password") for request in server.asked("login")]
        assert asked == ["ABCD-EFGH", None]
        assert client.token == "t"


@in_virtual_time
async def test_an_account_that_is_not_there_is_signed_up_if_it_has_a_name_and_then_logged_in() -> None:
    server = FakeServer()
    server.answer(
        "login", Answer(data={"status_code": 404, "token": ""}), Answer(data={"status_code": 200, "token": "t"})
    )
    server.answer("signup", Answer(data={"status_code": 200}))
    async with account_client(server, Account("a@b.c", "hash", "玩家")):
        assert [request.data["username"] for request in server.asked("signup")] == ["玩家"]
        assert len(server.asked("login")) == 2


@pytest.mark.parametrize(
    ("login", "signup", "username", "code"),
    [(401, 200, "name", 401), (404, 200, None, 404), (404, 409, "taken", 409)],
)
@in_virtual_time
async def test_a_log_in_that_is_refused_ends_connect_with_its_code(
    login: int, signup: int, username: str | None, code: int
) -> None:
    server = FakeServer()
    server.answer("login", Answer(data={"status_code": login, "token": ""}))
    server.answer("signup", Answer(data={"status_code": signup}))
    error = await refusal(account_client(server, Account("a@b.c", "hash", username)))
    assert (error.why, error.details.status_code) == ("refused", code)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(15, {"retry_after_ms": 5_000}),
        Answer(data={"status_code": 429, "retry_after_ms": 5_000, "token": ""}),
        Answer(16),
    ],
)
@in_virtual_time
async def test_a_log_in_that_comes_too_early_is_repeated_after_a_pause(answer: Answer) -> None:
    server = FakeServer()
    server.answer("login", answer, Answer(data={"status_code": 200, "token": "t"}))
    async with account_client(server, ACCOUNT):
        assert len(server.asked("login")) == 2


@in_virtual_time
async def test_a_token_that_is_known_saves_the_log_in_and_one_that_has_expired_is_replaced() -> None:
    async with Story(token="known") as story:
        assert story.server.asked("login_unique") == []

    def overview(request: Request, _connection: FakeConnection) -> Answer:
        return Answer(11, {"reason": "expired"}) if request.data["token"] == "old" else Answer(data={})

    story = Story(token="old")
    story.server.handlers["get_player_info"] = overview
    async with story:
        assert story.client.token == "token-1"


@in_virtual_time
async def test_a_token_alone_cannot_be_renewed_so_the_client_stops_when_it_has_ended() -> None:
    story = Story(guest=None, token="old")
    story.server.answer("get_player_info", Answer(11, {"reason": "expired"}))
    assert (await refusal(story.client)).why == "signed_out"
    assert (await refusal(story.client)).why == "signed_out", "nor by connecting again"
    assert story.server.asked("login_unique") == []


@in_virtual_time
async def test_after_a_ban_the_same_token_is_used_again() -> None:
    story = Story(guest=None, token="known")
    story.server.answer("get_player_info", Answer(17, {"until": 5, "message": "cheating"}), Answer(data={}))
    assert (await refusal(story.client)).why == "banned"
    async with story:
        assert story.client.token == "known"


@in_virtual_time
async def test_a_log_in_that_is_cut_short_is_tried_again() -> None:
    story = Story()
    whole = story.server.handlers["login_unique"]

    def cut_twice(request: Request, connection: FakeConnection) -> Answer | None:
        if len(story.server.asked("login_unique")) > 2:
            return whole(request, connection)
        connection.cut()
        return None

    story.server.handlers["login_unique"] = cut_twice
    async with story:
        assert len(story.server.asked("login_unique")) == 3


@in_virtual_time
async def test_a_world_that_is_not_there_stops_the_client() -> None:
    story = Story(ClientOptions(world=7))
    story.server.answer("login_unique", Answer(14))
    error = await refusal(story.client)
    assert (error.why, error.details.status) == ("refused", 14)
    assert story.server.asked("login_unique")[0].world == 7


@in_virtual_time
async def test_an_operator_acts_with_its_token_and_is_greeted_by_a_function_of_operators() -> None:
    server = FakeServer()
    async with OperatorClient("ws://fake", "secret", options=ClientOptions(socket=server.open)) as client:
        assert server.requests[0].function == "rules_status"
        assert server.requests[0].data == {"token": "secret"}
        await client.call_untyped("clock_mend", {})
        (request,) = server.asked("clock_mend")
        assert request.once is not None, "operators' changes have keys too"
        assert request.data == {"token": "secret"}, "a connection to the operators' listener does not keep a token"
        assert server.asked("login_unique") == []


@in_virtual_time
async def test_a_token_that_is_no_operators_stops_the_client() -> None:
    server = FakeServer()
    server.answer("rules_status", Answer(11, {"reason": "unknown"}))
    error = await refusal(OperatorClient("ws://fake", "wrong", options=ClientOptions(socket=server.open)))
    assert error.why == "signed_out"


def test_what_cannot_be_a_client_is_told_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="expected an address"):
        Client("http://127.0.0.1", guest="x")
    with pytest.raises(ValueError, match="found both"):
        Client("ws://127.0.0.1", guest="x", account=ACCOUNT)
    with pytest.raises(ValueError, match="found none"):
        Client("ws://127.0.0.1")


def test_secrets_are_not_shown() -> None:
    assert "hash" not in repr(ACCOUNT)


@in_virtual_time
async def test_two_clients_never_share_a_series_of_keys() -> None:
    async with Story() as first, Story(server=first.server) as second:
        calls = first.letters("a") + second.letters("b")
        await first.ended(*calls)
        series = {(request.once or "").split("#")[0] for request in first.server.asked("send_mail")}
        assert len(series) == 2
        assert all(len(request.once or "") <= 64 for request in first.server.asked("send_mail"))
        await asyncio.sleep(0)
