"""Single steps of flows, and how a run goes from one to the next."""

from __future__ import annotations

import json
from datetime import time

import pytest

from openseat.core.config import HoursConfig, Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.flows import interpreter
from openseat.core.flows.actions import (
    AnswerCall,
    Assign,
    Connected,
    Deadline,
    Digit,
    Enqueue,
    Fetch,
    Finish,
    HungUp,
    LeaveQueue,
    PlayFinished,
    PromiseCallback,
    Rate,
    RecordVoice,
    Returned,
    Say,
    SendTo,
    SetLanguage,
    StopRecordingVoice,
    StopSaying,
)
from openseat.core.flows.run import Phase, Run
from openseat.testing.flows import END, START, Caller, definition, library, step

MENU = step(
    "menu", "menu", prompt=["prompt:menu"], choices={"1": "one", "2": "end"},
    invalid_prompt=["prompt:invalid"], timeout_prompt=["prompt:no-input"], retries=1,
    invalid="end", timeout="one",
)  # fmt: skip
ONE = step("one", "announce", prompt=["prompt:one"], next="end")
OK = Finish(outcome="completed", hang_up_cause=16)


def calling(*steps, given=None, language="zh-CN", hours=None, more=None, **head):
    books = library(hours, main=definition(*steps, **head), **(more or {}))
    return Caller(books, given=given, language=language)


class TestAnnounce:
    def test_answers_once_before_the_first_sound_and_goes_on_after_the_last(self):
        caller = calling(step("a", "announce", prompt=["prompt:hello"], next="one"), ONE, END)
        assert caller.asked == [AnswerCall(), Say(media=("prompt:hello",))]
        assert caller.hear_out() == (Say(media=("prompt:one",)),)
        assert caller.hear_out() == (OK,)
        assert caller.run.done
        assert caller.run.deadline is None

    def test_a_call_that_is_up_already_is_not_answered_again(self):
        books = library(main=definition(ONE, END))
        _, asked = interpreter.start(books, "main", language="en", now=START, answered=True)
        assert asked == (Say(media=("prompt:one",)),)

    def test_a_prompt_that_cannot_be_played_does_not_hold_the_caller_up(self):
        caller = calling(ONE, END)
        assert caller.feed(PlayFinished(ok=False)) == (OK,)

    def test_a_key_stops_it_and_is_kept_for_the_menu(self):
        caller = calling(
            step("a", "announce", prompt=["prompt:hello"], next="menu"), MENU, ONE, END
        )
        assert caller.press("2") == (StopSaying(), OK)

    def test_without_barge_in_the_key_is_kept_and_the_prompt_goes_on(self):
        long = step("a", "announce", prompt=["prompt:hello"], barge_in=False, next="menu")
        caller = calling(long, MENU, ONE, END)
        assert caller.press("2") == ()
        assert caller.hear_out() == (OK,)

    def test_prompts_between_typed_keys_and_their_menu_are_passed_over(self):
        first = step("a", "announce", prompt=["prompt:hello"], next="b")
        second = step("b", "announce", prompt=["prompt:more"], next="menu")
        caller = calling(first, second, MENU, ONE, END)
        assert caller.press("2") == (StopSaying(), OK)

    def test_keys_that_nothing_asks_for_do_not_make_a_loop_spin(self):
        caller = calling(step("a", "announce", prompt=["prompt:hello"], next="a"))
        assert caller.press("7") == (StopSaying(), Say(media=("prompt:hello",)))

    def test_a_playback_whose_end_is_never_reported_is_given_up(self):
        caller = calling(ONE, END)
        assert caller.wait() == (StopSaying(), OK)

    def test_what_is_no_key_is_ignored(self):
        caller = calling(ONE, END)
        assert caller.feed(Digit(digit="x")) == ()
        assert caller.run.typed == ""

    def test_variables_are_filled_in_and_empty_data_is_not_said(self):
        caller = calling(
            step("a", "announce", prompt=["digits:{{caller}}", "number:{{none}}"], next="end"), END
        )
        assert caller.heard() == ["digits:13800138000"]

    def test_with_nothing_left_to_say_it_still_waits(self):
        caller = calling(step("a", "announce", prompt=["number:{{none}}"], next="end"), END)
        assert caller.heard() == ["silence:100"]


