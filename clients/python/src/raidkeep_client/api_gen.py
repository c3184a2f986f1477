"""A draft by hand of what `raidkeep schema python` prints, until that is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Final, Literal, Never, NotRequired, TypeAlias, TypedDict, TypeGuard, overload

from .answers import Answer
from .errors import RefusedError

GlobalRefusal: TypeAlias = Literal[10, 13, 14, 20]
"""Statuses that any function may refuse with, without those that the client deals with by itself."""


class EnergyNow(TypedDict):
    """Energy."""

    cooling: int
    remain: int


class EnergyChange(EnergyNow):
    """Energy and its change."""

    reward: int


class PlayerOverview(TypedDict):
    """A player."""

    name: str
    exp: int
    level: int
    need: int
    energy: EnergyNow
    items: list[str]
    stages: dict[str, int]


class EnterStageGeneralRequest(TypedDict):
    """A stage."""

    stage: int


class EnterStageGeneralReply(TypedDict):
    """What the entry costs."""

    energy: EnergyChange


class MoppingUpStageRequest(TypedDict):
    """A stage and how often."""

    stage: int
    count: NotRequired[int]


class MoppingUpStageReply(TypedDict):
    """The reward."""

    energy: EnergyChange
    remain: list[str]
    reward: list[str]


class SendMailRequest(TypedDict):
    """A letter."""

    gn_target: str
    subj: str
    body: str


class MailReceivedEvent(TypedDict):
    """A mail came."""

    subj: str


class BattleRequest(TypedDict):
    """What the player does."""

    role: str
    id: str
    text: NotRequired[str]
    wait: NotRequired[bool]


class BattleReply(TypedDict):
    """The verdict."""

    role: str
    action: str
    result: str
    status: bool


class BattleVerdictEvent(TypedDict):
    """The verdict."""

    id: str
    round: int
    role: str
    action: str
    result: str
    status: bool


EnterStageGeneralCode: TypeAlias = Literal[90, 91, 92, 94, 95, 97, 98]
GetPlayerInfoCode: TypeAlias = Never

READ_ONLY: Final[frozenset[str]] = frozenset({"get_player_info", "get_all_mail", "server_time", "ping", "status"})
SEVERAL_ANSWERS: Final[Mapping[str, frozenset[int]]] = {"start_hang_up": frozenset({0, 1, 2})}
WAITING: Final[frozenset[str]] = frozenset({"battle"})
EVENTS: Final[frozenset[str]] = frozenset(
    {"mail_received", "challenge_info", "battle_verdict", "energy_full", "energy"}
)


class PlayerFunctions(ABC):
    """The functions of players, with the types of their requests and replies."""

    @abstractmethod
    async def call_untyped(
        self, function: str, data: Mapping[str, object], timeout_seconds: float | None = None
    ) -> object:
        """Makes a call; `call` gives it its types."""

    @overload
    async def call(
        self,
        function: Literal["enter_stage_general"],
        data: EnterStageGeneralRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageGeneralReply:
        """Enters a stage."""

    @overload
    async def call(
        self,
        function: Literal["victory_stage_general"],
        data: EnterStageGeneralRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageGeneralReply: ...

    @overload
    async def call(
        self,
        function: Literal["mopping_up_stage"],
        data: MoppingUpStageRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MoppingUpStageReply: ...

    @overload
    async def call(
        self,
        function: Literal["get_player_info"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerOverview: ...

    @overload
    async def call(
        self,
        function: Literal["start_hang_up"],
        data: EnterStageGeneralRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> Answer[Literal[0, 1, 2], None]: ...

    @overload
    async def call(
        self, function: Literal["battle"], data: BattleRequest, *, timeout_seconds: float | None = None
    ) -> BattleReply: ...

    @overload
    async def call(
        self, function: Literal["send_mail"], data: SendMailRequest, *, timeout_seconds: float | None = None
    ) -> None: ...

    async def call(
        self, function: str, data: Mapping[str, object] | None = None, *, timeout_seconds: float | None = None
    ) -> object:
        """Calls a function."""
        return await self.call_untyped(function, {} if data is None else data, timeout_seconds)


class OperatorFunctions(ABC):
    """The functions of operators, with the types of their requests and replies."""


class PlayerEvents(ABC):
    """The events of players."""

    @abstractmethod
    def on_untyped(self, event: str, listener: Callable[[Never], object]) -> Callable[[], None]:
        """Hears an event; `on` gives it its type."""

    @overload
    def on(
        self, event: Literal["mail_received"], listener: Callable[[MailReceivedEvent], object]
    ) -> Callable[[], None]: ...

    @overload
    def on(self, event: Literal["energy"], listener: Callable[[EnergyNow], object]) -> Callable[[], None]: ...

    def on(self, event: str, listener: Callable[[Never], object]) -> Callable[[], None]:
        """Hears an event."""
        return self.on_untyped(event, listener)


@overload
def is_refused(
    error: BaseException, function: Literal["enter_stage_general"]
) -> TypeGuard[RefusedError[EnterStageGeneralCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["mopping_up_stage"]
) -> TypeGuard[RefusedError[Literal[95, 96, 97, 98, 99] | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_player_info"]
) -> TypeGuard[RefusedError[GlobalRefusal]]: ...


def is_refused(error: BaseException, function: str) -> bool:
    """Whether an error is a refusal of this function; its `status` is then one of its codes, or a global one."""
    return isinstance(error, RefusedError) and error.function == function
