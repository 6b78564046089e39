"""What the demonstration floor consists of, as rows of the directory's tables."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

OPERATOR = {"id": "yuansheng", "name": "远声客服外包", "short_name": "远声"}
BRANCH = {"id": "shanghai", "operator_id": "yuansheng", "name": "上海分公司"}

CLIENTS: list[Row] = [
    {"id": "jincheng", "name": "锦程保险", "short_name": "锦程", "branch_id": "shanghai"},
    {"id": "beidou", "name": "北斗物流", "short_name": "北斗", "branch_id": "shanghai"},
]
PROJECTS: list[Row] = [
    {
        "id": "jincheng-service",
        "client_id": "jincheng",
        "name": "客户服务",
        "caller_number": "+862150101001",
    },
    {
        "id": "jincheng-motor",
        "client_id": "jincheng",
        "name": "车险理赔",
        "caller_number": "+862150101001",
    },
    {
        "id": "beidou-service",
        "client_id": "beidou",
        "name": "快件服务",
        "caller_number": "+862150101002",
    },
]
SKILLS: list[Row] = [
    {"id": "mandarin", "name": "普通话"},
    {"id": "english", "name": "英语"},
    {"id": "insurance", "name": "保险业务"},
    {"id": "claims", "name": "车险理赔"},
    {"id": "logistics", "name": "物流业务"},
    {"id": "complaints", "name": "投诉处理"},
]
GROUPS: list[Row] = [
    {"id": "group-one", "name": "一组", "branch_id": "shanghai"},
    {"id": "group-two", "name": "二组", "branch_id": "shanghai"},
]

_QUEUE: Row = {
    "announce_first_s": 30,
    "announce_every_s": 45,
    "announce_position": True,
    "announce_wait": True,
    "prefer_last_agent": True,
    "ageing_per_minute": 1,
    "max_wait_s": 600,
    "max_length": 50,
    "after_call_work_limit_s": 20,
}
QUEUES: list[Row] = [
    {
        **_QUEUE,
        "id": "jincheng-care",
        "client_id": "jincheng",
        "project_id": "jincheng-service",
        "name": "锦程客服",
        "strategy": "longest_idle",
        "weight": 2,
    },
    {
        **_QUEUE,
        "id": "jincheng-claims",
        "client_id": "jincheng",
        "project_id": "jincheng-motor",
        "name": "锦程理赔",
        "strategy": "skill_level",
        "priority": 5,
        # After a minute anybody who knows insurance will do.
        "relaxations": [{"after_s": 60, "skills": {"claims": 0, "insurance": 3}}],
        "overflow_kind": "queue",
        "overflow_id": "jincheng-care",
    },
    {
        **_QUEUE,
        "id": "beidou-parcels",
        "client_id": "beidou",
        "project_id": "beidou-service",
        "name": "北斗查件",
        "strategy": "fewest_calls",
    },
    {
        **_QUEUE,
        "id": "beidou-complaints",
        "client_id": "beidou",
        "project_id": "beidou-service",
        "name": "北斗投诉",
        "strategy": "longest_idle",
        "priority": 3,
        "relaxations": [{"after_s": 45, "skills": {"complaints": 0, "logistics": 2}}],
        "overflow_kind": "queue",
        "overflow_id": "beidou-parcels",
    },
]
QUEUE_SKILLS: dict[str, dict[str, int]] = {
    "jincheng-care": {"insurance": 3},
    "jincheng-claims": {"claims": 5},
    "beidou-parcels": {"logistics": 2},
    "beidou-complaints": {"complaints": 4},
}

_NAMES = ("王芳 李娜 张敏 刘洋 陈静 杨帆 赵磊 黄婷 周杰 吴倩 徐丽 孙浩 胡月 朱琳 高翔 林雪").split()
_INSURANCE = ({"mandarin": 8, "insurance": 6}, ["jincheng-care"])
_CLAIMS = (
    {"mandarin": 8, "english": 5, "insurance": 7, "claims": 8},
    ["jincheng-claims", "jincheng-care"],
)
_PARCELS = ({"mandarin": 8, "logistics": 6}, ["beidou-parcels"])
_COMPLAINTS = (
    {"mandarin": 8, "logistics": 7, "complaints": 8},
    ["beidou-complaints", "beidou-parcels"],
)
# Shared seats: both clients' calls, by the clients' weights.
_SHARED = (
    {"mandarin": 8, "insurance": 5, "claims": 5, "logistics": 5, "complaints": 5},
    ["jincheng-care", "beidou-parcels", "jincheng-claims", "beidou-complaints"],
)
_PLACES = [_SHARED] * 8 + [_INSURANCE, _INSURANCE, _CLAIMS, _CLAIMS, _PARCELS, _PARCELS]
_PLACES += [_COMPLAINTS, _COMPLAINTS]

AGENTS: list[Row] = [
    {
        "id": f"agent-{1001 + n}",
        "number": str(1001 + n),
        "name": name,
        "group_id": "group-one" if n % 2 == 0 else "group-two",
        "skills": place[0],
        "queues": place[1],
    }
    for n, (name, place) in enumerate(zip(_NAMES, _PLACES, strict=True))
]

SUPERVISORS: list[Row] = [
    {
        "id": f"agent-{number}",
        "number": number,
        "name": name,
        "group_id": group,
        "skills": {"mandarin": 8},
        "queues": [],
    }
    for number, name, group in (("1901", "林班长", "group-one"), ("1902", "郑班长", "group-two"))
]
"""Agents whose phones are for other agents' conversations: they serve no queue."""

