"""Written by `raidkeep schema python`; do not edit. It is what the server's own types say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from typing import Final, Literal, NamedTuple, Never, NotRequired, TypeAlias, TypedDict, TypeGuard, overload

from .answers import Answer
from .errors import RefusedError

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""Any JSON: what another platform wrote and the server passes on."""

GlobalRefusal: TypeAlias = Literal[10, 13, 14, 20]
"""Statuses that any function may refuse with, without those that the client deals with by itself."""


class Status(IntEnum):
    """The statuses that mean the same whatever the function."""

    SUCCESS = 0
    """The function did what was asked."""
    UNKNOWN_FUNCTION = 10
    """No function of that name is registered."""
    INVALID_TOKEN = 11
    """The token is unknown, expired, revoked, or belongs to somebody without the right."""
    TOKEN_NOT_PRESENT = 12
    """The function needs a token, and neither the request nor the connection has one."""
    MALFORMED = 13
    """The request is not of the documented shape; the message names the field."""
    WORLD_NOT_FOUND = 14
    """The server has no world of that number."""
    TOO_MANY_REQUESTS = 15
    """The rate limit of the connection or of the player is exceeded."""
    BUSY = 16
    """The server is busy, stopping or without storage; the same request may be sent again."""
    BANNED = 17
    """The account is banned."""
    MAINTENANCE = 18
    """The server is under maintenance."""
    CLIENT_TOO_OLD = 19
    """The client has to be updated."""
    NOT_PERMITTED = 20
    """The operator lacks the permission."""
    INTERNAL_ERROR = -1
    """An internal error; details are in the log."""
    TIMED_OUT = -2
    """The answer did not come in time; with `once` the request may be repeated safely."""


class ItemGroups(IntEnum):
    """The group of an item, the number before its colon."""

    WEAPON = 0
    SKILL = 1
    ROLE = 2
    ITEM = 3
    ARMOR = 4


class Items(StrEnum):
    """Items, as `group:id`; an amount is `group:id:quantity`."""

    COIN = "3:1"
    """金币"""
    IRON = "3:2"
    """铁矿"""
    FOOD = "3:3"
    """食物"""
    CRYSTAL = "3:4"
    """水晶"""
    DIAMOND = "3:5"
    """钻石"""
    SKILL_SCROLL_10 = "3:6"
    """10片技能卷轴"""
    SKILL_SCROLL_30 = "3:7"
    """30片技能卷轴"""
    SKILL_SCROLL_100 = "3:8"
    """100片技能卷轴"""
    EXPERIENCE_POINT = "3:9"
    """经验点"""
    SMALL_ENERGY_POTION = "3:10"
    """小体力药水"""
    SUMMON_SCROLL_BASIC = "3:11"
    """初级召唤卷轴"""
    SUMMON_SCROLL_PRO = "3:12"
    """高级召唤卷轴"""
    SUMMON_SCROLL_PROPHET = "3:13"
    """先知召唤卷轴"""
    FORTUNE_WHEEL_BASIC = "3:14"
    """初级转盘券"""
    FORTUNE_WHEEL_PRO = "3:15"
    """高级转盘券"""
    FRIEND_GIFT = "3:16"
    """好友礼物"""
    UNIVERSAL_SEGMENT = "3:17"
    """万能碎片"""
    COIN_CARD = "3:18"
    """金币卡"""
    EXP_CARD = "3:19"
    """经验卡"""
    FOOD_CARD = "3:20"
    """食物卡"""
    MINE_CARD = "3:21"
    """矿石卡"""
    CRYSTAL_CARD = "3:22"
    """水晶卡"""
    DIAMOND_CARD = "3:23"
    """钻石卡"""
    MINE = "3:24"
    """矿场"""
    VIP_MONTH_CARD = "3:26"
    """VIP月卡"""
    VIP_SEASON_CARD = "3:27"
    """VIP季卡"""
    VIP_YEAR_CARD = "3:28"
    """VIP年卡"""
    ENERGY_POTION_50 = "3:33"
    """体力药水(+50)"""
    ENERGY_POTION_100 = "3:34"
    """体力药水(+100)"""
    VIP_EXP_CARD = "3:43"
    """VIP经验卡"""
    DRAGON_EYE = "3:51"
    """龙眼"""
    PHOENIX_FEATHER = "3:52"
    """凤羽"""


class TicketKinds(StrEnum):
    """Kinds of tickets: the keys of `limits`, which are no items."""

    BOSS_CHALLENGE = "18"
    """世界首领挑战"""
    COIN_CHALLENGE = "19"
    """金币挑战"""
    COIN_PURCHASE = "20"
    """今日可购买的金币挑战券"""
    EXP_CHALLENGE = "21"
    """经验挑战"""
    EXP_PURCHASE = "22"
    """今日可购买的经验挑战券"""


class StageRange(NamedTuple):
    """The stages of a mode, whether configured or not."""

    first: int
    last: int


STAGE_MODES: Final[Mapping[str, StageRange]] = {
    "general": StageRange(1, 999),
    "endless": StageRange(1001, 1999),
    "activity": StageRange(2001, 2999),
    "boss": StageRange(3001, 3999),
    "coin": StageRange(4001, 4149),
    "exp": StageRange(4151, 4199),
}
READ_ONLY: Final[frozenset[str]] = frozenset(
    {
        "bag",
        "card_types",
        "check_card",
        "check_money",
        "check_record",
        "family_members",
        "get_config_boss",
        "get_drop_rates",
        "get_player_info",
        "get_shop",
        "hear",
        "legal",
        "list_events",
        "list_orders",
        "ping",
        "server_time",
        "skill",
        "status",
        "task_info",
        "task_info_personal",
        "time",
        "world_node",
    }
)
"""Functions that can change nothing; they need no `once` key."""
TOKENLESS: Final[frozenset[str]] = frozenset(
    {
        "legal",
        "login",
        "login_unique",
        "ping",
        "query_match_base",
        "server_time",
        "signup",
        "world_node",
    }
)
"""Functions that need no token; they ignore `once` keys."""
WAITING: Final[frozenset[str]] = frozenset(
    {
        "battle",
        "buy_item",
        "buy_ticket",
        "card_types",
        "challenge",
        "challenge_info",
        "charge",
        "check_card",
        "check_money",
        "check_record",
        "damage_ranking",
        "feedback",
        "get_top_damage",
        "login",
        "login_unique",
        "main",
        "others",
        "query_match_base",
        "redeem_code",
        "send_mail",
        "signup",
        "stage_damage_ranking",
        "sud_bind",
        "world_ranking",
    }
)
"""Functions whose answer may wait for a disk, a platform or another player."""
SIGNING_IN: Final[frozenset[str]] = frozenset(
    {
        "login",
        "login_unique",
        "query_match_base",
        "signup",
    }
)
"""Functions whose answer may change who the connection acts for."""
EVENTS: Final[frozenset[str]] = frozenset(
    {
        "announcement",
        "banned",
        "battle_verdict",
        "boss_died",
        "challenge_accepted",
        "challenge_ended",
        "challenge_info",
        "challenge_rejected",
        "energy",
        "energy_full",
        "mail_received",
        "maintenance",
        "order_settled",
        "renamed",
        "season_reset",
        "tickets_reset",
    }
)
"""The events of players."""
OPERATOR_EVENTS: Final[frozenset[str]] = frozenset(
    {
        "rules_changed",
        "rules_mended",
        "rules_refused",
    }
)
"""The events of operators."""
SEVERAL_ANSWERS: Final[Mapping[str, frozenset[int]]] = {
    "login_unique": frozenset({0, 1}),
    "start_hang_up": frozenset({0, 1, 2}),
}
"""The statuses that are answers, of functions that have more than 0."""
CODES: Final[Mapping[str, Mapping[int, str]]] = {
    "bag": {
        403: "role: expected your own username",
    },
    "battle": {
        403: "role: expected your own username; or this is not your battle",
        404: "no such battle",
        409: "you have acted in this round",
        422: "a text with characters that are not shown",
        423: "muted until `until`, for ever where that is absent",
    },
    "buy_item": {
        95: "materials insufficient",
        98: "an earlier order is still being settled",
        99: "no such offer",
    },
    "buy_ticket": {
        92: "no more ticket, try tomorrow",
        95: "materials insufficient",
        98: "an earlier order is still being settled",
        99: "this ticket is not sold for points",
    },
    "challenge": {
        423: "muted until `until`, for ever where that is absent",
    },
    "challenge_info": {
        404: "no such challenge",
        423: "muted until `until`, for ever where that is absent",
    },
    "charge": {
        303: "充值卡无效或卡密长度错误",
    },
    "claim_mail": {
        97: "already claimed",
        98: "there is nothing to claim in this mail",
        99: "no mail has this key",
    },
    "damage_ranking": {
        98: "No data for this page",
        99: "Page number error",
    },
    "delete_mail": {
        97: "the items of this mail have not been claimed",
        99: "no mail has this key",
    },
    "enter_stage": {
        95: "a stage that cannot be left at will is still open; the token has ended",
        96: "There is no configuration information for this stage",
        97: "energy insufficient",
        98: "materials insufficient; or no more ticket, try tomorrow",
        99: "stage error; or all bosses are dead",
    },
    "enter_stage_boss": {
        90: "level insufficient",
        91: "stage error",
        92: "no more ticket, try tomorrow; or every boss is dead",
        94: "the stage is passed, and cannot be repeated",
        95: "materials insufficient",
        97: "energy insufficient",
        98: "There is no configuration information for this stage",
    },
    "enter_stage_coin": {
        90: "level insufficient",
        91: "stage error",
        92: "no more ticket, try tomorrow; or every boss is dead",
        94: "the stage is passed, and cannot be repeated",
        95: "materials insufficient",
        97: "energy insufficient",
        98: "There is no configuration information for this stage",
    },
    "enter_stage_endless": {
        90: "level insufficient",
        91: "stage error",
        92: "no more ticket, try tomorrow; or every boss is dead",
        94: "the stage is passed, and cannot be repeated",
        95: "materials insufficient",
        97: "energy insufficient",
        98: "There is no configuration information for this stage",
    },
    "enter_stage_exp": {
        90: "level insufficient",
        91: "stage error",
        92: "no more ticket, try tomorrow; or every boss is dead",
        94: "the stage is passed, and cannot be repeated",
        95: "materials insufficient",
        97: "energy insufficient",
        98: "There is no configuration information for this stage",
    },
    "enter_stage_general": {
        90: "level insufficient",
        91: "stage error",
        92: "no more ticket, try tomorrow; or every boss is dead",
        94: "the stage is passed, and cannot be repeated",
        95: "materials insufficient",
        97: "energy insufficient",
        98: "There is no configuration information for this stage",
    },
    "enter_world_boss_stage": {
        95: "a stage that cannot be left at will is still open; the token has ended",
        96: "There is no configuration information for this stage",
        97: "energy insufficient",
        98: "materials insufficient; or no more ticket, try tomorrow",
        99: "stage error; or all bosses are dead",
    },
    "family_members": {
        94: "not in a family",
        98: "no such family",
    },
    "feedback": {
        403: "role: expected your own username",
        404: "no task is under way",
        422: "a text with characters that are not shown",
        423: "muted until `until`, for ever where that is absent",
    },
    "found_family": {
        96: "there is a family of this name",
        97: "already in a family",
        99: "illegal family name",
        423: "muted until `until`, for ever where that is absent",
    },
    "get_drop_rates": {
        99: "no such drop table",
    },
    "get_hang_up_info": {
        96: "There is no configuration information for this stage",
        99: "no stage is hanging up",
    },
    "get_hang_up_reward": {
        96: "There is no configuration information for this stage",
        99: "no stage is hanging up",
    },
    "get_list": {
        403: "role: expected your own username",
    },
    "get_top_damage": {
        98: "No data for this page",
        99: "Page number error",
    },
    "join_family": {
        95: "the family is full",
        97: "already in a family",
        98: "no such family",
    },
    "leave_family": {
        94: "not in a family",
    },
    "leave_world_boss_stage": {
        96: "There is no configuration information for this stage",
        98: "this stage was not entered; the token has ended",
        99: "stage error; or abnormal data",
    },
    "login_unique": {
        1: "success, and this request made the account",
    },
    "main": {
        403: "role: expected your own username",
        422: "a text with characters that are not shown",
        423: "muted until `until`, for ever where that is absent",
    },
    "mark_read_mail": {
        99: "no mail has this key",
    },
    "merge": {
        95: "materials insufficient",
        99: "no more can be owned",
        403: "role: expected your own username",
        422: "illegal name or description",
        423: "muted until `until`, for ever where that is absent",
    },
    "mopping_up_stage": {
        95: "materials insufficient",
        96: "Can only be a positive integer",
        97: "energy insufficient",
        98: "There is no configuration information for this stage",
        99: "Do not sweep until you pass this checkpoint",
    },
    "others": {
        403: "role: expected your own username",
        422: "a text with characters that are not shown",
        423: "muted until `until`, for ever where that is absent",
    },
    "pass_stage": {
        96: "There is no configuration information for this stage",
        98: "this stage was not entered; the token has ended",
        99: "stage error; or abnormal data",
    },
    "query_match_base": {
        401: "the signature is wrong, too old, or was used before",
    },
    "redeem_code": {
        95: "尝试次数过多，请稍后再试",
        96: "兑换码已失效",
        97: "您已使用过该兑换码",
        98: "兑换码已被用完",
        99: "兑换码不存在",
    },
    "refrash": {
        403: "role: expected your own username",
    },
    "refresh": {
        403: "role: expected your own username",
    },
    "select": {
        403: "role: expected your own username",
        404: "this task is not among those you may take",
        409: "another task is under way",
    },
    "select_personal": {
        403: "role: expected your own username",
        404: "this task is not among those you may take",
        409: "another task is under way",
    },
    "send_mail": {
        97: "the mailbox of this player is full",
        98: "no such player",
        99: "no more mails can be sent today",
        422: "characters that are not shown, or indecent words",
        423: "muted until `until`, for ever where that is absent",
    },
    "skill": {
        403: "role: expected your own username",
    },
    "stage_damage_ranking": {
        88: "No data for this page",
        89: "Page number error",
    },
    "start_hang_up": {
        1: "the stage that hung before was settled, and this one hangs",
        2: "this stage hangs already",
        99: "stage error",
    },
    "status": {
        403: "role: expected your own username",
    },
    "sud_bind": {
        97: "SUD knows no such session of this uid",
        98: "another account is bound to this uid",
    },
    "task_info": {
        403: "role: expected your own username",
    },
    "task_info_personal": {
        403: "role: expected your own username",
    },
    "task_request": {
        403: "role: expected your own username",
        409: "there is such a task already; `text` says so",
        422: "the wish is not understood, or has characters that are not shown",
        423: "muted until `until`, for ever where that is absent",
        429: "too many tasks are waiting, or were made today; `text` says so",
    },
    "time": {
        403: "role: expected your own username",
    },
    "use_item": {
        95: "materials insufficient",
        96: "Can only be a positive integer",
        98: "this item cannot be used",
        99: "no such item",
    },
    "victory_stage_boss": {
        91: "stage error",
        93: "abnormal damage",
        94: "stage mismatch",
        98: "There is no configuration information for this stage",
    },
    "victory_stage_coin": {
        91: "stage error",
        94: "stage mismatch",
        98: "There is no configuration information for this stage",
    },
    "victory_stage_endless": {
        91: "stage error",
        94: "stage mismatch",
        98: "There is no configuration information for this stage",
    },
    "victory_stage_exp": {
        91: "stage error",
        94: "stage mismatch",
        98: "There is no configuration information for this stage",
    },
    "victory_stage_general": {
        91: "stage error",
        94: "stage mismatch",
        98: "There is no configuration information for this stage",
    },
    "world_ranking": {
        88: "No data for this page",
        89: "Page number error",
    },
}
"""What the own statuses of each function mean."""
STATUS_CODES: Final[Mapping[str, Mapping[int, str]]] = {
    "accept_challenge": {
        403: "role is not your own username",
        404: "no such open challenge to you",
        409: "one of the two is in a battle",
        410: "the other is not online",
    },
    "challenge": {
        403: "role1 is not your own username",
        404: "no such player",
        409: "one of the two is in a battle",
        410: "the other is not online",
        422: "yourself, or no image within the limits",
        429: "too many challenges are open",
    },
    "login": {
        401: "wrong password, or one for one log-in that is used or over",
        404: "no account has this e-mail address",
        422: "with `once_password`: the new password is too short",
        429: "too many attempts; wait `retry_after_ms`",
    },
    "reject_challenge": {
        403: "role is not your own username",
        404: "no such open challenge to you",
        409: "one of the two is in a battle",
        410: "the other is not online",
    },
    "signup": {
        409: "the name is taken, or looks like one that is",
        410: "the e-mail address is taken",
        422: "illegal name or e-mail address, or the password is too short",
        429: "too many new accounts from this address",
    },
}
"""What `status_code` means in the replies that have one, besides 200. Their status is 0."""


class AcceptCReply(TypedDict):
    """The reply of `accept_c`."""

    status: bool
    """Whether the battle begins."""


class AcceptCRequest(TypedDict):
    """`accept_c {id, status}`: accepts or rejects; the reply says whether the battle begins."""

    id: str
    """The challenge's number."""
    status: bool
    """Whether to accept."""


class AcceptChallengeRequest(TypedDict):
    """`accept_challenge {role, id}`."""

    id: str
    """The challenge's number."""
    role: str
    """The caller's own username."""


class AccountShown(TypedDict):
    """Who the player is, and whether somebody plays."""

    email: str | None
    """The e-mail address; null for a guest."""
    is_guest: bool
    """Whether a device logs in to it as a guest."""
    is_online: bool
    """Whether a connection acts for the player."""
    made_at: int
    """When the account was made, unix seconds."""
    token_until: int | None
    """Until when its token is valid, unix seconds; null without one."""
    uid: str
    """The id by which SUD knows it until it binds its own."""
    wname: str
    """The name of its purse at MCRMB."""


class AdmittedPlayer(TypedDict):
    """A player who may play during maintenance."""

    player: int
    """The account's number."""
    world: int
    """The player's world. Left out: `0`."""


AllMail = TypedDict(
    "AllMail",
    {
        # Who gets it.
        "audience": "SentAudienceTerms",
        # When players get it first, unix seconds.
        "from": "int",
        # What can be claimed.
        "items": "list[Amount]",
        # Text.
        "text": "str",
        # Subject.
        "title": "str",
        # Who looks from this moment on gets it no longer, unix seconds.
        "until": "int",
        # When it was written, unix seconds.
        "written_at": "int",
    },
)
"""A message of the realm: a mail of an operator to all."""


class AllMailWithdrawn(TypedDict):
    """A message of the realm: a mail to all is withdrawn."""

    message: int
    """The number of the message that brought it to this world."""


class AnnounceListReply(TypedDict):
    """The reply of `announce_list`."""

    announcements: list[AnnouncementEntry]
    """By number."""


class AnnounceListRequest(TypedDict):
    """`announce_list {}`: all that are not over."""


class AnnounceReply(TypedDict):
    """The reply of `announce`."""

    number: int
    """What to name it by."""


class AnnounceRequest(TypedDict):
    """`announce {text, at?, repeat_minutes?, until?, worlds?}`: tells everybody who is connected."""

    at: NotRequired[int]
    """When it is told first, unix seconds; missing = now."""
    repeat_minutes: NotRequired[int]
    """Minutes from one time to the next, 1 to 10,080; missing = it is told once."""
    text: str
    """What it says."""
    until: NotRequired[int]
    """With `repeat_minutes`: it is told before this moment only, unix seconds."""
    worlds: NotRequired[list[int]]
    """The worlds that tell it; missing or empty = all."""


class AnnounceWithdrawRequest(TypedDict):
    """`announce_withdraw {number}`: it is not told again."""

    number: int
    """As `announce` has replied."""


class Announcement(TypedDict):
    """A text for everybody who is connected."""

    at: int
    """When it is told first, unix seconds."""
    every_seconds: int
    """Seconds from one time to the next; 0 = it is told once."""
    number: int
    """Counts from 1."""
    text: str
    """What it says."""
    until: int
    """It is told before this moment only, unix seconds."""


class AnnouncementEntry(TypedDict):
    """An announcement as operators see it."""

    at: int
    """When it is told first, unix seconds."""
    by: str
    """Who made it."""
    number: int
    """What to name it by."""
    repeat_minutes: int | None
    """Minutes from one time to the next; null = it is told once."""
    text: str
    """What it says."""
    until: int
    """When it is over, unix seconds."""
    worlds: list[int]
    """The worlds that tell it; empty = all."""


class AnnouncementEvent(TypedDict):
    """The event `announcement`."""

    number: int
    """The same each time it is told."""
    text: str
    """What it says."""


class Anomaly(TypedDict):
    """An anomaly and its circumstances."""

    damage: int | None
    """The reported damage, if there was one."""
    level: int | None
    """The player's level, and the seconds it had been in the stage."""
    most: int | None
    """The most that would have been believed."""
    seconds: int | None
    """How long the player had been in the stage."""
    stage: int
    """The stage that it was about."""
    what: Misdeed
    """What was abnormal."""


class AnswerSent(TypedDict):
    """A reply that consists of a code only."""

    status_code: int
    """200, or why not; the codes are listed with the function."""


Assets = TypedDict(
    "Assets",
    {
        # How battles proceed.
        "battles.ron": "BattleRules",
        # How long challenges stay open, and how many.
        "challenges.ron": "ChallengeRules",
        # How attributes are computed.
        "character.ron": "CharacterRules",
        # All characters, by their ids in scripts.
        "characters.ron": "Cast",
        # What crafting costs and how strong the results are.
        "crafting.ron": "CraftRules",
        # `energy.ron`.
        "energy.ron": "EnergyRules",
        # How large families may be. Their names follow `names.ron`, as usernames do.
        "families.ron": "FamilyRules",
        # The game master's fighters.
        "fighters.ron": "FighterRules",
        # The game master.
        "game_master.ron": "GameMaster",
        # What designers want of the game.
        "goals.ron": "Goals",
        # The rewards of a minute on a stage.
        "hang_up.ron": "HangUpRules",
        # The contents of `images.ron`.
        "images.ron": "ImageLimits",
        # `items.ron`: which items exist, and what a new player owns.
        "items.ron": "ItemRules",
        # `layouts.ron`.
        "layouts.ron": "LayoutRules",
        # The contents of `levels.ron`.
        "levels.ron": "LevelFile",
        # The limits on mail, and the sender of system mail.
        "mail.ron": "MailRules",
        # When players are warned.
        "maintenance.ron": "MaintenanceRules",
        # `monsters.ron`.
        "monsters.ron": "MonsterRules",
        # What a legal name is.
        "names.ron": "NameRules",
        # The parameters of a check: die + attribute / `attribute_per_point` + help, against the difficulty.
        "narrator.ron": "NarratorRules",
        # `presence.ron`.
        "presence.ron": "PresenceRules",
        # Everything that is sold for points.
        "shop.ron": "ShopRules",
        # `sweep.ron`.
        "sweep.ron": "SweepRules",
        # The contents of `tasks.ron`.
        "tasks.ron": "TaskRules",
        # `tickets.ron`.
        "tickets.ron": "TicketRules",
        # The contents of `world_boss.ron`.
        "world_boss.ron": "BossRules",
    },
)
"""What each file of the assets holds, and each file of a folder:
- `drops/*.ron`: DropFile
- `events/*.ron`: TimedEvent
- `personal_tasks/*.ron`: TaskTemplate
- `special_events/*.ron`: SpecialEvent
- `stages/*.ron`: ModeRules
- `tasks/*.ron`: PublicTask
"""


class AttemptReturnReply(TypedDict):
    """What was given back: the reply of `attempt_return`."""

    energy: int
    """Points of energy."""
    items: list[Amount]
    """Items."""
    ticket: int | None
    """The kind of the ticket, if it took one."""
    was_open: bool
    """Whether the player was in the stage, and is no longer."""


class AttemptReturnRequest(TypedDict):
    """`attempt_return {player, stage, legacy?, reason}`: energy, items and ticket of an attempt that was not won. The role's
    limits hold as for `player_grant`.
    """

    legacy: NotRequired[bool]
    """Whether it was entered with the legacy function `enter_stage`, which has other costs."""
    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""
    stage: int
    """The stage's number."""


class AttributeCheck(TypedDict):
    """A roll of the die plus an attribute and the used skills and equipment, against a difficulty."""

    attribute: NotRequired[Attribute]
    """The attribute that helps; absent = luck only."""
    difficulty: int
    """The points needed."""


class Attributes(TypedDict):
    """The attributes of a player, or of a fighter of the game master."""

    agility: int
    """敏捷: quickness of hand and foot."""
    strength: int
    """力量: the force of blows."""
    vigor: int
    """体魄: endurance."""
    wits: int
    """智力: cleverness, and the force of words and spells."""


class AudienceTerms(TypedDict):
    """Who gets a mail to all. A player has to meet everything that is said; what is missing says nothing.

    Accounts and log-ins count up to the moment at which the mail was written, whenever the player looks. Name, level and
    items are those of the moment at which the player looks at its mail.
    """

    has: list[Amount]
    """Only players who have at least so much of each of these items. At most 20."""
    level_max: int | None
    """Only up to this level."""
    level_min: int | None
    """Only from this level on."""
    made_before: int | None
    """Only accounts that were made before this moment, unix seconds."""
    made_from: int | None
    """Only accounts that were made at this moment or later, unix seconds."""
    names: list[str]
    """Only players with one of these names, in any spelling by which they are found; empty = with any. At most 1,000."""
    newcomers: bool
    """Also accounts that are made after the mail was written; false = only those that there are."""
    seen_before: int | None
    """Only players whose last log-in was before this moment, unix seconds."""
    seen_from: int | None
    """Only players whose last log-in was at this moment or later, unix seconds. Making the account counts as one."""


class AuditEntryShown(TypedDict):
    """One call, as operators see it."""

    address: str | None
    """From where; null for calls from within the process."""
    arguments: str
    """With which arguments, as JSON without secrets. What is longer than 4,096 bytes is cut and ends with an ellipsis."""
    at: int
    """Unix seconds."""
    changes: list[str]
    """What it has changed."""
    function: str
    """What they called."""
    number: int
    """Counts the world's entries from 1."""
    operator: str
    """Who."""
    players: list[int]
    """The numbers of the players whom it has changed."""
    reason: str | None
    """Why, where the arguments say so."""
    reply: str
    """What it has answered, as JSON; cut likewise."""
    role: str
    """The role they had then."""
    time: str
    """The same as local date and time, `YYYY-MM-DD HH:MM:SS`."""


class AuditListReply(TypedDict):
    """The reply of `audit_list`."""

    entries: list[AuditEntryShown]
    """The newest first."""
    next: int | None
    """`before` of the next page; null when this was the last. A page looks at 2,000 entries, so with a filter it may be short,
    or empty, and have a next one.
    """


AuditListRequest = TypedDict(
    "AuditListRequest",
    {
        # Only entries with smaller numbers: `next` of the page before.
        "before": "NotRequired[int]",
        # Not before this moment, unix seconds.
        "from": "NotRequired[int]",
        # Only calls of this function.
        "function": "NotRequired[str]",
        # Missing = 50, at most 500.
        "limit": "NotRequired[int]",
        # Only calls of this operator.
        "operator": "NotRequired[str]",
        # Only what has changed the player of this number.
        "player": "NotRequired[int]",
        # Only before this moment, unix seconds.
        "to": "NotRequired[int]",
    },
)
"""`audit_list {token, operator?, function?, player?, from?, to?, before?, limit?}`: the newest first."""


class BackupReply(TypedDict):
    """The reply of `backup`."""

    file: str
    """Its path on the server."""
    last_batch: BatchNumber
    """The last batch of rows that is in it."""
    rows: int
    """How many rows it has."""


class BackupRequest(TypedDict):
    """`backup {token, name?}`."""

    name: NotRequired[str]
    """Missing = the present moment of the game's clock."""


class BagReply(TypedDict):
    """The reply of `bag`."""

    equipments: Described
    """The caller's equipment."""


class BagRequest(TypedDict):
    """`bag {role}`."""

    role: str
    """The caller's own username."""


class Ban(TypedDict):
    """While a ban holds, the player can neither act nor log in."""

    at: int
    """When it began, unix seconds."""
    by: str
    """The operator."""
    message: str
    """What the player is told."""
    reason: str
    """Why, for operators."""
    until: NotRequired[int]
    """When it ends, unix seconds; absent = never."""


class BannedEvent(TypedDict):
    """The event `banned`: the player is banned, and the connection ends."""

    message: str
    """Why, for the player."""
    until: NotRequired[int]
    """When it is over, unix seconds; absent = never."""


class BatchShown(TypedDict):
    """A batch as operators see it."""

    batch: int
    """Its number."""
    count: int
    """How many codes."""
    is_withdrawn: bool
    """Whether they were withdrawn."""
    items: list[Amount]
    """What each is worth."""
    made_at: int
    """Unix seconds."""
    made_by: str
    """The operator's name."""
    per_player: int
    """How many times one player can redeem the same code."""
    redeemed: int
    """How many times they were redeemed in all."""
    title: str
    """Subject of the mail."""
    until: int
    """Unix seconds from which on nobody can redeem them."""
    uses: int
    """How many times each code can be redeemed in all."""


class BattleReply(TypedDict):
    """The reply of `battle` (docs/contract/role-play.md#battles), and whether the battle is
    over.
    """

    action: str
    """What the opponent did."""
    exp: NotRequired[int]
    """The experience won, at the end."""
    result: str
    """The verdict as text."""
    reward: NotRequired[list[Amount]]
    """The items won, at the end."""
    role: str
    """The opponent."""
    stake: NotRequired[StakeTold]
    """The outcome of the stake, at the end of a battle that had one."""
    status: bool
    """Whether the battle is over."""


class BattleRequest(TypedDict):
    """`battle {role, id, text | action, items, skills, wait?}`: acts in the round. The reply comes with the verdict."""

    action: NotRequired[str]
    """An alias of `text` that some clients use."""
    id: str
    """The battle's number, which is the challenge's."""
    items: NotRequired[list[str]]
    """Names of equipment that the player uses; what is not owned is ignored."""
    role: str
    """The caller's own username."""
    skills: NotRequired[list[str]]
    """Names of skills that the player uses; what is not owned is ignored."""
    text: NotRequired[str]
    """What the player does, in words."""
    wait: NotRequired[bool]
    """An addition to the contract: with `false` the reply comes at once, and the verdict only as an event, for a client
    that has other requests to send on its connection meanwhile. Left out: `true`.
    """


class BattleRules(TypedDict):
    """How battles proceed."""

    game_mode: int
    """The `game_mode` of the reports to SUD."""
    kept_seconds: int
    """Seconds for which an ended battle can still be looked up."""
    report_roles: ReportRoles
    """The `role` of each in the reports to SUD."""
    rewarded_per_day: RewardedPerDay
    """How many battles are rewarded in a day."""
    rewards: Rewards
    """The rewards at the end of a battle between players."""
    round_seconds: int
    """Seconds that both players have to act in a round."""
    rounds_max: int
    """After this many rounds the battle is a draw."""
    stake: NotRequired[StakeRules]
    """What both put in at the start; absent = nothing."""
    text_longest: int
    """The longest text of an action, in characters."""
    texts: BattleTexts
    """The texts that players read."""
    verdict: VerdictRules
    """Who wins a round."""
    wins_needed: int
    """Rounds that a player must win to win the battle."""


class BattleSeen(TypedDict):
    """A battle, from the side of the player."""

    battle: str
    """Its number."""
    due_at: int
    """When the round closes, or the battle is forgotten if it is over; unix seconds."""
    is_owed: bool
    """Whether the player is still to be paid for it."""
    opponent: str
    """The opponent's name."""
    opponent_player: int | None
    """The opponent's account; null for a fighter of the game master."""
    rounds: int
    """How many rounds are over."""
    state: BattleState
    """How it stands."""


class BattleSeenPage(TypedDict):
    """One page of a part that may be long."""

    entries: list[BattleSeen]
    """Newest first."""
    next: int | None
    """The `after` of the next page; null when this is the last."""


class BattleTexts(TypedDict):
    """The texts of `battles.ron`."""

    bare: str
    """Replaces the skills and items when none counts."""
    broken: list[Template]
    """Verdicts of a round that was won by breaking a guard."""
    deserted: Template
    """The end of a battle that both players left."""
    drawn: Template
    """The end of a battle without a winner."""
    escaped: Template
    """The end of a battle whose loser went offline."""
    even: list[Template]
    """Verdicts of a round without a winner."""
    held: list[Template]
    """Verdicts of a round in which a guard held."""
    idle: list[Template]
    """Verdicts of a round in which neither acted."""
    score: Template
    """The rounds won by each, behind a verdict."""
    silent: str
    """Shown as the action of a player who stayed silent."""
    struck: list[Template]
    """Verdicts of a round that was won by a blow."""
    unrewarded: str
    """Behind the end of a battle in which neither is rewarded."""
    waiting: Template
    """Shown to a player who has acted while the opponent has not."""
    won: Template
    """The end of a battle that was won."""


class BattleVerdictEvent(TypedDict):
    """The event `battle_verdict`: the contents of the reply of `battle`, for a player who did not wait for it."""

    action: str
    """What the opponent did."""
    exp: NotRequired[int]
    """The experience won, at the end."""
    id: str
    """The battle's number."""
    result: str
    """The verdict as text."""
    reward: NotRequired[list[Amount]]
    """The items won, at the end."""
    role: str
    """The opponent."""
    round: int
    """How many rounds are finished."""
    stake: NotRequired[StakeTold]
    """The outcome of the stake, at the end of a battle that had one."""
    status: bool
    """Whether the battle is over."""


class BestAnywhere(TypedDict):
    """One of the best of all worlds."""

    best: BestPlayer
    """The player."""
    world: int
    """The player's world."""


class BestChangedRequest(TypedDict):
    """`best_changed {world}`, a function of the realm: the best of a world are no longer those that it has told."""

    world: int
    """The world's number."""


class BestOfWorldReply(TypedDict):
    """The best of one world in its season, and so the reply of `best_of_world`."""

    best: list[BestPlayer]
    """The best first."""
    ends_on: int | None
    """The number of the day that ends the season; null = it does not end. Worlds count their seasons since their own
    beginnings, but a season ends in all of them on one day.
    """


class BestOfWorldRequest(TypedDict):
    """`best_of_world {}`, a function of worlds: the best of this world."""


class BestOfWorldsReply(TypedDict):
    """The best of all worlds in one season, and so the reply of `best_of_worlds`."""

    best: list[BestAnywhere]
    """The best first."""
    ends_on: int | None
    """The number of the day that ends the season; null = it does not end."""


class BestOfWorldsRequest(TypedDict):
    """`best_of_worlds {ends_on}`, a function of the realm: the best of all worlds."""

    ends_on: NotRequired[int]
    """The number of the day that ends the season; null = it does not end."""


class BestPlayer(TypedDict):
    """One of the best of a world."""

    damage: int
    """The best damage of the season."""
    fid: str
    """The family's name; empty for a player in none."""
    level: int
    """The player's level."""
    name: str
    """The player's name."""
    player: int
    """The account's number."""


class BossBlow(TypedDict):
    """The result of a victory in boss mode; `{}` in the other modes."""

    damage: NotRequired[int]
    """The player's best damage this season."""
    ratio: NotRequired[Ratios]
    """The life of each boss, by `0`, `1` and so on."""
    record: NotRequired[int]
    """1 if the damage is the player's best, else 0."""


class BossDiedEvent(TypedDict):
    """The event `boss_died`."""

    boss: int
    """Its place in the roster, from 0."""
    name: str
    """Its name."""


class BossEntry(TypedDict):
    """One boss."""

    gift: Gift
    """What everybody gets when it dies."""
    id: str
    """What the world knows it by: its life, its death and its gift belong to this id, wherever the boss stands in the list and
    whatever its name. Lowercase letters, digits and `_`; give it once and never change it.
    """
    life_value: int
    """Life points."""
    name: str
    """The name, for people who read this file."""


class BossMoments(TypedDict):
    """When something begins anew, unix seconds."""

    next_month_at: NotRequired[int]
    """When all bosses return; absent if they do not."""
    next_reset_at: int
    """When the tickets return."""


class BossRoomEntered(TypedDict):
    """The flat reply of the boss room, with the challenges left also where `enter_stage` documents them."""

    at: EnergyMoments
    """The same moments in unix seconds."""
    cd_time: int
    """Seconds to the next local midnight."""
    consume: int
    """The change in energy, such as -10."""
    cooling_time: int
    """Seconds to the next point; -1 when none is coming back."""
    energy: int
    """Points of energy left."""
    times: int
    """Challenges left today."""
    world_boss: ChallengesLeft
    """The same as `enter_stage` documents it."""


class BossRoomLeft(TypedDict):
    """The result of a visit to the boss room."""

    boss_life_ratio: Ratios
    """The life of each boss, by `boss0`, `boss1` and so on."""
    energy: NotRequired[LegacyEnergy]
    """The energy now."""
    highest_damage: int
    """The player's best damage this season."""
    new_record: int
    """1 if the damage is the player's best, else 0."""
    p_exp: NotRequired[PassedExp]
    """The experience gained."""
    p_stage: NotRequired[PassedStage]
    """The progress."""
    pass_stages: NotRequired[list[LegacyChange]]
    """The items gained."""


