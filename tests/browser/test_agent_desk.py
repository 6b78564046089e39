"""The agent's desk: signing in at a phone, states, the contact at hand, its disposition."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from openseat.testing.web.floor import call_row, millis

pytestmark = pytest.mark.browser

ME = "a-1002"


def idle(stand_in):
    stand_in.agent(
        ME, state="idle", since=millis(), call_id="", segment_id="", queue_id="", until=None
    )


def state(page):
    return page.locator("[data-test=state]")


def asked(stand_in, path):
    return [json.loads(body or "{}") for _, where, body, _ in stand_in.received if where == path]


def test_an_agent_signs_in_at_a_phone(open_page, stand_in):
    stand_in.agent(ME, state="signed_out")
    page = open_page("/agent", user="agent")
    enter = page.get_by_role("button", name="签入")
    expect(enter).to_be_focused()
    page.get_by_role("combobox", name="话机").click()
    page.get_by_role("option", name="SIP 话机 phone-1002").click()
    expect(enter).to_be_focused()
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("空闲")
    assert asked(stand_in, "/me/agent/sign-in") == [{"endpoint": "phone-1002"}]
    assert all(token == "csrf-of-this-session" for *_, token in stand_in.received)


def test_states_change_by_keys_that_are_shown(open_page, stand_in):
    idle(stand_in)
    page = open_page("/agent", user="agent")
    expect(state(page)).to_have_text("空闲")
    page.keyboard.press("F4")
    page.get_by_role("menuitem", name="培训").click()
    expect(state(page)).to_have_text("示忙")
    expect(page.locator(".reason")).to_have_text("培训")
    page.keyboard.press("F2")
    expect(state(page)).to_have_text("空闲")
    page.keyboard.press("F8")
    expect(state(page)).to_have_text("仅呼出")
    assert asked(stand_in, "/me/agent/state") == [
        {"state": "busy", "reason": "training"},
        {"state": "idle"},
        {"state": "outbound_only"},
    ]
    for key in ("F2", "F4", "F8"):
        expect(page.get_by_text(key, exact=True)).to_be_visible()


def test_a_call_pops_up_with_its_client_and_history(open_page, stand_in):
    idle(stand_in)
    page = open_page("/agent", user="agent")
    expect(page.get_by_text("没有联络")).to_be_visible()
    call = call_row("call-7", caller="+8613500001111", state="ringing", queue_id="q-card",
                    agent_id=ME)  # fmt: skip
    stand_in.move({"calls": {"call-7": call}})
    stand_in.agent(ME, state="ringing", call_id="call-7", queue_id="q-card", since=millis())
    expect(page.locator("[data-test=caller]")).to_have_text("+8613500001111")
    expect(page.get_by_text("请在话机")).to_be_visible()
    expect(page.get_by_title("恒信银行")).to_be_visible()
    expect(page.get_by_role("table", name="历史联络").locator("tbody tr")).to_have_count(6)


def test_what_the_phone_answers_by_itself_is_told_before_it_does(open_page, stand_in):
    idle(stand_in)
    stand_in.agent(ME, auto_answer=["q-card"])
    page = open_page("/agent", user="agent")
    queue = stand_in.tables["queues"]["q-card"]["name"]
    expect(page.locator("[data-test=automatic]")).to_have_text(f"自动接听（提示音后接通）：{queue}")
    call = call_row("call-7", state="ringing", queue_id="q-card", agent_id=ME)
    stand_in.move({"calls": {"call-7": call}})
    stand_in.agent(ME, state="ringing", call_id="call-7", queue_id="q-card", since=millis())
    expect(page.locator("[data-test=unasked]")).to_have_text("自动接听，提示音后接通")
    stand_in.agent(ME, auto_answer=[])
    expect(page.locator("[data-test=unasked]")).to_have_count(0)
    expect(page.get_by_text("请在话机")).to_be_visible()


def test_a_disposition_is_written_while_talking_and_saved_by_key(open_page, stand_in):
    page = open_page("/agent", user="agent")
    stand_in.agent(ME, state="talking", segment_id="segment-77", since=millis())
    page.get_by_text("需跟进").click()
    page.keyboard.press("Alt+n")
    page.keyboard.type("明天回电")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已保存")).to_be_visible()
    assert asked(stand_in, "/segments/segment-77/disposition") == [
        {"code": "follow_up", "notes": "明天回电"}
    ]


def test_the_contact_stays_during_after_call_work_which_counts_down_and_is_extended(
    open_page, stand_in
):
    page = open_page("/agent", user="agent")
    caller = page.locator("[data-test=caller]")
    expect(caller).to_be_visible()
    number = caller.text_content() or ""
    row = stand_in.tables["agents"][ME]
    stand_in.move(
        {"agents": {ME: {**row, "state": "after_call_work", "call_id": "", "since": millis(),
                         "until": millis() + 25_000}}},
        {"calls": [row["call_id"]]},
    )  # fmt: skip
    expect(state(page)).to_have_text("话后处理")
    expect(page.get_by_text("剩余 0:2")).to_be_visible()
    expect(caller).to_have_text(number)
    page.keyboard.press("F9")
    expect(page.get_by_text("剩余 0:5")).to_be_visible()
    assert asked(stand_in, "/me/agent/after-call-work") == [{"extra_s": 30}]


def test_what_comes_after_the_contact_is_shown(open_page, stand_in):
    page = open_page("/agent", user="agent")
    stand_in.agent(ME, state="talking", intended="busy")
    expect(page.get_by_text("结束后：示忙")).to_be_visible()


def test_a_phone_that_is_gone_is_noticed(open_page, stand_in):
    page = open_page("/agent", user="agent")
    stand_in.agent(ME, reachable=False, endpoint="phone-1002")
    expect(page.get_by_text("话机 phone-1002 不可达")).to_be_visible()


def test_signing_out_is_asked_twice(open_page, stand_in):
    idle(stand_in)
    page = open_page("/agent", user="agent")
    bar = page.get_by_role("region", name="座席状态")
    bar.get_by_role("button", name="签出").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(state(page)).to_have_text("空闲")
    bar.get_by_role("button", name="签出").click()
    page.get_by_role("dialog").get_by_role("button", name="签出").click()
    expect(page.get_by_role("heading", name="签入座席")).to_be_visible()


def test_own_figures_are_there(open_page):
    page = open_page("/agent", user="agent")
    expect(page.get_by_text("我的今日")).to_be_visible()
    expect(page.get_by_text("占线率")).to_be_visible()


def in_conversation(stand_in, **changes):
    """The own agent talks with a customer; returns the call's row."""
    me = stand_in.tables["agents"][ME]
    call = call_row(
        "call-9", caller="+8613500002222", state="talking", queue_id="q-card", agent_id=ME,
        agent_ids=[ME], recording=True,
        parties=[
            {"leg_id": "leg-1", "kind": "customer", "agent_id": "", "name": "+8613500002222",
             "state": "up", "muted": False, "place": "talk"},
            {"leg_id": "leg-2", "kind": "agent", "agent_id": ME, "name": f"1002 {me['name']}",
             "state": "up", "muted": False, "place": "talk"},
        ],
    )  # fmt: skip
    stand_in.move({"calls": {"call-9": {**call, **changes}}})
    stand_in.agent(ME, state="talking", call_id="call-9", segment_id="segment-9", queue_id="q-card")
    return call


