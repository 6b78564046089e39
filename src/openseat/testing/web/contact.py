"""A contact with everything a project can show of it, for pages before the stand-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from openseat.testing.web.floor import Row, millis
from openseat.testing.web.stand_in import StandIn

ME = "a-1002"
"""The agent of the stand-in."""
FORM: Row = {
    "form_id": "form-1",
    "version": 3,
    "name": "登记",
    "fields": [
        {"name": "reason", "label": "来电原因", "kind": "choice", "required": True, "help": "",
         "pattern": "", "choices": ["查询", "投诉"]},
        {"name": "policy", "label": "保单号", "kind": "text", "required": False,
         "help": "P 加六位数字", "pattern": "P[0-9]{6}", "choices": []},
        {"name": "wants", "label": "关注产品", "kind": "choices", "required": False, "help": "",
         "pattern": "", "choices": ["车险", "寿险"]},
    ],
}  # fmt: skip
SCRIPT: Row = {
    "name": "开场白",
    "version": 2,
    "text": "## 问候\n\n您好，这里是**恒信银行**。\n\n"
    "<b onclick=alert(1)>x</b> [条款](javascript:alert(1))",
}
PAGE: Row = {"name": "客户系统", "url": "https://crm.example.com/pop?call=1", "opens": "frame"}
BY_COLLEAGUE: Row = {
    "segment_id": "segment-70", "agent_id": "a-1001", "group_id": "g", "queue_id": "q-card",
    "via": "queue", "started_at": "2026-06-01T02:00:00Z", "ended_at": None, "talk_s": 1,
    "hold_s": 0, "ended_by": "", "disposition": "follow_up", "notes": "客户要求改日再谈",
    "form_id": "form-1", "form_version": 2,
    "answers": [{"name": "reason", "label": "旧问题", "value": "投诉"}],
}  # fmt: skip


def desk(open_page: Callable[..., Page], stand_in: StandIn, **options: Any) -> Page:
    """The desk of an agent who talks, with everything that a project can show."""
    stand_in.script, stand_in.client_page = SCRIPT, PAGE
    stand_in.form, stand_in.parts = FORM, [BY_COLLEAGUE]
    stand_in.agent(ME, state="talking", segment_id="segment-77", since=millis())
    page = open_page("/floor", user="agent", **options)
    page.context.route(
        "https://crm.example.com/**",
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8",
            body="<!doctype html><meta charset=utf-8><h1>客户档案 金卡</h1>",
        ),
    )
    page.goto(stand_in.url + "/agent")
    return page