class BossRules(TypedDict):
    """The contents of `world_boss.ron`."""

    bosses: list[BossEntry]
    """The roster."""
    legacy_entry: LegacyBossEntry
    """The cost of entering the legacy boss room."""
    max_enter_time: int
    """Challenges a day, as `get_config_boss` shows them; the tickets themselves are in `tickets.ron`."""
    max_upload_damage: int
    """A damage at or above this is abnormal."""
    plausible_damage: PlausibleDamage
    """How much of a damage below that is believed, by level and time; a stage of `stages/boss.ron` may have rules of its
    own.
    """
    season: Schedule
    """When a season ends and all bosses return: `daily`, `weekly(monday)`, `monthly` or `dates(["2026-12-24"])`."""
    season_mail: MailText
    """The mail that brings it."""
    season_rewards: list[Bracket]
    """Season rewards by rank, sent by mail."""
    surplus_carries_over: CarriesOver
    """Whether damage beyond a boss's life goes on to the next."""


Bracket = TypedDict(
    "Bracket",
    {
        # The best rank.
        "from": "int",
        # What each gets.
        "items": "list[Amount]",
        # The last rank.
        "to": "int",
    },
)
"""A range of ranks and what they get."""


BracketTold = TypedDict(
    "BracketTold",
    {
        # The best rank.
        "from": "int",
        # What each got.
        "items": "list[Amount]",
        # The last rank.
        "to": "int",
    },
)
"""A range of ranks and what each of them got."""


class BuyItemRequest(TypedDict):
    """`buy_item {token, offer}`."""

    offer: str
    """The id of an offer of `get_shop`."""


class BuyTicketRequest(TypedDict):
    """`buy_ticket {token, mode, pay_with}`."""

    mode: PurchaseMode
    """Whose ticket."""
    pay_with: PayWith
    """With what."""


class CardTypesRequest(TypedDict):
    """`card_types {token}`: the cards that the platform accepts."""


class CarriedParcel(TypedDict):
    """A parcel with what the realm knows it by, however often it is given."""

    epoch: Epoch
    """The world's epoch in which it was posted."""
    number: int
    """Counts the world's parcels."""
    parcel: Parcel
    """What is in it."""


class CarriesOver(TypedDict):
    """Whether damage beyond a boss's life carries over to the next."""

    legacy: bool
    """From `pass_stage`."""
    new: bool
    """From `victory_stage_boss`."""


class Cast(TypedDict):
    """All characters, by their ids in scripts."""

    characters: dict[str, Character]
    """By the id that scripts use."""


class ChallengeAnswered(TypedDict):
    """What the challenger receives: the answer given by `/challenge_info` (docs/contract/role-play.md#challenges), and who
    gave it.
    """

    id: str
    """The challenge's number."""
    image_data: str | None
    """A portrait, PNG as base64; null if there is none."""
    role: str
    """The player who answered."""
    status: bool
    """Whether the challenge was accepted; then the battle has begun."""


class ChallengeEndedEvent(TypedDict):
    """The event `challenge_ended`, for both players: the challenge was not answered in time."""

    id: str
    """The challenge's number."""


class ChallengeInfoEvent(TypedDict):
    """What the challenged player receives, as the event `challenge_info` and as a push to its address
    (docs/contract/role-play.md#challenges).
    """

    id: str
    """The challenge's number."""
    image_data: str | None
    """The challenger's portrait, PNG as base64; null if there is none."""
    role: str
    """The challenger."""


class ChallengeInfoReply(TypedDict):
    """The reply of `challenge_info`: name and portrait of the other player, and whether the battle begins or has begun."""

    id: str
    """The challenge's number."""
    image_data: str | None
    """The other player's portrait, PNG as base64; null if there is none."""
    role: str
    """The other player."""
    status: bool
    """Whether the battle begins; for the challenger, whether the challenge was accepted."""


class ChallengeInfoRequest(TypedDict):
    """`challenge_info {id, status?, image_data?}`: a client's answer to the event of that name. Without `status` it shows
    the challenge and leaves it open. To the challenger it shows the answer.
    """

    id: str
    """The challenge's number."""
    image_data: NotRequired[str]
    """The caller's portrait, PNG or JPEG as base64."""
    status: NotRequired[bool]
    """Whether to accept."""


class ChallengeReply(TypedDict):
    """The reply of `challenge`. It does not wait for the answer of a player: `status` is false and there is no image until
    the request is repeated after the answer. A fighter of the game master accepts at once.
    """

    id: str
    """The challenge's number; empty if there is none."""
    image_data: str | None
    """The opponent's portrait, PNG as base64; null before the challenge is accepted, and if there is none."""
    status: bool
    """Whether the challenge is accepted already."""
    status_code: int
    """200, or why not; the codes are listed with the function."""


class ChallengeRequest(TypedDict):
    """`challenge {role1, role2, image_data, report_game_info_key?, report_game_info_extras?}`."""

    image_data: NotRequired[str]
    """The caller's portrait, PNG or JPEG as base64."""
    report_game_info_extras: NotRequired[str]
    """Passed through to SUD."""
    report_game_info_key: NotRequired[str]
    """Passed through to SUD; a round can be queried by it."""
    role1: str
    """The caller's own username."""
    role2: str
    """A player, or a fighter of the game master."""


class ChallengeRules(TypedDict):
    """How long challenges stay open, and how many."""

    received_max: int
    """Open challenges that a player may have received."""
    sent_max: int
    """Open challenges that a player may have sent."""
    unanswered_seconds: int
    """Seconds after which an unanswered challenge ends."""


class Challenges(TypedDict):
    """The challenges left, and the time."""

    month_time: int
    """Seconds to the end of the season; -1 if it has none."""
    remaining: int
    """Challenges left today."""
    time: int
    """Seconds to the next local midnight."""


class ChallengesLeft(TypedDict):
    """The challenges left as the legacy `enter_stage` shows them."""

    remaining: int
    """Challenges left today."""
    time: HoursMinutesSeconds
    """The time until new ones."""


class Chance(TypedDict):
    """An item that a minute may bring."""

    amount: Amount
    """The amount on success."""
    denominator: int
    """See `numerator`."""
    numerator: int
    """The chance is `numerator` in `denominator`."""


class Chances(TypedDict):
    """Items by chance."""

    drops: NotRequired[list[DropChance]]
    """Drop tables that a whole minute may roll, each with its chance."""
    items: list[Chance]
    """Each is rolled once per whole minute."""
    stage: int
    """Applies from this stage on."""


class Character(TypedDict):
    """A speaker."""

    name: str
    """The name that players see; a `role` of replies."""
    portrait: str
    """An image."""


class CharacterRules(TypedDict):
    """How attributes are computed."""

    agility: Growth
    """敏捷."""
    shown_items: list[ItemId]
    """Items whose quantities `status` shows, under their names."""
    strength: Growth
    """力量."""
    vigor: Growth
    """体魄."""
    wits: Growth
    """智力."""


class ChargeRequest(TypedDict):
    """`charge {token, ctype, cnum, cpwd}`: points for a prepaid card."""

    cnum: str
    """The card's number."""
    cpwd: str
    """The card's password."""
    ctype: int
    """The id of a card type of `card_types`."""


class ChatManner(TypedDict):
    """How the endpoint is to answer."""

    forbidden: list[str]
    """A text that contains one of these, in any letter case, is rejected."""
    instructions: str
    """The system prompt."""
    temperature_percent: int
    """Sampling temperature in hundredths: 0 to 200."""
    text_max_chars: int
    """The most characters of its text; a longer one is rejected."""
    tokens_max: int
    """The most tokens it may answer with."""


class CheckBossStatusReply(TypedDict):
    """The reply of `check_boss_status`."""

    at: BossMoments
    """The same moments in unix seconds."""
    boss_life_ratio: Ratios
    """The life of each boss, by `boss0`, `boss1` and so on."""
    damage: int
    """The caller's own best damage this season."""
    world_boss: Challenges
    """The challenges left, and the time."""


class CheckBossStatusRequest(TypedDict):
    """`check_boss_status {token}`: the same in the legacy format."""


class CheckCardRequest(TypedDict):
    """`check_card {token}`: the last five cards."""


class CheckMoneyRequest(TypedDict):
    """`check_money {token}`: the points of the player."""


class CheckRecordRequest(TypedDict):
    """`check_record {token}`: the last five movements."""


class Chest(TypedDict):
    """An item that players open."""

    drops: Drops
    """The drop tables that opening one of it rolls."""
    item: ItemId
    """The item, `group:id`."""


Choice = TypedDict(
    "Choice",
    {
        # What decides between `pass` and `fail`; absent = it always passes.
        "check": "NotRequired[AttributeCheck]",
        # The outcome of a failed check.
        "fail": "NotRequired[ChoiceOutcome]",
        # The player's words must contain one of these; none given = any words match.
        "keywords": "NotRequired[list[str]]",
        # What happens.
        "pass": "ChoiceOutcome",
        # The player's words must contain none of these.
        "unless": "NotRequired[list[str]]",
        # The player must use an owned skill or piece of equipment whose name or description contains one of these.
        "using": "NotRequired[list[str]]",
    },
)
"""Something the player may do."""


class ChoiceOutcome(TypedDict):
    """A text, and where the story goes next."""

    go: NotRequired[str]
    """A scene or an ending; absent = the player stays in the scene."""
    text: Template
    """What the player reads."""


class ClaimMailReply(TypedDict):
    """The reply of `claim_mail`."""

    remain: list[Amount]
    """What is left of the items in `reward`, in the same order."""
    reward: list[Amount]
    """What was gained."""


class ClaimMailRequest(TypedDict):
    """`claim_mail {token, key}`."""

    key: str
    """The mail's key."""


class ClientMinimumEntry(TypedDict):
    """A minimum as operators see it."""

    by: str
    """Who has set it."""
    name: str
    """The client's name."""
    url: str
    """Where players get a newer one."""
    version: str
    """The oldest version that is served."""


class ClientMinimumListReply(TypedDict):
    """The reply of `client_minimum_list`."""

    clients: list[ClientMinimumEntry]
    """By name."""


class ClientMinimumListRequest(TypedDict):
    """`client_minimum_list {}`: the clients that have a minimum."""


class ClientMinimumRemoveRequest(TypedDict):
    """`client_minimum_remove {name}`: every version of a client is served."""

    name: str
    """The client's name."""


class ClientMinimumRequest(TypedDict):
    """`client_minimum {name, version, url}`: older versions of a client are no longer served, from now on."""

    name: str
    """The client's name, as it says it."""
    url: str
    """Where players get a newer one."""
    version: str
    """The oldest version that is served: up to four numbers with dots between them."""


class ClockAdvanceRequest(TypedDict):
    """`clock_advance {seconds}`: moves a manual clock, backwards with a negative number."""

    seconds: int
    """By how many seconds."""


class ClockMendReply(TypedDict):
    """The reply of `clock_mend`."""

    at: int
    """The moment that counts, unix seconds."""
    mend: int
    """Numbers the mends of this world from 1."""
    players_in_memory: int
    """How many players were mended at once. The others are when they are loaded."""
    time: str
    """The same as local date and time, `YYYY-MM-DD HH:MM:SS`."""


class ClockMendRequest(TypedDict):
    """`clock_mend {token}`: moments that lie in the future, because the clock was ahead when they were stored, are brought
    back to now. What was paid or used up stays so.
    """


class CodeClaimRequest(TypedDict):
    """`code_claim {world, player, code}`, a function of the realm: a player of a world redeems a code."""

    code: str
    """As the player wrote it."""
    player: int
    """The account's number."""
    world: int
    """The player's world."""


class CodeGoods(TypedDict):
    """`take_gift`: what a player gets for a code."""

    items: list[Amount]
    """The goods, to be claimed."""
    player: int
    """The account's number."""
    text: str
    """Text of the mail."""
    title: str
    """Subject of the mail."""


class CodeListReply(TypedDict):
    """The reply of `code_list`."""

    batches: list[BatchShown]
    """Newest first."""
    next: int | None
    """The `before` of the next page."""


class CodeListRequest(TypedDict):
    """`code_list {before?}`: the batches without their codes, newest first, at most 100."""

    before: NotRequired[int]
    """Only batches before this one."""


class CodeMakeReply(TypedDict):
    """The reply of `code_make`. A repeat with the same key tells no codes; `code_show` does."""

    batch: int
    """The number of the batch."""
    codes: list[str]
    """The codes."""


class CodeMakeRequest(TypedDict):
    """`code_make {count, items, until, uses?, per_player?, title?, text?, reason}`: makes a batch of codes."""

    count: int
    """How many codes."""
    items: list[Amount]
    """What each is worth: of each at least 1; at most 20 of them."""
    per_player: NotRequired[int]
    """How many times one player can redeem the same code. Left out: `1`."""
    reason: str
    """Why, for operators."""
    text: NotRequired[str]
    """Text of that mail. Left out: `"感谢您使用兑换码，请领取奖励。"`."""
    title: NotRequired[str]
    """Subject of the mail with the goods. Left out: `"兑换码礼包"`."""
    until: int
    """Unix seconds from which on nobody can redeem them."""
    uses: NotRequired[int]
    """How many times each code can be redeemed in all. Left out: `1`."""


class CodeShowReply(TypedDict):
    """The reply of `code_show`."""

    codes: list[CodeShown]
    """The codes."""


class CodeShowRequest(TypedDict):
    """`code_show {batch}`: the codes of a batch, in the order of their letters."""

    batch: int
    """The number of the batch."""


class CodeShown(TypedDict):
    """A code as operators see it."""

    code: str
    """As players type it."""
    used: int
    """How many times it was redeemed."""


class CodeShown2(TypedDict):
    """A status of a function."""

    meaning: str
    """What it means."""
    number: int | None
    """The status; null = any that another platform gives."""


class CodeWithdrawRequest(TypedDict):
    """`code_withdraw {batch, reason}`: nobody can redeem these codes any more. Who has redeemed one keeps the goods."""

    batch: int
    """The number of the batch."""
    reason: str
    """Why, for operators."""


class Cost(TypedDict):
    """An item of `enter_stages`, with `iid` as a number."""

    iid: int
    """The item's number in group 3."""
    remaining: int
    """How many are left."""
    reward: int
    """The change, such as -3."""


class CraftRules(TypedDict):
    """What crafting costs and how strong the results are."""

    equipment: Recipe
    """Mode 1."""
    name_ends: str
    """A name that is not given is the start of the description, up to the first of these characters."""
    name_longest: int
    """The most characters of such a name."""
    skill: Recipe
    """Mode 0."""


class CurrentAnnouncements(TypedDict):
    """A message of the realm: all announcements of this world that are not over. It replaces those before."""

    announcements: list[Announcement]
    """In no particular order."""


class CurvePiece(TypedDict):
    """A part of the curve of levels."""

    need: NotRequired[int | str]
    """In place of `step`: what level n needs more than the one before, such as `"100 + 20 * n"`."""
    step: NotRequired[int]
    """Level n needs n times this more experience than the one before."""
    to: int
    """The last level of this part."""


class DamageRankingRequest(TypedDict):
    """`stage_damage_ranking {token, page}`."""

    page: NotRequired[int]
    """Which page, from 1; one has ten rows."""


class DayShown(TypedDict):
    """A day."""

    active_day: int
    """Players who were active on the day."""
    active_month: int
    """Players who were active in its month, from the 1st to this day."""
    active_week: int
    """Players who were active in its week, from Monday to this day."""
    bosses_killed: int
    """How many bosses were killed."""
    date: str
    """Its date, `YYYY-MM-DD`."""
    deleted: int
    """Players who were deleted."""
    details: NotRequired[DetailsShown]
    """What is counted apart for each stage, level, item and boss; absent unless asked for."""
    energy_wasted: int
    """Points of energy that did not come back because the maximum was reached."""
    imported: int
    """Players who were imported."""
    levels_reached: int
    """How many levels players have reached."""
    new: int
    """Accounts that were made."""
    online_most: int
    """The most players who were online at the same time."""
    orders: int
    """Purchases with points that were ordered."""
    orders_granted: int
    """Purchases that were paid and granted."""
    orders_refused: int
    """Purchases that ended unpaid."""
    points_gained: int
    """Points that players have got."""
    points_spent: int
    """Points that players have lost."""
    retained: Retained
    """How many of these were active some days later."""
    session_seconds: int
    """How long these lasted, in seconds together."""
    sessions: int
    """Sessions that began."""
    sessions_ended: int
    """Sessions that ended."""
    stages_entered: int
    """How often stages were entered."""
    stages_won: int
    """How often stages were won."""


class DeleteMailRequest(TypedDict):
    """`delete_mail {token, key}`."""

    key: str
    """The mail's key."""


class DeleteReadMailRequest(TypedDict):
    """`delete_read_mail {token}`."""


class DescriptionRules(TypedDict):
    """What a legal description is."""

    longest: int
    """Most characters."""
    shortest: int
    """Fewest non-space characters."""


class DetailsShown(TypedDict):
    """What is counted apart for each of many."""

    bosses: list[KillShown]
    """The bosses that were killed."""
    items: list[ItemFlow]
    """Where items came from and went to."""
    levels: list[LevelReached]
    """The levels that were reached."""
    points: list[PointsFlow]
    """Where points came from and went to."""
    stages: list[StagePlayed]
    """The stages that were entered or won."""


class DeviceUnbindRequest(TypedDict):
    """`device_unbind {player, device?, reason}`: whoever has the device no longer gets into the account."""

    device: NotRequired[str]
    """Only this device, `sha256:..` as documents show it."""
    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


class Dice(TypedDict):
    """The dice that each side throws in each round."""

    count: int
    """How many dice."""
    sides: int
    """Sides of each die."""
    weight: int
    """Points for each pip."""


class Difference(TypedDict):
    """Something of the view of a player that is different."""

    after: JsonValue
    """What it is; null = there is none."""
    before: JsonValue
    """What it was; null = there was none."""
    part: str
    """The part of `player_view`."""
    what: str
    """What of it: the fields that lead there, and entries of lists in brackets. Empty for the part as a whole."""


DifferentValue = TypedDict(
    "DifferentValue",
    {
        # The value of the first side; null = it has none.
        "from": "str | None",
        # Its key, such as `rewards of first win`.
        "key": "str",
        # The value of the second side; null = it has none.
        "to": "str | None",
    },
)
"""A value that differs."""


class Document(TypedDict):
    """Everything a world stores about one player."""

    account: int
    """The number that the player had there."""
    exported_at: int
    """When it was written on the game's clock, unix seconds."""
    format: int
    """The format of the document."""
    mentions: dict[str, list[JsonValue]]
    """Records that mention the player and stay in their world, by table name; for people."""
    parts: dict[str, JsonValue]
    """By table name."""
    program: str
    """The program that wrote it; for people."""
    rules: str
    """The fingerprint of the rules that were in force; for people."""
    world: str
    """Identifies the world that it comes from, whose own numbers mean nothing in another world."""


class DropChance(TypedDict):
    """Drop tables that a minute may roll."""

    denominator: int
    """See `numerator`."""
    drops: Drops
    """The tables from `drops/`, each rolled once on success, or `["scrolls:2"]` for two times."""
    numerator: int
    """The chance is `numerator` in `denominator`: 1 in 60 is one roll an hour on average."""


class DropEntry(TypedDict):
    """What a draw may bring; without `items` and `table` it brings nothing."""

    guaranteed: NotRequired[bool]
    """Whether it is among those that `guaranteed_after` guarantees."""
    items: NotRequired[list[Amount]]
    """What it grants."""
    table: NotRequired[str]
    """Another table, which is rolled once."""
    weight: int
    """Its chance is this in the sum of the weights of the table, 1 to 1000000."""


class DropFile(TypedDict):
    """One file in `drops/`."""

    chests: NotRequired[list[Chest]]
    """Items that players open with `use_item`. So what has no `drops` of its own, such as a mail or an offer, can grant chances."""
    tables: list[DropTable]
    """Its tables. Those of all files may name each other."""


class DropTable(TypedDict):
    """A table of what may come, by weight."""

    draws: NotRequired[int]
    """How many entries one roll draws, 1 to 100. Left out: `1`."""
    entries: list[DropEntry]
    """What may come."""
    guaranteed_after: NotRequired[int]
    """After so many draws in a row without an entry that is `guaranteed`, the next draw brings one of them. It is counted for
    each player, over all rolls of this table wherever they are. 1 to 1000; absent = nothing is guaranteed.
    """
    id: str
    """How lists of rewards and other tables name it: lowercase letters, digits and `_`. A player's misses belong to it."""
    name: str
    """The name that players read beside the chances."""
    replacement: NotRequired[bool]
    """Whether one roll may draw an entry more than once. If not, a table has at most 12 entries. Left out: `true`."""


class Empty(TypedDict):
    """Nothing: `{}`."""


class EndMove(TypedDict):
    """`take_move_end`: a move is over for this world."""

    is_gone: bool
    """Whether the player is in the other world, and in this one no longer."""
    made_at: int
    """When the player's account was made, unix seconds. A world that was put back to before that has nobody who leaves."""
    order: MoveOrder
    """What was ordered."""


class Enemy(TypedDict):
    """Some monsters of one kind."""

    count: int
    """How many."""
    monster: str
    """From `monsters.ron`."""
    spawn: list[float]
    """Where they appear, on a field of 0 to 100 by 0 to 100."""


class EnergyChange(TypedDict):
    """Energy in the reply of a new function."""

    cooling: int
    """Seconds to the next point, -1 when none is regenerating."""
    remain: int
    """Points left."""
    reward: int
    """The change, negative when points were spent."""


class EnergyEvent(TypedDict):
    """The event `energy`, for players who subscribed with `listen`: `reward` points have regenerated."""

    energy: EnergyChange
    """The energy now, and how much has come back."""


class EnergyFullEvent(TypedDict):
    """The event `energy_full`."""

    energy: EnergyChange
    """The energy now."""


class EnergyMoments(TypedDict):
    """Absolute times next to the energy, unix seconds."""

    full_at: NotRequired[int]
    """When the energy is full; absent when it is."""


class EnergyNow(TypedDict):
    """Energy."""

    cooling: int
    """Seconds to the next point; -1 when none is coming back."""
    remain: int
    """Points left."""


class EnergyRules(TypedDict):
    """`energy.ron`."""

    maximum: int
    """No points regenerate at or above this."""
    newcomer: int
    """Points of a new player."""
    seconds_per_point: int
    """Seconds per point."""


class EnterStageBossRequest(TypedDict):
    """`enter_stage_* {token, stage}`."""

    stage: int
    """The number of the stage."""


class EnterStageCoinRequest(TypedDict):
    """`enter_stage_* {token, stage}`."""

    stage: int
    """The number of the stage."""


class EnterStageEndlessRequest(TypedDict):
    """`enter_stage_* {token, stage}`."""

    stage: int
    """The number of the stage."""


class EnterStageExpRequest(TypedDict):
    """`enter_stage_* {token, stage}`."""

    stage: int
    """The number of the stage."""


class EnterStageGeneralRequest(TypedDict):
    """`enter_stage_* {token, stage}`."""

    stage: int
    """The number of the stage."""


class EnterStageRequest(TypedDict):
    """`enter_stage {token, stage}`."""

    stage: int
    """The number of the stage."""


class EnterWorldBossStageRequest(TypedDict):
    """`enter_stage {token, stage}`."""

    stage: int
    """The number of the stage."""


class Entry(TypedDict):
    """One movement as an operator sees it."""

    at: int
    """When it was, unix seconds."""
    changes: list[ItemChange]
    """The items that changed."""
    number: int
    """Counts the player's movements from 1."""
    order: NotRequired[str]
    """The order that caused it, if one did."""
    points: NotRequired[PointsChange]
    """The change in points, if there was one."""
    time: str
    """The same as local date and time, `YYYY-MM-DD HH:MM:SS`."""
    why: str
    """What caused it, such as `sweep`."""


class EntryMoments(TypedDict):
    """When something happens next, unix seconds."""

    full_at: NotRequired[int]
    """When the energy is full; absent when it is."""
    next_reset_at: NotRequired[int]
    """When the tickets return, in modes that take some."""


class EntryPage(TypedDict):
    """One page of a part that may be long."""

    entries: list[Entry]
    """Newest first."""
    next: int | None
    """The `after` of the next page; null when this is the last."""


class EntryUse(TypedDict):
    """A use of an entry of the assets."""

    count: int
    """How many times, or pieces."""
    how: str
    """How it is used, such as `owned`."""
    id: str
    """What identifies the entry there."""
    list: str
    """The list in it, such as `items`."""
    players: int
    """By how many players; 0 for what belongs to the world."""
    table: str
    """The table, such as `items.ron`."""


class EventChange(TypedDict):
    """A change of numbers while an event runs: `multiply`, `add` or `set`, one of them."""

    add: NotRequired[int]
    """This is added to each; may be negative."""
    multiply: NotRequired[Factor]
    """Each is multiplied by this, and rounded to the nearest whole number (halves up)."""
    of: Numbers
    """Which numbers."""
    set: NotRequired[int]
    """Each becomes this."""


class EventMail(TypedDict):
    """A mail to everybody who is there when an event begins, once for each occurrence of a window."""

    body: Texts
    """Text."""
    items: NotRequired[list[Amount]]
    """The items in it."""
    subject: Texts
    """Subject."""


class EventMoments(TypedDict):
    """When an event runs, unix seconds."""

    begins_at: int
    """The first second of it."""
    ends_at: int
    """The first second after it."""


class EventShown(TypedDict):
    """An event, as a player sees it."""

    about: NotRequired[Texts]
    """What it brings, in each language."""
    at: EventMoments
    """When it begins or began, and ends."""
    id: str
    """Its id."""
    name: Texts
    """Its name in each language."""
    opens: list[int]
    """The activity stages that it opens."""
    own: bool
    """Whether it is for this player alone: in its own days."""
    running: bool
    """Whether it runs now."""


class ExpInfo(TypedDict):
    """Experience after a change."""

    exp: int
    """Experience in all."""
    level: int
    """The level that this makes."""
    need: int
    """Experience missing for the next level; 0 at the highest."""
    reward: int
    """What was gained."""


class ExperiencePrize(TypedDict):
    """Experience that tasks grant."""

    max: int
    """The most that one task grants."""
    name: str
    """The key in `reward`."""


class ExpiringItem(TypedDict):
    """A limited item, as its owner sees it."""

    cd: int
    """Seconds until they do."""
    expires_at: int
    """The same as a moment, unix seconds."""
    item: ItemId
    """Which."""
    last_expires_at: int
    """When the last of this item ends, unix seconds."""
    quantity: int
    """How many end next."""


class FamilyListReply(TypedDict):
    """The reply of `family_list`."""

    count: int
    """How many families there are in all."""
    families: list[FamilyRecord]
    """In the order in which they were founded."""
    next: int | None
    """The `after` of the next page."""


class FamilyListRequest(TypedDict):
    """`family_list {token, name?, after?, limit?}`: in the order in which they were founded, or the one of that name."""

    after: NotRequired[int]
    """Only families with greater numbers: `next` of the page before."""
    limit: NotRequired[int]
    """Missing = 50, at most 500."""
    name: NotRequired[str]
    """Only the family of this name."""


class FamilyMembersRequest(TypedDict):
    """`family_members {name?}`: a family, by default the caller's own."""

    name: NotRequired[str]
    """Which family; missing = the caller's own."""


class FamilyRecord(TypedDict):
    """A family as operators see it."""

    family: str
    """Its name."""
    founded_at: int
    """Unix seconds."""
    id: int
    """Its number."""
    members: list[MemberRecord]
    """In the order in which they joined, the leader first."""


class FamilyRules(TypedDict):
    """How large families may be. Their names follow `names.ron`, as usernames do."""

    members_max: int
    """The most members of a family."""


class FamilyShown(TypedDict):
    """A family as players see it."""

    family: str
    """Its name."""
    leader: str
    """The username of the member who leads."""
    max: int
    """The most members it may have."""
    members: list[str]
    """Usernames in the order in which they joined, the leader first."""


class FeedbackReply(TypedDict):
    """The reply of `feedback`."""

    drops: NotRequired[list[Amount]]
    """What the task's drop tables have brought, at the end."""
    image_data: str | None
    """Its portrait if so, base64."""
    npc_status: bool
    """Whether the speaker is new to the client."""
    reward: NotRequired[RewardShown]
    """At the end."""
    role: str
    """Who speaks."""
    status: bool
    """Whether the task has ended."""
    text: str
    """What the player reads."""


class FeedbackRequest(TypedDict):
    """`feedback {text, role, items, skills, roles}`: plays the task under way."""

    items: NotRequired[list[str]]
    """Names of equipment that the player uses; what is not owned is ignored."""
    role: str
    """The caller's own username."""
    roles: NotRequired[list[str]]
    """The roles met so far, as the client remembers them."""
    skills: NotRequired[list[str]]
    """Names of skills that the player uses; what is not owned is ignored."""
    text: str
    """What the player says or does."""


class FighterRule(TypedDict):
    """One of them."""

    attributes: Attributes
    """Its attributes."""
    items: list[Means]
    """The equipment that its moves may use."""
    moves: list[MoveRule]
    """Its policy: each round draws one of the moves that fit, by their weights."""
    name: str
    """The name by which it is challenged. No player can have it."""
    portrait: str
    """An image."""
    rewards: Rewards
    """The rewards at the end of a battle against it."""
    skills: list[Means]
    """The skills that its moves may use."""


class FighterRules(TypedDict):
    """The game master's fighters."""

    fighters: list[FighterRule]
    """In any order."""


class FiguresReply(TypedDict):
    """The reply of `figures`."""

    days: list[DayShown]
    """The days, the earliest first."""
    online: int
    """How many players are online now."""
    today: str
    """The date of the day that is being counted, `YYYY-MM-DD`. Its numbers still grow."""


FiguresRequest = TypedDict(
    "FiguresRequest",
    {
        # Whether to tell of each stage, level, item and boss.
        "details": "NotRequired[bool]",
        # The first day, `YYYY-MM-DD` in the game's zone.
        "from": "str",
        # The last day. Days that have not begun are left out.
        "to": "str",
    },
)
"""`figures {token, from, to, details?}`: what was counted on each of these days."""


class FoundFamilyRequest(TypedDict):
    """`found_family {name}`."""

    name: str
    """The family's name."""


class FoundPlayer(TypedDict):
    """A player who was found."""

    by: list[FoundBy]
    """By what the player was found."""
    name: str
    """The player's name."""
    player: int
    """The account's number."""


class FunctionShown(TypedDict):
    """A function that operators may call."""

    arguments: JsonValue
    """The JSON Schema of what `data` holds in the request, without the token."""
    can_be_tried: bool
    """Whether `try` can show beforehand what a call would change."""
    codes: list[CodeShown2]
    """What it answers with besides the statuses of every function."""
    function: str
    """Its name."""
    in_realm: bool
    """Whether the realm answers it, and no world."""
    may_change: bool
    """Whether a call can change anything, in the world or outside."""
    reply: JsonValue
    """The JSON Schema of what `data` holds in the reply."""
    right: str
    """The right that a role must have to call it."""


class FunctionsReply(TypedDict):
    """The reply of `functions`."""

    definitions: JsonValue
    """What their schemas refer to, as `#/definitions/arguments/NAME` and `#/definitions/replies/NAME`."""
    functions: list[FunctionShown]
    """By name."""


class FunctionsRequest(TypedDict):
    """`functions {token}`: the functions of operators, by name."""


class GameMaster(TypedDict):
    """The game master."""

    give_up: list[str]
    """Words with which a player gives up the task in progress."""
    nothing: str
    """Shown in place of an empty list."""
    other_event: list[Template]
    """Lines for an event that is not in `special_events/`."""
    otherwise: list[Template]
    """Lines for anything else."""
    quote: Template
    """How it quotes other characters in them, with `{speaker}` and `{text}`."""
    role: str
    """The name that players see; the `role` of its replies."""
    tasks: TaskLines
    """Lines about accepting and giving up tasks."""
    topics: list[Topic]
    """The topics of conversation. The first match is used."""
    voice: str
    """The character of characters.ron in whose voice the game master tells special events."""
    wishes: WishLines
    """Lines about wishes for a personal task."""


class GetAllMailRequest(TypedDict):
    """`get_all_mail {token}`."""


class GetConfigBossReply(TypedDict):
    """The reply of `get_config_boss`."""

    config: BossConfig
    """Limits and bosses."""


class GetConfigBossRequest(TypedDict):
    """`get_config_boss {token}`."""


class GetDropRatesReply(TypedDict):
    """The reply of `get_drop_rates`."""

    tables: list[ShownTable]
    """The tables, in the order of the rules."""


class GetDropRatesRequest(TypedDict):
    """`get_drop_rates {token, table}`: how often what comes from the drop tables, as events that run make it for the caller."""

    table: NotRequired[str]
    """The id of a table; missing = all tables."""


class GetHangUpInfoReply(TypedDict):
    """The reply of `get_hang_up_info`."""

    get_hang_up_info: list[LegacyChange]
    """What a settlement would bring now, with what is owned."""
    hang_up_info: HangUpInfo
    """What hangs, and how long."""


class GetHangUpInfoRequest(TypedDict):
    """`get_hang_up_info {token}`."""


class GetHangUpRewardReply(TypedDict):
    """The reply of `get_hang_up_reward`."""

    get_hang_up_rewards: list[LegacyChange]
    """What was earned, with what is owned now."""
    hang_up_info: HangUpInfo
    """What was settled."""


class GetHangUpRewardRequest(TypedDict):
    """`get_hang_up_reward {token}`."""


class GetListReply(TypedDict):
    """The reply of `get_list`: the usernames of all players online, including the caller."""

    roles: list[str]
    """Their usernames."""


class GetListRequest(TypedDict):
    """`get_list {role}`."""

    role: str
    """The caller's own username."""


class GetNewMailRequest(TypedDict):
    """`get_new_mail {token}`: the unread mails."""


class GetPlayerInfoRequest(TypedDict):
    """`get_player_info {token}`."""


class GetShopReply(TypedDict):
    """The reply of `get_shop`."""

    offers: list[Offer]
    """What is sold."""


class GetShopRequest(TypedDict):
    """`get_shop {token}`: what is sold for points."""


class GetTopDamageRequest(TypedDict):
    """`stage_damage_ranking {token, page}`."""

    page: NotRequired[int]
    """Which page, from 1; one has ten rows."""


class Gift(TypedDict):
    """A mail to everybody."""

    body: str
    """The mail's text."""
    delay_hours: int
    """Hours after the death; at most 24."""
    items: list[Amount]
    """The items in it."""
    subject: str
    """The mail's subject."""


class Goal(TypedDict):
    """One thing that is wanted."""

    archetype: NotRequired[str]
    """Of whom: the name of an archetype of the policy; absent = of all players."""
    at_least: NotRequired[float]
    """The lowest value that is as wanted."""
    at_most: NotRequired[float]
    """The highest value that is as wanted."""
    day: NotRequired[int]
    """When: the end of this day of the simulation, whose first is 1; absent = of its last."""
    of: GoalMeasure
    """What is measured."""


class GoalMeasureBossDies(TypedDict):
    """GoalMeasureBossDies"""

    BossDies: str
    """The day on which a boss first dies: `BossDies("lava_fiend")`, by its id."""


class GoalMeasureGained(TypedDict):
    """GoalMeasureGained"""

    Gained: ItemId
    """Pieces of an item that a player gets in a day, from whatever source: the mean of the days so far."""


class GoalMeasureGrowth(TypedDict):
    """GoalMeasureGrowth"""

    Growth: GoalMeasureGrowthGrowthDays
    """By how many % the pieces of an item that players own grow within so many days, the last of which is `day`."""


class GoalMeasureGrowthGrowthDays(TypedDict):
    """GoalMeasureGrowthGrowthDays"""

    days: int
    """Over how many days; 7 = a week."""
    item: ItemId
    """Which item."""


class GoalMeasureIdleDays(TypedDict):
    """GoalMeasureIdleDays"""

    IdleDays: Average
    """Days so far on which a player came and found nothing to do."""


class GoalMeasureLevel(TypedDict):
    """GoalMeasureLevel"""

    Level: Average
    """The level: `Level(median)`."""


class GoalMeasureSpent(TypedDict):
    """GoalMeasureSpent"""

    Spent: ItemId
    """Pieces of an item that a player gives in a day, for whatever: the mean of the days so far."""


class GoalMeasureStages(TypedDict):
    """GoalMeasureStages"""

    Stages: list[Average | Mode]
    """How many stages of a mode are passed, counted from its first: `Stages(general, p10)`."""


class GoalMeasureStock(TypedDict):
    """GoalMeasureStock"""

    Stock: list[Average | ItemId]
    """Pieces of an item that a player owns: `Stock("3:1", median)`."""


class GoalMeasureTicketsLeft(TypedDict):
    """GoalMeasureTicketsLeft"""

    TicketsLeft: int
    """Tickets of a kind that are left when a day ends: the mean of the days so far."""


class Goals(TypedDict):
    """What designers want of the game."""

    goals: list[Goal]
    """In the order of reports."""


class Goods(TypedDict):
    """The goods that a player gets for points."""

    items: list[Amount]
    """Items."""
    ticket: TicketGoods | None
    """A ticket."""


class Growth(TypedDict):
    """How one attribute is computed: `base`, more with each level, and shares of the strongest skill and equipment owned.
    Only the strongest counts, so crafting something new never weakens a player and hoarding gains nothing.
    """

    base: int
    """The value at level 0."""
    equipment_percent: int
    """Percentage of the strength of the strongest equipment."""
    hundredths_per_level: int
    """Hundredths of a point per level."""
    skill_percent: int
    """Percentage of the strength of the strongest skill."""