class TestMenu:
    def test_a_key_during_the_prompt_stops_it_and_chooses(self):
        caller = calling(MENU, ONE, END)
        assert caller.press("1") == (StopSaying(), Say(media=("prompt:one",)))

    def test_a_key_after_the_prompt_chooses(self):
        caller = calling(MENU, ONE, END)
        assert caller.hear_out() == ()
        assert caller.run.phase is Phase.LISTENING
        assert caller.run.deadline == caller.now + 5_000
        assert caller.press("2") == (OK,)

    def test_a_wrong_key_is_told_and_asked_again_then_leads_to_its_edge(self):
        caller = calling(MENU, ONE, END)
        again = Say(media=("prompt:invalid", "prompt:menu"))
        assert caller.press("9") == (StopSaying(), again)
        assert caller.press("9") == (StopSaying(), OK)

    def test_silence_is_told_and_asked_again_then_leads_to_its_edge(self):
        caller = calling(MENU, ONE, END)
        caller.hear_out()
        assert caller.wait() == (Say(media=("prompt:no-input", "prompt:menu")),)
        caller.hear_out()
        assert caller.wait() == (Say(media=("prompt:one",)),)

    def test_a_question_whose_end_is_never_reported_is_taken_as_asked(self):
        caller = calling(MENU, ONE, END)
        assert caller.wait() == (StopSaying(),)
        assert caller.run.phase is Phase.LISTENING

    def test_without_barge_in_keys_count_when_the_prompt_is_over(self):
        caller = calling(MENU | {"barge_in": False}, ONE, END)
        assert caller.press("2") == ()
        assert caller.hear_out() == (OK,)

    def test_what_is_no_key_is_ignored(self):
        caller = calling(MENU, ONE, END)
        assert caller.press("x") == ()
        caller.hear_out()
        assert caller.press("x") == ()

    def test_a_wrong_key_forgets_what_was_typed_ahead(self):
        ahead = step("a", "announce", prompt=["prompt:hello"], barge_in=False, next="menu")
        caller = calling(ahead, MENU, ONE, END)
        caller.press("92")
        assert caller.hear_out() == (Say(media=("prompt:invalid", "prompt:menu")),)


def collect(**fields):
    given = {
        "prompt": ["prompt:ask"], "into": "account", "shortest": 2, "longest": 4, "retries": 1,
        "invalid_prompt": ["prompt:invalid"], "next": "good", "invalid": "bad", "timeout": "end",
    }  # fmt: skip
    return step("c", "collect", **(given | fields))


GOOD = step("good", "say", form="digits", value="{{account}}", next="end")
BAD = step("bad", "announce", prompt=["prompt:bad"], next="end")


