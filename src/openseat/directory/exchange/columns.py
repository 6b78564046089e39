"""The columns of a table file: what a cell says, and how a value is written into one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from openseat.core.errors import CoreError

_YES = frozenset({"是", "yes", "y", "true", "1", "启用", "√"})
_NO = frozenset({"否", "no", "n", "false", "0", "停用", "×"})
_WHOLE = re.compile(r"-?[0-9]+(\.0+)?")
_PART = re.compile("[;；、\n]")
_LEVEL = re.compile(r"(.+?)\s*[:：=]\s*([0-9]+)(?:\.0+)?")


class BadCellError(CoreError):
    """A cell that does not say what its column wants."""


@dataclass(frozen=True, slots=True)
class Book:
    """Rows that cells refer to: by their id, or by what people call them where that is clear."""

    names: Mapping[str, str]
    """Id → name."""
    ids: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, tuple[str, ...]] = {}
        for subject, name in self.names.items():
            found[name.casefold()] = (*found.get(name.casefold(), ()), subject)
        object.__setattr__(self, "ids", found)

    def find(self, cell: str) -> str:
        """Return the id of what a cell names.

        Raises:
            BadCellError: ``sheet.unknown_name``, or ``sheet.ambiguous_name``.
        """
        if cell in self.names:
            return cell
        match self.ids.get(cell.casefold(), ()):
            case ():
                raise BadCellError("sheet.unknown_name", name=cell[:60])
            case (only,):
                return only
            case several:
                ids = ", ".join(several[:5])
                raise BadCellError("sheet.ambiguous_name", name=cell[:60], ids=ids)

    def name(self, subject: str) -> str:
        """Return the name to write for an id: the id itself where the name is not clear."""
        name = self.names.get(subject, subject)
        return name if len(self.ids.get(name.casefold(), ())) == 1 else subject


Books = Mapping[str, Book]
"""Kind of row → its book."""


class Kind(Protocol):
    """What the cells of a column hold."""

    def read(self, cell: str, books: Books) -> Any:
        """Return the value of a cell that is not empty. Raises `BadCellError`."""
        ...

    def write(self, value: Any, books: Books) -> str:
        """Return the cell of a value that is not None."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """Text as it is."""

    def read(self, cell: str, books: Books) -> str:
        """Return the text."""
        return cell

    def write(self, value: Any, books: Books) -> str:
        """Return the text."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits that are a name, such as an agent number: 1001.0 is 1001."""

    def read(self, cell: str, books: Books) -> str:
        """Return the digits."""
        return cell.partition(".")[0] if _WHOLE.fullmatch(cell) else cell

    def write(self, value: Any, books: Books) -> str:
        """Return the digits."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    def read(self, cell: str, books: Books) -> int:
        """Return the number."""
        if not _WHOLE.fullmatch(cell) or len(cell) > 15:
            raise BadCellError("sheet.not_whole")
        return int(cell.partition(".")[0])

    def write(self, value: Any, books: Books) -> str:
        """Return the number."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def read(self, cell: str, books: Books) -> bool:
        """Return whether it is so."""
        word = cell.casefold().removesuffix(".0")
        if word not in _YES | _NO:
            raise BadCellError("sheet.not_flag")
        return word in _YES

    def write(self, value: Any, books: Books) -> str:
        """Return 是 or 否."""
        return "是" if value else "否"


@dataclass(frozen=True, slots=True)
class One:
    """A row of a kind."""

    kind: str

    def read(self, cell: str, books: Books) -> str:
        """Return its id."""
        return books[self.kind].find(cell)

    def write(self, value: Any, books: Books) -> str:
        """Return its name."""
        return books[self.kind].name(value)


@dataclass(frozen=True, slots=True)
class Several:
    """Rows of a kind, in their order."""

    kind: str

    def read(self, cell: str, books: Books) -> list[str]:
        """Return their ids."""
        return [books[self.kind].find(part.strip()) for part in _PART.split(cell) if part.strip()]

    def write(self, value: Any, books: Books) -> str:
        """Return their names."""
        return "; ".join(books[self.kind].name(one) for one in value)