class Handful(TypedDict):
    """What is granted or taken."""

    energy: NotRequired[int]
    """Points of energy, also above the maximum. Left out: `0`."""
    experience: NotRequired[int]
    """Experience. Left out: `0`."""
    items: NotRequired[list[Amount]]
    """Of each at least 1; at most 100 of them."""
    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""
    tickets: NotRequired[list[TicketAmount]]
    """Of those of today; at most 100 kinds."""


class HangUpInfo(TypedDict):
    """Which stage hangs, and how long it (or the one before) has been hanging."""

    hang_stage: int
    """The stage."""
    time: HangUpTime
    """How long: whole seconds, or `H:MM:SS`."""


class HangUpNow(TypedDict):
    """`hang_stage` is 0 when nothing is hanging."""

    hang_stage: int
    """The stage; 0 = none."""
    time: HoursMinutesSeconds
    """How long it has hung."""


class HangUpRules(TypedDict):
    """The rewards of a minute on a stage."""

    cap_hours: NotRequired[int]
    """Time beyond this many hours earns nothing; absent = no limit."""
    chances: list[Chances]
    """Items by chance. A stage without an entry uses the nearest lower one."""
    rates: list[Rate]
    """Guaranteed items. A stage without an entry uses the nearest lower one."""


class HearRequest(TypedDict):
    """`hear {}`: this connection gets the events of its player. So it does anyway after any request; the server asks by itself
    for connections whose world has begun a new life, here or on another node.
    """


class HighestStages(TypedDict):
    """The highest stage passed in each mode that keeps progress."""

    boss: int
    """Of 3001 to 3999."""
    coin: int
    """Of 4001 to 4149."""
    endless: int
    """Of 1001 to 1999."""
    exp: int
    """Of 4151 to 4199."""
    general: int
    """Of 1 to 999."""


class HoldPlayer(TypedDict):
    """`take_hold`: a player of this world is about to move to another."""

    order: MoveOrder
    """What was ordered."""


class ImageLimits(TypedDict):
    """The contents of `images.ron`."""

    kept_max_bytes: int
    """The largest PNG that is kept and sent of a client's image, in bytes before base64."""
    shipped_max_bytes: int
    """The largest shipped image, in bytes before base64."""
    side_max: int
    """The longest side of any image that is sent, in pixels."""
    upload_max_bytes: int
    """The largest image of a client, in bytes before base64."""
    upload_max_pixels: int
    """The most pixels of a client's image."""


class IncidentCloseRequest(TypedDict):
    """`incident_close {incident, reason}`: an incident is done with. It opens again by itself when it happens again."""

    incident: int
    """Its number."""
    reason: str
    """Why, for other operators."""


class IncidentListReply(TypedDict):
    """The reply of `incident_list`."""

    incidents: list[IncidentShown]
    """What happened last comes first."""
    next: int | None
    """`before` of the next page; null when this was the last."""
    open: int
    """How many are open, whatever the filters say."""


class IncidentListRequest(TypedDict):
    """`incident_list {state?, kind?, before?, limit?}`: what went wrong, in the worlds and in the process. What happened last
    comes first.
    """

    before: NotRequired[int]
    """Only those that happened before: `next` of the page before."""
    kind: NotRequired[IncidentKind]
    """Only those of this kind."""
    limit: NotRequired[int]
    """Missing = 50, at most 500."""
    state: NotRequired[IncidentState]
    """Only those in this state."""


class IncidentNews(TypedDict):
    """Something that went wrong, and how often since it was told last. It is the same as another if kind, `what` and `source` are."""

    count: int
    """How often."""
    detail: str
    """The circumstances, of the last time."""
    kind: IncidentKind
    """What kind of thing."""
    source: str
    """Where: file, line and column of rules, the part of the program of a line of the log; empty for others."""
    what: str
    """What went wrong, in words that are the same each time."""


class IncidentReportRequest(TypedDict):
    """`incident_report {world, epoch, number, over, news}`, a function of the realm: what went wrong in a world, or in the process."""

    epoch: Epoch
    """The world's epoch in which this was put together. Together with `number` it tells a report that comes again."""
    news: list[IncidentNews]
    """What has happened since."""
    number: int
    """Counts the world's reports."""
    over: list[IncidentKind]
    """Of these kinds everything that was told before is over."""
    world: NotRequired[int]
    """The world; null = the process, which says nothing twice."""


class IncidentSeenRequest(TypedDict):
    """`incident_seen {incident, note?}`: marks an incident as known. It stays so when it happens again."""

    incident: int
    """Its number."""
    note: NotRequired[str]
    """What is known about it, for other operators."""


class IncidentShown(TypedDict):
    """An incident, as operators see it."""

    by: str | None
    """Who did that; null = nobody has, or it was over by itself."""
    count: int
    """How often it has happened."""
    detail: str
    """The circumstances of the last time."""
    first_at: int
    """The first time, unix seconds."""
    handled_at: int | None
    """When it was marked as seen or closed last, unix seconds; null = never."""
    incident: int
    """Its number."""
    kind: IncidentKind
    """What kind of thing went wrong."""
    last_at: int
    """The last time, unix seconds."""
    note: str
    """What they said about it."""
    source: str
    """Where: file, line and column of rules; the part of the program that wrote the line of the log; empty for others."""
    state: IncidentState
    """What was done about it."""
    what: str
    """What went wrong."""
    world: int | None
    """The world; null = the process, as its log says."""


class Item(TypedDict):
    """One item."""

    energy: NotRequired[int]
    """Points of energy that `use_item` turns one into; absent = it cannot be used."""
    expires_after: NotRequired[Span]
    """How long one lasts, such as `30d`; a day has 24 hours. Absent = forever."""
    id: ItemId
    """`group:id`."""
    identifier: NotRequired[str]
    """The name of its constant in clients, in lowercase letters, digits and `_`; absent = `item_GROUP_ID`."""
    in_turn: NotRequired[str]
    """Items with the same word here last one after the other: the time of the next begins when that of the last has
    ended. Absent = the time of each begins when the player gets it.
    """
    name: str
    """The name, for people who read this file."""


class ItemBought(TypedDict):
    """The reply of `buy_item`."""

    order: str
    """The order's number."""
    points: NotRequired[int]
    """Points left after the payment."""
    remain: list[Amount]
    """What is left of the items in `reward`, in the same order."""
    reward: list[Amount]
    """What was gained; empty while the payment is pending."""
    state: str
    """"granted", or "pending" when an event will report the result."""


class ItemChange(TypedDict):
    """The change in one item."""

    after: int
    """How many the player had then."""
    change: int
    """By how much; negative when it was spent."""
    item: ItemId
    """Which."""


class ItemFlow(TypedDict):
    """The movements of an item that had the same cause."""

    gained: int
    """How much was gained."""
    item: ItemId
    """Which item."""
    movements: int
    """In how many movements."""
    spent: int
    """How much was spent or taken away."""
    why: str
    """The cause, as in the ledger."""


class ItemRules(TypedDict):
    """`items.ron`: which items exist, and what a new player owns."""

    items: list[Item]
    """Every item of the game."""
    newcomer: list[Amount]
    """What a new player owns. An amount of 0 shows the item in the player's list from the start."""


class ItemsKnownRequest(TypedDict):
    """`items_known {items}`, a function of worlds: whether the game has these items."""

    items: list[Amount]
    """The items."""


class JoinFamilyRequest(TypedDict):
    """`join_family {name}`."""

    name: str
    """The family's name."""


KeptMail = TypedDict(
    "KeptMail",
    {
        # When it was sent, or due; unix seconds.
        "at": "int",
        # The text.
        "body": "str",
        # The sender.
        "from": "str",
        # Whether its items were claimed.
        "is_claimed": "bool",
        # Whether it was read or claimed.
        "is_read": "bool",
        # What can be, or was, claimed.
        "items": "list[Amount]",
        # The player's key for it.
        "key": "str",
        # The subject.
        "subj": "str",
    },
)
"""A mail in the box."""


class KillShown(TypedDict):
    """A boss that was killed."""

    after_seconds: int
    """How many seconds after the midnight that began the season."""
    at: int
    """When it died, unix seconds."""
    boss: str
    """Its id."""
    season: int
    """The number of the season."""


class Layout(TypedDict):
    """The waves of a stage."""

    id: str
    """Its name in stages."""
    waves: list[Wave]
    """In order of appearance."""


class LayoutRules(TypedDict):
    """`layouts.ron`."""

    layouts: list[Layout]
    """Every layout."""


class LeaveFamilyRequest(TypedDict):
    """`leave_family {}`."""


class LeaveWorldBossStageRequest(TypedDict):
    """`pass_stage {token, stage}`, and `damage` in the boss room."""

    damage: NotRequired[int]
    """In the boss room: the damage done."""
    damange: NotRequired[int]
    """Another spelling (docs/contract/stage-protocol.md#spellings)."""
    stage: int
    """The number of the stage."""


class LedgerListReply(TypedDict):
    """The reply of `ledger_list`."""

    entries: list[Entry]
    """Newest first."""
    next: int | None
    """`before` for the next page; null when this was the last."""


class LedgerListRequest(TypedDict):
    """`ledger_list {name, limit, before}`: movements of a player, newest first."""

    before: NotRequired[int]
    """Only movements with smaller numbers: `next` of the page before."""
    limit: NotRequired[int]
    """Missing = 50."""
    name: str
    """The player's name."""


class LegacyBossEntry(TypedDict):
    """The cost of entering the legacy boss room."""

    cost: NotRequired[list[Amount]]
    """Items."""
    energy: int
    """Energy."""


class LegacyChange(TypedDict):
    """An item in the format of the legacy functions: `{"iid":"2","remaining":4290,"reward":1460}`."""

    iid: str
    """The item's number as text."""
    remaining: int
    """What is left."""
    reward: int
    """The change."""


class LegacyEnergy(TypedDict):
    """Energy after a change, as the legacy functions name it."""

    remaining: int
    """Points left."""
    reward: int
    """The change, such as -6."""
    time: int
    """Seconds to the next point; -1 when none is coming back."""


class LegacyExp(TypedDict):
    """Experience, as the legacy functions name it."""

    exp: int
    """Experience in all."""
    level: int
    """The level that this makes."""
    need: int
    """Experience missing for the next level; 0 at the highest."""


class LegacyRun(TypedDict):
    """What the legacy function `enter_stage` takes."""

    cost: NotRequired[list[CurvedAmount]]
    """Items. An amount of 0 shows the item in the reply."""
    energy: int | str
    """Energy."""


class LegacyStageEntered(TypedDict):
    """What the client needs to play a stage."""

    at: EnergyMoments
    """The same moments in unix seconds."""
    enemy_layout: list[Wave]
    """The waves of enemies."""
    energy: LegacyEnergy
    """The energy after the entry."""
    enter_stages: list[Cost]
    """The items that the entry took."""
    exp_info: LegacyExp
    """The player's experience."""
    monster: list[Monster]
    """The monsters of these waves."""
    world_boss: Empty
    """Nothing outside the boss room."""


class LegalReply(TypedDict):
    """The reply of `legal`."""

    status: bool
    """Whether it may be used."""


class LegalRequest(TypedDict):
    """`legal {mode, content}`: whether a name (mode 0) or the description of a role (mode 1) may be used."""

    content: str
    """The text."""
    mode: int
    """0 a name, 1 the description of a role."""


LetterAbroad = TypedDict(
    "LetterAbroad",
    {
        # When it was written, unix seconds.
        "at": "int",
        # Text.
        "body": "str",
        # The writer, as players of other worlds are told.
        "from": "str",
        # The number of the writer's account there.
        "from_player": "int",
        # The writer's world.
        "from_world": "int",
        # Subject.
        "subj": "str",
        # The name of the player that it is for.
        "to": "str",
        # The world that it is for.
        "to_world": "int",
    },
)
"""`take_letter`: a player of another world writes to one of this world."""


class LetterReturned(TypedDict):
    """`take_letter_back`: a letter of a player of this world did not arrive."""

    letter: LetterAbroad
    """The letter."""
    why: WhyReturned
    """Why it comes back."""


LetterShown = TypedDict(
    "LetterShown",
    {
        # When it was sent, or due; unix seconds.
        "at": "int",
        # The text.
        "body": "str",
        # The sender.
        "from": "str",
        # What can be, or was, claimed.
        "items": "list[Amount]",
        # The subject.
        "subj": "str",
    },
)
"""The content of a mail."""


class LettersCarryRequest(TypedDict):
    """`letters_carry {world, parcels}`, a function of the realm: what leaves a world for others, in the order of its numbers."""

    parcels: list[CarriedParcel]
    """The parcels. The realm takes all of them, or says that it is busy."""
    world: int
    """The world that they leave."""


class LevelFile(TypedDict):
    """The contents of `levels.ron`."""

    curve: list[CurvePiece]
    """Pieces of the curve in ascending order: up to threshold `to`, threshold n lies `step` x n, or `need`, above the one
    before.
    """
    newcomer_exp: int
    """Experience of a new player."""


class LevelReached(TypedDict):
    """A level."""

    level: int
    """Its number."""
    players: int
    """How many players have reached it for the first time."""


class LifeValue(TypedDict):
    """A boss as its configuration shows it."""

    life_value: int
    """Its life points when the season begins."""


class ListEventsReply(TypedDict):
    """The reply of `list_events`."""

    events: list[EventShown]
    """Those that run first, then by when they begin."""


class ListEventsRequest(TypedDict):
    """`list_events {token}`: the events that run, and those that begin soon."""


class ListOrdersReply(TypedDict):
    """The reply of `list_orders`."""

    orders: list[OwnOrder]
    """Those that are not settled."""


class ListOrdersRequest(TypedDict):
    """`list_orders {token}`."""


class ListedPlayer(TypedDict):
    """One account."""

    is_guest: bool
    """Whether a device logs in to it as a guest."""
    made_at: int
    """When it was made, unix seconds."""
    name: str
    """Its name."""
    player: int
    """Its number."""


class ListenReply(TypedDict):
    """The reply of `listen`: the events the player is now subscribed to."""

    events: list[str]
    """Their names."""


class ListenRequest(TypedDict):
    """`listen {events}`: subscribes the player to these events, replacing an earlier subscription."""

    events: list[str]
    """Names of events; none = unsubscribe from all."""


class LogInShown(TypedDict):
    """One log-in."""

    address: str | None
    """The address that it came from; null from within the server."""
    at: int
    """Unix seconds."""
    time: str
    """The same as local date and time, `YYYY-MM-DD HH:MM:SS`."""
    way: LogInWay
    """How."""


class LogInsShown(TypedDict):
    """The latest log-ins, at most 20, newest first."""

    entries: list[LogInShown]
    """Newest first."""


class LoginReply(TypedDict):
    """The reply of `login`; with another code than 200 the name is empty and there is no token."""

    retry_after_ms: NotRequired[int]
    """With 429: milliseconds until the next attempt may be made."""
    status_code: int
    """200, or why not; the codes are listed with the function."""
    token: NotRequired[Token]
    """Needed by all other requests, in `data.token`, on other connections than this one."""
    username: str
    """The player's name."""


class LoginRequest(TypedDict):
    """`login {email, password, ip}`."""

    email: str
    """The account's e-mail address."""
    ip: NotRequired[str]
    """Where the client says it listens. Only the port is used."""
    once_password: NotRequired[str]
    """An addition to the contract: the password for one log-in that an operator has given the player, as it was given.
    `password` becomes the account's password.
    """
    password: str
    """Hashed by the client. With `once_password` it is the new one."""


class LoginUniqueReplyRetryAfterMs(TypedDict):
    """LoginUniqueReplyRetryAfterMs"""

    retry_after_ms: int
    """Milliseconds until the next one may be."""


class LoginUniqueReplyToken(TypedDict):
    """LoginUniqueReplyToken"""

    token: Token
    """Its token."""


class LoginUniqueRequest(TypedDict):
    """`login_unique {unique_id}`: logs in as a guest, creating the account on first use."""

    unique_id: str
    """What only this device knows, 1 to 256 bytes. Whoever has it has the account."""


class MailAllListReply(TypedDict):
    """The reply of `mail_all_list`."""

    mails: list[MailToAllEntry]
    """Newest first."""
    next: int | None
    """The `before` of the next page."""


class MailAllListRequest(TypedDict):
    """`mail_all_list {before?}`: the mails to all, newest first, at most 50."""

    before: NotRequired[int]
    """Only mails before this one."""


class MailAllPreviewReply(TypedDict):
    """The reply of `mail_all_preview`."""

    players: int
    """How many players of this world."""


class MailAllPreviewRequest(TypedDict):
    """`mail_all_preview {audience}`, a function of worlds: how many players of this world would get a mail to all now."""

    audience: NotRequired[SentAudienceTerms]
    """As of `mail_all`; missing = everybody."""


class MailAllReply(TypedDict):
    """The reply of `mail_all`."""

    number: int
    """What to name it by."""


MailAllRequest = TypedDict(
    "MailAllRequest",
    {
        # Who gets it; missing = everybody who has an account now.
        "audience": "NotRequired[SentAudienceTerms]",
        # When players get it first, unix seconds; missing = now.
        "from": "NotRequired[int]",
        # What each player can claim: of each at least 1; at most 20 of them.
        "items": "NotRequired[list[Amount]]",
        # Why, for operators.
        "reason": "str",
        # Text.
        "text": "str",
        # Subject.
        "title": "str",
        # Who looks from this moment on gets it no longer, unix seconds. Who has it keeps it.
        "until": "int",
        # The worlds whose players get it; missing or empty = all.
        "worlds": "NotRequired[list[int]]",
    },
)
"""`mail_all {title, text, items?, from?, until, audience?, worlds?, reason}`: a mail to all players, or to those of an audience."""


class MailAllWithdrawRequest(TypedDict):
    """`mail_all_withdraw {number, reason}`: nobody gets it any more, and who has not claimed it has it no longer."""

    number: int
    """As `mail_all` has replied."""
    reason: str
    """Why, for operators."""


class MailCount(TypedDict):
    """How many mails there are, even if only unread ones are listed, and how many there may be."""

    cur: int
    """How many mails there are."""
    max: int
    """How many there may be."""


class MailList(TypedDict):
    """The reply of `get_new_mail` and `get_all_mail`."""

    count: MailCount
    """How full the box is."""
    mail: list[MailShown]
    """The newest first."""


MailReceivedEvent = TypedDict(
    "MailReceivedEvent",
    {
        # The sender.
        "from": "str",
        # Its key; absent for the mail of a broadcast.
        "key": "NotRequired[str]",
        # The subject.
        "subj": "str",
    },
)
"""The event `mail_received`. The mail of a broadcast has no key until its player takes it in."""


class MailRules(TypedDict):
    """The limits on mail, and the sender of system mail."""

    body_max_chars: int
    """The longest body of a player's mail, in characters."""
    box_max: int
    """Mails that a player's mailbox holds. All of it is in memory with its player, and one reply lists it."""
    returned: ReturnTexts
    """What a player reads whose mail to another world comes back."""
    sent_per_day: int
    """Mails that a player may send from one local midnight to the next."""
    subject_max_chars: int
    """The longest subject of a player's mail, in characters."""
    system_sender: str
    """The sender of system mail."""


MailShown = TypedDict(
    "MailShown",
    {
        # The text.
        "body": "str",
        # 1 if that was claimed, else 0.
        "claimed": "NotRequired[int]",
        # The sender.
        "from": "str",
        # What can be claimed.
        "items": "NotRequired[list[Amount]]",
        # The mail's key.
        "key": "str",
        # 1 if it was read, else 0.
        "read": "int",
        # The subject.
        "subj": "str",
        # Local time.
        "time": "str",
        # "1" for a mail with items, else "0".
        "type": "str",
    },
)
"""One mail in a reply."""


class MailText(TypedDict):
    """Subject and text of a mail."""

    body: str
    """Text."""
    subject: str
    """Subject."""


MailToAllEntry = TypedDict(
    "MailToAllEntry",
    {
        # Who gets it.
        "audience": "AudienceTerms",
        # Who wrote it.
        "by": "str",
        # When players get it first, unix seconds.
        "from": "int",
        # What can be claimed.
        "items": "list[Amount]",
        # What to name it by.
        "number": "int",
        # Why, for operators.
        "reason": "str",
        # Text.
        "text": "str",
        # Subject.
        "title": "str",
        # Who looks from this moment on gets it no longer, unix seconds.
        "until": "int",
        # When it was withdrawn, unix seconds; null = it was not.
        "withdrawn_at": "int | None",
        # The worlds that it was sent to.
        "worlds": "list[int]",
        # When it was written, unix seconds.
        "written_at": "int",
    },
)
"""A mail to all as operators see it."""


class MailboxShown(TypedDict):
    """The mailbox, and what will come into it."""

    entries: list[KeptMail]
    """Newest first."""
    next: int | None
    """The `after` of the next page; null when this is the last."""
    waiting: list[LetterShown]
    """Mails to many that are due and not in the box yet: they come when the player looks and there is room."""


class MainReply(TypedDict):
    """The reply of `main`."""

    role: str
    """The game master's role."""
    status: bool
    """Whether a task was accepted by this message."""
    subimg: str | None
    """Its background if so, base64."""
    text: str
    """What the game master answers."""


class MainRequest(TypedDict):
    """`main {text, role}`: says something to the game master. Naming a task that may be taken accepts it."""

    role: NotRequired[str]
    """The caller's own username. Absent, or the game master's role, also means the caller."""
    text: str
    """What the player says."""


class MaintenanceCancelRequest(TypedDict):
    """`maintenance_cancel {number}`: it does not take place; one that is running ends."""

    number: int
    """As `maintenance` has replied."""


MaintenanceChangeRequest = TypedDict(
    "MaintenanceChangeRequest",
    {
        # Who may play all the same.
        "allow": "NotRequired[list[SentAdmittedPlayer]]",
        # When it begins, unix seconds.
        "from": "NotRequired[int]",
        # Why, for players.
        "message": "NotRequired[str]",
        # As `maintenance` has replied.
        "number": "int",
        # When it ends, unix seconds.
        "until": "NotRequired[int]",
    },
)
"""`maintenance_change {number, from?, until?, message?, allow?}`: changes what is given."""


MaintenanceEntry = TypedDict(
    "MaintenanceEntry",
    {
        # Who may play all the same.
        "allow": "list[AdmittedPlayer]",
        # Who planned it.
        "by": "str",
        # When it begins, unix seconds.
        "from": "int",
        # Whether it has begun.
        "is_running": "bool",
        # Why, for players.
        "message": "str",
        # What to name it by.
        "number": "int",
        # When it ends, unix seconds.
        "until": "int",
    },
)
"""Maintenance as operators see it."""


MaintenanceEvent = TypedDict(
    "MaintenanceEvent",
    {
        # When it begins, unix seconds.
        "from": "int",
        # Why.
        "message": "str",
        # What has happened.
        "phase": "MaintenancePhase",
        # When it ends, unix seconds.
        "until": "int",
    },
)
"""The event `maintenance`."""


class MaintenanceListReply(TypedDict):
    """The reply of `maintenance_list`."""

    maintenance: list[MaintenanceEntry]
    """By number."""


class MaintenanceListRequest(TypedDict):
    """`maintenance_list {}`: what is planned or running."""


class MaintenanceReply(TypedDict):
    """The reply of `maintenance`."""

    number: int
    """What to name it by."""


MaintenanceRequest = TypedDict(
    "MaintenanceRequest",
    {
        # Who may play all the same.
        "allow": "NotRequired[list[SentAdmittedPlayer]]",
        # When it begins, unix seconds; missing = now.
        "from": "NotRequired[int]",
        # Why, for players.
        "message": "str",
        # When it ends, unix seconds.
        "until": "int",
    },
)
"""`maintenance {from?, until, message, allow?}`: closes the game to players for a time."""


class MaintenanceRules(TypedDict):
    """When players are warned."""

    warn_minutes: list[int]
    """Minutes before its beginning at which players are told of maintenance, the longest first."""


class MaintenanceStateReply(TypedDict):
    """The reply of `maintenance_state`."""

    is_quiet: bool
    """Whether the game is closed, no player is in memory and everything is folded."""
    players_in_memory: int
    """How many players are in memory."""
    running: MaintenanceWindow | None
    """What closes the game now; null = it is open."""
    unfolded_batches: int
    """How many batches are not yet folded into the rows on disk."""
    windows: list[MaintenanceWindow]
    """What is planned or running in this world."""


class MaintenanceStateRequest(TypedDict):
    """`maintenance_state {}`: how far a world is with maintenance."""


MaintenanceWindow = TypedDict(
    "MaintenanceWindow",
    {
        # The accounts of this world that may play all the same.
        "admitted": "list[int]",
        # When it begins, unix seconds.
        "from": "int",
        # Why, for players.
        "message": "str",
        # Counts from 1.
        "number": "int",
        # When it ends, unix seconds.
        "until": "int",
    },
)
"""A time at which the game is closed, as one world is told of it."""


class ManualRequest(TypedDict):
    """`manual {token, name, type, money, text}`: adds (1), takes (2) or sets (3) a player's points."""

    money: int
    """How many points."""
    name: str
    """The player's name."""
    text: str
    """Why, up to 60 characters; the platform keeps it."""
    type: int
    """1 add, 2 deduct, 3 set."""


class MarkReadMailRequest(TypedDict):
    """`mark_read_mail {token, key}`."""

    key: str
    """The mail's key."""


class MatchAnswer(TypedDict):
    """The answer to a query (docs/contract/match-query.md#the-answer)."""

    data: NotRequired[MatchInfo]
    """The round."""
    ret_code: int
    """0 is success; see [`query_code`]."""
    ret_msg: str
    """What went wrong. Left out: `""`."""


class MatchInfo(TypedDict):
    """A round, `AppServerQueryMatchBaseResp` (docs/contract/match-query.md#the-answer). Numbers that are strings in the
    contract are strings here.
    """

    battle_duration: NotRequired[str]
    """How long it took, in seconds."""
    battle_end_at: NotRequired[str]
    """When it ended; absent while it runs."""
    battle_start_at: str
    """When it began."""
    game_mode: int
    """The mode of the game."""
    match_id: str
    """The round; `game_round_id` of its reports."""
    mg_id: str
    """The game."""
    report_game_info_extras: NotRequired[str]
    """The extras its start was reported with."""
    report_game_info_key: NotRequired[str]
    """The key its start was reported with."""
    results: NotRequired[list[PlayerSettle]]
    """The result of each player."""
    room_id: str
    """The room."""
    status: MatchStatus
    """Whether it is still running."""


class Means(TypedDict):
    """A skill or piece of equipment of a fighter."""

    name: str
    """Its name, which players read in the verdict."""
    strength: int
    """Its strength."""


class MemberRecord(TypedDict):
    """A member as operators see it."""

    account: int
    """The account's number."""
    joined_at: int
    """Unix seconds."""
    name: str
    """The player's name."""


class MergeReply(TypedDict):
    """A reply that is a text for the player."""

    text: str
    """What the player reads."""


class MergeRequest(TypedDict):
    """`merge {role, mode, num, des, name?}`: crafts something from `num` units of material."""

    des: str
    """What it is, in words."""
    mode: int
    """0 a skill, 1 a piece of equipment."""
    name: NotRequired[str]
    """An addition to the contract; by default the name is the start of the description."""
    num: int
    """How many units of the material to spend."""
    role: str
    """The caller's own username."""


class MessageTaken(TypedDict):
    """The reply of every function that takes a message."""

    number: int
    """The last message that the world has taken."""


class ModeRules(TypedDict):
    """One mode: the contents of one file."""

    first: int
    """The lowest stage number of the mode."""
    last: int
    """The highest stage number of the mode, whether configured or not."""
    limits: NotRequired[list[int]]
    """The kinds of ticket that the reply shows."""
    mode: Mode
    """Which mode the file configures."""
    newcomer_passed: NotRequired[int]
    """A new player has passed the stages up to this number. Left out: `0`."""
    repeatable: NotRequired[bool]
    """Whether a stage that is passed may be entered again. Left out: `true`."""
    resets: NotRequired[Schedule]
    """When the progress is reset: `daily`, `weekly(monday)`, `monthly` or `dates(["2026-12-24"])`; absent = never."""
    sequential: NotRequired[bool]
    """Whether stages open one after the other. Left out: `true`."""
    stages: list[StageRun]
    """The configured stages."""
    ticket: NotRequired[int]
    """The kind of ticket that an entry takes."""


class Moments(TypedDict):
    """When something happens next, unix seconds."""

    full_at: NotRequired[int]
    """When the energy is full; absent when it is."""
    next_month_at: int
    """The next monthly reset."""
    next_reset_at: int
    """The next daily reset."""


class Monster(TypedDict):
    """One monster's attributes."""

    attack: int
    """Damage of a hit."""
    defense: int
    """How much damage is taken off a hit."""
    id: str
    """Its name in layouts."""
    life: int
    """Life points."""
    name: str
    """For people."""
    speed: float
    """Fields a second."""


class MonsterRules(TypedDict):
    """`monsters.ron`."""

    monsters: list[Monster]
    """Every monster."""


class MoppingUpStageReply(TypedDict):
    """The reply of `mopping_up_stage`."""

    at: EnergyMoments
    """The same moments in unix seconds."""
    energy: EnergyChange
    """The energy after that."""
    exp_info: ExpInfo
    """The experience after that."""
    remain: list[Amount]
    """What is left of the items in `reward`, in the same order."""
    reward: list[Amount]
    """What was gained."""


class MoppingUpStageRequest(TypedDict):
    """`mopping_up_stage {token, stage, count}`."""

    count: NotRequired[int]
    """Missing = 1."""
    stage: int
    """A general stage that is passed."""


class MoveFateReplyArrived(TypedDict):
    """MoveFateReplyArrived"""

    arrived: MoveFateReplyArrivedArrivedName
    """The player has come here."""


class MoveFateReplyArrivedArrivedName(TypedDict):
    """MoveFateReplyArrivedArrivedName"""

    name: str
    """Its name here."""
    player: int
    """The number of its account here."""


class MoveFateReplyHeld(TypedDict):
    """MoveFateReplyHeld"""

    held: MoveFateReplyHeldHeldDocument
    """The player is here and held."""


class MoveFateReplyHeldHeldDocument(TypedDict):
    """MoveFateReplyHeldHeldDocument"""

    document: Document
    """All of it."""
    made_at: int
    """When its account was made, unix seconds."""
    name: str
    """Its name."""


class MoveFateReplyRefused(TypedDict):
    """MoveFateReplyRefused"""

    refused: MoveFateReplyRefusedRefusedMessage
    """The world does not let the player go, or does not take it."""


class MoveFateReplyRefusedRefusedMessage(TypedDict):
    """MoveFateReplyRefusedRefusedMessage"""

    message: str
    """Its message."""
    status: int
    """The status that `player_delete`, `player_export` or `player_import` would have answered with."""


class MoveFateRequest(TypedDict):
    """`move_fate {id, message}`, a function of worlds: what has become of a move here. It is busy until the realm's message has
    come.
    """

    id: MoveId
    """Which move."""
    message: int
    """The number of the message whose outcome is asked for; 0 = that of whichever came last."""


class MoveId(TypedDict):
    """Names a move among all that the realm has begun, also if an older realm was accepted since."""

    epoch: Epoch
    """The realm's epoch in which it was ordered."""
    number: int
    """The number by which operators name it."""


MoveOrder = TypedDict(
    "MoveOrder",
    {
        # The operator.
        "by": "str",
        # The move that brought the player there, if one did: a world that is put back and takes the player again may give it
        # another number.
        "came_by": "NotRequired[MoveId]",
        # The world that the player leaves.
        "from": "int",
        # Which move it is.
        "id": "MoveId",
        # The number of its account there.
        "player": "int",
        # Why, for operators.
        "reason": "str",
        # The operator's role.
        "role": "str",
        # The world that it goes to.
        "to": "int",
    },
)
"""What an operator has ordered."""


class MoveRule(TypedDict):
    """A move of a fighter."""

    items: NotRequired[list[str]]
    """Names of the fighter's equipment."""
    skills: NotRequired[list[str]]
    """Names of the fighter's skills."""
    text: NotRequired[str]
    """What players read; absent = the fighter guards."""
    weight: int
    """How often it is made, relative to the others that fit."""
    when: NotRequired[When]
    """At which score it fits: `always`, `ahead` or `behind`. Left out: `"always"`."""


class MovementUndoReply(TypedDict):
    """The reply of `movement_undo`."""

    changes: list[Amount]
    """What changed now: negative where something was taken."""
    remain: list[Amount]
    """What the player has of these items now, in the same order."""


class MovementUndoRequest(TypedDict):
    """`movement_undo {player, movement, as_far_as_possible?, reason}`: gives back what the movement took, and takes what it
    gave. Each is undone once. The role's limits hold as for `player_grant`.
    """

    as_far_as_possible: NotRequired[bool]
    """Of what the player no longer has, take what is left; missing = refuse."""
    movement: int
    """The movement's `number` in `ledger_list`."""
    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


class Mute(TypedDict):
    """While a mute holds, nobody reads what the player writes."""

    at: int
    """When it began, unix seconds."""
    by: str
    """The operator."""
    reason: str
    """Why, for operators."""
    until: NotRequired[int]
    """When it ends, unix seconds; absent = never."""


class NameRules(TypedDict):
    """What a legal name is."""

    also_allowed: str
    """Characters allowed in addition to letters and digits of any script."""
    also_written: list[str]
    """Characters that are the same in these lists of words: of each group, such as `统統`, one counts for all."""
    description: DescriptionRules
    """Which descriptions of roles, skills and equipment are legal."""
    forbidden: list[str]
    """Names that contain one of these are refused, however it is disguised: by letter case, by other characters that look
    the same, or by separators.
    """
    indecent: list[str]
    """Neither names, descriptions nor mails may contain one of these, however it is disguised."""
    longest: int
    """Most characters."""
    shortest: int
    """Fewest characters."""


class NarratorRules(TypedDict):
    """The parameters of a check: die + attribute / `attribute_per_point` + help, against the difficulty."""

    attribute_per_point: int
    """This much of an attribute counts as one point."""
    chat: ChatManner
    """How a chat endpoint is to rephrase texts, if the operator has configured one."""
    die_sides: int
    """Faces of the die. The highest always passes, a 1 always fails."""
    help_max: int
    """The most points from all used skills and equipment together."""
    strength_per_point: int
    """This much strength of a used skill or equipment counts as one point."""
    text_max_chars: int
    """The most characters of any text of a script."""
    turns_max: int
    """The most turns that a script may allow."""


class NextReset(TypedDict):
    """When tickets are full again, unix seconds."""

    next_reset_at: int
    """The next local midnight, unix seconds."""


class Note(TypedDict):
    """What an operator has noted about a player."""

    at: int
    """Unix seconds."""
    by: str
    """The operator."""
    number: int
    """Counts the notes about the player from 1. Part of the row's key."""
    text: str
    """What it says."""


class NoteAddReply(TypedDict):
    """The reply of `note_add`."""

    note: int
    """The note's number, by which it is removed."""


class NoteAddRequest(TypedDict):
    """`note_add {player, text}`: for other operators; the player never sees it."""

    player: int
    """The account's number."""
    text: str
    """What it says."""


class NotePage(TypedDict):
    """One page of a part that may be long."""

    entries: list[Note]
    """Newest first."""
    next: int | None
    """The `after` of the next page; null when this is the last."""


class NoteRemoveRequest(TypedDict):
    """`note_remove {player, note}`."""

    note: int
    """The note's number."""
    player: int
    """The account's number."""


class NumbersBattleExp(TypedDict):
    """NumbersBattleExp"""

    battle_exp: NumbersBattleExpBattleExp
    """Experience that a battle between players grants. For the world alone."""


class NumbersBattleExpBattleExp(TypedDict):
    """NumbersBattleExpBattleExp"""


class NumbersBattleRewards(TypedDict):
    """NumbersBattleRewards"""

    battle_rewards: NumbersBattleRewardsBattleRewardsItem
    """What a battle between players grants. For the world alone."""


class NumbersBattleRewardsBattleRewardsItem(TypedDict):
    """NumbersBattleRewardsBattleRewardsItem"""

    item: NotRequired[ItemId]
    """Of this item alone."""


class NumbersBattleStake(TypedDict):
    """NumbersBattleStake"""

    battle_stake: NumbersBattleStakeBattleStake
    """What both put in when a battle between players begins. For the world alone."""


class NumbersBattleStakeBattleStake(TypedDict):
    """NumbersBattleStakeBattleStake"""


class NumbersBattlesRewarded(TypedDict):
    """NumbersBattlesRewarded"""

    battles_rewarded: NumbersBattlesRewardedBattlesRewarded
    """How many battles of a player, and of a pair, are rewarded in a day. For the world alone."""


class NumbersBattlesRewardedBattlesRewarded(TypedDict):
    """NumbersBattlesRewardedBattlesRewarded"""


class NumbersBossGift(TypedDict):
    """NumbersBossGift"""

    boss_gift: NumbersBossGiftBossGiftBoss
    """What everybody gets when a boss dies. For the world alone."""


class NumbersBossGiftBossGiftBoss(TypedDict):
    """NumbersBossGiftBossGiftBoss"""

    boss: NotRequired[str]
    """The boss's id; absent = every boss."""
    item: NotRequired[ItemId]
    """Of this item alone."""