class TestCollect:
    def test_digits_up_to_the_terminator(self):
        caller = calling(collect(), GOOD, BAD, END)
        caller.press("123")
        assert caller.run.deadline == caller.now + 3_000
        assert caller.press("#") == (Say(media=("digits:123",)),)

    def test_as_many_digits_as_there_can_be_need_no_terminator_and_a_late_one_is_dropped(self):
        caller = calling(collect(), GOOD, BAD, END)
        assert caller.press("1234") == (Say(media=("digits:1234",)),)
        assert caller.press("#") == ()
        assert caller.press("#") == (StopSaying(), OK)

    def test_another_key_than_the_late_terminator_counts(self):
        caller = calling(collect(), GOOD, BAD, END)
        caller.press("1234")
        assert caller.press("5") == (StopSaying(), OK)

    def test_a_pause_after_enough_digits_ends_the_entry(self):
        caller = calling(collect(), GOOD, BAD, END)
        caller.press("12")
        assert caller.wait() == (Say(media=("digits:12",)),)

    def test_a_pause_after_too_few_digits_is_a_bad_entry(self):
        caller = calling(collect(), GOOD, BAD, END)
        caller.press("1")
        assert caller.wait() == (Say(media=("prompt:invalid", "prompt:ask")),)
        caller.press("1")
        assert caller.wait() == (Say(media=("prompt:bad",)),)

    def test_a_terminator_alone_counts_as_silence(self):
        caller = calling(collect(), GOOD, BAD, END)
        caller.press("#")
        assert caller.press("#") == (StopSaying(), OK)

    def test_the_first_digit_has_a_time_of_its_own(self):
        caller = calling(collect(first_digit_ms=9_000), GOOD, BAD, END)
        caller.hear_out()
        assert caller.run.deadline == caller.now + 9_000

    @pytest.mark.parametrize(
        ("rule", "entry", "good"),
        [
            ({"prefixes": ["62", "4"]}, "623#", True),
            ({"prefixes": ["62", "4"]}, "523#", False),
            ({"lowest": 10, "highest": 20}, "15#", True),
            ({"lowest": 10}, "09#", False),
            ({"highest": 20}, "21#", False),
            ({"highest": 20}, "1*#", False),
            ({"longest": 16, "checksum": "luhn"}, "4111111111111111", True),
            ({"longest": 16, "checksum": "luhn"}, "4111111111111112", False),
            ({"checksum": "luhn"}, "1**#", False),
        ],
    )
    def test_an_entry_is_checked(self, rule, entry, good):
        caller = calling(collect(retries=0, **rule), GOOD, BAD, END)
        caller.press(entry)
        assert caller.run.step_id == ("good" if good else "bad")

    def test_no_terminator_at_all(self):
        caller = calling(collect(terminator=""), GOOD, BAD, END)
        caller.press("12#")
        assert caller.wait() == (Say(media=("digits:12#",)),)


class TestSay:
    @pytest.mark.parametrize(
        ("form", "item"),
        [
            ("number", "number:12"),
            ("money", "money:12@CNY"),
            ("date", "date:12@Asia/Shanghai"),
            ("time", "time:12@Asia/Shanghai"),
            ("datetime", "datetime:12@Asia/Shanghai"),
        ],
    )
    def test_data_carries_what_its_form_needs(self, form, item):
        said = step(
            "s",
            "say",
            form=form,
            value="{{n}}",
            before=["prompt:a"],
            after=["prompt:b"],
            next="end",
        )
        caller = calling(said, END, variables={"n": "12"})
        assert caller.heard() == ["prompt:a", item, "prompt:b"]

    def test_the_time_now(self):
        caller = calling(step("s", "say", form="time", value="{{now}}", next="end"), END)
        assert caller.heard() == [f"time:{START}@Asia/Shanghai"]

    def test_missing_data_is_left_out(self):
        said = step("s", "say", form="money", value="{{n}}", before=["prompt:a"], next="end")
        assert calling(said, END).heard() == ["prompt:a"]


class TestSetAndCondition:
    def test_values_and_sums(self):
        caller = calling(
            step(
                "s", "set", values={"a": "{{caller}}!", "b": "{{a}}"},
                add={"n": 2, "caller": 1, "empty": -1}, next="end",
            ),
            END,
            variables={"a": "old", "n": "40"},
        )  # fmt: skip
        held = caller.run.variables
        assert (held["a"], held["b"], held["n"]) == ("13800138000!", "old", "42")
        assert (held["caller"], held["empty"]) == ("13800138001", "-1")

    def test_what_is_no_whole_number_counts_as_nothing(self):
        caller = calling(step("s", "set", add={"n": 2}, next="end"), END, variables={"n": "4.5"})
        assert caller.run.variables["n"] == "2"

    def test_long_texts_are_cut(self):
        grow = {"a": "{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}"}
        caller = calling(
            step("s", "set", values=grow, next="t"), step("t", "set", values=grow, next="end"), END,
            variables={"a": "x" * 400},
        )  # fmt: skip
        assert len(caller.run.variables["a"]) == 2_000

    def test_the_first_branch_that_holds_is_taken(self):
        def when(operator, right, to):
            test = {"kind": "compare", "left": "{{caller}}", "operator": operator, "right": right}
            return {"tests": [test], "next": to}

        branching = step(
            "c", "condition", otherwise="end",
            branches=[when("starts_with", "139", "end"), when("starts_with", "138", "one")],
        )  # fmt: skip
        assert calling(branching, ONE, END).run.step_id == "one"
        assert calling(branching, ONE, END, given={"caller": "137"}).run.step_id == "end"