PHONES: list[Row] = [
    {"id": agent["number"], "agent_id": agent["id"], "name": f"{agent['name']} 话机"}
    for agent in (*AGENTS, *SUPERVISORS)
] + [{"id": "seat-1", "name": "自由座席 1"}, {"id": "seat-2", "name": "自由座席 2", "webrtc": True}]

_DAY = [{"start": "08:30", "end": "12:00"}, {"start": "13:00", "end": "18:00"}]
_ROUND = [{"start": "00:00", "end": "24:00"}]
HOURS: list[Row] = [
    {
        "id": "always",
        "name": "全天候",
        "weekly": {str(day): _ROUND for day in range(7)},
        "calendar_id": None,
    },
    {
        "id": "office",
        "name": "工作时间",
        "weekly": {str(day): _DAY for day in range(5)},
        "calendar_id": "china",
    },
]


def _stretch(name: str, month: int, first: int, last: int) -> list[Row]:
    return [
        {"date": f"2026-{month:02d}-{day:02d}", "name": name, "spans": []}
        for day in range(first, last + 1)
    ]


def _workday(date: str, name: str) -> Row:
    return {"date": date, "name": f"{name}调休上班", "spans": _DAY}


# Public holidays of 2026 with their make-up workdays, as the State Council announced them.
CALENDAR: Row = {
    "id": "china",
    "name": "中国法定节假日",
    "days": sorted(
        [
            *_stretch("元旦", 1, 1, 3),
            _workday("2026-01-04", "元旦"),
            _workday("2026-02-14", "春节"),
            *_stretch("春节", 2, 15, 23),
            _workday("2026-02-28", "春节"),
            *_stretch("清明节", 4, 4, 6),
            *_stretch("劳动节", 5, 1, 5),
            _workday("2026-05-09", "劳动节"),
            *_stretch("端午节", 6, 19, 21),
            _workday("2026-09-20", "国庆节"),
            *_stretch("中秋节", 9, 25, 27),
            *_stretch("国庆节", 10, 1, 7),
            _workday("2026-10-10", "国庆节"),
        ],
        key=lambda day: day["date"],
    ),
}

NUMBERS: list[Row] = [
    {
        "id": "number-shared",
        "e164": "+862150101000",
        "flow_id": "shared-menu",
        "client_id": None,
        "project_id": None,
        "note": "两家客户共用，按键区分",
    },
    {
        "id": "number-jincheng",
        "e164": "+862150101001",
        "flow_id": "jincheng-menu",
        "client_id": "jincheng",
        "project_id": "jincheng-service",
        "note": "锦程保险专线",
    },
    {
        "id": "number-beidou",
        "e164": "+862150101002",
        "flow_id": "beidou-menu",
        "client_id": "beidou",
        "project_id": "beidou-service",
        "note": "北斗物流专线",
    },
]

LISTED: list[Row] = [
    {
        "id": "listed-nuisance",
        "client_id": "jincheng",
        "project_id": None,
        "kind": "blacklist",
        "e164": "+8613900000000",
        "note": "多次骚扰",
    }
]

DISPOSITIONS: list[Row] = [
    {
        "id": f"{client}-{code}",
        "client_id": client,
        "project_id": project,
        "code": code,
        "name": name,
        "position": position,
    }
    for client, project, names in (
        (
            "jincheng",
            None,
            {
                "policy_explained": "保单已解答",
                "claim_filed": "报案已受理",
                "renewal": "有意续保",
                "surrender": "要求退保",
                "follow_up": "需跟进",
                "complaint": "投诉",
                "wrong_number": "打错电话",
            },
        ),
        (
            "beidou",
            "beidou-service",
            {
                "located": "已查到快件",
                "redelivery": "约定再派送",
                "address_changed": "更改地址",
                "lost": "快件遗失",
                "follow_up": "需跟进",
                "complaint": "投诉",
                "wrong_number": "打错电话",
            },
        ),
    )
    for position, (code, name) in enumerate(names.items())
]


def users() -> list[Row]:
    """Return the demonstration's users; `secret` names the password they share."""
    return [
        {
            "id": "user-admin",
            "login": "admin",
            "name": "系统管理员",
            "role": "operator_admin",
            "secret": "demo_admin",
        },
        {
            "id": "user-supervisor",
            "login": "supervisor",
            "name": "林班长",
            "role": "supervisor",
            "agent_id": "agent-1901",
            "group_ids": [group["id"] for group in GROUPS],
            "queue_ids": [queue["id"] for queue in QUEUES],
            "secret": "demo_supervisor",
        },
        {
            "id": "user-supervisor2",
            "login": "supervisor2",
            "name": "郑班长",
            "role": "supervisor",
            "agent_id": "agent-1902",
            "group_ids": ["group-two"],
            "queue_ids": ["beidou-parcels", "beidou-complaints"],
            "secret": "demo_supervisor",
        },
        *(
            {
                "id": f"user-{agent['number']}",
                "login": f"agent{n}",
                "name": agent["name"],
                "role": "agent",
                "agent_id": agent["id"],
                "secret": "demo_agent",
            }
            for n, agent in enumerate(AGENTS, 1)
        ),
        *(
            {
                "id": f"user-{client['id']}",
                "login": client["id"],
                "name": f"{client['name']}管理员",
                "role": "client_user",
                "client_id": client["id"],
                "secret": "demo_client",
            }
            for client in CLIENTS
        ),
    ]