def test_in_a_call_everything_is_done_by_keys_that_are_shown(open_page, stand_in):
    in_conversation(stand_in)
    page = open_page("/agent", user="agent")
    expect(page.locator("[data-test=caller]")).to_have_text("+8613500002222")
    for key, path, body in (
        ("Alt+h", "/me/agent/hold", {}),
        ("Alt+m", "/me/agent/mute", {"muted": True}),
        ("Alt+p", "/me/agent/recording/pause", {"paused": True}),
        ("Alt+x", "/me/agent/hang-up", {}),
    ):
        with page.expect_response(lambda answer, path=path: answer.url.endswith(path)):
            page.keyboard.press(key)
        assert asked(stand_in, path) == [body]
        expect(page.locator("[data-test=hold]")).to_be_enabled()


def test_keys_pressed_in_quick_succession_are_all_sent_and_in_order(open_page, stand_in):
    in_conversation(stand_in)
    page = open_page("/agent", user="agent")
    expect(page.locator("[data-test=caller]")).to_have_text("+8613500002222")
    page.keyboard.press("Alt+k")
    pad = page.get_by_role("group", name="按键")
    expect(pad).to_be_focused()
    # As fast as the page can take them; the two equal ones are two.
    page.keyboard.type("1158*0#")
    expect(pad.locator("output")).to_have_text("1158*0#")

    def sent() -> str:
        return "".join(body["digits"] for body in asked(stand_in, "/me/agent/keys"))

    for _ in range(100):
        if len(sent()) >= 7:
            break
        page.wait_for_timeout(50)
    assert sent() == "1158*0#"


def test_a_consultation_shows_its_ways_out(open_page, stand_in):
    page = open_page("/agent", user="agent")
    call = in_conversation(stand_in)
    friend = {"leg_id": "leg-3", "kind": "outside", "agent_id": "", "name": "+8613600000000",
              "state": "ringing", "muted": False, "place": "apart"}  # fmt: skip
    asking = {
        **call,
        "state": "consulting",
        "parties": [*call["parties"], friend],
        "consult": {"agent_id": ME, "leg_id": "leg-3", "parked": False},
    }
    stand_in.move({"calls": {"call-9": asking}})
    stand_in.agent(ME, state="consulting")
    expect(page.locator("[data-test=consulted]")).to_contain_text("正在呼叫 +8613600000000")
    expect(page.locator("[data-test=complete]")).to_be_disabled()
    expect(page.locator("[data-test=return]")).to_be_enabled()
    friend |= {"state": "up", "place": "consult"}
    stand_in.move({"calls": {"call-9": {**asking, "parties": [*call["parties"], friend]}}})
    for way in ("swap", "complete", "conference"):
        expect(page.locator(f"[data-test={way}]")).to_be_enabled()