class TestHttp:
    ASK = step(
        "h", "http", url="https://crm.example/c?phone={{caller}}", method="POST",
        headers={"X-Caller": "{{name}}"}, body={"phone": "{{caller}}", "name": "{{name}}"},
        save={"level": "customer.level", "second": "orders.1.id"}, next="good", failed="bad",
    )  # fmt: skip

    def caller(self, **changes):
        said = step("good", "say", form="digits", value="{{level}}", next="end")
        return calling(
            self.ASK | changes, said, BAD, END,
            given={"caller": "+86 138&x=1", "name": "Li\r\n\"Lei\""},
        )  # fmt: skip

    def test_values_cannot_break_out_of_url_header_or_body(self):
        caller = self.caller()
        fetch = caller.last(Fetch)
        assert fetch.url == "https://crm.example/c?phone=%2B86%20138%26x%3D1"
        assert fetch.headers["X-Caller"] == 'Li"Lei"'
        assert fetch.headers["Content-Type"] == "application/json"
        assert json.loads(fetch.body) == {"phone": "+86 138&x=1", "name": 'Li\r\n"Lei"'}
        assert (fetch.method, fetch.timeout_ms) == ("POST", 5_000)

    def test_no_body_no_content_type(self):
        assert self.caller(body={}).last(Fetch).headers == {"X-Caller": 'Li"Lei"'}

    def test_the_call_is_not_answered_for_it(self):
        assert not self.caller().run.answered

    def test_parts_of_the_reply_are_kept(self):
        caller = self.caller()
        caller.reply(200, '{"customer": {"level": 7}, "orders": [{"id": "a"}, {"id": "b"}]}')
        assert caller.run.step_id == "good"
        assert caller.run.variables["second"] == "b"
        assert caller.heard() == ["digits:7"]

    @pytest.mark.parametrize(
        ("status", "body"),
        [(500, '{"customer": {"level": 7}}'), (0, ""), (200, "no JSON"), (200, '{"customer": {}}')],
    )
    def test_everything_else_fails(self, status, body):
        caller = self.caller()
        caller.reply(status, body)
        assert caller.run.step_id == "bad"
        assert "level" not in caller.run.variables
        assert caller.run.variables["http_status"] == str(status)

    def test_a_reply_that_never_comes_fails(self):
        caller = self.caller()
        assert caller.wait()[-1] == Say(media=("prompt:bad",))

    def test_nothing_to_keep_needs_no_json(self):
        caller = self.caller(save={})
        caller.reply(204)
        assert caller.run.step_id == "good"

    def test_keys_pressed_meanwhile_are_kept(self):
        caller = calling(self.ASK | {"next": "menu", "save": {}}, MENU, ONE, BAD, END)
        caller.press("2")
        assert caller.reply(200) == (OK,)


QUEUE = step(
    "q", "queue", queue="care", priority=3, skills={"english": 5}, preferred_agent="{{own}}",
    keys={"1": "key"}, timeout_ms=60_000, overflowed="over", timeout="late", full="full",
    unstaffed="nobody", served="rate",
)  # fmt: skip
PLACES = [
    step(name, "announce", prompt=[f"prompt:{name}"], next="end")
    for name in ("key", "over", "late", "full", "nobody")
]
RATE = step(
    "rate", "rate", prompt=["prompt:rate"], invalid_prompt=["prompt:invalid"], retries=1,
    next="end", skipped="over",
)  # fmt: skip