class NumbersBossLife(TypedDict):
    """NumbersBossLife"""

    boss_life: NumbersBossLifeBossLifeBoss
    """The life of a boss. For the world alone. A boss keeps the damage that it has taken."""


class NumbersBossLifeBossLifeBoss(TypedDict):
    """NumbersBossLifeBossLifeBoss"""

    boss: NotRequired[str]
    """The boss's id; absent = every boss."""


class NumbersCraftOwned(TypedDict):
    """NumbersCraftOwned"""

    craft_owned: NumbersCraftOwnedCraftOwnedRecipe
    """How many skills, or pieces of equipment, a player may own. For the world alone."""


class NumbersCraftOwnedCraftOwnedRecipe(TypedDict):
    """NumbersCraftOwnedCraftOwnedRecipe"""

    recipe: NotRequired[str]
    """`skill` or `equipment`; absent = both."""


class NumbersCraftSpend(TypedDict):
    """NumbersCraftSpend"""

    craft_spend: NumbersCraftSpendCraftSpendRecipe
    """The most material that one crafting may take."""


class NumbersCraftSpendCraftSpendRecipe(TypedDict):
    """NumbersCraftSpendCraftSpendRecipe"""

    recipe: NotRequired[str]
    """`skill` or `equipment`; absent = both."""


class NumbersCraftStrengthBase(TypedDict):
    """NumbersCraftStrengthBase"""

    craft_strength_base: NumbersCraftStrengthBaseCraftStrengthBaseRecipe
    """The strength of what is crafted before any material counts."""


class NumbersCraftStrengthBaseCraftStrengthBaseRecipe(TypedDict):
    """NumbersCraftStrengthBaseCraftStrengthBaseRecipe"""

    recipe: NotRequired[str]
    """`skill` or `equipment`; absent = both."""


class NumbersCraftStrengthMax(TypedDict):
    """NumbersCraftStrengthMax"""

    craft_strength_max: NumbersCraftStrengthMaxCraftStrengthMaxRecipe
    """The most strength of what is crafted."""


class NumbersCraftStrengthMaxCraftStrengthMaxRecipe(TypedDict):
    """NumbersCraftStrengthMaxCraftStrengthMaxRecipe"""

    recipe: NotRequired[str]
    """`skill` or `equipment`; absent = both."""


class NumbersCraftStrengthPerUnit(TypedDict):
    """NumbersCraftStrengthPerUnit"""

    craft_strength_per_unit: NumbersCraftStrengthPerUnitCraftStrengthPerUnitRecipe
    """The strength that each unit of material adds: twice as much is half the cost."""


class NumbersCraftStrengthPerUnitCraftStrengthPerUnitRecipe(TypedDict):
    """NumbersCraftStrengthPerUnitCraftStrengthPerUnitRecipe"""

    recipe: NotRequired[str]
    """`skill` or `equipment`; absent = both."""


class NumbersDropDraws(TypedDict):
    """NumbersDropDraws"""

    drop_draws: NumbersDropDrawsDropDrawsTable
    """How many entries one roll of a drop table draws."""


class NumbersDropDrawsDropDrawsTable(TypedDict):
    """NumbersDropDrawsDropDrawsTable"""

    table: NotRequired[str]
    """The table's id; absent = every table."""


class NumbersDropGuarantee(TypedDict):
    """NumbersDropGuarantee"""

    drop_guarantee: NumbersDropGuaranteeDropGuaranteeTable
    """After how many misses a drop table brings what it guarantees."""


class NumbersDropGuaranteeDropGuaranteeTable(TypedDict):
    """NumbersDropGuaranteeDropGuaranteeTable"""

    table: NotRequired[str]
    """The table's id; absent = every table that guarantees something."""


class NumbersDropWeights(TypedDict):
    """NumbersDropWeights"""

    drop_weights: NumbersDropWeightsDropWeightsItem
    """The weights of entries of drop tables, and so their chances."""


class NumbersDropWeightsDropWeightsItem(TypedDict):
    """NumbersDropWeightsDropWeightsItem"""

    item: NotRequired[ItemId]
    """Of the entries that grant this item alone."""
    leads_to: NotRequired[str]
    """Of the entries that lead to this table alone."""
    table: NotRequired[str]
    """The table's id; absent = every table."""


class NumbersFighterExp(TypedDict):
    """NumbersFighterExp"""

    fighter_exp: NumbersFighterExpFighterExpFighter
    """Experience that a battle against a fighter of the game master grants. For the world alone."""


class NumbersFighterExpFighterExpFighter(TypedDict):
    """NumbersFighterExpFighterExpFighter"""

    fighter: NotRequired[str]
    """The fighter's name; absent = every fighter."""


class NumbersFighterRewards(TypedDict):
    """NumbersFighterRewards"""

    fighter_rewards: NumbersFighterRewardsFighterRewardsFighter
    """Items that a battle against a fighter of the game master grants. For the world alone."""


class NumbersFighterRewardsFighterRewardsFighter(TypedDict):
    """NumbersFighterRewardsFighterRewardsFighter"""

    fighter: NotRequired[str]
    """The fighter's name; absent = every fighter."""
    item: NotRequired[ItemId]
    """Of this item alone."""


class NumbersHangUpChances(TypedDict):
    """NumbersHangUpChances"""

    hang_up_chances: NumbersHangUpChancesHangUpChancesFrom
    """The numerators of the chances of a minute of hang-up."""