def test_the_host_of_a_conference_ends_it_for_all_after_a_question(open_page, stand_in):
    page = open_page("/agent", user="agent")
    call = in_conversation(stand_in)
    friend = {"leg_id": "leg-3", "kind": "outside", "agent_id": "", "name": "+8613600000000",
              "state": "up", "muted": False, "place": "talk"}  # fmt: skip
    shared = {**call, "state": "conferencing", "parties": [*call["parties"], friend]}
    stand_in.move({"calls": {"call-9": {**shared, "host_id": "a-other"}}})
    expect(page.get_by_role("list", name="会议各方")).to_contain_text("+8613600000000")
    expect(page.locator("[data-test=end-all]")).to_have_count(0)
    stand_in.move({"calls": {"call-9": {**shared, "host_id": ME}}})
    expect(page.locator("[data-test=end-all]")).to_be_enabled()
    path = "/me/agent/conference/end"
    page.keyboard.press("Alt+q")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("客户、+8613600000000和您都将退出通话")
    question.get_by_role("button", name="取消").click()
    expect(question).to_be_hidden()
    assert asked(stand_in, path) == []
    page.keyboard.press("Alt+q")
    with page.expect_response(lambda answer: answer.url.endswith(path)):
        question.get_by_role("button", name="结束会议").click()
    assert asked(stand_in, path) == [{}]


def test_an_agent_with_a_colleague_can_only_hang_up(open_page, stand_in):
    page = open_page("/agent", user="agent")
    me = stand_in.tables["agents"][ME]
    call = call_row(
        "call-8", direction="internal", caller=me["number"], called="1003", state="talking",
        agent_id=ME, agent_ids=[ME], client_id="", project_id="",
    )  # fmt: skip
    stand_in.move({"calls": {"call-8": call}})
    stand_in.agent(ME, state="talking", call_id="call-8", segment_id="", queue_id="")
    expect(page.locator("[data-test=caller]")).to_have_text("1003")
    expect(page.get_by_text("与同事通话")).to_be_visible()
    expect(page.locator("[data-test=hold]")).to_have_count(0)
    page.keyboard.press("Alt+h")
    with page.expect_response(lambda answer: answer.url.endswith("/me/agent/hang-up")):
        page.keyboard.press("Alt+x")
    assert asked(stand_in, "/me/agent/hold") == []


def test_a_project_has_outcomes_of_its_own(open_page, stand_in):
    stand_in.outcomes = [{"code": "claim_filed", "name": "报案已受理"}]
    in_conversation(stand_in)
    page = open_page("/agent", user="agent")
    page.get_by_text("报案已受理").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已保存")).to_be_visible()
    assert asked(stand_in, "/segments/segment-9/disposition") == [
        {"code": "claim_filed", "notes": ""}
    ]


def test_a_customer_is_called_for_a_project(open_page, stand_in):
    idle(stand_in)
    page = open_page("/agent", user="agent")
    expect(page.locator("[data-test=dial]")).to_be_disabled()
    page.keyboard.press("Alt+o")
    page.keyboard.type("138 0013-8000")
    expect(page.locator("[data-test=dial]")).to_be_enabled()
    with page.expect_response(lambda answer: answer.url.endswith("/me/agent/dial")):
        page.keyboard.press("Enter")
    assert asked(stand_in, "/me/agent/dial") == [{"number": "13800138000", "project_id": "p-card"}]


def test_an_agent_goes_on_at_another_phone(open_page, stand_in):
    idle(stand_in)
    stand_in.agent(ME, endpoint="phone-1002")
    page = open_page("/agent", user="agent")
    page.locator("[data-test=change-phone]").click()
    expect(page.get_by_role("menuitem", name="SIP 话机 phone-1002")).to_be_disabled()
    page.get_by_role("menuitem", name="外线电话 +8613700001001").click()
    expect(page.get_by_text("来电会在话机 +8613700001001 上振铃")).to_be_visible()
    assert asked(stand_in, "/me/agent/phone") == [{"endpoint": f"telephone-{ME}"}]


def test_the_phone_is_not_changed_during_a_contact(open_page, stand_in):
    stand_in.agent(ME, state="talking", endpoint="phone-1002")
    page = open_page("/agent", user="agent")
    expect(page.locator("[data-test=change-phone]")).to_be_disabled()