class TestQueue:
    def caller(self, **changes):
        return calling(QUEUE | changes, *PLACES, RATE, END, variables={"own": "agent-1"})

    def test_asks_for_a_place_with_all_it_knows(self):
        caller = self.caller()
        assert caller.asked == [
            AnswerCall(),
            Enqueue(
                queue_id="care", priority=3, skills={"english": 5}, preferred_agent_id="agent-1"
            ),
        ]
        assert caller.run.deadline == START + 60_000

    @pytest.mark.parametrize(
        ("outcome", "to"),
        [
            ("overflowed", "over"), ("timeout", "late"), ("full", "full"),
            ("unstaffed", "nobody"), ("anything", "over"), ("served", "rate"),
        ],
    )  # fmt: skip
    def test_goes_on_by_how_it_ended(self, outcome, to):
        caller = self.caller()
        caller.come_back(outcome)
        assert caller.run.step_id == to
        assert caller.run.variables["outcome"] == outcome

    @pytest.mark.parametrize("outcome", ["timeout", "full", "unstaffed"])
    def test_edges_that_are_not_drawn_are_those_of_overflow(self, outcome):
        caller = calling(
            step("q", "queue", queue="care", timeout_ms=60_000, overflowed="over"), *PLACES, END
        )
        caller.come_back(outcome)
        assert caller.run.step_id == "over"

    def test_its_time_is_up(self):
        caller = self.caller()
        assert caller.wait()[0] == LeaveQueue()
        assert caller.run.step_id == "late"

    def test_a_queue_that_rings_does_not_answer_the_call(self):
        caller = self.caller(ring=True)
        assert [type(action) for action in caller.asked] == [Enqueue]

    def test_without_a_time_of_its_own_it_ends_after_four_hours(self):
        caller = calling(step("q", "queue", queue="care", overflowed="over"), *PLACES, END)
        assert caller.run.deadline == START + 4 * 3_600_000

    def test_a_key_leaves_the_queue_and_others_do_nothing(self):
        caller = self.caller()
        assert caller.press("5") == ()
        assert caller.press("1")[0] == LeaveQueue()
        assert caller.run.step_id == "key"

    def test_while_an_agent_talks_the_clock_stands_still_and_keys_do_nothing(self):
        caller = self.caller()
        assert caller.feed(Connected()) == ()
        assert caller.run.deadline is None
        assert caller.feed(Deadline(), 10_000_000) == ()
        assert caller.press("1") == ()
        caller.come_back("served")
        assert caller.run.step_id == "rate"

    def test_the_end_if_nothing_comes_after_the_agent(self):
        caller = calling(step("q", "queue", queue="care", overflowed="over"), *PLACES, END)
        assert caller.come_back("served") == (OK,)


class TestTransfer:
    @pytest.mark.parametrize(
        ("to", "target", "sent"),
        [
            ("agent", "{{own}}", Target(kind=TargetKind.AGENT, id="agent-1")),
            ("group", "g1", Target(kind=TargetKind.GROUP, id="g1")),
            ("queue", "care", Target(kind=TargetKind.QUEUE, id="care")),
            ("outside", "+86 (21) 5010-1001", Target(kind=TargetKind.OUTSIDE, id="+862150101001")),
        ],
    )
    def test_sends_the_caller_on(self, to, target, sent):
        caller = calling(
            step("t", "transfer", to=to, target=target, failed="end"), END,
            variables={"own": "agent-1"},
        )  # fmt: skip
        assert caller.asked == [SendTo(target=sent)]

    @pytest.mark.parametrize("target", ["{{none}}", "12", "tel:110;x"])
    def test_what_is_no_number_fails_at_once(self, target):
        caller = calling(step("t", "transfer", to="outside", target=target, failed="one"), ONE, END)
        assert caller.run.step_id == "one"

    def test_fails_done_and_the_end(self):
        failing = step("t", "transfer", to="agent", target="a", failed="one", done="over")
        caller = calling(failing, ONE, PLACES[1], END)
        caller.come_back("failed")
        assert caller.run.step_id == "one"
        caller = calling(failing, ONE, PLACES[1], END)
        caller.feed(Connected())
        caller.come_back("done")
        assert caller.run.step_id == "over"
        caller = calling(step("t", "transfer", to="agent", target="a", failed="one"), ONE, END)
        assert caller.come_back("done") == (OK,)

    def test_one_that_nobody_answers_is_given_up(self):
        caller = calling(step("t", "transfer", to="agent", target="a", failed="one"), ONE, END)
        assert caller.run.deadline == START + 180_000
        assert caller.wait()[0] == LeaveQueue()
        assert caller.run.step_id == "one"

    def test_to_another_flow_never_comes_back(self):
        more = {"other": definition(step("o", "return"))}
        leaving = step("t", "transfer", to="flow", target="other")
        caller = calling(step("s", "subflow", flow="inner", next="one"), ONE, END, more=more | {
            "inner": definition(leaving)
        })  # fmt: skip
        assert caller.asked == [OK]
        assert [visit.flow_id for visit in caller.run.visits] == ["main", "inner", "other"]

    def test_to_a_flow_that_is_not_there_fails(self):
        caller = calling(step("t", "transfer", to="flow", target="x", failed="one"), ONE, END)
        assert caller.run.step_id == "one"
        caller = calling(step("t", "transfer", to="flow", target="x"), END)
        assert caller.last(Finish).reason == "flow.gone"