@dataclass(frozen=True, slots=True)
class Levels:
    """Skills with levels: `普通话:8; 英语:5`."""

    def read(self, cell: str, books: Books) -> dict[str, int]:
        """Return skill → level."""
        found: dict[str, int] = {}
        for part in (one.strip() for one in _PART.split(cell)):
            if not part:
                continue
            said = _LEVEL.fullmatch(part)
            if said is None:
                raise BadCellError("sheet.not_level", part=part[:60])
            found[books["skills"].find(said[1])] = int(said[2][:4])
        return found

    def write(self, value: Any, books: Books) -> str:
        """Return the skills' names with their levels."""
        return "; ".join(f"{books['skills'].name(one)}:{level}" for one, level in value.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: the field it stands for, and its headings, which are also taken for each other."""

    field: str
    zh: str
    en: str
    kind: Kind
    empty: Any = None
    """What an empty cell of a column that is there means."""


_WORDS, _WHOLE_KIND, _FLAG = Words(), Whole(), Flag()
_SECONDS = {
    "offer_timeout_s": ("振铃时限（秒）", "Ring time (s)", 20),
    "preferred_wait_s": ("优先座席等待（秒）", "Wait for last agent (s)", 15),
    "max_wait_s": ("最长等待（秒）", "Longest wait (s)", None),
    "keep_place_s": ("位置保留（秒）", "Place kept (s)", 300),
    "service_level_s": ("服务水平时限（秒）", "Service level time (s)", 20),
    "short_abandon_s": ("短放弃（秒）", "Short abandon (s)", 5),
    "after_call_work_limit_s": ("话后时限（秒）", "After-call work (s)", 30),
    "announce_first_s": ("首次播报（秒）", "First announcement (s)", None),
    "announce_every_s": ("播报间隔（秒）", "Announced every (s)", None),
}
_COUNTS = {
    "priority": ("优先级", "Priority", 0),
    "ageing_per_minute": ("每分钟升级", "Priority gained a minute", 0),
    "weight": ("份额", "Share", 1),
    "max_length": ("最大长度", "Most waiting", None),
    "record_percent": ("录音比例", "Recorded (%)", 100),
}
_FLAGS = {
    "prefer_last_agent": ("优先上次座席", "Last agent first", False),
    "overflow_when_unstaffed": ("无人时溢出", "Overflow when unstaffed", False),
    "announce_position": ("播报位置", "Tell position", False),
    "announce_wait": ("播报预计等待", "Tell expected wait", False),
    "callback_on_switch_loss": ("断线回呼", "Call back when lost", True),
    "auto_answer": ("自动应答", "Automatic answer", False),
    "active": ("启用", "Active", True),
}


def _named(table: Mapping[str, tuple[str, str, Any]], kind: Kind) -> tuple[Column, ...]:
    return tuple(
        Column(field=name, zh=zh, en=en, kind=kind, empty=empty)
        for name, (zh, en, empty) in table.items()
    )


AGENT_COLUMNS: tuple[Column, ...] = (
    Column(field="number", zh="工号", en="Agent number", kind=Digits()),
    Column(field="name", zh="姓名", en="Name", kind=_WORDS),
    Column(field="group_id", zh="座席组", en="Group", kind=One("agent-groups")),
    Column(field="client_id", zh="企业客户", en="Client", kind=One("clients")),
    Column(field="queues", zh="服务队列", en="Queues", kind=Several("queues"), empty=[]),
    Column(field="skills", zh="技能", en="Skills", kind=Levels(), empty={}),
    Column(field="auto_answer", zh="自动应答", en="Automatic answer", kind=_FLAG, empty=False),
    Column(field="language", zh="播报语言", en="Spoken language", kind=_WORDS, empty="zh-CN"),
    Column(field="telephone", zh="外线号码", en="Outside number", kind=Digits(), empty=""),
    Column(
        field="min_busy_s", zh="最短示忙（秒）", en="Shortest busy (s)", kind=_WHOLE_KIND, empty=0
    ),
    Column(
        field="grace_s", zh="断线保留（秒）", en="Kept disconnected (s)", kind=_WHOLE_KIND, empty=30
    ),
    Column(field="active", zh="启用", en="Active", kind=_FLAG, empty=True),
)
QUEUE_COLUMNS: tuple[Column, ...] = (
    Column(field="client_id", zh="企业客户", en="Client", kind=One("clients")),
    Column(field="project_id", zh="业务项目", en="Project", kind=One("projects")),
    Column(field="name", zh="名称", en="Name", kind=_WORDS),
    Column(field="strategy", zh="分配策略", en="Strategy", kind=_WORDS, empty="longest_idle"),
    Column(field="skills", zh="所需技能", en="Required skills", kind=Levels(), empty={}),
    *_named(_COUNTS, _WHOLE_KIND),
    *_named(_SECONDS, _WHOLE_KIND),
    Column(field="music", zh="等待音乐", en="Music", kind=_WORDS, empty="default"),
    *_named(_FLAGS, _FLAG),
)