NumbersHangUpChancesHangUpChancesFrom = TypedDict(
    "NumbersHangUpChancesHangUpChancesFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # Of this item alone.
        "item": "NotRequired[ItemId]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersHangUpRates(TypedDict):
    """NumbersHangUpRates"""

    hang_up_rates: NumbersHangUpRatesHangUpRatesFrom
    """Items that a minute of hang-up grants for certain."""


NumbersHangUpRatesHangUpRatesFrom = TypedDict(
    "NumbersHangUpRatesHangUpRatesFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # Of this item alone.
        "item": "NotRequired[ItemId]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersLevelNeeds(TypedDict):
    """NumbersLevelNeeds"""

    level_needs: NumbersLevelNeedsLevelNeedsFrom
    """Experience from a level to the next. For the world alone: a level follows from the experience in all, so it falls
    back when the event ends.
    """


NumbersLevelNeedsLevelNeedsFrom = TypedDict(
    "NumbersLevelNeedsLevelNeedsFrom",
    {
        # The first level.
        "from": "NotRequired[int]",
        # The last level.
        "to": "NotRequired[int]",
    },
)


class NumbersOfferItems(TypedDict):
    """NumbersOfferItems"""

    offer_items: NumbersOfferItemsOfferItemsItem
    """What an offer grants."""


class NumbersOfferItemsOfferItemsItem(TypedDict):
    """NumbersOfferItemsOfferItemsItem"""

    item: NotRequired[ItemId]
    """Of this item alone."""
    offer: NotRequired[str]
    """The offer's id; absent = every offer."""


class NumbersOfferPrice(TypedDict):
    """NumbersOfferPrice"""

    offer_price: NumbersOfferPriceOfferPriceOffer
    """The price of an offer, in points."""


class NumbersOfferPriceOfferPriceOffer(TypedDict):
    """NumbersOfferPriceOfferPriceOffer"""

    offer: NotRequired[str]
    """The offer's id; absent = every offer."""


class NumbersPersonalTaskExp(TypedDict):
    """NumbersPersonalTaskExp"""

    personal_task_exp: NumbersPersonalTaskExpPersonalTaskExpTask
    """Experience that personal tasks grant, least and most."""


class NumbersPersonalTaskExpPersonalTaskExpTask(TypedDict):
    """NumbersPersonalTaskExpPersonalTaskExpTask"""

    task: NotRequired[str]
    """The file in `personal_tasks/`, without its ending; absent = every personal task."""


class NumbersPersonalTaskRewards(TypedDict):
    """NumbersPersonalTaskRewards"""

    personal_task_rewards: NumbersPersonalTaskRewardsPersonalTaskRewardsTask
    """Items that personal tasks grant, least and most."""


class NumbersPersonalTaskRewardsPersonalTaskRewardsTask(TypedDict):
    """NumbersPersonalTaskRewardsPersonalTaskRewardsTask"""

    task: NotRequired[str]
    """The file in `personal_tasks/`, without its ending; absent = every personal task."""


class NumbersPotionEnergy(TypedDict):
    """NumbersPotionEnergy"""

    potion_energy: NumbersPotionEnergyPotionEnergyItem
    """The energy that a potion gives."""


class NumbersPotionEnergyPotionEnergyItem(TypedDict):
    """NumbersPotionEnergyPotionEnergyItem"""

    item: NotRequired[ItemId]
    """The potion; absent = every one."""


class NumbersSeasonRewards(TypedDict):
    """NumbersSeasonRewards"""

    season_rewards: NumbersSeasonRewardsSeasonRewardsFrom
    """What a season's ranks get at its end. For the world alone."""


NumbersSeasonRewardsSeasonRewardsFrom = TypedDict(
    "NumbersSeasonRewardsSeasonRewardsFrom",
    {
        # The best rank.
        "from": "NotRequired[int]",
        # Of this item alone.
        "item": "NotRequired[ItemId]",
        # The last rank.
        "to": "NotRequired[int]",
    },
)


class NumbersStageCost(TypedDict):
    """NumbersStageCost"""

    stage_cost: NumbersStageCostStageCostFrom
    """Items that entering a stage takes, by the new and the legacy functions."""


NumbersStageCostStageCostFrom = TypedDict(
    "NumbersStageCostStageCostFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # Of this item alone.
        "item": "NotRequired[ItemId]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersStageEnergy(TypedDict):
    """NumbersStageEnergy"""

    stage_energy: NumbersStageEnergyStageEnergyFrom
    """Energy that entering a stage takes, by the new and the legacy functions."""


NumbersStageEnergyStageEnergyFrom = TypedDict(
    "NumbersStageEnergyStageEnergyFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersStageExp(TypedDict):
    """NumbersStageExp"""

    stage_exp: NumbersStageExpStageExpFrom
    """Experience that a victory grants."""


NumbersStageExpStageExpFrom = TypedDict(
    "NumbersStageExpStageExpFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersStageLevel(TypedDict):
    """NumbersStageLevel"""

    stage_level: NumbersStageLevelStageLevelFrom
    """The level from which on a stage may be entered. For the world alone."""


NumbersStageLevelStageLevelFrom = TypedDict(
    "NumbersStageLevelStageLevelFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersStageRewards(TypedDict):
    """NumbersStageRewards"""

    stage_rewards: NumbersStageRewardsStageRewardsFrom
    """Items that a victory grants."""


NumbersStageRewardsStageRewardsFrom = TypedDict(
    "NumbersStageRewardsStageRewardsFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # Of this item alone.
        "item": "NotRequired[ItemId]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersSweepCost(TypedDict):
    """NumbersSweepCost"""

    sweep_cost: NumbersSweepCostSweepCostFrom
    """Items that a sweep takes."""


NumbersSweepCostSweepCostFrom = TypedDict(
    "NumbersSweepCostSweepCostFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # Of this item alone.
        "item": "NotRequired[ItemId]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersSweepEnergy(TypedDict):
    """NumbersSweepEnergy"""

    sweep_energy: NumbersSweepEnergySweepEnergyFrom
    """Energy that a sweep takes."""


NumbersSweepEnergySweepEnergyFrom = TypedDict(
    "NumbersSweepEnergySweepEnergyFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersSweepExp(TypedDict):
    """NumbersSweepExp"""

    sweep_exp: NumbersSweepExpSweepExpFrom
    """Experience that a sweep grants."""


NumbersSweepExpSweepExpFrom = TypedDict(
    "NumbersSweepExpSweepExpFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersSweepRewards(TypedDict):
    """NumbersSweepRewards"""

    sweep_rewards: NumbersSweepRewardsSweepRewardsFrom
    """Items that a sweep grants."""


NumbersSweepRewardsSweepRewardsFrom = TypedDict(
    "NumbersSweepRewardsSweepRewardsFrom",
    {
        # The first stage.
        "from": "NotRequired[int]",
        # Of this item alone.
        "item": "NotRequired[ItemId]",
        # The last stage.
        "to": "NotRequired[int]",
    },
)


class NumbersTaskExp(TypedDict):
    """NumbersTaskExp"""

    task_exp: NumbersTaskExpTaskExpTask
    """Experience that public tasks grant, least and most."""


class NumbersTaskExpTaskExpTask(TypedDict):
    """NumbersTaskExpTaskExpTask"""

    task: NotRequired[str]
    """The task's name; absent = every public task."""


class NumbersTaskRewards(TypedDict):
    """NumbersTaskRewards"""

    task_rewards: NumbersTaskRewardsTaskRewardsTask
    """Items that public tasks grant, least and most."""


class NumbersTaskRewardsTaskRewardsTask(TypedDict):
    """NumbersTaskRewardsTaskRewardsTask"""

    task: NotRequired[str]
    """The task's name; absent = every public task."""


class NumbersTasksPersonalDaily(TypedDict):
    """NumbersTasksPersonalDaily"""

    tasks_personal_daily: NumbersTasksPersonalDailyTasksPersonalDaily
    """How many personal tasks are made for a player in a day. For the world alone."""


class NumbersTasksPersonalDailyTasksPersonalDaily(TypedDict):
    """NumbersTasksPersonalDailyTasksPersonalDaily"""


class NumbersTicketPrice(TypedDict):
    """NumbersTicketPrice"""

    ticket_price: NumbersTicketPriceTicketPriceTicket
    """What a ticket costs, in items and in points."""


class NumbersTicketPriceTicketPriceTicket(TypedDict):
    """NumbersTicketPriceTicketPriceTicket"""

    ticket: int
    """The kind that is bought, as in `tickets.ron`."""


class NumbersTicketsDaily(TypedDict):
    """NumbersTicketsDaily"""

    tickets_daily: NumbersTicketsDailyTicketsDailyTicket
    """How many tickets of a kind everybody has each day. For the world alone."""


class NumbersTicketsDailyTicketsDailyTicket(TypedDict):
    """NumbersTicketsDailyTicketsDailyTicket"""

    ticket: int
    """The kind's key, as in `tickets.ron`."""


class Offer(TypedDict):
    """One thing that is sold."""

    id: str
    """How `buy_item` names it."""
    items: list[Amount]
    """What is granted."""
    name: str
    """For people; players also read it among their records on the payment platform."""
    price: int
    """Points."""


class OpenSession(TypedDict):
    """The stage a player is in, as replies show it."""

    entered_at: int
    """Unix seconds."""
    mode: Mode
    """Its mode."""
    stage: int
    """Its number."""


class OperatorAddRequest(TypedDict):
    """`operator_add {name, role, password}`."""

    name: str
    """1 to 40 letters, digits, `-`, `_` and `.`."""
    password: str
    """For the first log-in, 10 characters or more; then the operator has to change it."""
    role: str
    """One of the roles that `operator_list` names."""


class OperatorListReply(TypedDict):
    """The reply of `operator_list`."""

    operators: list[OperatorShown]
    """By name."""
    roles: list[str]
    """The roles that an operator can have."""


class OperatorListRequest(TypedDict):
    """`operator_list {}`: all operators by name."""


class OperatorLoginReply(TypedDict):
    """The reply of `operator_login`."""

    must_change_password: bool
    """Whether the password has to be changed before anything else is allowed."""
    name: str
    """The operator's name."""
    rights: list[str]
    """What the role may do."""
    role: str
    """The operator's role."""
    token: str
    """The session's token, for requests of operators."""
    until: int
    """When the session ends, unix seconds."""


class OperatorLoginRequest(TypedDict):
    """`operator_login {name, password, totp?}`: begins a session."""

    name: str
    """The operator's name."""
    password: str
    """The password."""
    totp: NotRequired[str]
    """The code of the second factor, if the operator has one. Left out: `""`."""


class OperatorLogoutRequest(TypedDict):
    """`operator_logout {}`: ends the session in which it is asked."""


class OperatorPasswordRequest(TypedDict):
    """`operator_password {password, new}`: changes the asking operator's password. Other sessions of the operator end."""

    new: str
    """The new one, 10 characters or more."""
    password: str
    """The present password."""


class OperatorRemoveRequest(TypedDict):
    """`operator_remove {name}`: sessions end. What the operator did stays in the audit."""

    name: str
    """The operator's name."""


class OperatorResetRequest(TypedDict):
    """`operator_reset {name, password}`: a new password for the next log-in. Sessions and second factor end."""

    name: str
    """The operator's name."""
    password: str
    """10 characters or more; the operator has to change it."""


class OperatorRoleRequest(TypedDict):
    """`operator_role {name, role}`: changes a role. It holds from the operator's next request."""

    name: str
    """The operator's name."""
    role: str
    """The new role."""


class OperatorSelfReply(TypedDict):
    """The reply of `operator_self`."""

    has_totp: bool
    """Whether the operator has a second factor."""
    must_change_password: bool
    """Whether the password has to be changed before anything else is allowed."""
    name: str
    """The operator's name; `token` for whoever has the server's token."""
    rights: list[str]
    """What the role may do."""
    role: str
    """The operator's role."""


class OperatorSelfRequest(TypedDict):
    """`operator_self {}`: who asks."""


class OperatorShown(TypedDict):
    """An operator as admins see it."""

    added_at: int
    """Unix seconds."""
    has_totp: bool
    """Whether the operator has a second factor."""
    last_login_at: int | None
    """Unix seconds; null before the first log-in."""
    must_change_password: bool
    """Whether the password was set by somebody else and not changed since."""
    name: str
    """The operator's name."""
    role: str
    """The operator's role."""
    sessions: int
    """How many sessions are open."""


class OperatorTotpRequest(TypedDict):
    """`operator_totp {secret, code}`: gives the asking operator a second factor. The secret is made by the client."""

    code: str
    """A code that the app shows now, so that nobody locks themselves out."""
    secret: str
    """16 bytes or more in base32, as authenticator apps take it."""


class OrderBeside(TypedDict):
    """An order of the world."""

    created_at: int
    """When it was made, unix seconds."""
    order: str
    """Its number."""
    points: int
    """The change in points that it stands for; negative for a purchase."""
    state: StateName
    """Its state."""


class OrderInspectRequest(TypedDict):
    """`order_inspect {token, order}`: one order in full, with every step."""

    order: str
    """The order's number."""


class OrderListReply(TypedDict):
    """The reply of `order_list`."""

    next: str | None
    """The `before` of the next page."""
    orders: list[OrderShown]
    """Newest first."""


class OrderListRequest(TypedDict):
    """`order_list {token, state?, before?, limit?}`: the latest orders first."""

    before: NotRequired[str]
    """Only orders made before this one: `next` of the page before."""
    limit: NotRequired[int]
    """Missing = 50, at most 500."""
    state: NotRequired[StateName]
    """Only orders in this state."""


class OrderReconcileReply(TypedDict):
    """The reply of `order_reconcile`. Nothing is changed by it."""

    different: list[PriceDifference]
    """Payments with other points than their order, those of orders that the world holds for unpaid, and second ones."""
    fitting: int
    """How many payments fit their orders."""
    others: list[RecordShown]
    """Movements that name no order of this world: cards, other worlds and other programs on the same purse."""
    reaches_back_to: int | None
    """The date of the oldest record that the platform shows, where it may have older ones; what is before that cannot be
    compared.
    """
    unknown_to_platform: list[OrderBeside]
    """Orders that the world holds for paid and the platform does not show, although its records reach back that far."""
    unknown_to_world: list[RecordShown]
    """Payments that name an order of this world which the world does not have: it was made after the backup that the
    world was restored from.
    """
    wname: str
    """The player's name on the platform."""


class OrderReconcileRequest(TypedDict):
    """`order_reconcile {token, name | account}`: compares the platform's last records of a player with the world's orders."""

    account: NotRequired[int]
    """The account's number, in place of the name."""
    name: NotRequired[str]
    """The player's name."""


class OrderRemark(TypedDict):
    """The last message about an order."""

    code: int
    """The platform's code; 0 when the message is not the platform's."""
    text: str
    """The text for the player."""


class OrderResolveRequest(TypedDict):
    """`order_resolve {token, order, paid, reason}`: records what an operator has found out about an order in doubt."""

    order: str
    """The order's number."""
    paid: bool
    """Whether the platform was paid."""
    reason: str
    """Why it is resolved like this; it is kept with the order."""


class OrderSettledEvent(TypedDict):
    """The event `order_settled`: the order's request was answered before the order ended."""

    message: str
    """What the platform said."""
    offer: str
    """What was bought."""
    order: str
    """The order's number."""
    points: int | None
    """Points left, if the platform said so."""
    remain: list[Amount]
    """What is left of the items in `reward`, in the same order."""
    reward: list[Amount]
    """What was gained; empty if nothing was."""
    state: StateName
    """How it ended."""


class OrderShown(TypedDict):
    """An order as operators see it."""

    account: int
    """The account's number."""
    created_at: int
    """Unix seconds."""
    history: NotRequired[list[Step]]
    """Its steps, oldest first; only when one order is asked for."""
    name: str
    """The player's name on the platform."""
    order: str
    """The order's number."""
    points_left: int | None
    """Points left after it, if the platform said so."""
    remark: OrderRemark
    """What the platform or an operator said last."""
    state: StateName
    """How far it has come."""
    subject: str
    """What is bought, as the platform shows it."""
    wish: WishShown
    """What the order is for."""


class OrderShownPage(TypedDict):
    """One page of a part that may be long."""

    entries: list[OrderShown]
    """Newest first."""
    next: int | None
    """The `after` of the next page; null when this is the last."""


class OthersReply(TypedDict):
    """The reply of `others`."""

    other: str
    """The name of the event; empty for one that the game master does not know."""
    role: str
    """The game master's role."""
    text: str
    """What the game master tells."""


class OthersRequest(TypedDict):
    """`others {info, role, text}`: a special event and what the player says to it. It begins, or the one under way
    continues.
    """

    info: str
    """Which event."""
    role: str
    """The caller's own username."""
    text: str
    """What the player says to it."""


class OwnOrder(TypedDict):
    """An order that is not settled."""

    created_at: int
    """Unix seconds."""
    offer: str
    """What is bought."""
    order: str
    """The order's number."""
    price: int
    """In points."""
    state: StateName
    """How far it has come."""


class ParcelLetter(TypedDict):
    """ParcelLetter"""

    letter: LetterAbroad
    """A letter."""


class ParcelReturned(TypedDict):
    """ParcelReturned"""

    returned: LetterReturned
    """A letter that goes back."""


class PassStageRequest(TypedDict):
    """`pass_stage {token, stage}`, and `damage` in the boss room."""

    damage: NotRequired[int]
    """In the boss room: the damage done."""
    damange: NotRequired[int]
    """Another spelling (docs/contract/stage-protocol.md#spellings)."""
    stage: int
    """The number of the stage."""


class PassedExp(TypedDict):
    """Experience after a victory."""

    remaining: int
    """Experience in all."""
    reward: int
    """What was gained."""


PassedStage = TypedDict(
    "PassedStage",
    {
        # The highest stage passed in the mode.
        "finally": "int",
        # By how many it rose.
        "vary": "int",
    },
)
"""The progress after a victory."""


class PasswordOnceReply(TypedDict):
    """The reply of `password_once`. A repeat with the same key tells no password."""

    password: str
    """What the player sends as `once_password` of `login`."""
    until: int
    """Until when it may, unix seconds."""


class PasswordOnceRequest(TypedDict):
    """`password_once {player, email?, reason}`: a password that lets the player in once, within a day, and then sets a new
    one. The one before and the token end.
    """

    email: NotRequired[str]
    """For a guest: the e-mail address by which the account logs in from now on."""
    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


class PastRequest(TypedDict):
    """A request of the journal."""

    arguments: JsonValue
    """With which arguments; placeholders stand for secrets."""
    at: int
    """When, unix seconds. The movements that came of it are of the same second, unless it waited for a platform."""
    by: str
    """Who asked: `player`; `stranger` for a log-in; else the name of an operator."""
    function: str
    """What was called."""
    number: int
    """Rises from request to request."""
    once: NotRequired[str]
    """The idempotency key."""


class PingRequest(TypedDict):
    """`ping {}`."""


class PlannedMaintenance(TypedDict):
    """A message of the realm: all maintenance that is planned or running. It replaces what was planned before."""

    windows: list[MaintenanceWindow]
    """In no particular order; they do not overlap."""


class PlausibleDamage(TypedDict):
    """The most damage that is believed: the sum of these, each 0 if absent."""

    at_once: NotRequired[int]
    """At any level, immediately. Left out: `0`."""
    per_level: NotRequired[int]
    """For each level of the player, immediately. Left out: `0`."""
    per_level_second: NotRequired[int]
    """For each second in the stage and each level. Left out: `0`."""
    per_second: NotRequired[int]
    """For each second in the stage, at any level. Left out: `0`."""


class PlayerAsOfReply(TypedDict):
    """The reply of `player_as_of`."""

    at: int
    """The moment that was asked for, unix seconds."""
    view: PlayerViewed
    """What `player_view` showed then, without the parts that list what happened: `player_view` has these, with `to`."""


class PlayerAsOfRequest(TypedDict):
    """`player_as_of {player, at}`: a player as of an earlier moment, from the archive."""

    at: int
    """The moment, unix seconds; not in the future. What happened in this second is included."""
    player: int
    """The account's number."""


class PlayerBanRequest(TypedDict):
    """`player_ban {player, until?, reason, message}`: while it holds, every function of the player and every log-in answers 17.
    A later one replaces it.
    """

    message: str
    """Why, for the player."""
    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""
    until: NotRequired[int]
    """When it ends, unix seconds; missing = never."""


PlayerDays = TypedDict(
    "PlayerDays",
    {
        # The first day, counted from 1.
        "from": "int",
        # The last day: `(from: 1, to: 7)` is a player's first week.
        "to": "int",
    },
)
"""Days of a player's own, of 24 hours each; the first begins when the account is made."""


class PlayerDeleteReply(TypedDict):
    """The reply of `player_delete`."""

    account: int
    """The account's number."""
    name: str
    """The player's name."""
    wname: str
    """The purse at MCRMB, whose points stay there. No other account will have it."""


class PlayerDeleteRequest(TypedDict):
    """`player_delete {token, name, dry_run?}`."""

    dry_run: NotRequired[bool]
    """Only says what would happen."""
    name: str
    """The player's name."""


class PlayerExportReply(TypedDict):
    """The reply of `player_export`."""

    document: Document
    """Everything that the world stores about the player."""


class PlayerExportRequest(TypedDict):
    """`player_export {token, name}`."""

    name: str
    """The player's name."""


class PlayerFindReply(TypedDict):
    """The reply of `player_find`."""

    has_more: bool
    """Whether there are more whose names begin so."""
    players: list[FoundPlayer]
    """First those found by something of their own, then those found by their names, in the order of names."""


class PlayerFindRequest(TypedDict):
    """`player_find {text, by?, limit?}`: the players that a text finds."""

    by: NotRequired[FoundBy]
    """Only by this; missing = by everything except the device."""
    limit: NotRequired[int]
    """The most players found by their names; missing = 50."""
    text: str
    """1 to 256 bytes."""


class PlayerImportPieceReply(TypedDict):
    """The reply of `player_import_piece`."""

    bytes: int
    """Bytes of the document so far."""


class PlayerImportPieceRequest(TypedDict):
    """`player_import_piece {token, piece, text, hash?}`: pieces are numbered from 0."""

    hash: NotRequired[str]
    """The SHA-256 of the whole document in hexadecimal. With it, one connection may send several documents side by
    side, and only the whole document is imported.
    """
    piece: int
    """Which piece, from 0; 0 starts over."""
    text: str
    """The piece."""


class PlayerImportReply(TypedDict):
    """The reply of `player_import`."""

    account: int
    """The number of its account here."""
    name: str
    """A guest is named after its account number, which is a new one here."""
    replaced: NotRequired[int]
    """The account that was replaced."""


class PlayerImportRequest(TypedDict):
    """`player_import {token, document?, hash?, replace?, dry_run?}`: without a document, the one that came in pieces on this connection, with
    the hash that its pieces named.
    """

    document: NotRequired[JsonValue]
    """As `player_export` gives it; missing = the one that came in pieces."""
    dry_run: NotRequired[bool]
    """Only says what would happen."""
    hash: NotRequired[str]
    """The SHA-256 of the document in hexadecimal, where its pieces named one."""
    replace: NotRequired[bool]
    """Whether the player of the document is here already and is replaced: deleted and imported in one step."""


class PlayerKickRequest(TypedDict):
    """`player_kick {player, reason}`: closes the player's connections. Its token stays valid."""

    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


class PlayerListReply(TypedDict):
    """The reply of `player_list`."""

    next: int | None
    """The `after` of the next page; null when this was the last."""
    players: list[ListedPlayer]
    """In the order of their numbers."""


class PlayerListRequest(TypedDict):
    """`player_list {after?, limit?}`: all accounts in the order of their numbers."""

    after: NotRequired[int]
    """Only accounts with higher numbers: `next` of the page before."""
    limit: NotRequired[int]
    """Missing = 50, at most 500."""


class PlayerMayMoveRequest(TypedDict):
    """`player_may_move {player}`, a function of worlds: refuses as `take_hold` would, so that an operator hears at once of what can
    be known at once.
    """

    player: int
    """The number of the account."""


class PlayerMoveAgainRequest(TypedDict):
    """`player_move_again {number, reason}`: sends the player once more to a world that was put back, and has refused it then."""

    number: int
    """As `player_move` has replied."""
    reason: str
    """Why, for operators."""


PlayerMoveEntry = TypedDict(
    "PlayerMoveEntry",
    {
        # The number of its account in the other world, once it has arrived.
        "arrived_as": "int | None",
        # When it was ordered, unix seconds.
        "at": "int",
        # Who ordered it.
        "by": "str",
        # The world that the player leaves.
        "from": "int",
        # Its message.
        "message": "str | None",
        # The player's name; null until it is known.
        "name": "str | None",
        # What to name it by.
        "number": "int",
        # The number of its account there.
        "player": "int",
        # Why, for operators.
        "reason": "str",
        # The world that has refused it.
        "refused_by": "int | None",
        # How far it has come.
        "state": "ShownMoveState",
        # The status of that, as of `player_delete`, `player_export` or `player_import`.
        "status": "int | None",
        # The world that it goes to.
        "to": "int",
    },
)
"""A move as operators see it."""


class PlayerMoveListReply(TypedDict):
    """The reply of `player_move_list`."""

    moves: list[PlayerMoveEntry]
    """Newest first."""
    next: int | None
    """The `before` of the next page."""


class PlayerMoveListRequest(TypedDict):
    """`player_move_list {before?}`: the moves, newest first, at most 50."""

    before: NotRequired[int]
    """Only moves before this one."""


class PlayerMoveReply(TypedDict):
    """The reply of `player_move`."""

    number: int
    """What `player_move_list` names it by."""


PlayerMoveRequest = TypedDict(
    "PlayerMoveRequest",
    {
        # The world that the player is in.
        "from": "int",
        # The account's number there.
        "player": "int",
        # Why, for operators.
        "reason": "str",
        # The world that it goes to.
        "to": "int",
    },
)
"""`player_move {from, player, to, reason}`: a player leaves one world and arrives in another."""


class PlayerMuteRequest(TypedDict):
    """`player_mute {player, until?, reason}`: while it holds, whatever the player writes is refused. A later one replaces it."""

    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""
    until: NotRequired[int]
    """When it ends, unix seconds; missing = never."""


class PlayerOverview(TypedDict):
    """The reply to `get_player_info`."""

    at: Moments
    """The same moments in unix seconds."""
    energy: EnergyNow
    """The energy now."""
    exp: int
    """Experience in all."""
    expiring: list[ExpiringItem]
    """The items that last for a limited time."""
    hang_up: HangUpNow
    """What hangs."""
    items: list[Amount]
    """Everything that is owned."""
    level: int
    """The level that this makes."""
    limits: Limits
    """Tickets left today."""
    name: str
    """The player's name."""
    need: int
    """Experience missing for the next level; 0 at the highest."""
    session: OpenSession | None
    """The stage that is entered; null if there is none."""
    stages: HighestStages
    """The highest stage passed in each mode."""


class PlayerRenameReply(TypedDict):
    """The reply of `player_rename`."""

    former: str
    """The name before."""


class PlayerRenameRequest(TypedDict):
    """`player_rename {player, name, reason}`: index, ranking and family follow. The purse at MCRMB keeps its name."""

    name: str
    """A name that no other looks like."""
    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


class PlayerRequestsReply(TypedDict):
    """The reply of `player_requests`."""

    next: int | None
    """The `after` of the next page; null when this is the last. Where much has to be read, a page may be short, or empty, and
    still have a next one.
    """
    requests: list[PastRequest]
    """In order of time."""


PlayerRequestsRequest = TypedDict(
    "PlayerRequestsRequest",
    {
        # The next page: the `next` of the page before.
        "after": "NotRequired[int]",
        # From this moment on, unix seconds.
        "from": "int",
        # The most requests, 1 to 500; missing = 50.
        "limit": "NotRequired[int]",
        # The account's number.
        "player": "int",
        # Before this moment, unix seconds; at most 7 days after `from`.
        "to": "int",
    },
)
"""`player_requests {player, from, to, after?, limit?}`: what a player asked in a stretch of time, and what operators did to
the player then, from the journal. It is found without playing the journal, so replies are not in it.
"""


class PlayerScenarioReply(TypedDict):
    """The reply of `player_scenario`."""

    file: str
    """A name for the file."""
    requests: int
    """How many requests it has."""
    text: str
    """Its text, for `raidkeep scenario`. What was answered is not in it: fill in what you expect."""


PlayerScenarioRequest = TypedDict(
    "PlayerScenarioRequest",
    {
        # From this moment on, unix seconds.
        "from": "int",
        # The account's number.
        "player": "int",
        # Before this moment, unix seconds; at most 7 days after `from`.
        "to": "int",
    },
)
"""`player_scenario {player, from, to}`: what a player asked in a stretch of time as a scenario (docs/scenarios.md), which
begins with what the player had then. It takes the archive and the journal.
"""


class PlayerSettle(TypedDict):
    """`PlayerSettleModel`, in the order of the contract's sample (docs/contract/match-query.md#the-answer)."""

    commission_score: NotRequired[int]
    """The commission."""
    is_ai: int
    """1 for a robot, else 0."""
    remain_score: int
    """The points the player has left."""
    score: int
    """The score of this round."""
    uid: str
    """The platform's id of the player, "" for a robot."""


class PlayerUnbanRequest(TypedDict):
    """`player_unban {player, reason}`."""

    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


class PlayerUnmuteRequest(TypedDict):
    """`player_unmute {player, reason}`."""

    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


PlayerViewRequest = TypedDict(
    "PlayerViewRequest",
    {
        # The next page of a part: its `next`. Needs `part`.
        "after": "NotRequired[int]",
        # Only movements with this cause, such as `sweep`.
        "cause": "NotRequired[str]",
        # Only what happened at this moment or later, unix seconds.
        "from": "NotRequired[int]",
        # Only movements of this item.
        "item": "NotRequired[ItemId]",
        # The most entries of each part that is a list; missing = 50.
        "limit": "NotRequired[int]",
        # Only this part, such as `movements`; missing = all parts.
        "part": "NotRequired[str]",
        # The account's number.
        "player": "int",
        # Only what happened before this moment, unix seconds.
        "to": "NotRequired[int]",
    },
)
"""`player_view {player, part?, from?, to?, item?, cause?, after?, limit?}`: everything of one player, or one part of it."""


class PlayerViewed(TypedDict):
    """The reply of `player_view`."""

    name: str
    """The player's name."""
    parts: ShownParts
    """What features show of the player."""
    player: int
    """The account's number."""


class PointsChange(TypedDict):
    """A change of points; the balance is held by a payment platform."""

    after: int | None
    """The balance afterwards, if the platform reported it."""
    change: int
    """By how much; never 0."""


class PointsFlow(TypedDict):
    """The movements of points that had the same cause."""

    gained: int
    """How many points were gained."""
    movements: int
    """In how many movements."""
    spent: int
    """How many were spent or taken away."""
    why: str
    """The cause, as in the ledger."""


class PointsShort(TypedDict):
    """What is missing of a price, as the platform shows it."""

    money: str
    """The points there are."""
    need: str
    """The points that are missing."""


class PresenceRules(TypedDict):
    """`presence.ron`."""

    listed_max: int
    """The most players that `get_list` shows."""
    silent_seconds: int
    """Seconds without a request after which a player without a connection is offline."""


class PriceDifference(TypedDict):
    """A record and the order that it names."""

    order: OrderBeside
    """What the world has."""
    record: RecordShown
    """What the platform shows."""


class Prize(TypedDict):
    """An item that tasks grant."""

    item: ItemId
    """Which item."""
    max: int
    """The most that one task grants."""
    name: str
    """The key in `reward`."""


class Problem(TypedDict):
    """One fault and where it is."""

    column: int
    """The column, counted from 1 in characters. A tab is one character."""
    file: str
    """The file, as a path below the assets with `/` between its parts."""
    hint: str | None
    """What to try, such as `did you mean "3:9"?`."""
    key: str
    """The path of the value inside the file, such as `stages[3].rewards[0]`.

    It is empty when the problem is about the file as a whole.
    """
    line: int
    """The line, counted from 1."""
    message: str
    """What was found and what was expected."""
    severity: Severity
    """Whether the rules can be used despite it."""


class PublicTask(TypedDict):
    """A task: the contents of a file in `tasks/`."""

    name: str
    """As players see and choose it."""
    task: Task
    """The settings that every task has."""


class Purchase(TypedDict):
    """How a kind of ticket is bought."""

    allowance: int
    """The kind that counts how many may still be bought today."""
    mode: PurchaseMode
    """As the client names it."""
    price: list[Amount]
    """What one costs."""
    price_points: NotRequired[int]
    """What one costs in points of the payment platform; absent = not sold for points."""
    ticket: int
    """The kind that is bought."""


class QueryMatchBaseRequest(TypedDict):
    """`query_match_base {authorization, body}`: the query as it came over HTTP, header and exact text of the body."""

    authorization: str
    """The header of that name."""
    body: str
    """The exact text of the body."""


class QueryMatchRequest(TypedDict):
    """`query_match {token, match_id?, report_game_info_key?}`: what the platform itself says about a round."""

    match_id: NotRequired[str]
    """The id of a match. Left out: `""`."""
    report_game_info_key: NotRequired[str]
    """The key under which it was reported, in place of its id. Left out: `""`."""


class RankShown(TypedDict):
    """One rank."""

    damage: int
    """The best damage of the season."""
    name: str | None
    """The player's name; null for one that was deleted."""
    player: int
    """The account's number."""
    rank: int
    """From 1."""


class RankingPage(TypedDict):
    """The reply: a page of the ranking, and the player's own rank."""

    damage: int
    """The caller's own best damage this season."""
    page: int
    """Which page this is, from 1."""
    rank: list[RankingRow]
    """The rows of the page."""
    ranking: int
    """The caller's own rank, from 1; -1 without one."""


class RankingRow(TypedDict):
    """One player's row."""

    NO: int
    """The rank, from 1."""
    damage: int
    """The best damage of the season."""
    fid: str
    """The family's name; empty for a player in none."""
    level: int
    """The player's level."""
    name: str
    """The player's name."""


class Rate(TypedDict):
    """Guaranteed items."""

    per_minute: list[Amount]
    """Per whole minute."""
    stage: int
    """Applies from this stage on."""


class RealmHelloReply(TypedDict):
    """The reply of `realm_hello`."""

    world: int
    """The world's number."""


class RealmHelloRequest(TypedDict):
    """`realm_hello {}`, a function of worlds: the realm has started, and asks for a `world_hello`."""


class Recipe(TypedDict):
    """How one kind is crafted."""

    material: ItemId
    """The material."""
    owned_max: int
    """How many a player may own."""
    spend_max: int
    """The most that may be spent at once."""
    strength_base: int
    """Strength before any material is counted."""
    strength_max: int
    """The maximum strength."""
    strength_per_unit: int
    """Strength added per unit of material."""
    texts: RecipeTexts
    """The texts that players read."""


class RecipeTexts(TypedDict):
    """The texts of a craft for the player; the places are those of [`RecipeTexts::PLACES`]."""

    full: Template
    """The player can own no more."""
    illegal: Template
    """The name or description is not legal."""
    made: Template
    """It was made."""
    short: Template
    """There is too little material."""


class RecordShown(TypedDict):
    """A record of the platform."""

    date: int
    """The platform's timestamp."""
    money: int
    """Points; negative when they were spent."""
    text: str
    """The purpose."""


class RecordsShown(TypedDict):
    """The best damage against the bosses; `season_rewards_of` tells of the seasons before."""

    best: int
    """The best damage in it; 0 = none."""
    last_season: int
    """The season of the player's latest record; 0 = it has none at all."""
    rank: int | None
    """The rank in it, from 1; null without a record."""
    season: int
    """The number of the season that runs."""


class RedeemCodeRequest(TypedDict):
    """`redeem_code {code}`: the goods come as a mail."""

    code: str
    """The code; case, spaces and hyphens do not matter."""


class Redeemed(TypedDict):
    """What a code is worth: the reply of `redeem_code`, and of `code_claim`."""

    items: list[Amount]
    """What the mail brings."""


class RefrashRequest(TypedDict):
    """`refrash {role}`, as the contract spells it (docs/contract/role-play.md#routes)."""

    role: str
    """The caller's own username."""


class RefreshRequest(TypedDict):
    """`refresh {role}`, as clients spell it."""

    role: str
    """The caller's own username."""


class Refreshed(TypedDict):
    """The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
    battle. Asking also counts as presence.
    """

    accept_id: list[str]
    """The same, as clients spell it."""
    accpec_id: list[str]
    """The caller's own challenge that was accepted, as the contract spells it."""
    id_list: list[str]
    """The numbers of the open challenges to the caller."""
    role_list: list[str]
    """Their challengers, in the same order."""


class RefusedShown(TypedDict):
    """Assets that could not be used."""

    at: int
    """Unix seconds."""
    problems: list[Problem]
    """What is wrong with them."""


class RejectChallengeRequest(TypedDict):
    """`reject_challenge {role, id}`."""

    id: str
    """The challenge's number."""
    role: str
    """The caller's own username."""


class Reloaded(TypedDict):
    """What an attempt to change the rules has come to."""

    changed: bool
    """Whether the rules in force are others than before."""
    fingerprint: NotRequired[str]
    """Of the rules that are in force; absent when the attempt has failed."""
    pinned: RulesPin | None
    """Which set is pinned, so that the assets change nothing; null = none."""
    problems: list[Problem]
    """Warnings, and errors when the assets were refused."""


class RenamedEvent(TypedDict):
    """The event `renamed`: an operator has given the player another name, which is its `role` from now on."""

    name: str
    """The name."""


class ReportDropRequest(TypedDict):
    """`report_drop {token, report, reason}`: stops sending a report. The end of its round is then reported without it."""

    reason: str
    """Why; it is written to the log."""
    report: int
    """The report's number."""


class ReportListReply(TypedDict):
    """The reply of `report_list`."""

    next: int | None
    """The `after` of the next page."""
    pending: int
    """How many reports are pending in all."""
    reports: list[ReportShown]
    """Oldest first."""


class ReportListRequest(TypedDict):
    """`report_list {token, state?, after?, limit?}`: the oldest first."""

    after: NotRequired[int]
    """Only reports with greater numbers: `next` of the page before."""
    limit: NotRequired[int]
    """Missing = 50, at most 500."""
    state: NotRequired[ReportState]
    """Only reports in this state."""


class ReportRetryRequest(TypedDict):
    """`report_retry {token, report}`: restarts a report from the first attempt, with the report that waits for it."""

    report: int
    """The report's number."""


class ReportRoles(TypedDict):
    """The `role` of each in the reports to SUD; 0 means none (docs/contract/game-reports.md#roles)."""

    challenged: int
    """The player who was challenged."""
    challenger: int
    """The player who challenged."""
    robot: int
    """A fighter of the game master."""


class ReportShown(TypedDict):
    """A report as operators see it; never its body, which contains a player's session."""

    attempts: int
    """How often it was sent."""
    created_at: int
    """Unix seconds."""
    last_error: str
    """What went wrong last; empty if nothing has."""
    next_at: int | None
    """When it is sent next, unix seconds; null if it is not."""
    report: int
    """The report's number."""
    report_type: str
    """`game_start` or `game_settle`."""
    round: str
    """The round that it is about."""
    state: ReportState
    """Why it waits."""


class ResetMoments(TypedDict):
    """When the resets happen, unix seconds."""

    next_month_at: int
    """The next monthly reset."""
    next_reset_at: int
    """The next daily reset."""


class Retained(TypedDict):
    """Of the accounts made on a day, how many were active some days later; null while that day has not come."""

    day_1: int | None
    """The next day."""
    day_3: int | None
    """3 days later."""
    day_30: int | None
    """30 days later."""
    day_7: int | None
    """7 days later."""


class ReturnTexts(TypedDict):
    """The mail that brings a mail to another world back to its writer. `{to}` is who it was for, `{subj}` and `{body}` are what was
    written.
    """

    box_full: Template
    """Its text when the player's mailbox is full."""
    no_such_player: Template
    """Its text when there is no such player."""
    subject: Template
    """Its subject."""


class RewardMail(TypedDict):
    """A mail that brings a reward."""

    at: int
    """When it was sent, unix seconds."""
    key: str | None
    """The player's key for it, if it is in the box."""
    state: RewardMailState
    """What became of it."""


class RewardRange(TypedDict):
    """What a task grants: of each, a random amount from the first number to the second."""

    dragon_eye: list[int]
    """龙眼."""
    experience: list[int]
    """经验值."""
    phoenix_feather: list[int]
    """凤羽."""


class RewardedPerDay(TypedDict):
    """How many battles are rewarded from one local midnight to the next."""

    pair: int
    """Between the same two players."""
    player: int
    """Of one player, whoever the opponents."""


class Rewards(TypedDict):
    """The rewards at the end."""

    drawn: Spoils
    """For both players in a draw."""
    loser: Spoils
    """For the loser, unless it escaped."""
    winner: Spoils
    """For the winner."""


RolledBy = TypedDict(
    "RolledBy",
    {
        # What it is.
        "by": "Roller",
        # The chance that a minute of hang-up rolls, with six decimals.
        "chance": "NotRequired[str]",
        # The first stage.
        "from": "NotRequired[int]",
        # The chest.
        "item": "NotRequired[ItemId]",
        # The fighter, the task or the table.
        "name": "NotRequired[str]",
        # `winner`, `drawn` or `loser`.
        "outcome": "NotRequired[str]",
        # How many times it rolls the table.
        "times": "int",
        # The last stage; absent for hang-up on all stages from there on.
        "to": "NotRequired[int]",
    },
)
"""A place where a drop table is rolled."""


class RuleDifference(TypedDict):
    """An entry, or the settings of a file, that differ."""

    file: str
    """The file that it is in."""
    kind: str
    """`added`, `removed` or `changed`."""
    subject: str
    """What differs, such as `stage 12`."""
    topic: str
    """The heading that it belongs under, such as `Stages`."""
    values: list[DifferentValue]
    """Which of its values differ; all of them for one that was added or removed."""


class RuleEntryShown(TypedDict):
    """A rule set that came into force."""

    at: int
    """Unix seconds."""
    by: str
    """The operator's name, or what noticed the change."""
    change: RuleChange
    """How it came into force."""
    fingerprint: str
    """As in `rules_status`. A set that came into force several times has several entries."""
    number: int
    """Counts from 1."""
    reason: str
    """Why; empty where nobody was asked."""
    source: str
    """Where it was read from."""


class RulesBackRequest(TypedDict):
    """`rules_back {fingerprint, reason}`: puts a set of the history into force in all worlds and pins it: what the folder has is
    still checked, but changes nothing until `rules_unpin`.
    """

    fingerprint: str
    """Which, as in `rules_history`."""
    reason: str
    """Why, 1 to 200 characters."""


class RulesChangedEvent(TypedDict):
    """The event `rules_changed`."""

    fingerprint: str
    """The same for the same assets."""
    warnings: int
    """How many warnings they have."""


RulesDiffReply = TypedDict(
    "RulesDiffReply",
    {
        # Those of stages first; at most 500.
        "differences": "list[RuleDifference]",
        # The first side, as asked for.
        "from": "str",
        # How many more there are.
        "left_out": "int",
        # The second side.
        "to": "str",
    },
)
"""The reply of `rules_diff`."""


RulesDiffRequest = TypedDict(
    "RulesDiffRequest",
    {
        # The first side; missing = `running`.
        "from": "NotRequired[str]",
        # The second side; missing = `folder`.
        "to": "NotRequired[str]",
    },
)
"""`rules_diff {from?, to?}`: how two rule sets differ, field by field. Each side is `running`, `folder`, or a fingerprint of
the history.
"""


class RulesHistoryReply(TypedDict):
    """The reply of `rules_history`."""

    next: int | None
    """The `before` of the next page."""
    pinned: RulesPin | None
    """Which set is pinned, so that what the folder has changes nothing; null = none."""
    sets: list[RuleEntryShown]
    """Newest first."""


class RulesHistoryRequest(TypedDict):
    """`rules_history {before?}`: the rule sets that came into force, newest first, at most 20 in one reply. The last 50 are kept."""

    before: NotRequired[int]
    """Only entries before the one of this number."""


class RulesKeepReply(TypedDict):
    """The reply of `rules_keep`."""

    needs_files: bool
    """Whether nothing was done, because the realm does not have the files."""
    pin: RulesPin | None
    """Which set is pinned now; null = none."""


class RulesKeepRequest(TypedDict):
    """`rules_keep {fingerprint, change, by, reason, source, files?}`: a rule set is about to come into force. Only the server
    itself calls it.
    """

    by: str
    """The operator's name, or what noticed the change."""
    change: RuleChange
    """How it comes into force."""
    files: NotRequired[list[WrittenFile]]
    """Its files; missing = the realm has them."""
    fingerprint: str
    """Which, as in `rules_status`."""
    reason: str
    """Why; empty where nobody was asked."""
    source: str
    """Where it was read from."""


class RulesMendedEvent(TypedDict):
    """The event `rules_mended`."""

    fingerprint: str
    """The same for the same assets."""


class RulesPin(TypedDict):
    """A rule set that stays in force whatever the folder has."""

    at: int
    """Since when, unix seconds."""
    by: str
    """The operator's name."""
    fingerprint: str
    """Which, as in `rules_status`."""
    reason: str
    """Why."""


class RulesRefusedEvent(TypedDict):
    """The event `rules_refused`."""

    errors: int
    """How many errors they have."""
    first: Problem | None
    """The first of them."""


class RulesReloadRequest(TypedDict):
    """`rules_reload {token}`: reads the assets again, for all worlds."""


class RulesStatusReply(TypedDict):
    """The reply of `rules_status`."""

    changed_at: int | None
    """When this world adopted the rules, unix seconds; null = at its start."""
    fingerprint: str
    """The same for the same assets."""
    offered: str | None
    """The fingerprint of what the assets had when they were last read without errors; null = they were not yet."""
    pinned: RulesPin | None
    """Which set is pinned, so that the assets change nothing; null = none."""
    refused: RefusedShown | None
    """Later assets that could not be used, if any; null again when they are fixed."""
    source: str | None
    """Where the assets are read from; null where they cannot be read again."""
    warnings: list[Problem]
    """Warnings about them."""
    watched: bool
    """Whether changes are detected without `rules_reload`."""


class RulesStatusRequest(TypedDict):
    """`rules_status {token}`."""


class RulesStudiesReply(TypedDict):
    """The reply of `rules_studies`."""

    studies: list[StudyShown]
    """The newest first, at most 10."""


class RulesStudiesRequest(TypedDict):
    """`rules_studies {}`: the last studies since the server was started."""


class RulesStudyReply(TypedDict):
    """The reply of `rules_study`."""

    problems: list[Problem]
    """The errors of the folder, if it was refused."""
    study: NotRequired[int]
    """The number of the study; absent when none has begun."""


class RulesStudyReportReply(TypedDict):
    """The reply of `rules_study_report`."""

    charts: list[StudyChart]
    """How the clearest figures developed, day by day."""
    notes: list[str]
    """How to read the tables."""
    page: str | None
    """Everything as an HTML page that needs nothing else; null = it was not asked for."""
    study: StudyShown
    """The study."""
    tables: list[StudyTable]
    """What it has found."""
    verdict: str
    """What it has found, in a sentence or two of English."""


class RulesStudyReportRequest(TypedDict):
    """`rules_study_report {study, page?}`: what a study has found."""

    page: NotRequired[bool]
    """Whether to give the whole report, too, as an HTML page."""
    study: int
    """Its number."""


RulesStudyRequest = TypedDict(
    "RulesStudyRequest",
    {
        # For how many days; missing = 30.
        "days": "NotRequired[int]",
        # The set to compare with; missing = `running`. A simulation has none.
        "from": "NotRequired[str]",
        # Missing = `compare`.
        "kind": "NotRequired[StudyKind]",
        # How many players are simulated with each seed; missing = 100.
        "players": "NotRequired[int]",
        # The first seed; missing = 1.
        "seed": "NotRequired[int]",
        # With how many seeds; more make it more certain what is chance and what is not. Missing = 8.
        "seeds": "NotRequired[int]",
        # The set to study; missing = `folder`.
        "to": "NotRequired[str]",
    },
)
"""`rules_study {kind?, from?, to?, players?, days?, seeds?, seed?}`: has simulated players live under a rule set, in a process
beside the server, and answers at once. A set is `running`, `folder`, or a fingerprint of the history.
"""


class RulesStudyStopRequest(TypedDict):
    """`rules_study_stop {study}`: ends a study that is under way."""

    study: int
    """Its number."""


class RulesUnpinRequest(TypedDict):
    """`rules_unpin {reason}`: removes the pin; what the folder has now is put into force in all worlds."""

    reason: str
    """Why, 1 to 200 characters."""


class RulesUsageReply(TypedDict):
    """The reply of `rules_usage`."""

    events: list[str]
    """The ids of the running events."""
    files: NotRequired[dict[str, str]]
    """The files that the rules were read from, and their texts; absent unless asked for."""
    fingerprint: str
    """The fingerprint of the rules of the files, as in `rules_status`."""
    uses: list[EntryUse]
    """What is in use."""


class RulesUsageRequest(TypedDict):
    """`rules_usage {token, files?}`."""

    files: NotRequired[bool]
    """Whether the reply has the texts of the rules in use as well."""


class SanctionsShown(TypedDict):
    """The ban and the mute that hold now."""

    ban: Ban | None
    """Null when the player is not banned."""
    mute: Mute | None
    """Null when the player is not muted."""


class Scene(TypedDict):
    """A situation in which a character speaks and the player answers."""

    choices: list[Choice]
    """What the player may do. The first match is taken."""
    otherwise: ChoiceOutcome
    """What happens when nothing matches."""
    speaker: str
    """The character that speaks."""
    text: Template
    """What the player reads on arrival."""


class ScheduleDates(TypedDict):
    """ScheduleDates"""

    dates: list[str]
    """At the local midnights that begin these dates: `dates(["2026-12-24", "2027-02-06"])`."""


class ScheduleWeekly(TypedDict):
    """ScheduleWeekly"""

    weekly: Weekday
    """At the local midnight that begins this day of the week: `weekly(monday)`."""


class Script(TypedDict):
    """Everything that can happen in a task."""

    endings: dict[str, ScriptEnding]
    """The endings by name; a scene and an ending cannot share a name."""
    runs_out: str
    """The ending when the turns run out."""
    scenes: dict[str, Scene]
    """The scenes by name."""
    start: str
    """The scene in which it begins."""
    turns_max: int
    """Messages from the player after which the story ends by itself."""


class ScriptEnding(TypedDict):
    """How a story may end."""

    reward_percent: NotRequired[int]
    """Percentage of the task's reward that is granted; absent = 100 with success, 0 without."""
    speaker: str
    """The character that speaks."""
    success: bool
    """Whether the task is done."""
    text: Template
    """What the player reads last."""


class SeasonRankingReply(TypedDict):
    """The reply of `season_ranking`."""

    ended_at: int | None
    """When it ended, unix seconds; null for the one that runs, and for one that ended before that was kept."""
    next: int | None
    """The `after` of the next page; null when this was the last."""
    players: int
    """How many players have a rank, as far as that was kept."""
    ranking: list[RankShown]
    """The ranks, the best first."""
    season: int
    """The number of the season."""


class SeasonRankingRequest(TypedDict):
    """`season_ranking {season?, after?, limit?}`: the ranking of a season."""

    after: NotRequired[int]
    """Only ranks behind this one: `next` of the page before."""
    limit: NotRequired[int]
    """Missing = 50, at most 500."""
    season: NotRequired[int]
    """The number of the season; missing = the one that runs."""


class SeasonResetEvent(TypedDict):
    """The event `season_reset`."""

    mcd: int
    """Seconds to its end; -1 if it has none."""
    season: int
    """The number of the season that has begun."""


class SeasonRewardsOfReply(TypedDict):
    """The reply of `season_rewards_of`."""

    bracket: BracketTold | None
    """The ranks that got the same as the player's; null if it got nothing."""
    damage: int | None
    """The player's best damage; null without a rank."""
    mail: RewardMail | None
    """What became of the mail that brought it; null without one."""
    outcome: SeasonOutcome
    """Whether it brought a reward, and if not, why."""
    rank: int | None
    """The player's rank, from 1; null without one."""
    season: int
    """The number of the season."""


class SeasonRewardsOfRequest(TypedDict):
    """`season_rewards_of {player, season?}`: what a season brought a player, or why nothing."""

    player: int
    """The account's number."""
    season: NotRequired[int]
    """The number of the season; missing = the last one that is over."""


class SelectPersonalRequest(TypedDict):
    """`select_personal {role, task_name}`: the same with a personal task."""

    role: str
    """The caller's own username."""
    task_name: str
    """One of `task_info_personal`."""


class SelectRequest(TypedDict):
    """`select {role, task_name}`: starts a public task. If it is already under way, its scene is shown again."""

    role: str
    """The caller's own username."""
    task_name: str
    """One of `task_info`."""


class SendMailRequest(TypedDict):
    """`send_mail {token, gn_target, subj, body}`."""

    body: str
    """The text."""
    gn_target: str
    """The name of the player who gets it; `name@1` is a player of world 1."""
    subj: str
    """The subject."""


class SentAdmittedPlayer(TypedDict):
    """A player who may play during maintenance."""

    player: int
    """The account's number."""
    world: NotRequired[int]
    """The player's world. Left out: `0`."""


class SentAudienceTerms(TypedDict):
    """Who gets a mail to all. A player has to meet everything that is said; what is missing says nothing.

    Accounts and log-ins count up to the moment at which the mail was written, whenever the player looks. Name, level and
    items are those of the moment at which the player looks at its mail.
    """

    has: NotRequired[list[Amount]]
    """Only players who have at least so much of each of these items. At most 20."""
    level_max: NotRequired[int]
    """Only up to this level."""
    level_min: NotRequired[int]
    """Only from this level on."""
    made_before: NotRequired[int]
    """Only accounts that were made before this moment, unix seconds."""
    made_from: NotRequired[int]
    """Only accounts that were made at this moment or later, unix seconds."""
    names: NotRequired[list[str]]
    """Only players with one of these names, in any spelling by which they are found; empty = with any. At most 1,000."""
    newcomers: NotRequired[bool]
    """Also accounts that are made after the mail was written; false = only those that there are."""
    seen_before: NotRequired[int]
    """Only players whose last log-in was before this moment, unix seconds."""
    seen_from: NotRequired[int]
    """Only players whose last log-in was at this moment or later, unix seconds. Making the account counts as one."""


class SentDocument(TypedDict):
    """Everything a world stores about one player."""

    account: int
    """The number that the player had there."""
    exported_at: int
    """When it was written on the game's clock, unix seconds."""
    format: int
    """The format of the document."""
    mentions: NotRequired[dict[str, list[JsonValue]]]
    """Records that mention the player and stay in their world, by table name; for people."""
    parts: dict[str, JsonValue]
    """By table name."""
    program: str
    """The program that wrote it; for people."""
    rules: str
    """The fingerprint of the rules that were in force; for people."""
    world: str
    """Identifies the world that it comes from, whose own numbers mean nothing in another world."""


class ServerTimeRequest(TypedDict):
    """`server_time {}`."""


class ShopRules(TypedDict):
    """Everything that is sold for points."""

    offers: list[Offer]
    """In the order in which players see them."""


class ShownChance(TypedDict):
    """How many times one roll brings it on average, with six decimals. Of what comes at most once, this is the chance."""

    base: str
    """By luck alone."""
    rate: str
    """In the long run, with what is guaranteed."""


class ShownGuarantee(TypedDict):
    """When a hit is certain."""

    after: int
    """After so many misses in a row the next draw hits."""
    items: list[Amount]
    """What counts as a hit: the items of the guaranteed entries."""
    misses: int
    """The caller's misses in a row."""
    tables: list[str]
    """The tables that count as a hit."""
    within: int
    """How many draws from now on the hit comes at the latest."""


class ShownParts(TypedDict):
    """The parts of the view of a player that were asked for, by name."""

    account: NotRequired[AccountShown]
    """What the part `account` shows."""
    battles: NotRequired[BattleSeenPage]
    """What the part `battles` shows."""
    log_ins: NotRequired[LogInsShown]
    """What the part `log_ins` shows."""
    mail: NotRequired[MailboxShown]
    """What the part `mail` shows."""
    movements: NotRequired[EntryPage]
    """What the part `movements` shows."""
    notes: NotRequired[NotePage]
    """What the part `notes` shows."""
    orders: NotRequired[OrderShownPage]
    """What the part `orders` shows."""
    overview: NotRequired[PlayerOverview]
    """What the part `overview` shows."""
    records: NotRequired[RecordsShown]
    """What the part `records` shows."""
    sanctions: NotRequired[SanctionsShown]
    """What the part `sanctions` shows."""
    sud: NotRequired[SudShown]
    """What the part `sud` shows."""


class ShownRate(TypedDict):
    """How often an amount comes."""

    base: str
    """By luck alone."""
    item: Amount
    """How much of which item."""
    rate: str
    """In the long run, with what is guaranteed."""


class ShownTable(TypedDict):
    """A drop table and its chances."""

    draws: int
    """How many entries one roll draws."""
    guarantee: NotRequired[ShownGuarantee]
    """What is guaranteed, if anything."""
    id: str
    """Its id."""
    name: str
    """Its name."""
    nothing: NotRequired[ShownChance]
    """How often a draw brings nothing; absent if each brings something."""
    rates: list[ShownRate]
    """What may come, with the tables that it names."""
    replacement: bool
    """Whether one roll may draw an entry more than once."""
    rolled_by: list[RolledBy]
    """Where it is rolled."""


class SignupReply(TypedDict):
    """A reply that consists of a code only (docs/contract/identity.md#accounts)."""

    status_code: int
    """200, or why not; the codes are listed with the function."""


class SignupRequest(TypedDict):
    """`signup {email, username, password, ip}`."""

    email: str
    """An address that no account has; letter case does not matter."""
    password: str
    """Hashed by the client; at least 6 bytes."""
    username: str
    """A name that no other looks like."""


class SkillReply(TypedDict):
    """The reply of `skill`."""

    skills: Described
    """The caller's skills."""


class SkillRequest(TypedDict):
    """`skill {role}`."""

    role: str
    """The caller's own username."""


class SpecialEvent(TypedDict):
    """A special event: the contents of a file in `special_events/`."""

    keywords: list[str]
    """The event's description, or else the player's text, must contain one of these. The event with the longest match
    is used.
    """
    name: str
    """The `other` of the reply."""
    script: Script
    """What happens. A special event gives no reward."""


class SpeechLimits(TypedDict):
    """The most that a message may hold."""

    name_max_chars: int
    """Characters of a name."""
    roles_max: int
    """Names in `roles`."""
    text_max_chars: int
    """Characters of a text."""
    used_max: int
    """Names in `items` and in `skills`."""


class Spoils(TypedDict):
    """The reward of one player."""

    drops: NotRequired[Drops]
    """Drop tables from `drops/` that are rolled besides: `["scrolls"]`, or `["scrolls:2"]` for two times."""
    exp: int
    """Experience."""
    items: list[Amount]
    """Items."""


class StageDamageRankingRequest(TypedDict):
    """`stage_damage_ranking {token, page}`."""

    page: NotRequired[int]
    """Which page, from 1; one has ten rows."""


class StageEntered(TypedDict):
    """The reply of `enter_stage_*`."""

    BOSS: NotRequired[TicketsLeft]
    """In boss mode: the tickets left."""
    COIN: NotRequired[TicketsLeft]
    """In coin mode: the tickets left."""
    EXP: NotRequired[TicketsLeft]
    """In exp mode: the tickets left."""
    at: EntryMoments
    """The same moments in unix seconds."""
    energy: EnergyChange
    """The energy after the entry."""


class StagePassed(TypedDict):
    """The rewards of a stage."""

    energy: LegacyEnergy
    """The energy now."""
    p_exp: PassedExp
    """The experience gained."""
    p_stage: PassedStage
    """The progress."""
    pass_stages: list[LegacyChange]
    """The items gained."""


class StagePlayed(TypedDict):
    """A stage."""

    entered: int
    """How often it was entered."""
    mode: Mode
    """Its mode."""
    stage: int
    """Its number."""
    won: int
    """How often it was won."""


class StageRefreshBossReply(TypedDict):
    """The reply of `stage_refresh_boss`."""

    at: BossMoments
    """The same moments in unix seconds."""
    cd: int
    """Seconds to the next local midnight."""
    damage: int
    """The caller's own best damage this season."""
    limit: int
    """Challenges left today."""
    mcd: int
    """Seconds to the end of the season; -1 if it has none."""
    ratio: Ratios
    """The life of each boss, by `0`, `1` and so on."""


class StageRefreshBossRequest(TypedDict):
    """`stage_refresh_boss {token}`."""


StageRun = TypedDict(
    "StageRun",
    {
        # Whether events open it: it is open in its windows and while an event runs that `opens` it, and at no other time.
        "by_events": "NotRequired[bool]",
        # Items that entering takes.
        "cost": "NotRequired[list[CurvedAmount]]",
        # Drop tables from `drops/` that a victory rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times.
        "drops": "NotRequired[Drops]",
        # Energy that entering takes.
        "energy": "int | str",
        # Experience that a victory grants. Left out: `0`.
        "exp": "NotRequired[int | str]",
        # The first stage of the run.
        "from": "int",
        # The layout of the enemies, from `layouts.ron`.
        "layout": "NotRequired[str]",
        # What the legacy function `enter_stage` takes instead; absent = the stage is not configured
        # there.
        "legacy": "NotRequired[LegacyRun]",
        # The lowest level at which a player may enter. Left out: `0`.
        "level": "NotRequired[int | str]",
        # In boss mode, how much reported damage is believed; absent = as in `world_boss.ron`.
        "plausible_damage": "NotRequired[PlausibleDamage]",
        # How many of the rewards are drawn, with replacement; absent = all are granted.
        "random": "NotRequired[int]",
        # What a victory grants.
        "rewards": "NotRequired[list[CurvedAmount]]",
        # The last stage of the run; absent = the first only.
        "to": "NotRequired[int]",
        # When the stage is open; empty = always. With windows, a stage pays out once in each; windows that touch or
        # overlap are one.
        "windows": "NotRequired[list[Window]]",
    },
)
"""A run of stages with the same settings. A number, a quantity or `{..}` in `layout` may be a formula in `n`, the number of
the stage: `exp: "500 + 20 * (n - 8)"`.
"""


class StageWon(TypedDict):
    """The reply of `victory_stage_*`."""

    boss: BossBlow
    """What the blow has done, in boss mode."""
    exp_info: ExpInfo
    """The experience after that."""
    remain: list[Amount]
    """What is left of the items in `reward`, in the same order."""
    reward: list[Amount]
    """What was gained."""


class StakeRules(TypedDict):
    """What is at stake in a battle between two players."""

    commission_percent: int
    """Percentage of the pot that the winner does not get."""
    each: Amount
    """What each puts in: the most of this that both can pay."""


class StakeTold(TypedDict):
    """What a player has put in and got out of the pot."""

    commission: Amount
    """Kept from the winner."""
    paid: Amount
    """Put in at the start."""
    returned: Amount
    """Out of the pot."""


class StartHangUpReply(TypedDict):
    """The reply of `start_hang_up`."""

    hang_up_info: HangUpInfo
    """The stage that hangs now, and how long the one before did."""
    start_hang_up_reward: list[LegacyChange]
    """What the stage before has earned; empty if none hung."""


class StartHangUpRequest(TypedDict):
    """`start_hang_up {token, stage}`."""

    stage: int
    """A general stage that is passed."""


class StatusReply(TypedDict):
    """The reply of `status`."""

    attribute: Sheet
    """Level, energy and attributes."""


class StatusRequest(TypedDict):
    """`status {role}`."""

    role: str
    """The caller's own username."""


class Step(TypedDict):
    """One step of an order."""

    at: int
    """Unix seconds."""
    state: StateName
    """The state that it led to."""
    why: str
    """The reason, for operators."""


class Stock(TypedDict):
    """What the player has now: the reply of `player_grant` and `player_take`."""

    energy: int
    """Points of energy."""
    experience: int
    """Experience in all."""
    items: list[Amount]
    """Of the items in the request, in their order."""
    level: int
    """The level that this makes."""
    tickets: Limits
    """Tickets left today, by kind."""


class StudyChart(TypedDict):
    """A figure by day."""

    lines: list[StudyLine]
    """A line for each set or archetype."""
    title: str
    """What it shows."""
    unit: str
    """The unit of the values."""


class StudyLine(TypedDict):
    """A line of a chart."""

    name: str
    """What it is of."""
    values: list[float]
    """The values of days 1, 2 and so on."""


StudyShown = TypedDict(
    "StudyShown",
    {
        # When, unix seconds.
        "at": "int",
        # Who has begun it.
        "by": "str",
        # For how many days.
        "days": "int",
        # Why it failed; null = it has not.
        "failure": "str | None",
        # The set that it is compared with; null = none.
        "from": "str | None",
        # How.
        "kind": "StudyKind",
        # How much of it is done, 0 to 100.
        "percent": "int",
        # How many players are simulated with each seed.
        "players": "int",
        # How long it has taken so far, or took.
        "seconds": "int",
        # The first seed.
        "seed": "int",
        # With how many seeds.
        "seeds": "int",
        # How far it is.
        "state": "StudyState",
        # Counts from 1, at each start of the server anew.
        "study": "int",
        # The set that is studied: `running`, `folder`, or a fingerprint.
        "to": "str",
    },
)
"""A study, as operators see it."""


class StudyTable(TypedDict):
    """A table of a report."""

    columns: list[str]
    """The names of its columns."""
    rows: list[list[str]]
    """Its rows, each with a text for every column."""
    title: str
    """What it shows."""


class Subject(TypedDict):
    """What a personal task is about."""

    keywords: list[str]
    """The player's wish must contain one of these."""
    name: str
    """Replaces `{subject}`."""


class SudBindRequest(TypedDict):
    """`sud_bind {token, uid, ss_token}`: sets the player's identity in reports from now on."""

    ss_token: str
    """The token that SUD gave the player."""
    uid: str
    """The id that SUD gave the player."""


class SudShown(TypedDict):
    """How SUD knows the player."""

    bound_uid: str | None
    """The uid that the player has bound; null if it has none, and goes by that of its account."""


class SuspectListReply(TypedDict):
    """The reply of `suspect_list`."""

    suspects: list[SuspectShown]
    """Those with the most anomalies first."""
    total: int
    """How many there are in all."""


class SuspectListRequest(TypedDict):
    """`suspect_list {limit}`: players with anomalies, those with the most first."""

    limit: NotRequired[int]
    """Missing = 50."""


class SuspectShown(TypedDict):
    """A suspicious player as an operator sees it."""

    account: int
    """The account's number."""
    anomalies: int
    """How often something was abnormal."""
    at: int
    """When the last anomaly was, unix seconds."""
    entered: int
    """How many stages were entered."""
    last: Anomaly
    """The last anomaly."""
    left: int
    """How many stages were left."""
    name: str
    """The player's name."""
    time: str
    """The same as local date and time, `YYYY-MM-DD HH:MM:SS`."""


class SweepRules(TypedDict):
    """`sweep.ron`."""

    stages: list[SweepRun]
    """Runs of stages."""


SweepRun = TypedDict(
    "SweepRun",
    {
        # Items of one sweep.
        "cost": "NotRequired[list[CurvedAmount]]",
        # Drop tables from `drops/` that one sweep rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times.
        "drops": "NotRequired[Drops]",
        # Energy of one sweep.
        "energy": "int | str",
        # Experience of one sweep.
        "exp": "int | str",
        # The first stage of the run.
        "from": "int",
        # What each further stage of the run adds.
        "growth": "NotRequired[list[Amount]]",
        # What one sweep grants; with `growth`, one of the first stage.
        "rewards": "list[CurvedAmount]",
        # The last stage of the run.
        "to": "int",
    },
)
"""A run of stages with rewards that grow along it: by `growth`, or by formulas in `n`, the number of the stage."""


class TakeAnnouncementsRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: CurrentAnnouncements
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeGiftRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: CodeGoods
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeHoldRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: HoldPlayer
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeLetterBackRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: LetterReturned
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeLetterRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: LetterAbroad
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeMailAllBackRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: AllMailWithdrawn
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeMailAllRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: AllMail
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeMaintenanceRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: PlannedMaintenance
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakeMoveEndRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: EndMove
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class TakePlayer(TypedDict):
    """`take_player`: a player of another world moves to this one."""

    document: SentDocument
    """All of the player."""
    order: MoveOrder
    """What was ordered."""


class TakePlayerRequest(TypedDict):
    """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    body: TakePlayer
    """What it says."""
    epoch: Epoch
    """The realm's epoch in which it was written."""
    number: int
    """Counts the messages to this world from 1."""


class Task(TypedDict):
    """The settings of a task of either kind."""

    background: str
    """An image."""
    drops: NotRequired[Drops]
    """Drop tables from `drops/` that an ending with the whole reward rolls besides: `["scrolls"]`, or `["scrolls:2"]` for
    two times.
    """
    level: int
    """How hard it is."""
    reward: RewardRange
    """What it grants."""
    script: Script
    """What happens in it."""


class TaskBegun(TypedDict):
    """The reply of `select` and `select_personal`."""

    image_data: str | None
    """The background, base64."""
    text: str
    """What the player reads first."""


class TaskInfoPersonalRequest(TypedDict):
    """`task_info_personal {role}`: the tasks that were made for the player."""

    role: str
    """The caller's own username."""


class TaskInfoRequest(TypedDict):
    """`task_info {role}`: the public tasks that the player may take."""

    role: str
    """The caller's own username."""


class TaskLines(TypedDict):
    """Lines about accepting and giving up tasks."""

    accepted: Template
    """A task was accepted."""
    busy: Template
    """Another task is in progress."""
    given_up: Template
    """The task was given up."""
    none_active: Template
    """There is no task to give up."""


class TaskList(TypedDict):
    """The reply of `task_info` and `task_info_personal`."""

    task_list: list[str]
    """Their names."""


class TaskRequestReply(TypedDict):
    """The reply of `task_request`."""

    role: str
    """The game master's role."""
    text: str
    """What the game master answers."""


class TaskRequestRequest(TypedDict):
    """`task_request {text, role}`: asks for a personal task."""

    role: str
    """The caller's own username."""
    text: str
    """What kind of task the player would like."""


class TaskRules(TypedDict):
    """The contents of `tasks.ron`."""

    dragon_eye: Prize
    """龙眼."""
    experience: ExperiencePrize
    """经验值."""
    level_max: int
    """The highest level of a task; the lowest is 1."""
    limits: SpeechLimits
    """What players may send."""
    personal_max: int
    """How many personal tasks may be pending for a player."""
    personal_per_day: int
    """How many personal tasks are made for a player from one local midnight to the next."""
    phoenix_feather: Prize
    """凤羽."""
    queue_size: int
    """How many public tasks are on offer at a time."""
    refill_seconds: int
    """Seconds between two refills of the queue."""


class TaskTemplate(TypedDict):
    """A template of personal tasks: the contents of a file in `personal_tasks/`."""

    keywords: list[str]
    """The player's wish must contain one of these."""
    name: Template
    """The task's name, with `{subject}` in it."""
    subjects: list[Subject]
    """What the task may be about; the first that the wish mentions, or else a random one."""
    task: Task
    """The settings that every task has."""


class Texts(TypedDict):
    """A text in two languages."""

    en: str
    """English."""
    zh: str
    """Chinese."""


class TicketAmount(TypedDict):
    """Tickets of one kind."""

    count: int
    """How many."""
    kind: int
    """The key of the kind, as in `limits`."""


class TicketBought(TypedDict):
    """The reply of `buy_ticket`."""

    at: NextReset
    """The same moments in unix seconds."""
    cd: int
    """Seconds to the next local midnight."""
    limits: Limits
    """The tickets, and how many may still be bought today."""
    order: NotRequired[str]
    """The order's number."""
    points: NotRequired[int]
    """Points left after the payment."""
    remain: list[Amount]
    """What is left of the items in `reward`, in the same order."""
    reward: list[Amount]
    """What was spent, as negative quantities."""
    state: NotRequired[str]
    """"granted", or "pending" when an event will report the result."""


class TicketGoods(TypedDict):
    """A ticket paid with points."""

    allowance: int
    """The kind that counts how many may be bought; one is used up with the grant."""
    ticket: int
    """The kind."""


class TicketKind(TypedDict):
    """One kind of ticket."""

    daily: int
    """How many a player has each day."""
    daily_vip: NotRequired[int]
    """How many a VIP player has each day; absent = the same."""
    identifier: NotRequired[str]
    """The name of its constant in clients, in lowercase letters, digits and `_`; absent = `ticket_KEY`."""
    key: int
    """The key in `limits`; not an item number."""
    name: str
    """For people."""


class TicketRules(TypedDict):
    """`tickets.ron`."""

    kinds: list[TicketKind]
    """Every kind, in the order `limits` shows them."""
    purchases: list[Purchase]
    """Which tickets can be bought."""
    vip_items: list[ItemId]
    """A player who owns one of these counts as VIP 1 or above."""


class TicketsLeft(TypedDict):
    """The tickets of a mode after an entry."""

    cd: int
    """Seconds to the next local midnight."""
    limits: Limits
    """By kind."""


class TicketsResetEvent(TypedDict):
    """The event `tickets_reset`."""

    at: NextReset
    """The same in unix seconds."""
    cd: int
    """Seconds to the next local midnight."""


class TimeReply(TypedDict):
    """The reply of `time`: the world's time, the same for every role."""

    time: str
    """Local date and time, `YYYY-MM-DD HH:MM:SS`."""


class TimeRequest(TypedDict):
    """`time {role}`."""

    role: str
    """The caller's own username."""


class TimeTold(TypedDict):
    """The game's time."""

    at: ResetMoments
    """The same as points in time."""
    cd: int
    """Seconds to the daily reset."""
    mcd: int
    """Seconds to the monthly reset."""
    now: int
    """Unix seconds."""
    time: str
    """Local date and time, `YYYY-MM-DD HH:MM:SS`."""
    zone: str
    """IANA name of the zone."""


class TimedEvent(TypedDict):
    """An event: the contents of a file in `events/`, whose name is the event's id."""

    about: NotRequired[Texts]
    """What it brings, for players."""
    announced: NotRequired[Span]
    """How long before its beginning `list_events` tells of it."""
    changes: NotRequired[list[EventChange]]
    """What it changes while it runs, one after the other. Events that run at the same time change in the order of their
    files' names; a player's own events come last.
    """
    mail: NotRequired[EventMail]
    """What everybody gets when it begins."""
    name: Texts
    """What players call it."""
    opens: NotRequired[list[int]]
    """Activity stages that are open while it runs."""
    player_days: NotRequired[PlayerDays]
    """Instead of windows: the days of each player's own on which it runs for this player."""
    windows: NotRequired[list[Window]]
    """When it runs, for everybody. One window that is open is enough."""


class TokensEndRequest(TypedDict):
    """`tokens_end {player, reason}`: ends the player's token and closes its connections."""

    player: int
    """The account's number."""
    reason: str
    """Why, for operators."""


class Topic(TypedDict):
    """A topic of conversation."""

    keywords: list[str]
    """The player's text must contain one of these."""
    lines: list[Template]
    """Lines of the game master; one is chosen at random."""


class TryReply(TypedDict):
    """The reply of `try`."""

    changes: list[str]
    """What the audit would say has changed."""
    data: NotRequired[JsonValue]
    """The data of that answer, without what is told once, such as a password."""
    effect: list[Difference]
    """What would be different in the view of the player, by part."""
    message: str
    """The message of that answer."""
    not_known: list[str]
    """Tables that are too large to be handed over: what the request would do there is not known."""
    status: int
    """The status that the request would be answered with; 0 = it would succeed."""


class TryRequest(TypedDict):
    """`try {function, arguments}`: what a function of operators that names a player would answer and change, without doing it. It
    takes the right of that function.
    """

    arguments: dict[str, JsonValue]
    """What its `data` would be. A journal does not keep it."""
    function: str
    """The function."""


class UseItemReply(TypedDict):
    """The reply of `use_item`."""

    at: EnergyMoments
    """The same moments in unix seconds."""
    energy: EnergyChange
    """The energy now, and how much was gained."""
    remain: list[Amount]
    """What is left of the items in `reward`, in the same order."""
    reward: list[Amount]
    """What was used up, as a negative quantity, and what was in it."""


class UseItemRequest(TypedDict):
    """`use_item {token, item, count}`: drinks `count` of a potion, or opens as many of a chest."""

    count: NotRequired[int]
    """Missing = 1."""
    item: NamedItem
    """`group:id`, or the number of an item of group 3."""


class VerdictRules(TypedDict):
    """Who wins a round."""

    attack: Weights
    """Weights for the player who attacks."""
    dice: Dice
    """The random part of the score."""
    guard: Weights
    """Weights for the player who guards."""
    item_percent: int
    """Percentage of the strength of named items that counts."""
    margin: int
    """The lead that wins a round."""
    named_max: int
    """At most this many of the named skills, and of the named items, count."""
    skill_percent: int
    """Percentage of the strength of named skills that counts."""


class VictoryStageBossRequest(TypedDict):
    """`victory_stage_* {token, stage}`, and `damage` in boss mode."""

    damage: NotRequired[int]
    """In boss mode: the damage done."""
    damange: NotRequired[int]
    """Another spelling (docs/contract/stage-protocol.md#spellings)."""
    stage: int
    """The number of the stage."""


class VictoryStageCoinRequest(TypedDict):
    """`victory_stage_* {token, stage}`, and `damage` in boss mode."""

    damage: NotRequired[int]
    """In boss mode: the damage done."""
    damange: NotRequired[int]
    """Another spelling (docs/contract/stage-protocol.md#spellings)."""
    stage: int
    """The number of the stage."""


class VictoryStageEndlessRequest(TypedDict):
    """`victory_stage_* {token, stage}`, and `damage` in boss mode."""

    damage: NotRequired[int]
    """In boss mode: the damage done."""
    damange: NotRequired[int]
    """Another spelling (docs/contract/stage-protocol.md#spellings)."""
    stage: int
    """The number of the stage."""


class VictoryStageExpRequest(TypedDict):
    """`victory_stage_* {token, stage}`, and `damage` in boss mode."""

    damage: NotRequired[int]
    """In boss mode: the damage done."""
    damange: NotRequired[int]
    """Another spelling (docs/contract/stage-protocol.md#spellings)."""
    stage: int
    """The number of the stage."""


class VictoryStageGeneralRequest(TypedDict):
    """`victory_stage_* {token, stage}`, and `damage` in boss mode."""

    damage: NotRequired[int]
    """In boss mode: the damage done."""
    damange: NotRequired[int]
    """Another spelling (docs/contract/stage-protocol.md#spellings)."""
    stage: int
    """The number of the stage."""


class Wave(TypedDict):
    """One wave."""

    cool_down: float
    """Seconds between two enemies of the wave."""
    enemies: list[Enemy]
    """The enemies."""
    time: int
    """Seconds after the entry."""


class Weights(TypedDict):
    """Percentages of the attributes."""

    agility: int
    """Of 敏捷."""
    strength: int
    """Of 力量."""
    vigor: int
    """Of 体魄."""
    wits: int
    """Of 智力."""


class WindowDates(TypedDict):
    """WindowDates"""

    Dates: WindowDatesDatesFrom
    """From one date to another, once."""


WindowDatesDatesFrom = TypedDict(
    "WindowDatesDatesFrom",
    {
        # Local date, such as "2026-12-24".
        "from": "str",
        # As of a weekly window. A named one is one occurrence, also when its dates change.
        "name": "NotRequired[str]",
        # Local date, exclusive.
        "to": "str",
    },
)


class WindowWeekly(TypedDict):
    """WindowWeekly"""

    Weekly: WindowWeeklyWeeklyFrom
    """On these weekdays from one time of day to another."""


WindowWeeklyWeeklyFrom = TypedDict(
    "WindowWeeklyWeeklyFrom",
    {
        # Local time, such as "10:00".
        "from": "str",
        # Tells it apart from the other windows beside it, also when its times change; absent = its place among them.
        "name": "NotRequired[str]",
        # Local time, not included; "24:00" is the end of the day. Before `from`, it is a time of the next day: from
        # "22:00" to "02:00" is open over midnight.
        "to": "str",
        # The weekday to which `to` belongs, for a window of several days; absent = the day on which it opens, or the next.
        "to_day": "NotRequired[Weekday]",
        # On which days it opens.
        "weekdays": "list[Weekday]",
    },
)


class WindowYearly(TypedDict):
    """WindowYearly"""

    Yearly: WindowYearlyYearlyFrom
    """From one date to another, every year."""


WindowYearlyYearlyFrom = TypedDict(
    "WindowYearlyYearlyFrom",
    {
        # Month and day, such as "12-24".
        "from": "str",
        # As of a weekly window.
        "name": "NotRequired[str]",
        # Month and day, exclusive. Before `from`, it is a day of the next year.
        "to": "str",
    },
)


class WishLines(TypedDict):
    """Lines about personal tasks made on demand."""

    day_full: Template
    """No more today."""
    known: Template
    """The player already has the same task."""
    list_full: Template
    """The player's list is full."""
    made: Template
    """A task was made."""
    not_understood: Template
    """No template matches."""


class WishShownGoods(TypedDict):
    """WishShownGoods"""

    goods: Goods
    """What is bought."""
    kind: Literal["buy"]
    price: int
    """In points."""


class WishShownKind(TypedDict):
    """WishShownKind"""

    kind: Literal["manual"]
    money: int
    """How many points."""
    type: int
    """1 add, 2 deduct, 3 set."""


class WnameAssignReply(TypedDict):
    """The reply of `wname_assign`."""

    former: str
    """The one it had. Its points stay there."""
    name: str
    """The player's name."""
    wname: str
    """The purse it has now."""


class WnameAssignRequest(TypedDict):
    """`wname_assign {token, name, wname?}`: without `wname`, the one that a new account would get."""

    name: str
    """The player's name."""
    wname: NotRequired[str]
    """The name of the purse; missing = the one that a new account would get."""


class WorldHelloReply(TypedDict):
    """The reply of `world_hello`."""

    following: int
    """How many messages follow."""


class WorldHelloRequest(TypedDict):
    """`world_hello {world, epoch, number}`, a function of the realm: which message a world took last. The realm sends those that
    follow.
    """

    epoch: Epoch
    """The realm's epoch in which the last message was written."""
    number: int
    """The number of the last message; 0 = none."""
    world: int
    """The world's number."""


class WorldNodeReply(TypedDict):
    """The reply of `world_node`."""

    node: str | None
    """The URL for clients; null = wherever the client is connected is as good."""


class WorldNodeRequest(TypedDict):
    """`world_node {}`: where the node that has this world is reached. Any node takes any request; a client that connects there
    saves a hop.
    """


class WorldRankingReply(TypedDict):
    """The reply: a page of the best of all worlds, and the player's own rank among them."""

    damage: int
    """The caller's own best damage this season."""
    page: int
    """Which page this is, from 1."""
    rank: list[WorldRankingRow]
    """The rows of the page."""
    ranking: int
    """The caller's own rank among the best of all worlds, from 1; -1 for who is not among them."""


class WorldRankingRequest(TypedDict):
    """`world_ranking {token, page}`."""

    page: NotRequired[int]
    """Which page, from 1; one has ten rows."""


class WorldRankingRow(TypedDict):
    """One player's row."""

    NO: int
    """The rank, from 1."""
    damage: int
    """The best damage of the season."""
    fid: str
    """The family's name; empty for a player in none."""
    level: int
    """The player's level."""
    name: str
    """The player's name."""
    world: int
    """The player's world."""


class WrittenFile(TypedDict):
    """A file of a rule set."""

    content: str
    """The text, or the image in Base64."""
    is_picture: bool
    """Whether it is an image."""
    name: str
    """Its path below the assets."""

AcceptChallengeReply: TypeAlias = AnswerSent
"""A reply that consists of a code only."""

Amount: TypeAlias = str
"""A quantity of an item, `group:id:quantity`. In changes it may be negative."""

Attribute: TypeAlias = Literal["strength", "agility", "wits", "vigor"]
"""One of the attributes, for rules that check or roll against it.
- `strength`: 力量.
- `agility`: 敏捷.
- `wits`: 智力.
- `vigor`: 体魄.
"""

Average: TypeAlias = Literal["mean", "lowest", "p10", "p25", "median", "p75", "p90", "highest"]
"""Which of the players' values counts. `p10` is the value that 10 % of the players do not exceed."""

BatchNumber: TypeAlias = int
"""The number of a batch of rows. A world's batches are numbered from 1; 0 is before the first."""

BattleState: TypeAlias = Literal["running", "won", "lost", "undecided"]
"""How a battle stands for one of the two.
- `running`: It goes on.
- `won`: Won.
- `lost`: Lost.
- `undecided`: Nobody has won.
"""

BossConfig: TypeAlias = Mapping[str, LifeValue | int]
"""The limits, and the bosses as `boss1`, `boss2` and so on."""

BuyItemReply: TypeAlias = ItemBought | list[PointsShort]
"""The reply of a purchase."""

BuyTicketReply: TypeAlias = TicketBought | list[PointsShort]
"""The reply of a purchase."""

ChallengeAcceptedEvent: TypeAlias = ChallengeAnswered
"""The event `challenge_accepted`."""

ChallengeRejectedEvent: TypeAlias = ChallengeAnswered
"""The event `challenge_rejected`."""

ClockAdvanceReply: TypeAlias = TimeTold
"""The game's time."""

CodeClaimReply: TypeAlias = Redeemed
"""What a code is worth: the reply of `redeem_code`, and of `code_claim`."""

CurvedAmount: TypeAlias = str
"""A quantity of an item, `group:id:quantity`; in a run the quantity may be a formula in `n`, the number of the entry: `3:1:375 + 10 * (n - 8)`."""

DamageRankingReply: TypeAlias = RankingPage
"""The reply: a page of the ranking, and the player's own rank."""

Described: TypeAlias = dict[str, str]
"""Name to description."""

DropRoll: TypeAlias = str
"""A drop table and how many times it is rolled, `table` or `table:times`."""

Drops: TypeAlias = list[DropRoll]
"""Drop tables that are rolled beside a list of rewards."""

EnterStageBossReply: TypeAlias = StageEntered
"""The reply of `enter_stage_*`."""

EnterStageCoinReply: TypeAlias = StageEntered
"""The reply of `enter_stage_*`."""

EnterStageEndlessReply: TypeAlias = StageEntered
"""The reply of `enter_stage_*`."""

EnterStageExpReply: TypeAlias = StageEntered
"""The reply of `enter_stage_*`."""

EnterStageGeneralReply: TypeAlias = StageEntered
"""The reply of `enter_stage_*`."""

Epoch: TypeAlias = int
"""One run of a world: from a start, a restore or a take-over to the next. Later epochs compare greater. Two copies of
a world may begin the same generation; their random bits still tell them apart.

An epoch is drawn outside the world, is durable before the world gives a number, and is an input of the world.
"""

Factor: TypeAlias = float
"""A factor of 0 to 1000 with at most three decimals, such as 2 or 0.75."""

FamilyMembersReply: TypeAlias = FamilyShown
"""A family as players see it."""

FoundBy: TypeAlias = Literal["number", "email", "device", "uid", "order", "name"]
"""By what a player is found.
- `number`: The number of the account.
- `email`: The e-mail address.
- `device`: What its device calls itself; all of it, since only a hash is kept.
- `uid`: The uid at SUD.
- `order`: The number of an order.
- `name`: The start of the name, in any spelling.
"""

FoundFamilyReply: TypeAlias = FamilyShown
"""A family as players see it."""

GetAllMailReply: TypeAlias = MailList
"""The reply of `get_new_mail` and `get_all_mail`."""

GetNewMailReply: TypeAlias = MailList
"""The reply of `get_new_mail` and `get_all_mail`."""

GetPlayerInfoReply: TypeAlias = PlayerOverview
"""The reply to `get_player_info`."""

GetTopDamageReply: TypeAlias = RankingPage
"""The reply: a page of the ranking, and the player's own rank."""

GoalMeasure: TypeAlias = GoalMeasureLevel | GoalMeasureStages | GoalMeasureStock | GoalMeasureGrowth | GoalMeasureGained | GoalMeasureSpent | Literal["EnergyWasted"] | GoalMeasureTicketsLeft | Literal["Finished"] | GoalMeasureIdleDays | Literal["Stayed"] | Literal["Points"] | Literal["Refused"] | GoalMeasureBossDies
"""What a goal is about.
- `EnergyWasted`: % of the energy of a day that did not come because it was full: the mean of the days so far.
- `Finished`: % of the players who have passed every stage of all modes that they fight in.
- `Stayed`: % of those who have joined who are not gone for good.
- `Points`: Points that a player has paid in the shop so far.
- `Refused`: % of all requests so far that were refused.
"""

HoursMinutesSeconds: TypeAlias = str
"""A duration, `H:MM:SS`."""

HangUpTime: TypeAlias = HoursMinutesSeconds | int
"""`time` is `H:MM:SS` in some replies and whole seconds in others (docs/contract/hang-up.md#functions)."""

IncidentKind: TypeAlias = Literal["log_warning", "log_error", "rules", "order", "report", "abnormal_data"]
"""What kind of thing went wrong.
- `log_warning`: A warning of the log.
- `log_error`: An error of the log.
- `rules`: Changed assets have errors, so the rules stay as they were.
- `order`: A payment that the game cannot settle by itself.
- `report`: A report that the platform did not take.
- `abnormal_data`: Data that an honest client does not send, such as too much damage.
"""

IncidentState: TypeAlias = Literal["open", "seen", "closed"]
"""What operators have done about an incident.
- `open`: Nothing yet, or it has happened again since it was closed.
- `seen`: Somebody knows of it.
- `closed`: It is done with, until it happens again.
"""

ItemId: TypeAlias = str
"""An item, `group:id`."""

JoinFamilyReply: TypeAlias = FamilyShown
"""A family as players see it."""

LegacyEntered: TypeAlias = LegacyStageEntered | BossRoomEntered
"""The reply of `enter_stage`."""

EnterStageReply: TypeAlias = LegacyEntered
"""The reply of `enter_stage`."""

EnterWorldBossStageReply: TypeAlias = LegacyEntered
"""The reply of `enter_stage`."""

LegacyPassed: TypeAlias = StagePassed | BossRoomLeft
"""The reply of `pass_stage`."""

LeaveWorldBossStageReply: TypeAlias = LegacyPassed
"""The reply of `pass_stage`."""

Limits: TypeAlias = dict[str, int]
"""Tickets left by the key of their kind."""

LogInWay: TypeAlias = Literal["password", "device"]
"""How somebody has logged in.
- `password`: With e-mail address and password.
- `device`: As a guest, with what the device calls itself.
"""

LoginUniqueReply: TypeAlias = LoginUniqueReplyToken | LoginUniqueReplyRetryAfterMs
"""The reply of `login_unique`."""

MaintenancePhase: TypeAlias = Literal["planned", "begun", "changed", "over", "cancelled"]
"""What players are told about maintenance.
- `planned`: It begins at `from`.
- `begun`: It has begun.
- `changed`: It goes on with another end, message or list of those admitted.
- `over`: It is over.
- `cancelled`: It does not take place.
"""

ManualReply: TypeAlias = JsonValue
"""The reply of `manual`: the order, or what the platform shows with its refusal."""

MatchStatus: TypeAlias = Literal["PLAYING", "CLOSED"]
"""Whether a round is running.
- `PLAYING`: It is open.
- `CLOSED`: It is over.
"""

Misdeed: TypeAlias = Literal["damage", "still_inside", "not_entered"]
"""What a client does that an honest one does not.
- `damage`: It reports no damage, or more than a player can have dealt.
- `still_inside`: It enters a stage while it is in another that cannot be left at will.
- `not_entered`: It leaves a stage that it has not entered.
"""

Mode: TypeAlias = Literal["general", "endless", "activity", "boss", "coin", "exp"]
"""The modes of stages, each with a range of stage numbers.
- `general`: 1-999; may be entered and left at will, repeated, swept and hung up.
- `endless`: 1001-1999; in sequence, not repeatable. The legacy name is tower.
- `activity`: 2001-2999; open at certain times.
- `boss`: 3001-3999; against the world bosses.
- `coin`: 4001-4149; with coin tickets.
- `exp`: 4151-4199; with exp tickets.
"""

MoveFateReply: TypeAlias = MoveFateReplyHeld | MoveFateReplyRefused | MoveFateReplyArrived
"""The reply of `move_fate`."""

NamedItem: TypeAlias = str | int
"""An item, `group:id`; an ordinary one also by its number."""

Numbers: TypeAlias = NumbersStageRewards | NumbersStageExp | NumbersStageEnergy | NumbersStageCost | NumbersStageLevel | NumbersSweepRewards | NumbersSweepExp | NumbersSweepEnergy | NumbersSweepCost | NumbersHangUpRates | NumbersHangUpChances | NumbersOfferPrice | NumbersOfferItems | NumbersTicketPrice | NumbersTicketsDaily | NumbersBossLife | NumbersBossGift | NumbersSeasonRewards | NumbersBattleRewards | NumbersDropWeights | NumbersDropDraws | NumbersDropGuarantee | NumbersBattleExp | NumbersBattleStake | NumbersBattlesRewarded | NumbersFighterRewards | NumbersFighterExp | NumbersCraftSpend | NumbersCraftStrengthBase | NumbersCraftStrengthPerUnit | NumbersCraftStrengthMax | NumbersCraftOwned | NumbersTaskRewards | NumbersTaskExp | NumbersPersonalTaskRewards | NumbersPersonalTaskExp | NumbersTasksPersonalDaily | NumbersPotionEnergy | NumbersLevelNeeds
"""Numbers of other tables, in the words of those tables. Without `from` a range is all there is; without `to` it is `from`
alone. Without `item` it is every item.
"""

OrderInspectReply: TypeAlias = OrderShown
"""An order as operators see it."""

OrderResolveReply: TypeAlias = OrderShown
"""An order as operators see it."""

Parcel: TypeAlias = ParcelLetter | ParcelReturned
"""What a world gives the realm for another world."""

PassStageReply: TypeAlias = LegacyPassed
"""The reply of `pass_stage`."""

PayWith: TypeAlias = Literal["diamond", "points"]
"""How a ticket is paid for.
- `diamond`: With the items that the purchase's price names.
- `points`: With points of the payment platform.
"""

PlatformData: TypeAlias = JsonValue
"""The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
has none.
"""

CardTypesReply: TypeAlias = PlatformData
"""The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
has none.
"""

ChargeReply: TypeAlias = PlatformData
"""The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
has none.
"""

CheckCardReply: TypeAlias = PlatformData
"""The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
has none.
"""

CheckMoneyReply: TypeAlias = PlatformData
"""The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
has none.
"""

CheckRecordReply: TypeAlias = PlatformData
"""The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
has none.
"""

PlayerGrantReply: TypeAlias = Stock
"""What the player has now: the reply of `player_grant` and `player_take`."""

PlayerGrantRequest: TypeAlias = Handful
"""`player_grant {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing."""

PlayerTakeReply: TypeAlias = Stock
"""What the player has now: the reply of `player_grant` and `player_take`."""

PlayerTakeRequest: TypeAlias = Handful
"""`player_take {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing."""

PlayerViewReply: TypeAlias = PlayerViewed
"""The reply of `player_view`."""

PurchaseMode: TypeAlias = Literal["coin", "exp"]
"""The modes whose tickets can be bought.
- `coin`: Coin challenge.
- `exp`: Exp challenge.
"""

QueryMatchBaseReply: TypeAlias = MatchAnswer
"""The answer to a query (docs/contract/match-query.md#the-answer)."""

QueryMatchReply: TypeAlias = MatchAnswer
"""The answer to a query (docs/contract/match-query.md#the-answer)."""

Ratios: TypeAlias = dict[str, str]
"""The life of each boss, from "0.00" to "1.00"."""

RedeemCodeReply: TypeAlias = Redeemed
"""What a code is worth: the reply of `redeem_code`, and of `code_claim`."""

RefrashReply: TypeAlias = Refreshed
"""The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
battle. Asking also counts as presence.
"""

RefreshReply: TypeAlias = Refreshed
"""The reply of `refrash`: the challenges to the player, and the one of its own that was accepted, until it acts in the
battle. Asking also counts as presence.
"""

RejectChallengeReply: TypeAlias = AnswerSent
"""A reply that consists of a code only."""

ReportDropReply: TypeAlias = ReportShown
"""A report as operators see it; never its body, which contains a player's session."""

ReportRetryReply: TypeAlias = ReportShown
"""A report as operators see it; never its body, which contains a player's session."""

ReportState: TypeAlias = Literal["waiting", "blocked", "given_up"]
"""The state of a report, as operators see it.
- `waiting`: It is in flight, or waits for its time.
- `blocked`: It reports an end and waits until the report of the round's start was accepted.
- `given_up`: Every attempt of the schedule has failed.
"""

RewardMailState: TypeAlias = Literal["waiting", "box_full", "unclaimed", "claimed", "deleted", "expired"]
"""What became of a mail that brings a reward.
- `waiting`: It waits until the player looks into the box.
- `box_full`: It waits until there is room in the box, which is full.
- `unclaimed`: It is in the box, and its items can be claimed.
- `claimed`: It is in the box, and its items were claimed.
- `deleted`: It was in the box, and the player has deleted it, which is possible once its items are claimed.
- `expired`: It is no longer delivered. Either the player has not looked in time, or has claimed and deleted it long ago.
"""

RewardShown: TypeAlias = dict[str, int]
"""Quantities by the names in `tasks.ron`."""

Roller: TypeAlias = Literal["stage", "sweep", "hang_up", "battle", "fighter", "task", "personal_task", "chest", "table"]
"""What rolls a drop table.
- `stage`: A victory in the stages `from` to `to`.
- `sweep`: A sweep of the stages `from` to `to`.
- `hang_up`: A minute of hang-up on the stages `from` to `to`, with this `chance`.
- `battle`: A battle between players with this `outcome`.
- `fighter`: A battle against the fighter `name` with this `outcome`.
- `task`: The public task `name`.
- `personal_task`: Personal tasks of the template `name`.
- `chest`: The chest `item`.
- `table`: The drop table `name`, when it draws the entry.
"""

RuleChange: TypeAlias = Literal["published", "went_back", "unpinned"]
"""How a rule set comes into force.
- `published`: The folder has published it.
- `went_back`: An operator went back to it, which pins it.
- `unpinned`: The pin was removed, so that what the folder has counts again.
"""

RulesBackReply: TypeAlias = Reloaded
"""What an attempt to change the rules has come to."""

RulesReloadReply: TypeAlias = Reloaded
"""What an attempt to change the rules has come to."""

RulesUnpinReply: TypeAlias = Reloaded
"""What an attempt to change the rules has come to."""

Schedule: TypeAlias = Literal["daily"] | ScheduleWeekly | Literal["monthly"] | ScheduleDates
"""When something starts over.
- `daily`: At every local midnight.
- `monthly`: At local midnight of the 1st.
"""

SeasonOutcome: TypeAlias = Literal["rewarded", "running", "not_ranked", "no_bracket", "not_kept"]
"""What a season brought, or why nothing.
- `rewarded`: A reward.
- `running`: Nothing yet: the season runs. Rank and bracket are those of now.
- `not_ranked`: Nothing: the player has struck no boss in it.
- `no_bracket`: Nothing: the rank is in no bracket.
- `not_kept`: Nobody knows: the season ended under a program that kept only the best ranks, and not what they got.
"""

SelectPersonalReply: TypeAlias = TaskBegun
"""The reply of `select` and `select_personal`."""

SelectReply: TypeAlias = TaskBegun
"""The reply of `select` and `select_personal`."""

ServerTimeReply: TypeAlias = TimeTold
"""The game's time."""

Severity: TypeAlias = Literal["error", "warning"]
"""How bad a problem is.
- `error`: The rules must not be used.
- `warning`: The rules can be used, but something looks like a mistake.
"""

Sheet: TypeAlias = dict[str, int]
"""`level`, `exp`, `need`, `energy`, and the items and attributes of `character.ron` by their names."""

ShownMoveState: TypeAlias = Literal["asked", "left", "arrived", "refused", "stranded"]
"""How far a move of a player has come.
- `asked`: The world that the player is in was asked to let it go.
- `left`: It is on its way.
- `arrived`: It is in the other world.
- `refused`: It is where it was.
- `stranded`: The other world was put back, and refuses what it had taken.
"""

Span: TypeAlias = str
"""A span of time, such as `30d` or `1d 2h 30m 15s`; a day has 24 hours."""

StageDamageRankingReply: TypeAlias = RankingPage
"""The reply: a page of the ranking, and the player's own rank."""

StateName: TypeAlias = Literal["written", "sent", "in_doubt", "paid", "granted", "watched", "refused", "operator"]
"""The names of the states, as operators and players see them."""

StudyKind: TypeAlias = Literal["compare", "simulate"]
"""How rule sets are studied.
- `compare`: The same players under two sets, and what differs by more than chance.
- `simulate`: Players under one set.
"""

StudyState: TypeAlias = Literal["running", "done", "failed", "stopped"]
"""How far a study is.
- `running`: It is under way.
- `done`: It has a report.
- `failed`: It came to nothing; `failure` says why.
- `stopped`: An operator has ended it.
"""

TakeAnnouncementsReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeGiftReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeHoldReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeLetterBackReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeLetterReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeMailAllBackReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeMailAllReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeMaintenanceReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakeMoveEndReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TakePlayerReply: TypeAlias = MessageTaken
"""The reply of every function that takes a message."""

TaskInfoPersonalReply: TypeAlias = TaskList
"""The reply of `task_info` and `task_info_personal`."""

TaskInfoReply: TypeAlias = TaskList
"""The reply of `task_info` and `task_info_personal`."""

Template: TypeAlias = str
"""A text in which `{name}` is a place to fill."""

Token: TypeAlias = str
"""A token in clear text, on its way to its client."""

VictoryStageBossReply: TypeAlias = StageWon
"""The reply of `victory_stage_*`."""

VictoryStageCoinReply: TypeAlias = StageWon
"""The reply of `victory_stage_*`."""

VictoryStageEndlessReply: TypeAlias = StageWon
"""The reply of `victory_stage_*`."""

VictoryStageExpReply: TypeAlias = StageWon
"""The reply of `victory_stage_*`."""

VictoryStageGeneralReply: TypeAlias = StageWon
"""The reply of `victory_stage_*`."""

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
"""A day of the week."""

When: TypeAlias = Literal["always", "ahead", "behind"]
"""The score at which a move fits, as the fighter sees it.
- `always`: At any.
- `ahead`: It has won more rounds than its opponent.
- `behind`: It has won fewer.
"""

WhyReturned: TypeAlias = Literal["no_such_player", "box_full"]
"""Why a letter comes back.
- `no_such_player`: There is no such player in that world, or no such world.
- `box_full`: The player's mailbox is full.
"""

Window: TypeAlias = WindowWeekly | WindowDates | WindowYearly
"""When something is open or in force, in the world's zone."""

WishShown: TypeAlias = WishShownGoods | WishShownKind
"""What an order is for: a purchase, or an operator's change of points."""

AcceptCCode: TypeAlias = Never
AcceptChallengeCode: TypeAlias = Never
AnnounceCode: TypeAlias = Literal[97]
AnnounceListCode: TypeAlias = Never
AnnounceWithdrawCode: TypeAlias = Literal[99]
AttemptReturnCode: TypeAlias = Literal[97, 98, 99]
AuditListCode: TypeAlias = Never
BackupCode: TypeAlias = Literal[97, 98, 99]
BagCode: TypeAlias = Literal[403]
BattleCode: TypeAlias = Literal[403, 404, 409, 422, 423]
BestChangedCode: TypeAlias = Never
BestOfWorldCode: TypeAlias = Never
BestOfWorldsCode: TypeAlias = Never
BuyItemCode: TypeAlias = int
BuyTicketCode: TypeAlias = int
CardTypesCode: TypeAlias = int
ChallengeCode: TypeAlias = Literal[423]
ChallengeInfoCode: TypeAlias = Literal[404, 423]
ChargeCode: TypeAlias = int
CheckBossStatusCode: TypeAlias = Never
CheckCardCode: TypeAlias = int
CheckMoneyCode: TypeAlias = int
CheckRecordCode: TypeAlias = int
ClaimMailCode: TypeAlias = Literal[97, 98, 99]
ClientMinimumCode: TypeAlias = Literal[97]
ClientMinimumListCode: TypeAlias = Never
ClientMinimumRemoveCode: TypeAlias = Literal[99]
ClockAdvanceCode: TypeAlias = Never
ClockMendCode: TypeAlias = Never
CodeClaimCode: TypeAlias = Literal[96, 97, 98, 99]
CodeListCode: TypeAlias = Never
CodeMakeCode: TypeAlias = Literal[97, 98]
CodeShowCode: TypeAlias = Literal[99]
CodeWithdrawCode: TypeAlias = Literal[98, 99]
DamageRankingCode: TypeAlias = Literal[98, 99]
DeleteMailCode: TypeAlias = Literal[97, 99]
DeleteReadMailCode: TypeAlias = Never
DeviceUnbindCode: TypeAlias = Literal[97, 98, 99]
EnterStageCode: TypeAlias = Literal[95, 96, 97, 98, 99]
EnterStageBossCode: TypeAlias = Literal[90, 91, 92, 94, 95, 97, 98]
EnterStageCoinCode: TypeAlias = Literal[90, 91, 92, 94, 95, 97, 98]
EnterStageEndlessCode: TypeAlias = Literal[90, 91, 92, 94, 95, 97, 98]
EnterStageExpCode: TypeAlias = Literal[90, 91, 92, 94, 95, 97, 98]
EnterStageGeneralCode: TypeAlias = Literal[90, 91, 92, 94, 95, 97, 98]
EnterWorldBossStageCode: TypeAlias = Literal[95, 96, 97, 98, 99]
FamilyListCode: TypeAlias = Literal[98]
FamilyMembersCode: TypeAlias = Literal[94, 98]
FeedbackCode: TypeAlias = Literal[403, 404, 422, 423]
FiguresCode: TypeAlias = Literal[98, 99]
FoundFamilyCode: TypeAlias = Literal[96, 97, 99, 423]
FunctionsCode: TypeAlias = Never
GetAllMailCode: TypeAlias = Never
GetConfigBossCode: TypeAlias = Never
GetDropRatesCode: TypeAlias = Literal[99]
GetHangUpInfoCode: TypeAlias = Literal[96, 99]
GetHangUpRewardCode: TypeAlias = Literal[96, 99]
GetListCode: TypeAlias = Literal[403]
GetNewMailCode: TypeAlias = Never
GetPlayerInfoCode: TypeAlias = Never
GetShopCode: TypeAlias = Never
GetTopDamageCode: TypeAlias = Literal[98, 99]
HearCode: TypeAlias = Never
IncidentCloseCode: TypeAlias = Literal[98, 99]
IncidentListCode: TypeAlias = Never
IncidentReportCode: TypeAlias = Never
IncidentSeenCode: TypeAlias = Literal[98, 99]
ItemsKnownCode: TypeAlias = Literal[98]
JoinFamilyCode: TypeAlias = Literal[95, 97, 98]
LeaveFamilyCode: TypeAlias = Literal[94]
LeaveWorldBossStageCode: TypeAlias = Literal[96, 98, 99]
LedgerListCode: TypeAlias = Literal[99]
LegalCode: TypeAlias = Never
LettersCarryCode: TypeAlias = Never
ListEventsCode: TypeAlias = Never
ListOrdersCode: TypeAlias = Never
ListenCode: TypeAlias = Never
LoginCode: TypeAlias = Never
LoginUniqueCode: TypeAlias = Never
MailAllCode: TypeAlias = Literal[97, 98]
MailAllListCode: TypeAlias = Never
MailAllPreviewCode: TypeAlias = Literal[98]
MailAllWithdrawCode: TypeAlias = Literal[98, 99]
MainCode: TypeAlias = Literal[403, 422, 423]
MaintenanceCode: TypeAlias = Literal[97, 98]
MaintenanceCancelCode: TypeAlias = Literal[99]
MaintenanceChangeCode: TypeAlias = Literal[97, 98, 99]
MaintenanceListCode: TypeAlias = Never
MaintenanceStateCode: TypeAlias = Never
ManualCode: TypeAlias = int
MarkReadMailCode: TypeAlias = Literal[99]
MergeCode: TypeAlias = Literal[95, 99, 403, 422, 423]
MoppingUpStageCode: TypeAlias = Literal[95, 96, 97, 98, 99]
MoveFateCode: TypeAlias = Never
MovementUndoCode: TypeAlias = Literal[94, 95, 96, 97, 98, 99]
NoteAddCode: TypeAlias = Literal[97, 99]
NoteRemoveCode: TypeAlias = Literal[98, 99]
OperatorAddCode: TypeAlias = Literal[97, 98]
OperatorListCode: TypeAlias = Never
OperatorLoginCode: TypeAlias = Literal[95, 96, 97]
OperatorLogoutCode: TypeAlias = Never
OperatorPasswordCode: TypeAlias = Literal[97, 98]
OperatorRemoveCode: TypeAlias = Literal[99]
OperatorResetCode: TypeAlias = Literal[99]
OperatorRoleCode: TypeAlias = Literal[97, 99]
OperatorSelfCode: TypeAlias = Never
OperatorTotpCode: TypeAlias = Literal[97, 98]
OrderInspectCode: TypeAlias = Literal[99]
OrderListCode: TypeAlias = Never
OrderReconcileCode: TypeAlias = int
OrderResolveCode: TypeAlias = Literal[98, 99]
OthersCode: TypeAlias = Literal[403, 422, 423]
PassStageCode: TypeAlias = Literal[96, 98, 99]
PasswordOnceCode: TypeAlias = Literal[96, 97, 98, 99]
PingCode: TypeAlias = Never
PlayerAsOfCode: TypeAlias = Literal[98, 99]
PlayerBanCode: TypeAlias = Literal[99]
PlayerDeleteCode: TypeAlias = Literal[98, 99]
PlayerExportCode: TypeAlias = Literal[97, 98, 99]
PlayerFindCode: TypeAlias = Literal[97]
PlayerGrantCode: TypeAlias = Literal[96, 98, 99]
PlayerImportCode: TypeAlias = Literal[94, 95, 96, 97, 98, 99]
PlayerImportPieceCode: TypeAlias = Literal[97, 98]
PlayerKickCode: TypeAlias = Literal[99]
PlayerListCode: TypeAlias = Never
PlayerMayMoveCode: TypeAlias = Literal[98, 99]
PlayerMoveCode: TypeAlias = Literal[96, 97, 98, 99]
PlayerMoveAgainCode: TypeAlias = Literal[97, 98, 99]
PlayerMoveListCode: TypeAlias = Never
PlayerMuteCode: TypeAlias = Literal[99]
PlayerRenameCode: TypeAlias = Literal[97, 98, 99, 422]
PlayerRequestsCode: TypeAlias = Literal[98, 99]
PlayerScenarioCode: TypeAlias = Literal[98, 99]
PlayerTakeCode: TypeAlias = Literal[97, 98, 99]
PlayerUnbanCode: TypeAlias = Literal[98, 99]
PlayerUnmuteCode: TypeAlias = Literal[98, 99]
PlayerViewCode: TypeAlias = Literal[97, 98, 99]
QueryMatchCode: TypeAlias = int
QueryMatchBaseCode: TypeAlias = Literal[401]
RealmHelloCode: TypeAlias = Never
RedeemCodeCode: TypeAlias = Literal[95, 96, 97, 98, 99]
RefrashCode: TypeAlias = Literal[403]
RefreshCode: TypeAlias = Literal[403]
RejectChallengeCode: TypeAlias = Never
ReportDropCode: TypeAlias = Literal[98, 99]
ReportListCode: TypeAlias = Never
ReportRetryCode: TypeAlias = Literal[98, 99]
RulesBackCode: TypeAlias = Literal[94, 96, 97, 98, 99]
RulesDiffCode: TypeAlias = Literal[96, 98, 99]
RulesHistoryCode: TypeAlias = Never
RulesKeepCode: TypeAlias = Never
RulesReloadCode: TypeAlias = Literal[97, 98, 99]
RulesStatusCode: TypeAlias = Never
RulesStudiesCode: TypeAlias = Never
RulesStudyCode: TypeAlias = Literal[94, 96, 97, 98, 99]
RulesStudyReportCode: TypeAlias = Literal[95, 97]
RulesStudyStopCode: TypeAlias = Literal[95, 97]
RulesUnpinCode: TypeAlias = Literal[95, 97, 98, 99]
RulesUsageCode: TypeAlias = Literal[98]
SeasonRankingCode: TypeAlias = Literal[97, 98]
SeasonRewardsOfCode: TypeAlias = Literal[97, 98, 99]
SelectCode: TypeAlias = Literal[403, 404, 409]
SelectPersonalCode: TypeAlias = Literal[403, 404, 409]
SendMailCode: TypeAlias = Literal[97, 98, 99, 422, 423]
ServerTimeCode: TypeAlias = Never
SignupCode: TypeAlias = Never
SkillCode: TypeAlias = Literal[403]
StageDamageRankingCode: TypeAlias = Literal[88, 89]
StageRefreshBossCode: TypeAlias = Never
StartHangUpCode: TypeAlias = Literal[99]
StatusCode: TypeAlias = Literal[403]
SudBindCode: TypeAlias = Literal[97, 98]
SuspectListCode: TypeAlias = Never
TakeAnnouncementsCode: TypeAlias = Never
TakeGiftCode: TypeAlias = Never
TakeHoldCode: TypeAlias = Never
TakeLetterCode: TypeAlias = Never
TakeLetterBackCode: TypeAlias = Never
TakeMailAllCode: TypeAlias = Never
TakeMailAllBackCode: TypeAlias = Never
TakeMaintenanceCode: TypeAlias = Never
TakeMoveEndCode: TypeAlias = Never
TakePlayerCode: TypeAlias = Never
TaskInfoCode: TypeAlias = Literal[403]
TaskInfoPersonalCode: TypeAlias = Literal[403]
TaskCode: TypeAlias = Literal[403, 409, 422, 423, 429]
TimeCode: TypeAlias = Literal[403]
TokensEndCode: TypeAlias = Literal[99]
TryCode: TypeAlias = Literal[97, 98]
UseItemCode: TypeAlias = Literal[95, 96, 98, 99]
VictoryStageBossCode: TypeAlias = Literal[91, 93, 94, 98]
VictoryStageCoinCode: TypeAlias = Literal[91, 94, 98]
VictoryStageEndlessCode: TypeAlias = Literal[91, 94, 98]
VictoryStageExpCode: TypeAlias = Literal[91, 94, 98]
VictoryStageGeneralCode: TypeAlias = Literal[91, 94, 98]
WnameAssignCode: TypeAlias = Literal[97, 98, 99]
WorldHelloCode: TypeAlias = Never
WorldNodeCode: TypeAlias = Never
WorldRankingCode: TypeAlias = Literal[88, 89]


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
        function: Literal["accept_c"],
        data: AcceptCRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> AcceptCReply:
        """`accept_c {id, status}`: accepts or rejects; the reply says whether the battle begins."""

    @overload
    async def call(
        self,
        function: Literal["accept_challenge"],
        data: AcceptChallengeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> AcceptChallengeReply:
        """`accept_challenge {role, id}`.
        - 0 with `status_code` 403: role is not your own username
        - 0 with `status_code` 404: no such open challenge to you
        - 0 with `status_code` 409: one of the two is in a battle
        - 0 with `status_code` 410: the other is not online
        """

    @overload
    async def call(
        self,
        function: Literal["bag"],
        data: BagRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> BagReply:
        """`bag {role}`.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["battle"],
        data: BattleRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> BattleReply:
        """`battle {role, id, text | action, items, skills, wait?}`: acts in the round. The reply comes with the verdict.
        - 403: role: expected your own username; or this is not your battle
        - 404: no such battle
        - 409: you have acted in this round
        - 422: a text with characters that are not shown
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["buy_item"],
        data: BuyItemRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> BuyItemReply:
        """`buy_item {token, offer}`.
        - others: the payment platform refuses: its code and its message
        - 95: materials insufficient
        - 98: an earlier order is still being settled
        - 99: no such offer
        """

    @overload
    async def call(
        self,
        function: Literal["buy_ticket"],
        data: BuyTicketRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> BuyTicketReply:
        """`buy_ticket {token, mode, pay_with}`.
        - others: the payment platform refuses: its code and its message
        - 92: no more ticket, try tomorrow
        - 95: materials insufficient
        - 98: an earlier order is still being settled
        - 99: this ticket is not sold for points
        """

    @overload
    async def call(
        self,
        function: Literal["card_types"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> CardTypesReply:
        """`card_types {token}`: the cards that the platform accepts.
        - others: the payment platform refuses: its code and its message
        """

    @overload
    async def call(
        self,
        function: Literal["challenge"],
        data: ChallengeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ChallengeReply:
        """`challenge {role1, role2, image_data, report_game_info_key?, report_game_info_extras?}`.
        - 423: muted until `until`, for ever where that is absent
        - 0 with `status_code` 403: role1 is not your own username
        - 0 with `status_code` 404: no such player
        - 0 with `status_code` 409: one of the two is in a battle
        - 0 with `status_code` 410: the other is not online
        - 0 with `status_code` 422: yourself, or no image within the limits
        - 0 with `status_code` 429: too many challenges are open
        """

    @overload
    async def call(
        self,
        function: Literal["challenge_info"],
        data: ChallengeInfoRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ChallengeInfoReply:
        """`challenge_info {id, status?, image_data?}`: a client's answer to the event of that name. Without `status` it shows
        the challenge and leaves it open. To the challenger it shows the answer.
        - 404: no such challenge
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["charge"],
        data: ChargeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ChargeReply:
        """`charge {token, ctype, cnum, cpwd}`: points for a prepaid card.
        - others: the payment platform refuses: its code and its message
        - 303: 充值卡无效或卡密长度错误
        """

    @overload
    async def call(
        self,
        function: Literal["check_boss_status"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> CheckBossStatusReply:
        """`check_boss_status {token}`: the same in the legacy format."""

    @overload
    async def call(
        self,
        function: Literal["check_card"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> CheckCardReply:
        """`check_card {token}`: the last five cards.
        - others: the payment platform refuses: its code and its message
        """

    @overload
    async def call(
        self,
        function: Literal["check_money"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> CheckMoneyReply:
        """`check_money {token}`: the points of the player.
        - others: the payment platform refuses: its code and its message
        """

    @overload
    async def call(
        self,
        function: Literal["check_record"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> CheckRecordReply:
        """`check_record {token}`: the last five movements.
        - others: the payment platform refuses: its code and its message
        """

    @overload
    async def call(
        self,
        function: Literal["claim_mail"],
        data: ClaimMailRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ClaimMailReply:
        """`claim_mail {token, key}`.
        - 97: already claimed
        - 98: there is nothing to claim in this mail
        - 99: no mail has this key
        """

    @overload
    async def call(
        self,
        function: Literal["damage_ranking"],
        data: DamageRankingRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> DamageRankingReply:
        """`stage_damage_ranking {token, page}`.
        - 98: No data for this page
        - 99: Page number error
        """

    @overload
    async def call(
        self,
        function: Literal["delete_mail"],
        data: DeleteMailRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`delete_mail {token, key}`.
        - 97: the items of this mail have not been claimed
        - 99: no mail has this key
        """

    @overload
    async def call(
        self,
        function: Literal["delete_read_mail"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`delete_read_mail {token}`."""

    @overload
    async def call(
        self,
        function: Literal["enter_stage"],
        data: EnterStageRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageReply:
        """`enter_stage {token, stage}`.
        - 95: a stage that cannot be left at will is still open; the token has ended
        - 96: There is no configuration information for this stage
        - 97: energy insufficient
        - 98: materials insufficient; or no more ticket, try tomorrow
        - 99: stage error; or all bosses are dead
        """

    @overload
    async def call(
        self,
        function: Literal["enter_stage_boss"],
        data: EnterStageBossRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageBossReply:
        """`enter_stage_* {token, stage}`.
        - 90: level insufficient
        - 91: stage error
        - 92: no more ticket, try tomorrow; or every boss is dead
        - 94: the stage is passed, and cannot be repeated
        - 95: materials insufficient
        - 97: energy insufficient
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["enter_stage_coin"],
        data: EnterStageCoinRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageCoinReply:
        """`enter_stage_* {token, stage}`.
        - 90: level insufficient
        - 91: stage error
        - 92: no more ticket, try tomorrow; or every boss is dead
        - 94: the stage is passed, and cannot be repeated
        - 95: materials insufficient
        - 97: energy insufficient
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["enter_stage_endless"],
        data: EnterStageEndlessRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageEndlessReply:
        """`enter_stage_* {token, stage}`.
        - 90: level insufficient
        - 91: stage error
        - 92: no more ticket, try tomorrow; or every boss is dead
        - 94: the stage is passed, and cannot be repeated
        - 95: materials insufficient
        - 97: energy insufficient
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["enter_stage_exp"],
        data: EnterStageExpRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageExpReply:
        """`enter_stage_* {token, stage}`.
        - 90: level insufficient
        - 91: stage error
        - 92: no more ticket, try tomorrow; or every boss is dead
        - 94: the stage is passed, and cannot be repeated
        - 95: materials insufficient
        - 97: energy insufficient
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["enter_stage_general"],
        data: EnterStageGeneralRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterStageGeneralReply:
        """`enter_stage_* {token, stage}`.
        - 90: level insufficient
        - 91: stage error
        - 92: no more ticket, try tomorrow; or every boss is dead
        - 94: the stage is passed, and cannot be repeated
        - 95: materials insufficient
        - 97: energy insufficient
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["enter_world_boss_stage"],
        data: EnterWorldBossStageRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> EnterWorldBossStageReply:
        """`enter_stage {token, stage}`.
        - 95: a stage that cannot be left at will is still open; the token has ended
        - 96: There is no configuration information for this stage
        - 97: energy insufficient
        - 98: materials insufficient; or no more ticket, try tomorrow
        - 99: stage error; or all bosses are dead
        """

    @overload
    async def call(
        self,
        function: Literal["family_members"],
        data: FamilyMembersRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> FamilyMembersReply:
        """`family_members {name?}`: a family, by default the caller's own.
        - 94: not in a family
        - 98: no such family
        """

    @overload
    async def call(
        self,
        function: Literal["feedback"],
        data: FeedbackRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> FeedbackReply:
        """`feedback {text, role, items, skills, roles}`: plays the task under way.
        - 403: role: expected your own username
        - 404: no task is under way
        - 422: a text with characters that are not shown
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["found_family"],
        data: FoundFamilyRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> FoundFamilyReply:
        """`found_family {name}`.
        - 96: there is a family of this name
        - 97: already in a family
        - 99: illegal family name
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["get_all_mail"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetAllMailReply:
        """`get_all_mail {token}`."""

    @overload
    async def call(
        self,
        function: Literal["get_config_boss"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetConfigBossReply:
        """`get_config_boss {token}`."""

    @overload
    async def call(
        self,
        function: Literal["get_drop_rates"],
        data: GetDropRatesRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetDropRatesReply:
        """`get_drop_rates {token, table}`: how often what comes from the drop tables, as events that run make it for the caller.
        - 99: no such drop table
        """

    @overload
    async def call(
        self,
        function: Literal["get_hang_up_info"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetHangUpInfoReply:
        """`get_hang_up_info {token}`.
        - 96: There is no configuration information for this stage
        - 99: no stage is hanging up
        """

    @overload
    async def call(
        self,
        function: Literal["get_hang_up_reward"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetHangUpRewardReply:
        """`get_hang_up_reward {token}`.
        - 96: There is no configuration information for this stage
        - 99: no stage is hanging up
        """

    @overload
    async def call(
        self,
        function: Literal["get_list"],
        data: GetListRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> GetListReply:
        """`get_list {role}`.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["get_new_mail"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetNewMailReply:
        """`get_new_mail {token}`: the unread mails."""

    @overload
    async def call(
        self,
        function: Literal["get_player_info"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetPlayerInfoReply:
        """`get_player_info {token}`."""

    @overload
    async def call(
        self,
        function: Literal["get_shop"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetShopReply:
        """`get_shop {token}`: what is sold for points."""

    @overload
    async def call(
        self,
        function: Literal["get_top_damage"],
        data: GetTopDamageRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> GetTopDamageReply:
        """`stage_damage_ranking {token, page}`.
        - 98: No data for this page
        - 99: Page number error
        """

    @overload
    async def call(
        self,
        function: Literal["hear"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`hear {}`: this connection gets the events of its player. So it does anyway after any request; the server asks by itself
        for connections whose world has begun a new life, here or on another node.
        """

    @overload
    async def call(
        self,
        function: Literal["join_family"],
        data: JoinFamilyRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> JoinFamilyReply:
        """`join_family {name}`.
        - 95: the family is full
        - 97: already in a family
        - 98: no such family
        """

    @overload
    async def call(
        self,
        function: Literal["leave_family"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`leave_family {}`.
        - 94: not in a family
        """

    @overload
    async def call(
        self,
        function: Literal["leave_world_boss_stage"],
        data: LeaveWorldBossStageRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> LeaveWorldBossStageReply:
        """`pass_stage {token, stage}`, and `damage` in the boss room.
        - 96: There is no configuration information for this stage
        - 98: this stage was not entered; the token has ended
        - 99: stage error; or abnormal data
        """

    @overload
    async def call(
        self,
        function: Literal["legal"],
        data: LegalRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> LegalReply:
        """`legal {mode, content}`: whether a name (mode 0) or the description of a role (mode 1) may be used."""

    @overload
    async def call(
        self,
        function: Literal["list_events"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> ListEventsReply:
        """`list_events {token}`: the events that run, and those that begin soon."""

    @overload
    async def call(
        self,
        function: Literal["list_orders"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> ListOrdersReply:
        """`list_orders {token}`."""

    @overload
    async def call(
        self,
        function: Literal["listen"],
        data: ListenRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ListenReply:
        """`listen {events}`: subscribes the player to these events, replacing an earlier subscription."""

    @overload
    async def call(
        self,
        function: Literal["main"],
        data: MainRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MainReply:
        """`main {text, role}`: says something to the game master. Naming a task that may be taken accepts it.
        - 403: role: expected your own username
        - 422: a text with characters that are not shown
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["mark_read_mail"],
        data: MarkReadMailRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`mark_read_mail {token, key}`.
        - 99: no mail has this key
        """

    @overload
    async def call(
        self,
        function: Literal["merge"],
        data: MergeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MergeReply:
        """`merge {role, mode, num, des, name?}`: crafts something from `num` units of material.
        - 95: materials insufficient
        - 99: no more can be owned
        - 403: role: expected your own username
        - 422: illegal name or description
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["mopping_up_stage"],
        data: MoppingUpStageRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MoppingUpStageReply:
        """`mopping_up_stage {token, stage, count}`.
        - 95: materials insufficient
        - 96: Can only be a positive integer
        - 97: energy insufficient
        - 98: There is no configuration information for this stage
        - 99: Do not sweep until you pass this checkpoint
        """

    @overload
    async def call(
        self,
        function: Literal["others"],
        data: OthersRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> OthersReply:
        """`others {info, role, text}`: a special event and what the player says to it. It begins, or the one under way
        continues.
        - 403: role: expected your own username
        - 422: a text with characters that are not shown
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["pass_stage"],
        data: PassStageRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PassStageReply:
        """`pass_stage {token, stage}`, and `damage` in the boss room.
        - 96: There is no configuration information for this stage
        - 98: this stage was not entered; the token has ended
        - 99: stage error; or abnormal data
        """

    @overload
    async def call(
        self,
        function: Literal["ping"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`ping {}`."""

    @overload
    async def call(
        self,
        function: Literal["redeem_code"],
        data: RedeemCodeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RedeemCodeReply:
        """`redeem_code {code}`: the goods come as a mail.
        - 95: 尝试次数过多，请稍后再试
        - 96: 兑换码已失效
        - 97: 您已使用过该兑换码
        - 98: 兑换码已被用完
        - 99: 兑换码不存在
        """

    @overload
    async def call(
        self,
        function: Literal["refrash"],
        data: RefrashRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RefrashReply:
        """`refrash {role}`, as the contract spells it (docs/contract/role-play.md#routes).
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["refresh"],
        data: RefreshRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RefreshReply:
        """`refresh {role}`, as clients spell it.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["reject_challenge"],
        data: RejectChallengeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RejectChallengeReply:
        """`reject_challenge {role, id}`.
        - 0 with `status_code` 403: role is not your own username
        - 0 with `status_code` 404: no such open challenge to you
        - 0 with `status_code` 409: one of the two is in a battle
        - 0 with `status_code` 410: the other is not online
        """

    @overload
    async def call(
        self,
        function: Literal["select"],
        data: SelectRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> SelectReply:
        """`select {role, task_name}`: starts a public task. If it is already under way, its scene is shown again.
        - 403: role: expected your own username
        - 404: this task is not among those you may take
        - 409: another task is under way
        """

    @overload
    async def call(
        self,
        function: Literal["select_personal"],
        data: SelectPersonalRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> SelectPersonalReply:
        """`select_personal {role, task_name}`: the same with a personal task.
        - 403: role: expected your own username
        - 404: this task is not among those you may take
        - 409: another task is under way
        """

    @overload
    async def call(
        self,
        function: Literal["send_mail"],
        data: SendMailRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`send_mail {token, gn_target, subj, body}`.
        - 97: the mailbox of this player is full
        - 98: no such player
        - 99: no more mails can be sent today
        - 422: characters that are not shown, or indecent words
        - 423: muted until `until`, for ever where that is absent
        """

    @overload
    async def call(
        self,
        function: Literal["server_time"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> ServerTimeReply:
        """`server_time {}`."""

    @overload
    async def call(
        self,
        function: Literal["skill"],
        data: SkillRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> SkillReply:
        """`skill {role}`.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["stage_damage_ranking"],
        data: StageDamageRankingRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> StageDamageRankingReply:
        """`stage_damage_ranking {token, page}`.
        - 88: No data for this page
        - 89: Page number error
        """

    @overload
    async def call(
        self,
        function: Literal["stage_refresh_boss"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> StageRefreshBossReply:
        """`stage_refresh_boss {token}`."""

    @overload
    async def call(
        self,
        function: Literal["start_hang_up"],
        data: StartHangUpRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> Answer[Literal[0, 1, 2], StartHangUpReply | None]:
        """`start_hang_up {token, stage}`.
        - 1: the stage that hung before was settled, and this one hangs
        - 2: this stage hangs already
        - 99: stage error
        """

    @overload
    async def call(
        self,
        function: Literal["status"],
        data: StatusRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> StatusReply:
        """`status {role}`.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["sud_bind"],
        data: SudBindRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`sud_bind {token, uid, ss_token}`: sets the player's identity in reports from now on.
        - 97: SUD knows no such session of this uid
        - 98: another account is bound to this uid
        """

    @overload
    async def call(
        self,
        function: Literal["task_info"],
        data: TaskInfoRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TaskInfoReply:
        """`task_info {role}`: the public tasks that the player may take.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["task_info_personal"],
        data: TaskInfoPersonalRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TaskInfoPersonalReply:
        """`task_info_personal {role}`: the tasks that were made for the player.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["task_request"],
        data: TaskRequestRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TaskRequestReply:
        """`task_request {text, role}`: asks for a personal task.
        - 403: role: expected your own username
        - 409: there is such a task already; `text` says so
        - 422: the wish is not understood, or has characters that are not shown
        - 423: muted until `until`, for ever where that is absent
        - 429: too many tasks are waiting, or were made today; `text` says so
        """

    @overload
    async def call(
        self,
        function: Literal["time"],
        data: TimeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TimeReply:
        """`time {role}`.
        - 403: role: expected your own username
        """

    @overload
    async def call(
        self,
        function: Literal["use_item"],
        data: UseItemRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> UseItemReply:
        """`use_item {token, item, count}`: drinks `count` of a potion, or opens as many of a chest.
        - 95: materials insufficient
        - 96: Can only be a positive integer
        - 98: this item cannot be used
        - 99: no such item
        """

    @overload
    async def call(
        self,
        function: Literal["victory_stage_boss"],
        data: VictoryStageBossRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> VictoryStageBossReply:
        """`victory_stage_* {token, stage}`, and `damage` in boss mode.
        - 91: stage error
        - 93: abnormal damage
        - 94: stage mismatch
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["victory_stage_coin"],
        data: VictoryStageCoinRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> VictoryStageCoinReply:
        """`victory_stage_* {token, stage}`, and `damage` in boss mode.
        - 91: stage error
        - 94: stage mismatch
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["victory_stage_endless"],
        data: VictoryStageEndlessRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> VictoryStageEndlessReply:
        """`victory_stage_* {token, stage}`, and `damage` in boss mode.
        - 91: stage error
        - 94: stage mismatch
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["victory_stage_exp"],
        data: VictoryStageExpRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> VictoryStageExpReply:
        """`victory_stage_* {token, stage}`, and `damage` in boss mode.
        - 91: stage error
        - 94: stage mismatch
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["victory_stage_general"],
        data: VictoryStageGeneralRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> VictoryStageGeneralReply:
        """`victory_stage_* {token, stage}`, and `damage` in boss mode.
        - 91: stage error
        - 94: stage mismatch
        - 98: There is no configuration information for this stage
        """

    @overload
    async def call(
        self,
        function: Literal["world_node"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> WorldNodeReply:
        """`world_node {}`: where the node that has this world is reached. Any node takes any request; a client that connects there
        saves a hop.
        """

    @overload
    async def call(
        self,
        function: Literal["world_ranking"],
        data: WorldRankingRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> WorldRankingReply:
        """`world_ranking {token, page}`.
        - 88: No data for this page
        - 89: Page number error
        """

    async def call(
        self, function: str, data: Mapping[str, object] | None = None, *, timeout_seconds: float | None = None
    ) -> object:
        """Calls a function; each has its own types."""
        return await self.call_untyped(function, {} if data is None else data, timeout_seconds)


class OperatorFunctions(ABC):
    """The functions of operators, with the types of their requests and replies."""

    @abstractmethod
    async def call_untyped(
        self, function: str, data: Mapping[str, object], timeout_seconds: float | None = None
    ) -> object:
        """Makes a call; `call` gives it its types."""

    @overload
    async def call(
        self,
        function: Literal["announce"],
        data: AnnounceRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> AnnounceReply:
        """`announce {text, at?, repeat_minutes?, until?, worlds?}`: tells everybody who is connected.
        - 97: too many announcements, withdraw some
        """

    @overload
    async def call(
        self,
        function: Literal["announce_list"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> AnnounceListReply:
        """`announce_list {}`: all that are not over."""

    @overload
    async def call(
        self,
        function: Literal["announce_withdraw"],
        data: AnnounceWithdrawRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`announce_withdraw {number}`: it is not told again.
        - 99: no such announcement, or it is over
        """

    @overload
    async def call(
        self,
        function: Literal["attempt_return"],
        data: AttemptReturnRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> AttemptReturnReply:
        """`attempt_return {player, stage, legacy?, reason}`: energy, items and ticket of an attempt that was not won. The role's
        limits hold as for `player_grant`.
        - 97: every attempt of the player was won or given back
        - 98: no such stage, or it cannot be entered so
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["audit_list"],
        data: AuditListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> AuditListReply:
        """`audit_list {token, operator?, function?, player?, from?, to?, before?, limit?}`: the newest first."""

    @overload
    async def call(
        self,
        function: Literal["backup"],
        data: BackupRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> BackupReply:
        """`backup {token, name?}`.
        - 97: it cannot be written, or exists already
        - 98: a backup of this world is under way
        - 99: the setting backups names no folder, so no backups are made
        """

    @overload
    async def call(
        self,
        function: Literal["best_changed"],
        data: BestChangedRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`best_changed {world}`, a function of the realm: the best of a world are no longer those that it has told."""

    @overload
    async def call(
        self,
        function: Literal["best_of_world"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> BestOfWorldReply:
        """`best_of_world {}`, a function of worlds: the best of this world."""

    @overload
    async def call(
        self,
        function: Literal["best_of_worlds"],
        data: BestOfWorldsRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> BestOfWorldsReply:
        """`best_of_worlds {ends_on}`, a function of the realm: the best of all worlds."""

    @overload
    async def call(
        self,
        function: Literal["client_minimum"],
        data: ClientMinimumRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`client_minimum {name, version, url}`: older versions of a client are no longer served, from now on.
        - 97: too many clients have a minimum, remove some
        """

    @overload
    async def call(
        self,
        function: Literal["client_minimum_list"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> ClientMinimumListReply:
        """`client_minimum_list {}`: the clients that have a minimum."""

    @overload
    async def call(
        self,
        function: Literal["client_minimum_remove"],
        data: ClientMinimumRemoveRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`client_minimum_remove {name}`: every version of a client is served.
        - 99: this client has no minimum
        """

    @overload
    async def call(
        self,
        function: Literal["clock_advance"],
        data: ClockAdvanceRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ClockAdvanceReply:
        """`clock_advance {seconds}`: moves a manual clock, backwards with a negative number."""

    @overload
    async def call(
        self,
        function: Literal["clock_mend"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> ClockMendReply:
        """`clock_mend {token}`: moments that lie in the future, because the clock was ahead when they were stored, are brought
        back to now. What was paid or used up stays so.
        """

    @overload
    async def call(
        self,
        function: Literal["code_claim"],
        data: CodeClaimRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> CodeClaimReply:
        """`code_claim {world, player, code}`, a function of the realm: a player of a world redeems a code.
        - 96: 兑换码已失效
        - 97: 您已使用过该兑换码
        - 98: 兑换码已被用完
        - 99: 兑换码不存在
        """

    @overload
    async def call(
        self,
        function: Literal["code_list"],
        data: CodeListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> CodeListReply:
        """`code_list {before?}`: the batches without their codes, newest first, at most 100."""

    @overload
    async def call(
        self,
        function: Literal["code_make"],
        data: CodeMakeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> CodeMakeReply:
        """`code_make {count, items, until, uses?, per_player?, title?, text?, reason}`: makes a batch of codes.
        - 97: there are as many batches as codes can name
        - 98: no such item
        """

    @overload
    async def call(
        self,
        function: Literal["code_show"],
        data: CodeShowRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> CodeShowReply:
        """`code_show {batch}`: the codes of a batch, in the order of their letters.
        - 99: no such batch of codes
        """

    @overload
    async def call(
        self,
        function: Literal["code_withdraw"],
        data: CodeWithdrawRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`code_withdraw {batch, reason}`: nobody can redeem these codes any more. Who has redeemed one keeps the goods.
        - 98: it was withdrawn before
        - 99: no such batch of codes
        """

    @overload
    async def call(
        self,
        function: Literal["device_unbind"],
        data: DeviceUnbindRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`device_unbind {player, device?, reason}`: whoever has the device no longer gets into the account.
        - 97: the device is the only way into the account, give it an e-mail address with `password_once`
        - 98: the account has no such device
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["family_list"],
        data: FamilyListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> FamilyListReply:
        """`family_list {token, name?, after?, limit?}`: in the order in which they were founded, or the one of that name.
        - 98: no such family
        """

    @overload
    async def call(
        self,
        function: Literal["figures"],
        data: FiguresRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> FiguresReply:
        """`figures {token, from, to, details?}`: what was counted on each of these days.
        - 98: at most 366 days at a time, 31 with details
        - 99: from is later than to
        """

    @overload
    async def call(
        self,
        function: Literal["functions"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> FunctionsReply:
        """`functions {token}`: the functions of operators, by name."""

    @overload
    async def call(
        self,
        function: Literal["incident_close"],
        data: IncidentCloseRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`incident_close {incident, reason}`: an incident is done with. It opens again by itself when it happens again.
        - 98: the incident is closed
        - 99: no such incident
        """

    @overload
    async def call(
        self,
        function: Literal["incident_list"],
        data: IncidentListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> IncidentListReply:
        """`incident_list {state?, kind?, before?, limit?}`: what went wrong, in the worlds and in the process. What happened last
        comes first.
        """

    @overload
    async def call(
        self,
        function: Literal["incident_report"],
        data: IncidentReportRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`incident_report {world, epoch, number, over, news}`, a function of the realm: what went wrong in a world, or in the process."""

    @overload
    async def call(
        self,
        function: Literal["incident_seen"],
        data: IncidentSeenRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`incident_seen {incident, note?}`: marks an incident as known. It stays so when it happens again.
        - 98: the incident is closed
        - 99: no such incident
        """

    @overload
    async def call(
        self,
        function: Literal["items_known"],
        data: ItemsKnownRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`items_known {items}`, a function of worlds: whether the game has these items.
        - 98: no such item
        """

    @overload
    async def call(
        self,
        function: Literal["ledger_list"],
        data: LedgerListRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> LedgerListReply:
        """`ledger_list {name, limit, before}`: movements of a player, newest first.
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["letters_carry"],
        data: LettersCarryRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`letters_carry {world, parcels}`, a function of the realm: what leaves a world for others, in the order of its numbers."""

    @overload
    async def call(
        self,
        function: Literal["mail_all"],
        data: MailAllRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MailAllReply:
        """`mail_all {title, text, items?, from?, until, audience?, worlds?, reason}`: a mail to all players, or to those of an audience.
        - 97: too many mails to all are on their way, withdraw some
        - 98: no such item
        """

    @overload
    async def call(
        self,
        function: Literal["mail_all_list"],
        data: MailAllListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> MailAllListReply:
        """`mail_all_list {before?}`: the mails to all, newest first, at most 50."""

    @overload
    async def call(
        self,
        function: Literal["mail_all_preview"],
        data: MailAllPreviewRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> MailAllPreviewReply:
        """`mail_all_preview {audience}`, a function of worlds: how many players of this world would get a mail to all now.
        - 98: the rows of the players cannot be read
        """

    @overload
    async def call(
        self,
        function: Literal["mail_all_withdraw"],
        data: MailAllWithdrawRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`mail_all_withdraw {number, reason}`: nobody gets it any more, and who has not claimed it has it no longer.
        - 98: it was withdrawn before
        - 99: no such mail to all
        """

    @overload
    async def call(
        self,
        function: Literal["maintenance"],
        data: MaintenanceRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MaintenanceReply:
        """`maintenance {from?, until, message, allow?}`: closes the game to players for a time.
        - 97: too much maintenance is planned, cancel some
        - 98: it overlaps with other maintenance
        """

    @overload
    async def call(
        self,
        function: Literal["maintenance_cancel"],
        data: MaintenanceCancelRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`maintenance_cancel {number}`: it does not take place; one that is running ends.
        - 99: no such maintenance, or it is over
        """

    @overload
    async def call(
        self,
        function: Literal["maintenance_change"],
        data: MaintenanceChangeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`maintenance_change {number, from?, until?, message?, allow?}`: changes what is given.
        - 97: too much maintenance is planned, cancel some
        - 98: it overlaps with other maintenance
        - 99: no such maintenance, or it is over
        """

    @overload
    async def call(
        self,
        function: Literal["maintenance_list"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> MaintenanceListReply:
        """`maintenance_list {}`: what is planned or running."""

    @overload
    async def call(
        self,
        function: Literal["maintenance_state"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> MaintenanceStateReply:
        """`maintenance_state {}`: how far a world is with maintenance."""

    @overload
    async def call(
        self,
        function: Literal["manual"],
        data: ManualRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ManualReply:
        """`manual {token, name, type, money, text}`: adds (1), takes (2) or sets (3) a player's points.
        - others: the payment platform refuses: its code and its message
        - 98: an earlier order is still being settled
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["move_fate"],
        data: MoveFateRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MoveFateReply:
        """`move_fate {id, message}`, a function of worlds: what has become of a move here. It is busy until the realm's message has
        come.
        """

    @overload
    async def call(
        self,
        function: Literal["movement_undo"],
        data: MovementUndoRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> MovementUndoReply:
        """`movement_undo {player, movement, as_far_as_possible?, reason}`: gives back what the movement took, and takes what it
        gave. Each is undone once. The role's limits hold as for `player_grant`.
        - 94: nobody can own so many
        - 95: points moved too, which are on the payment platform: settle the order
        - 96: the movement was undone before
        - 97: the player no longer has all of it; `as_far_as_possible` takes what is left
        - 98: no such movement in the ledger of this player
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["note_add"],
        data: NoteAddRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> NoteAddReply:
        """`note_add {player, text}`: for other operators; the player never sees it.
        - 97: the player has 100 notes, remove one first
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["note_remove"],
        data: NoteRemoveRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`note_remove {player, note}`.
        - 98: no such note
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["operator_add"],
        data: OperatorAddRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`operator_add {name, role, password}`.
        - 97: no such role; the message names those that there are
        - 98: there is an operator of this name
        """

    @overload
    async def call(
        self,
        function: Literal["operator_list"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> OperatorListReply:
        """`operator_list {}`: all operators by name."""

    @overload
    async def call(
        self,
        function: Literal["operator_logout"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`operator_logout {}`: ends the session in which it is asked."""

    @overload
    async def call(
        self,
        function: Literal["operator_password"],
        data: OperatorPasswordRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`operator_password {password, new}`: changes the asking operator's password. Other sessions of the operator end.
        - 97: the password is wrong
        - 98: the server's token is no account: log in with a name
        """

    @overload
    async def call(
        self,
        function: Literal["operator_remove"],
        data: OperatorRemoveRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`operator_remove {name}`: sessions end. What the operator did stays in the audit.
        - 99: no such operator
        """

    @overload
    async def call(
        self,
        function: Literal["operator_reset"],
        data: OperatorResetRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`operator_reset {name, password}`: a new password for the next log-in. Sessions and second factor end.
        - 99: no such operator
        """

    @overload
    async def call(
        self,
        function: Literal["operator_role"],
        data: OperatorRoleRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`operator_role {name, role}`: changes a role. It holds from the operator's next request.
        - 97: no such role; the message names those that there are
        - 99: no such operator
        """

    @overload
    async def call(
        self,
        function: Literal["operator_self"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> OperatorSelfReply:
        """`operator_self {}`: who asks."""

    @overload
    async def call(
        self,
        function: Literal["operator_totp"],
        data: OperatorTotpRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`operator_totp {secret, code}`: gives the asking operator a second factor. The secret is made by the client.
        - 97: the secret is not base32 of 16 bytes or more, or this is not its code now
        - 98: the server's token is no account: log in with a name
        """

    @overload
    async def call(
        self,
        function: Literal["order_inspect"],
        data: OrderInspectRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> OrderInspectReply:
        """`order_inspect {token, order}`: one order in full, with every step.
        - 99: no such order
        """

    @overload
    async def call(
        self,
        function: Literal["order_list"],
        data: OrderListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> OrderListReply:
        """`order_list {token, state?, before?, limit?}`: the latest orders first."""

    @overload
    async def call(
        self,
        function: Literal["order_reconcile"],
        data: OrderReconcileRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> OrderReconcileReply:
        """`order_reconcile {token, name | account}`: compares the platform's last records of a player with the world's orders.
        - others: the payment platform refuses: its code and its message
        - 98: the orders of the world cannot be read
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["order_resolve"],
        data: OrderResolveRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> OrderResolveReply:
        """`order_resolve {token, order, paid, reason}`: records what an operator has found out about an order in doubt.
        - 98: the order continues by itself
        - 99: no such order
        """

    @overload
    async def call(
        self,
        function: Literal["password_once"],
        data: PasswordOnceRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PasswordOnceReply:
        """`password_once {player, email?, reason}`: a password that lets the player in once, within a day, and then sets a new
        one. The one before and the token end.
        - 96: another account has this e-mail address
        - 97: the account has an e-mail address, leave out `email`
        - 98: the account has no e-mail address, give it one with `email`
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_as_of"],
        data: PlayerAsOfRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerAsOfReply:
        """`player_as_of {player, at}`: a player as of an earlier moment, from the archive.
        - 98: there is no archive, or it does not have that moment, or is damaged
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_ban"],
        data: PlayerBanRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`player_ban {player, until?, reason, message}`: while it holds, every function of the player and every log-in answers 17.
        A later one replaces it.
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_delete"],
        data: PlayerDeleteRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerDeleteReply:
        """`player_delete {token, name, dry_run?}`.
        - 98: the player has an unsettled order, which the message names
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_export"],
        data: PlayerExportRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerExportReply:
        """`player_export {token, name}`.
        - 97: the document is longer than the setting limits.export_bytes
        - 98: a row of the player cannot be read
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_find"],
        data: PlayerFindRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerFindReply:
        """`player_find {text, by?, limit?}`: the players that a text finds.
        - 97: rows of a player cannot be read
        """

    @overload
    async def call(
        self,
        function: Literal["player_grant"],
        data: PlayerGrantRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerGrantReply:
        """`player_grant {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing.
        - 96: nobody can own so many
        - 98: no such item, or no such kind of tickets
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_import"],
        data: PlayerImportRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerImportReply:
        """`player_import {token, document?, hash?, replace?, dry_run?}`: without a document, the one that came in pieces on this connection, with
        the hash that its pieces named.
        - 94: the replaced player has an unsettled order
        - 95: no player here has the e-mail address, unique_id or name of the document; import it without replacing
        - 96: the pieces are not the document with this hash
        - 97: there is no document: send one, or its pieces with player_import_piece
        - 98: the name, e-mail address, unique_id or SUD uid is taken
        - 99: the document has an unknown format
        """

    @overload
    async def call(
        self,
        function: Literal["player_import_piece"],
        data: PlayerImportPieceRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerImportPieceReply:
        """`player_import_piece {token, piece, text, hash?}`: pieces are numbered from 0.
        - 97: the document is longer than the setting limits.document_bytes
        - 98: another piece was expected
        """

    @overload
    async def call(
        self,
        function: Literal["player_kick"],
        data: PlayerKickRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`player_kick {player, reason}`: closes the player's connections. Its token stays valid.
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_list"],
        data: PlayerListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerListReply:
        """`player_list {after?, limit?}`: all accounts in the order of their numbers."""

    @overload
    async def call(
        self,
        function: Literal["player_may_move"],
        data: PlayerMayMoveRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`player_may_move {player}`, a function of worlds: refuses as `take_hold` would, so that an operator hears at once of what can
        be known at once.
        - 98: the player has an unsettled order, which the message names
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_move"],
        data: PlayerMoveRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerMoveReply:
        """`player_move {from, player, to, reason}`: a player leaves one world and arrives in another.
        - 96: too many players are on their way, retry later
        - 97: this player is moving already, see player_move_list
        - 98: the player has an unsettled order, which the message names
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_move_again"],
        data: PlayerMoveAgainRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`player_move_again {number, reason}`: sends the player once more to a world that was put back, and has refused it then.
        - 97: the player's document is no longer kept
        - 98: the player is not stranded
        - 99: no such move
        """

    @overload
    async def call(
        self,
        function: Literal["player_move_list"],
        data: PlayerMoveListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerMoveListReply:
        """`player_move_list {before?}`: the moves, newest first, at most 50."""

    @overload
    async def call(
        self,
        function: Literal["player_mute"],
        data: PlayerMuteRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`player_mute {player, until?, reason}`: while it holds, whatever the player writes is refused. A later one replaces it.
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_rename"],
        data: PlayerRenameRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerRenameReply:
        """`player_rename {player, name, reason}`: index, ranking and family follow. The purse at MCRMB keeps its name.
        - 97: the player has an open challenge or battle, which names it
        - 98: the name is taken, or looks like one that is
        - 99: no such player
        - 422: illegal name
        """

    @overload
    async def call(
        self,
        function: Literal["player_requests"],
        data: PlayerRequestsRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerRequestsReply:
        """`player_requests {player, from, to, after?, limit?}`: what a player asked in a stretch of time, and what operators did to
        the player then, from the journal. It is found without playing the journal, so replies are not in it.
        - 98: there is no journal, or it cannot be read
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_scenario"],
        data: PlayerScenarioRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerScenarioReply:
        """`player_scenario {player, from, to}`: what a player asked in a stretch of time as a scenario (docs/scenarios.md), which
        begins with what the player had then. It takes the archive and the journal.
        - 98: there is no archive or no journal of then, one cannot be read, or there are more than 500 requests
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_take"],
        data: PlayerTakeRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerTakeReply:
        """`player_take {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing.
        - 97: the player has too little of something, which the message names
        - 98: no such kind of tickets
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_unban"],
        data: PlayerUnbanRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`player_unban {player, reason}`.
        - 98: the player is not banned
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_unmute"],
        data: PlayerUnmuteRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`player_unmute {player, reason}`.
        - 98: the player is not muted
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["player_view"],
        data: PlayerViewRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> PlayerViewReply:
        """`player_view {player, part?, from?, to?, item?, cause?, after?, limit?}`: everything of one player, or one part of it.
        - 97: rows of the player cannot be read
        - 98: a view of a player has no such part
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["query_match"],
        data: QueryMatchRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> QueryMatchReply:
        """`query_match {token, match_id?, report_game_info_key?}`: what the platform itself says about a round.
        - others: the platform refuses: its code and its message
        - 401: the platform does not accept this server's signature
        """

    @overload
    async def call(
        self,
        function: Literal["realm_hello"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RealmHelloReply:
        """`realm_hello {}`, a function of worlds: the realm has started, and asks for a `world_hello`."""

    @overload
    async def call(
        self,
        function: Literal["report_drop"],
        data: ReportDropRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ReportDropReply:
        """`report_drop {token, report, reason}`: stops sending a report. The end of its round is then reported without it.
        - 98: the report is under way, retry in a moment
        - 99: no such report waits
        """

    @overload
    async def call(
        self,
        function: Literal["report_list"],
        data: ReportListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> ReportListReply:
        """`report_list {token, state?, after?, limit?}`: the oldest first."""

    @overload
    async def call(
        self,
        function: Literal["report_retry"],
        data: ReportRetryRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> ReportRetryReply:
        """`report_retry {token, report}`: restarts a report from the first attempt, with the report that waits for it.
        - 98: the report is under way, retry in a moment
        - 99: no such report waits
        """

    @overload
    async def call(
        self,
        function: Literal["rules_back"],
        data: RulesBackRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesBackReply:
        """`rules_back {fingerprint, reason}`: puts a set of the history into force in all worlds and pins it: what the folder has is
        still checked, but changes nothing until `rules_unpin`.
        - 94: this server does not keep rule sets
        - 96: no such rule set in the history
        - 97: the realm has not kept the rules, and they stay as they are; the message says why
        - 98: this server cannot read its rules again
        - 99: the assets have errors, which `problems` lists, and the rules stay as they are
        """

    @overload
    async def call(
        self,
        function: Literal["rules_diff"],
        data: RulesDiffRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesDiffReply:
        """`rules_diff {from?, to?}`: how two rule sets differ, field by field. Each side is `running`, `folder`, or a fingerprint of
        the history.
        - 96: no such rule set in the history
        - 98: this server cannot compare its rules
        - 99: a side cannot be read; the message says why
        """

    @overload
    async def call(
        self,
        function: Literal["rules_history"],
        data: RulesHistoryRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesHistoryReply:
        """`rules_history {before?}`: the rule sets that came into force, newest first, at most 20 in one reply. The last 50 are kept."""

    @overload
    async def call(
        self,
        function: Literal["rules_keep"],
        data: RulesKeepRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesKeepReply:
        """`rules_keep {fingerprint, change, by, reason, source, files?}`: a rule set is about to come into force. Only the server
        itself calls it.
        """

    @overload
    async def call(
        self,
        function: Literal["rules_reload"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesReloadReply:
        """`rules_reload {token}`: reads the assets again, for all worlds.
        - 97: the realm has not kept the rules, and they stay as they are; the message says why
        - 98: this server cannot read its rules again
        - 99: the assets have errors, which `problems` lists, and the rules stay as they are
        """

    @overload
    async def call(
        self,
        function: Literal["rules_status"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesStatusReply:
        """`rules_status {token}`."""

    @overload
    async def call(
        self,
        function: Literal["rules_studies"],
        data: Mapping[str, Never] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesStudiesReply:
        """`rules_studies {}`: the last studies since the server was started."""

    @overload
    async def call(
        self,
        function: Literal["rules_study"],
        data: RulesStudyRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesStudyReply:
        """`rules_study {kind?, from?, to?, players?, days?, seeds?, seed?}`: has simulated players live under a rule set, in a process
        beside the server, and answers at once. A set is `running`, `folder`, or a fingerprint of the history.
        - 94: this server studies no rules
        - 96: no such rule set in the history
        - 97: another study is under way
        - 98: this server cannot read its rules again
        - 99: a set cannot be used: `problems` lists the errors of the folder, else the message says why
        """

    @overload
    async def call(
        self,
        function: Literal["rules_study_report"],
        data: RulesStudyReportRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesStudyReportReply:
        """`rules_study_report {study, page?}`: what a study has found.
        - 95: no such study: of those before the start of the server nothing is known
        - 97: the study is under way, was stopped or has failed, and has no report
        """

    @overload
    async def call(
        self,
        function: Literal["rules_study_stop"],
        data: RulesStudyStopRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`rules_study_stop {study}`: ends a study that is under way.
        - 95: no such study
        - 97: the study is over
        """

    @overload
    async def call(
        self,
        function: Literal["rules_unpin"],
        data: RulesUnpinRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesUnpinReply:
        """`rules_unpin {reason}`: removes the pin; what the folder has now is put into force in all worlds.
        - 95: no rule set is pinned
        - 97: the realm has not kept the rules, and they stay as they are; the message says why
        - 98: this server cannot read its rules again
        - 99: the assets have errors, which `problems` lists, and the rules stay as they are
        """

    @overload
    async def call(
        self,
        function: Literal["rules_usage"],
        data: RulesUsageRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RulesUsageReply:
        """`rules_usage {token, files?}`.
        - 98: the rows cannot be read
        """

    @overload
    async def call(
        self,
        function: Literal["season_ranking"],
        data: SeasonRankingRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> SeasonRankingReply:
        """`season_ranking {season?, after?, limit?}`: the ranking of a season.
        - 97: rows of the season cannot be read
        - 98: no such season, or it is no longer kept
        """

    @overload
    async def call(
        self,
        function: Literal["season_rewards_of"],
        data: SeasonRewardsOfRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> SeasonRewardsOfReply:
        """`season_rewards_of {player, season?}`: what a season brought a player, or why nothing.
        - 97: rows of the season cannot be read
        - 98: no such season, or it is no longer kept
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["suspect_list"],
        data: SuspectListRequest | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> SuspectListReply:
        """`suspect_list {limit}`: players with anomalies, those with the most first."""

    @overload
    async def call(
        self,
        function: Literal["take_announcements"],
        data: TakeAnnouncementsRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeAnnouncementsReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_gift"],
        data: TakeGiftRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeGiftReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_hold"],
        data: TakeHoldRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeHoldReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_letter"],
        data: TakeLetterRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeLetterReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_letter_back"],
        data: TakeLetterBackRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeLetterBackReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_mail_all"],
        data: TakeMailAllRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeMailAllReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_mail_all_back"],
        data: TakeMailAllBackRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeMailAllBackReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_maintenance"],
        data: TakeMaintenanceRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeMaintenanceReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_move_end"],
        data: TakeMoveEndRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakeMoveEndReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["take_player"],
        data: TakePlayerRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TakePlayerReply:
        """A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call."""

    @overload
    async def call(
        self,
        function: Literal["tokens_end"],
        data: TokensEndRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """`tokens_end {player, reason}`: ends the player's token and closes its connections.
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["try"],
        data: TryRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> TryReply:
        """`try {function, arguments}`: what a function of operators that names a player would answer and change, without doing it. It
        takes the right of that function.
        - 97: no fork of the world could be run, or it took too long
        - 98: the function cannot be tried; the message says why
        """

    @overload
    async def call(
        self,
        function: Literal["wname_assign"],
        data: WnameAssignRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> WnameAssignReply:
        """`wname_assign {token, name, wname?}`: without `wname`, the one that a new account would get.
        - 97: an account has or had this wname
        - 98: an order of the player is unsettled
        - 99: no such player
        """

    @overload
    async def call(
        self,
        function: Literal["world_hello"],
        data: WorldHelloRequest,
        *,
        timeout_seconds: float | None = None,
    ) -> WorldHelloReply:
        """`world_hello {world, epoch, number}`, a function of the realm: which message a world took last. The realm sends those that
        follow.
        """

    async def call(
        self, function: str, data: Mapping[str, object] | None = None, *, timeout_seconds: float | None = None
    ) -> object:
        """Calls a function; each has its own types."""
        return await self.call_untyped(function, {} if data is None else data, timeout_seconds)


class PlayerEvents(ABC):
    """The events of players, with the types of their data."""

    @abstractmethod
    def on_untyped(self, event: str, listener: Callable[[Never], object]) -> Callable[[], None]:
        """Hears an event; `on` gives it its type."""

    @overload
    def on(
        self, event: Literal["announcement"], listener: Callable[[AnnouncementEvent], object]
    ) -> Callable[[], None]:
        """The event `announcement`."""

    @overload
    def on(
        self, event: Literal["banned"], listener: Callable[[BannedEvent], object]
    ) -> Callable[[], None]:
        """The event `banned`: the player is banned, and the connection ends."""

    @overload
    def on(
        self, event: Literal["battle_verdict"], listener: Callable[[BattleVerdictEvent], object]
    ) -> Callable[[], None]:
        """The event `battle_verdict`: the contents of the reply of `battle`, for a player who did not wait for it."""

    @overload
    def on(
        self, event: Literal["boss_died"], listener: Callable[[BossDiedEvent], object]
    ) -> Callable[[], None]:
        """The event `boss_died`."""

    @overload
    def on(
        self, event: Literal["challenge_accepted"], listener: Callable[[ChallengeAcceptedEvent], object]
    ) -> Callable[[], None]:
        """The event `challenge_accepted`."""

    @overload
    def on(
        self, event: Literal["challenge_ended"], listener: Callable[[ChallengeEndedEvent], object]
    ) -> Callable[[], None]:
        """The event `challenge_ended`, for both players: the challenge was not answered in time."""

    @overload
    def on(
        self, event: Literal["challenge_info"], listener: Callable[[ChallengeInfoEvent], object]
    ) -> Callable[[], None]:
        """What the challenged player receives, as the event `challenge_info` and as a push to its address
        (docs/contract/role-play.md#challenges).
        """

    @overload
    def on(
        self, event: Literal["challenge_rejected"], listener: Callable[[ChallengeRejectedEvent], object]
    ) -> Callable[[], None]:
        """The event `challenge_rejected`."""

    @overload
    def on(
        self, event: Literal["energy"], listener: Callable[[EnergyEvent], object]
    ) -> Callable[[], None]:
        """The event `energy`, for players who subscribed with `listen`: `reward` points have regenerated."""

    @overload
    def on(
        self, event: Literal["energy_full"], listener: Callable[[EnergyFullEvent], object]
    ) -> Callable[[], None]:
        """The event `energy_full`."""

    @overload
    def on(
        self, event: Literal["mail_received"], listener: Callable[[MailReceivedEvent], object]
    ) -> Callable[[], None]:
        """The event `mail_received`. The mail of a broadcast has no key until its player takes it in."""

    @overload
    def on(
        self, event: Literal["maintenance"], listener: Callable[[MaintenanceEvent], object]
    ) -> Callable[[], None]:
        """The event `maintenance`."""

    @overload
    def on(
        self, event: Literal["order_settled"], listener: Callable[[OrderSettledEvent], object]
    ) -> Callable[[], None]:
        """The event `order_settled`: the order's request was answered before the order ended."""

    @overload
    def on(
        self, event: Literal["renamed"], listener: Callable[[RenamedEvent], object]
    ) -> Callable[[], None]:
        """The event `renamed`: an operator has given the player another name, which is its `role` from now on."""

    @overload
    def on(
        self, event: Literal["season_reset"], listener: Callable[[SeasonResetEvent], object]
    ) -> Callable[[], None]:
        """The event `season_reset`."""

    @overload
    def on(
        self, event: Literal["tickets_reset"], listener: Callable[[TicketsResetEvent], object]
    ) -> Callable[[], None]:
        """The event `tickets_reset`."""

    def on(self, event: str, listener: Callable[[Never], object]) -> Callable[[], None]:
        """Hears an event. The function that comes back ends it."""
        return self.on_untyped(event, listener)


class OperatorEvents(ABC):
    """The events of operators, with the types of their data."""

    @abstractmethod
    def on_untyped(self, event: str, listener: Callable[[Never], object]) -> Callable[[], None]:
        """Hears an event; `on` gives it its type."""

    @overload
    def on(
        self, event: Literal["rules_changed"], listener: Callable[[RulesChangedEvent], object]
    ) -> Callable[[], None]:
        """The event `rules_changed`."""

    @overload
    def on(
        self, event: Literal["rules_mended"], listener: Callable[[RulesMendedEvent], object]
    ) -> Callable[[], None]:
        """The event `rules_mended`."""

    @overload
    def on(
        self, event: Literal["rules_refused"], listener: Callable[[RulesRefusedEvent], object]
    ) -> Callable[[], None]:
        """The event `rules_refused`."""

    def on(self, event: str, listener: Callable[[Never], object]) -> Callable[[], None]:
        """Hears an event. The function that comes back ends it."""
        return self.on_untyped(event, listener)


@overload
def is_refused(
    error: BaseException, function: Literal["accept_c"]
) -> TypeGuard[RefusedError[AcceptCCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["accept_challenge"]
) -> TypeGuard[RefusedError[AcceptChallengeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["announce"]
) -> TypeGuard[RefusedError[AnnounceCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["announce_list"]
) -> TypeGuard[RefusedError[AnnounceListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["announce_withdraw"]
) -> TypeGuard[RefusedError[AnnounceWithdrawCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["attempt_return"]
) -> TypeGuard[RefusedError[AttemptReturnCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["audit_list"]
) -> TypeGuard[RefusedError[AuditListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["backup"]
) -> TypeGuard[RefusedError[BackupCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["bag"]
) -> TypeGuard[RefusedError[BagCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["battle"]
) -> TypeGuard[RefusedError[BattleCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["best_changed"]
) -> TypeGuard[RefusedError[BestChangedCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["best_of_world"]
) -> TypeGuard[RefusedError[BestOfWorldCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["best_of_worlds"]
) -> TypeGuard[RefusedError[BestOfWorldsCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["buy_item"]
) -> TypeGuard[RefusedError[BuyItemCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["buy_ticket"]
) -> TypeGuard[RefusedError[BuyTicketCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["card_types"]
) -> TypeGuard[RefusedError[CardTypesCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["challenge"]
) -> TypeGuard[RefusedError[ChallengeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["challenge_info"]
) -> TypeGuard[RefusedError[ChallengeInfoCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["charge"]
) -> TypeGuard[RefusedError[ChargeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["check_boss_status"]
) -> TypeGuard[RefusedError[CheckBossStatusCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["check_card"]
) -> TypeGuard[RefusedError[CheckCardCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["check_money"]
) -> TypeGuard[RefusedError[CheckMoneyCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["check_record"]
) -> TypeGuard[RefusedError[CheckRecordCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["claim_mail"]
) -> TypeGuard[RefusedError[ClaimMailCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["client_minimum"]
) -> TypeGuard[RefusedError[ClientMinimumCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["client_minimum_list"]
) -> TypeGuard[RefusedError[ClientMinimumListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["client_minimum_remove"]
) -> TypeGuard[RefusedError[ClientMinimumRemoveCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["clock_advance"]
) -> TypeGuard[RefusedError[ClockAdvanceCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["clock_mend"]
) -> TypeGuard[RefusedError[ClockMendCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["code_claim"]
) -> TypeGuard[RefusedError[CodeClaimCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["code_list"]
) -> TypeGuard[RefusedError[CodeListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["code_make"]
) -> TypeGuard[RefusedError[CodeMakeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["code_show"]
) -> TypeGuard[RefusedError[CodeShowCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["code_withdraw"]
) -> TypeGuard[RefusedError[CodeWithdrawCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["damage_ranking"]
) -> TypeGuard[RefusedError[DamageRankingCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["delete_mail"]
) -> TypeGuard[RefusedError[DeleteMailCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["delete_read_mail"]
) -> TypeGuard[RefusedError[DeleteReadMailCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["device_unbind"]
) -> TypeGuard[RefusedError[DeviceUnbindCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["enter_stage"]
) -> TypeGuard[RefusedError[EnterStageCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["enter_stage_boss"]
) -> TypeGuard[RefusedError[EnterStageBossCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["enter_stage_coin"]
) -> TypeGuard[RefusedError[EnterStageCoinCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["enter_stage_endless"]
) -> TypeGuard[RefusedError[EnterStageEndlessCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["enter_stage_exp"]
) -> TypeGuard[RefusedError[EnterStageExpCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["enter_stage_general"]
) -> TypeGuard[RefusedError[EnterStageGeneralCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["enter_world_boss_stage"]
) -> TypeGuard[RefusedError[EnterWorldBossStageCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["family_list"]
) -> TypeGuard[RefusedError[FamilyListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["family_members"]
) -> TypeGuard[RefusedError[FamilyMembersCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["feedback"]
) -> TypeGuard[RefusedError[FeedbackCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["figures"]
) -> TypeGuard[RefusedError[FiguresCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["found_family"]
) -> TypeGuard[RefusedError[FoundFamilyCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["functions"]
) -> TypeGuard[RefusedError[FunctionsCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_all_mail"]
) -> TypeGuard[RefusedError[GetAllMailCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_config_boss"]
) -> TypeGuard[RefusedError[GetConfigBossCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_drop_rates"]
) -> TypeGuard[RefusedError[GetDropRatesCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_hang_up_info"]
) -> TypeGuard[RefusedError[GetHangUpInfoCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_hang_up_reward"]
) -> TypeGuard[RefusedError[GetHangUpRewardCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_list"]
) -> TypeGuard[RefusedError[GetListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_new_mail"]
) -> TypeGuard[RefusedError[GetNewMailCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_player_info"]
) -> TypeGuard[RefusedError[GetPlayerInfoCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_shop"]
) -> TypeGuard[RefusedError[GetShopCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["get_top_damage"]
) -> TypeGuard[RefusedError[GetTopDamageCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["hear"]
) -> TypeGuard[RefusedError[HearCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["incident_close"]
) -> TypeGuard[RefusedError[IncidentCloseCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["incident_list"]
) -> TypeGuard[RefusedError[IncidentListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["incident_report"]
) -> TypeGuard[RefusedError[IncidentReportCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["incident_seen"]
) -> TypeGuard[RefusedError[IncidentSeenCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["items_known"]
) -> TypeGuard[RefusedError[ItemsKnownCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["join_family"]
) -> TypeGuard[RefusedError[JoinFamilyCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["leave_family"]
) -> TypeGuard[RefusedError[LeaveFamilyCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["leave_world_boss_stage"]
) -> TypeGuard[RefusedError[LeaveWorldBossStageCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["ledger_list"]
) -> TypeGuard[RefusedError[LedgerListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["legal"]
) -> TypeGuard[RefusedError[LegalCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["letters_carry"]
) -> TypeGuard[RefusedError[LettersCarryCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["list_events"]
) -> TypeGuard[RefusedError[ListEventsCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["list_orders"]
) -> TypeGuard[RefusedError[ListOrdersCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["listen"]
) -> TypeGuard[RefusedError[ListenCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["login"]
) -> TypeGuard[RefusedError[LoginCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["login_unique"]
) -> TypeGuard[RefusedError[LoginUniqueCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["mail_all"]
) -> TypeGuard[RefusedError[MailAllCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["mail_all_list"]
) -> TypeGuard[RefusedError[MailAllListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["mail_all_preview"]
) -> TypeGuard[RefusedError[MailAllPreviewCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["mail_all_withdraw"]
) -> TypeGuard[RefusedError[MailAllWithdrawCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["main"]
) -> TypeGuard[RefusedError[MainCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["maintenance"]
) -> TypeGuard[RefusedError[MaintenanceCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["maintenance_cancel"]
) -> TypeGuard[RefusedError[MaintenanceCancelCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["maintenance_change"]
) -> TypeGuard[RefusedError[MaintenanceChangeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["maintenance_list"]
) -> TypeGuard[RefusedError[MaintenanceListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["maintenance_state"]
) -> TypeGuard[RefusedError[MaintenanceStateCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["manual"]
) -> TypeGuard[RefusedError[ManualCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["mark_read_mail"]
) -> TypeGuard[RefusedError[MarkReadMailCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["merge"]
) -> TypeGuard[RefusedError[MergeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["mopping_up_stage"]
) -> TypeGuard[RefusedError[MoppingUpStageCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["move_fate"]
) -> TypeGuard[RefusedError[MoveFateCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["movement_undo"]
) -> TypeGuard[RefusedError[MovementUndoCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["note_add"]
) -> TypeGuard[RefusedError[NoteAddCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["note_remove"]
) -> TypeGuard[RefusedError[NoteRemoveCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_add"]
) -> TypeGuard[RefusedError[OperatorAddCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_list"]
) -> TypeGuard[RefusedError[OperatorListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_login"]
) -> TypeGuard[RefusedError[OperatorLoginCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_logout"]
) -> TypeGuard[RefusedError[OperatorLogoutCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_password"]
) -> TypeGuard[RefusedError[OperatorPasswordCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_remove"]
) -> TypeGuard[RefusedError[OperatorRemoveCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_reset"]
) -> TypeGuard[RefusedError[OperatorResetCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_role"]
) -> TypeGuard[RefusedError[OperatorRoleCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_self"]
) -> TypeGuard[RefusedError[OperatorSelfCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["operator_totp"]
) -> TypeGuard[RefusedError[OperatorTotpCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["order_inspect"]
) -> TypeGuard[RefusedError[OrderInspectCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["order_list"]
) -> TypeGuard[RefusedError[OrderListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["order_reconcile"]
) -> TypeGuard[RefusedError[OrderReconcileCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["order_resolve"]
) -> TypeGuard[RefusedError[OrderResolveCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["others"]
) -> TypeGuard[RefusedError[OthersCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["pass_stage"]
) -> TypeGuard[RefusedError[PassStageCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["password_once"]
) -> TypeGuard[RefusedError[PasswordOnceCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["ping"]
) -> TypeGuard[RefusedError[PingCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_as_of"]
) -> TypeGuard[RefusedError[PlayerAsOfCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_ban"]
) -> TypeGuard[RefusedError[PlayerBanCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_delete"]
) -> TypeGuard[RefusedError[PlayerDeleteCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_export"]
) -> TypeGuard[RefusedError[PlayerExportCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_find"]
) -> TypeGuard[RefusedError[PlayerFindCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_grant"]
) -> TypeGuard[RefusedError[PlayerGrantCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_import"]
) -> TypeGuard[RefusedError[PlayerImportCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_import_piece"]
) -> TypeGuard[RefusedError[PlayerImportPieceCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_kick"]
) -> TypeGuard[RefusedError[PlayerKickCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_list"]
) -> TypeGuard[RefusedError[PlayerListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_may_move"]
) -> TypeGuard[RefusedError[PlayerMayMoveCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_move"]
) -> TypeGuard[RefusedError[PlayerMoveCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_move_again"]
) -> TypeGuard[RefusedError[PlayerMoveAgainCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_move_list"]
) -> TypeGuard[RefusedError[PlayerMoveListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_mute"]
) -> TypeGuard[RefusedError[PlayerMuteCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_rename"]
) -> TypeGuard[RefusedError[PlayerRenameCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_requests"]
) -> TypeGuard[RefusedError[PlayerRequestsCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_scenario"]
) -> TypeGuard[RefusedError[PlayerScenarioCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_take"]
) -> TypeGuard[RefusedError[PlayerTakeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_unban"]
) -> TypeGuard[RefusedError[PlayerUnbanCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_unmute"]
) -> TypeGuard[RefusedError[PlayerUnmuteCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["player_view"]
) -> TypeGuard[RefusedError[PlayerViewCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["query_match"]
) -> TypeGuard[RefusedError[QueryMatchCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["query_match_base"]
) -> TypeGuard[RefusedError[QueryMatchBaseCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["realm_hello"]
) -> TypeGuard[RefusedError[RealmHelloCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["redeem_code"]
) -> TypeGuard[RefusedError[RedeemCodeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["refrash"]
) -> TypeGuard[RefusedError[RefrashCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["refresh"]
) -> TypeGuard[RefusedError[RefreshCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["reject_challenge"]
) -> TypeGuard[RefusedError[RejectChallengeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["report_drop"]
) -> TypeGuard[RefusedError[ReportDropCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["report_list"]
) -> TypeGuard[RefusedError[ReportListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["report_retry"]
) -> TypeGuard[RefusedError[ReportRetryCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_back"]
) -> TypeGuard[RefusedError[RulesBackCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_diff"]
) -> TypeGuard[RefusedError[RulesDiffCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_history"]
) -> TypeGuard[RefusedError[RulesHistoryCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_keep"]
) -> TypeGuard[RefusedError[RulesKeepCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_reload"]
) -> TypeGuard[RefusedError[RulesReloadCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_status"]
) -> TypeGuard[RefusedError[RulesStatusCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_studies"]
) -> TypeGuard[RefusedError[RulesStudiesCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_study"]
) -> TypeGuard[RefusedError[RulesStudyCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_study_report"]
) -> TypeGuard[RefusedError[RulesStudyReportCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_study_stop"]
) -> TypeGuard[RefusedError[RulesStudyStopCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_unpin"]
) -> TypeGuard[RefusedError[RulesUnpinCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["rules_usage"]
) -> TypeGuard[RefusedError[RulesUsageCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["season_ranking"]
) -> TypeGuard[RefusedError[SeasonRankingCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["season_rewards_of"]
) -> TypeGuard[RefusedError[SeasonRewardsOfCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["select"]
) -> TypeGuard[RefusedError[SelectCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["select_personal"]
) -> TypeGuard[RefusedError[SelectPersonalCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["send_mail"]
) -> TypeGuard[RefusedError[SendMailCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["server_time"]
) -> TypeGuard[RefusedError[ServerTimeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["signup"]
) -> TypeGuard[RefusedError[SignupCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["skill"]
) -> TypeGuard[RefusedError[SkillCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["stage_damage_ranking"]
) -> TypeGuard[RefusedError[StageDamageRankingCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["stage_refresh_boss"]
) -> TypeGuard[RefusedError[StageRefreshBossCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["start_hang_up"]
) -> TypeGuard[RefusedError[StartHangUpCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["status"]
) -> TypeGuard[RefusedError[StatusCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["sud_bind"]
) -> TypeGuard[RefusedError[SudBindCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["suspect_list"]
) -> TypeGuard[RefusedError[SuspectListCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_announcements"]
) -> TypeGuard[RefusedError[TakeAnnouncementsCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_gift"]
) -> TypeGuard[RefusedError[TakeGiftCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_hold"]
) -> TypeGuard[RefusedError[TakeHoldCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_letter"]
) -> TypeGuard[RefusedError[TakeLetterCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_letter_back"]
) -> TypeGuard[RefusedError[TakeLetterBackCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_mail_all"]
) -> TypeGuard[RefusedError[TakeMailAllCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_mail_all_back"]
) -> TypeGuard[RefusedError[TakeMailAllBackCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_maintenance"]
) -> TypeGuard[RefusedError[TakeMaintenanceCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_move_end"]
) -> TypeGuard[RefusedError[TakeMoveEndCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["take_player"]
) -> TypeGuard[RefusedError[TakePlayerCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["task_info"]
) -> TypeGuard[RefusedError[TaskInfoCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["task_info_personal"]
) -> TypeGuard[RefusedError[TaskInfoPersonalCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["task_request"]
) -> TypeGuard[RefusedError[TaskCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["time"]
) -> TypeGuard[RefusedError[TimeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["tokens_end"]
) -> TypeGuard[RefusedError[TokensEndCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["try"]
) -> TypeGuard[RefusedError[TryCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["use_item"]
) -> TypeGuard[RefusedError[UseItemCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["victory_stage_boss"]
) -> TypeGuard[RefusedError[VictoryStageBossCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["victory_stage_coin"]
) -> TypeGuard[RefusedError[VictoryStageCoinCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["victory_stage_endless"]
) -> TypeGuard[RefusedError[VictoryStageEndlessCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["victory_stage_exp"]
) -> TypeGuard[RefusedError[VictoryStageExpCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["victory_stage_general"]
) -> TypeGuard[RefusedError[VictoryStageGeneralCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["wname_assign"]
) -> TypeGuard[RefusedError[WnameAssignCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["world_hello"]
) -> TypeGuard[RefusedError[WorldHelloCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["world_node"]
) -> TypeGuard[RefusedError[WorldNodeCode | GlobalRefusal]]: ...


@overload
def is_refused(
    error: BaseException, function: Literal["world_ranking"]
) -> TypeGuard[RefusedError[WorldRankingCode | GlobalRefusal]]: ...


def is_refused(error: BaseException, function: str) -> bool:
    """Whether an error is a refusal of this function; its `status` is then one of its codes, or a global one."""
    return isinstance(error, RefusedError) and error.function == function