class TestRecordings:
    MAIL = step(
        "v", "voicemail", prompt=["prompt:leave"], box="{{called}}", max_ms=30_000, next="one",
        failed="end",
    )  # fmt: skip

    def caller(self, first):
        return calling(first, ONE, END, given={"called": "1001"})

    def test_a_message_after_its_prompt(self):
        caller = self.caller(self.MAIL)
        asked = RecordVoice(purpose="voicemail", box="1001", max_ms=30_000, silence_ms=5_000)
        assert caller.hear_out() == (asked,)
        assert caller.run.deadline == caller.now + 45_000
        assert caller.press("1") == ()
        caller.come_back("done")
        assert caller.run.step_id == "one"

    def test_a_key_cuts_the_prompt_short(self):
        caller = self.caller(self.MAIL)
        assert caller.press("1")[0] == StopSaying()
        assert caller.run.phase is Phase.RECORDING

    def test_a_prompt_without_end_is_cut_short(self):
        caller = self.caller(self.MAIL)
        caller.wait()
        assert caller.run.phase is Phase.RECORDING

    def test_nothing_recorded(self):
        caller = self.caller(self.MAIL)
        caller.hear_out()
        assert caller.come_back("failed") == (OK,)
        caller = self.caller(step("r", "record", next="one"))
        caller.come_back("failed")
        assert caller.run.step_id == "one"

    def test_an_answer_is_recorded_without_a_prompt(self):
        caller = self.caller(step("r", "record", label="name of {{called}}", next="one"))
        assert caller.asked == [
            AnswerCall(),
            RecordVoice(purpose="record", box="name of 1001", max_ms=60_000, silence_ms=3_000),
        ]

    def test_a_recording_whose_end_is_never_reported_is_stopped(self):
        caller = self.caller(step("r", "record", next="one"))
        assert caller.wait()[0] == StopRecordingVoice()
        assert caller.run.step_id == "one"


class TestRate:
    def test_a_rating_is_given(self):
        caller = calling(RATE, *PLACES, END)
        assert caller.press("4") == (StopSaying(), Rate(score=4, scale=5), OK)

    @pytest.mark.parametrize("key", ["0", "6", "#"])
    def test_keys_outside_the_scale_are_asked_again_then_skipped(self, key):
        caller = calling(RATE, *PLACES, END)
        assert caller.press(key) == (StopSaying(), Say(media=("prompt:invalid", "prompt:rate")))
        caller.hear_out()
        caller.wait()
        assert caller.run.step_id == "over"

    def test_without_an_edge_for_it_silence_goes_on(self):
        caller = calling(step("r", "rate", prompt=["prompt:rate"], retries=0, next="end"), END)
        caller.hear_out()
        assert caller.wait() == (OK,)


class TestCallAndClient:
    def test_a_call_back_to_the_caller(self):
        caller = calling(
            step("c", "callback", delay_ms=60_000, queue="care", next="end", invalid="end"), END
        )
        asked = PromiseCallback(number="13800138000", due_at=START + 60_000, queue_id="care")
        assert caller.asked == [asked, OK]

    @pytest.mark.parametrize(
        ("zone", "weekly", "due"),
        [
            ("UTC", {}, START),
            ("UTC", dict.fromkeys(range(7), ((time(9), time(10)),)), START + 3_600_000),
            ("Mars/Base", {}, START),
        ],
    )
    def test_a_call_back_is_due_when_somebody_is_there(self, zone, weekly, due):
        # START is a Friday, 08:00 UTC.
        office = HoursConfig(hours_id="office", time_zone=zone, weekly=weekly)
        wanted = step("c", "callback", hours="office", next="end", invalid="end")
        caller = calling(wanted, END, hours={"office": office})
        assert caller.last(PromiseCallback).due_at == due

    def test_a_number_that_is_none(self):
        wanted = step("c", "callback", number="{{none}}", next="end", invalid="one")
        assert calling(wanted, ONE, END).run.step_id == "one"

    def test_whose_call_it_is(self):
        caller = calling(step("a", "assign", client="c1", project="p1", next="end"), END)
        assert caller.asked == [Assign(client_id="c1", project_id="p1"), OK]
        assert caller.run.variables["client_id"] == "c1"

    def test_only_the_language_step_changes_the_language(self):
        caller = calling(
            step("l", "language", language="en", next="s"),
            step("s", "set", values={"language": "zh-CN", "kept": "{{language}}"}, next="t"),
            step("t", "set", values={"seen": "{{language}}"}, next="end"),
            END,
        )
        assert caller.asked[0] == SetLanguage(language="en")
        assert caller.run.language == "en"
        assert caller.run.variables["seen"] == "en"


class TestSubFlows:
    INNER = definition(
        step("i", "announce", prompt=["prompt:inner"], next="back"), step("back", "return"),
        variables={"a": "inner", "b": "inner"},
    )  # fmt: skip

    def test_goes_in_and_comes_back_with_shared_variables(self):
        caller = calling(
            step("s", "subflow", flow="inner", next="after"),
            step("after", "say", form="digits", value="{{b}}{{a}}", next="end"),
            END,
            variables={"a": "1"}, more={"inner": self.INNER | {"variables": {"a": "2", "b": "3"}}},
        )  # fmt: skip
        assert caller.run.flow.flow_id == "inner"
        assert caller.hear_out() == (Say(media=("digits:31",)),)

    def test_hanging_up_inside_ends_the_call(self):
        caller = calling(
            step("s", "subflow", flow="inner", next="one"), ONE,
            more={"inner": definition(step("x", "hang_up", cause=17))},
        )  # fmt: skip
        assert caller.asked == [Finish(outcome="completed", hang_up_cause=17)]

    def test_return_in_the_outermost_flow_is_the_end(self):
        assert calling(step("r", "return")).asked == [OK]

    def test_calls_without_end_are_told(self):
        caller = calling(step("s", "subflow", flow="main", next="end"), END)
        assert caller.last(Finish) == Finish(
            outcome="failed", hang_up_cause=41, reason="flow.too_deep"
        )

    def test_a_flow_that_is_not_there(self):
        caller = calling(step("s", "subflow", flow="none", next="end"), END)
        assert caller.last(Finish).reason == "flow.gone"


class TestFailures:
    def test_a_call_to_a_flow_that_is_not_there(self):
        caller = Caller(library())
        assert caller.asked == [Finish(outcome="failed", hang_up_cause=41, reason="flow.gone")]
        assert caller.run.done
        assert caller.press("1") == ()

    def test_a_missing_edge(self):
        caller = calling(step("g", "goto"))
        assert caller.last(Finish).reason == "flow.dead_end"

    def test_an_edge_to_nowhere(self):
        caller = calling(step("g", "goto", next="gone"))
        assert caller.last(Finish).reason == "flow.step_gone"

    def test_going_round_without_waiting(self):
        caller = calling(step("g", "goto", next="h"), step("h", "goto", next="g"))
        assert caller.last(Finish).reason == "flow.runaway"

    def test_going_round_for_ever_with_prompts_that_fail(self):
        caller = calling(step("a", "announce", prompt=["prompt:x"], next="a"))
        for _ in range(interpreter.RUN_BUDGET + 1):
            caller.feed(PlayFinished(ok=False))
        assert caller.run.done
        assert caller.last(Finish).reason == "flow.too_long"


class TestHangingUp:
    def test_ends_the_run_whatever_it_was_doing(self):
        caller = calling(QUEUE, *PLACES, RATE, END)
        assert caller.feed(HungUp()) == (Finish(outcome="hung_up"),)
        assert caller.feed(HungUp()) == ()
        assert caller.feed(Returned(outcome="served")) == ()


class TestSavedRuns:
    def test_a_killed_floor_goes_on_at_the_same_step(self):
        caller = calling(MENU, ONE, END)
        caller.press("9")
        caller.reload()
        assert caller.run.attempt == 1
        assert caller.press("1")[-1] == Say(media=("prompt:one",))

    def test_the_saved_state_is_json(self):
        caller = calling(MENU, ONE, END)
        assert json.loads(json.dumps(caller.run.save())) == caller.run.save()

    @pytest.mark.parametrize(
        ("first", "before", "again"),
        [
            (ONE, "", (Say(media=("prompt:one",)),)),
            (MENU, "9", (Say(media=("prompt:menu",)),)),
            (QUEUE, "", ()),
        ],
    )
    def test_what_is_asked_for_once_more(self, first, before, again):
        caller = calling(first, *PLACES, MENU, ONE, RATE, END) if first is QUEUE else calling(
            first, *(other for other in (MENU, ONE, END) if other is not first)
        )  # fmt: skip
        caller.press(before)
        caller.reload()
        assert interpreter.again(caller.run, caller.now) == again

    def test_the_callers_time_for_a_key_begins_anew(self):
        caller = calling(MENU, ONE, END)
        caller.hear_out()
        caller.reload()
        assert interpreter.again(caller.run, caller.now + 4_000) == ()
        assert caller.run.deadline == caller.now + 9_000

    def test_keys_typed_ahead_survive(self):
        long = step("a", "announce", prompt=["prompt:hello"], barge_in=False, next="menu")
        caller = calling(long, MENU, ONE, END)
        caller.press("2")
        caller.reload()
        assert interpreter.again(caller.run, caller.now)[0] == Say(
            media=("prompt:hello",), barge_in=False
        )
        assert caller.hear_out() == (OK,)

    def test_a_web_service_is_asked_again(self):
        caller = calling(TestHttp.ASK, GOOD, BAD, END)
        caller.reload()
        assert isinstance(interpreter.again(caller.run, caller.now)[0], Fetch)

    def test_nothing_is_asked_for_a_run_that_is_over(self):
        caller = calling(END)
        caller.reload()
        assert interpreter.again(caller.run, caller.now) == ()

    def test_calls_under_way_keep_the_version_they_began_with(self):
        caller = calling(MENU, ONE, END)
        caller.run.library = library(main=definition(END))
        assert caller.press("1")[-1] == Say(media=("prompt:one",))

    def test_a_new_version_without_the_step_fails_clearly(self):
        for resumed in (True, False):
            caller = calling(MENU, ONE, END)
            caller.reload(library(main=definition(step("menu", "queue", queue="q"), END)))
            asked = caller.press("1") if resumed else interpreter.again(caller.run, caller.now)
            assert asked == (Finish(outcome="failed", hang_up_cause=41, reason="flow.step_gone"),)

    def test_a_new_version_without_the_calling_step_fails_clearly(self):
        books = library(main=definition(step("s", "subflow", flow="inner", next="end"), END),
                        inner=TestSubFlows.INNER)  # fmt: skip
        caller = Caller(books)
        caller.reload(library(main=definition(END), inner=TestSubFlows.INNER))
        assert caller.hear_out()[-1].reason == "flow.step_gone"

    def test_a_flow_that_is_gone_cannot_be_loaded(self):
        saved = calling(MENU, ONE, END).run.save()
        with pytest.raises(CoreError, match=r"flow\.gone"):
            Run.load(saved, library())

    def test_what_was_not_saved_by_a_run_cannot_be_loaded(self):
        with pytest.raises(CoreError, match=r"flow\.run_unreadable"):
            Run.load({}, library())

    def test_the_kind_of_the_step_at_hand(self):
        assert calling(MENU, ONE, END).run.kind == "menu"


def test_every_phase_knows_what_to_do_with_every_input():
    assert set(interpreter.TABLE) == {
        (phase, kind) for phase in Phase for kind in interpreter.INPUTS
    }
