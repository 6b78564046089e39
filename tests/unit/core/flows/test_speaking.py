"""Numbers, money, dates and times in Chinese and English."""

from __future__ import annotations

import pytest

from openseat.core.errors import CoreError
from openseat.core.flows.say import KINDS, expand, vocabulary
from openseat.prompts.catalogue import texts

# 2026-11-21 12:55 UTC, a Saturday evening in Shanghai.
MOMENT = "1795265700000"


def said(item, language):
    """Return what the prompts say, as text."""
    words = texts(language)
    parts = [words[name].rstrip(".,。") for name in expand(item, language)]
    return "".join(parts) if language == "zh-CN" else " ".join(parts)


@pytest.mark.parametrize(
    ("item", "chinese", "english"),
    [
        ("number:0", "零", "zero"),
        ("number:7", "七", "seven"),
        ("number:10", "十", "ten"),
        ("number:11", "十一", "eleven"),
        ("number:20", "二十", "twenty"),
        ("number:99", "九十九", "ninety-nine"),
        ("number:100", "一百", "one hundred"),
        ("number:101", "一百零一", "one hundred one"),
        ("number:110", "一百一十", "one hundred ten"),
        ("number:215", "二百一十五", "two hundred fifteen"),
        ("number:1000", "一千", "one thousand"),
        ("number:1001", "一千零一", "one thousand one"),
        ("number:1010", "一千零一十", "one thousand ten"),
        ("number:1100", "一千一百", "one thousand one hundred"),
        ("number:2002", "两千零二", "two thousand two"),
        ("number:10000", "一万", "ten thousand"),
        ("number:10010", "一万零一十", "ten thousand ten"),
        ("number:12345", "一万两千三百四十五", "twelve thousand three hundred forty-five"),
        ("number:20000", "两万", "twenty thousand"),
        ("number:100000", "十万", "one hundred thousand"),
        ("number:110000", "十一万", "one hundred ten thousand"),
        ("number:1005000", "一百万五千", "one million five thousand"),
        ("number:10000001", "一千万零一", "ten million one"),
        ("number:200000000", "两亿", "two hundred million"),
        ("number:100010000", "一亿零一万", "one hundred million ten thousand"),
        ("number:120000000", "一亿两千万", "one hundred twenty million"),
        ("number:100000001", "一亿零一", "one hundred million one"),
        ("number:100005000", "一亿零五千", "one hundred million five thousand"),
        ("number:3000000000000", "三万亿", "three trillion"),
        ("number:1000000000", "十亿", "one billion"),
        ("number:-3.14", "负三点一四", "minus three point one four"),
        ("number:0.05", "零点零五", "zero point zero five"),
        ("digits:110", "幺幺零", "one one zero"),
        ("digits:1-2*3#", "幺二星号三井号", "one two star three hash"),
        ("money:0", "零元", "zero yuan"),
        ("money:2@CNY", "两元", "two yuan"),
        ("money:12.50@CNY", "十二元五角", "twelve point five zero yuan"),
        ("money:12.34@CNY", "十二元三角四分", "twelve point three four yuan"),
        ("money:12.05@CNY", "十二元零五分", "twelve point zero five yuan"),
        ("money:0.20@CNY", "两角", "zero point two zero yuan"),
        ("money:0.02@CNY", "两分", "zero point zero two yuan"),
        ("money:9.999@CNY", "十元", "ten yuan"),
        ("money:-1@USD", "负一美元", "minus one dollar"),
        ("money:2.01@USD", "两美元一美分", "two dollars one cent"),
        ("money:0.50@EUR", "五十欧分", "fifty cents"),
        ("money:1.00@EUR", "一欧元", "one euro"),
        ("money:0@EUR", "零欧元", "zero euros"),
        ("date:2026-05-01", "二零二六年五月一日", "May first twenty twenty-six"),
        ("date:2005-12-31", "二零零五年十二月三十一日", "December thirty-first two thousand five"),
        ("date:1905-02-20", "一九零五年二月二十日", "February twentieth nineteen oh five"),
        ("date:1900-03-30", "一九零零年三月三十日", "March thirtieth nineteen hundred"),
        (f"date:{MOMENT}@Asia/Shanghai", "二零二六年十一月二十一日",
         "November twenty-first twenty twenty-six"),
        (f"time:{MOMENT}@Asia/Shanghai", "晚上八点五十五分", "eight fifty-five P M"),
        (f"time:{MOMENT}", "晚上八点五十五分", "eight fifty-five P M"),
        (f"time:{MOMENT}@UTC", "中午十二点五十五分", "twelve fifty-five P M"),
        ("time:0@UTC", "凌晨零点整", "midnight"),
        ("time:300000@UTC", "凌晨零点零五分", "twelve oh five A M"),
        ("time:43200000@UTC", "中午十二点整", "noon"),
        ("time:32400000@UTC", "上午九点整", "nine A M"),
        ("time:50400000@UTC", "下午两点整", "two P M"),
        (f"datetime:{MOMENT}@UTC", "二零二六年十一月二十一日中午十二点五十五分",
         "November twenty-first twenty twenty-six twelve fifty-five P M"),
        ("datetime:2026-05-01@UTC", "二零二六年五月一日", "May first twenty twenty-six"),
        ("position:1", "您是下一位，请不要挂机", "You are next. Please do not hang up"),
        ("position:12", "您目前排在第十二位", "You are number twelve in the queue"),
        ("wait:30000", "预计等待时间不到一分钟", "The estimated wait is less than a minute"),
        ("wait:61000", "预计等待时间大约为两分钟", "The estimated wait is about two minutes"),
        ("wait:3600000", "预计等待时间大约为六十分钟",
         "The estimated wait is about sixty minutes"),
        ("wait:3600001", "预计等待时间超过一个小时",
         "The estimated wait is more than an hour"),
        ("agent:1001", "工号幺零零幺，为您服务", "Agent one zero zero one at your service"),
    ],
)  # fmt: skip
def test_data_is_said_by_the_grammar_of_the_language(item, chinese, english):
    assert said(item, "zh-CN") == chinese
    assert said(item, "en") == english


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("item", "instead"),
    [
        ("number:1e9", "digits:19"),
        ("number:١", "digits:"),
        ("number:1234567890123456", "digits:1234567890123456"),
        ("money:ten@CNY", "digits:"),
        ("money:1,000@CNY", "digits:1000"),
        ("date:2026-13-01", "digits:20261301"),
        ("date:tomorrow@UTC", "digits:"),
        ("date:12@Mars/Base", "digits:12"),
        ("time:123456789012345@UTC", "digits:123456789012345"),
        ("time:2026-05-01", "digits:20260501"),
        ("datetime:x1", "digits:1"),
        ("position:x", "digits:"),
        ("wait:", "digits:"),
    ],
)
def test_data_that_is_not_what_it_should_be_is_said_digit_by_digit(item, instead, language):
    assert expand(item, language) == expand(instead, language)


def test_a_prompt_is_itself_and_other_kinds_are_refused():
    assert expand("prompt:hello", "en") == ("hello",)
    with pytest.raises(CoreError, match=r"say\.unknown_kind"):
        expand("silence:100", "en")


def test_every_zh_tag_is_chinese_and_everything_else_english():
    assert expand("number:100", "zh-Hant-TW") == expand("number:100", "zh-CN")
    assert expand("number:100", "fr") == expand("number:100", "en")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "prompt"])
def test_the_catalogue_has_every_word(kind, language):
    assert vocabulary(kind, language) <= texts(language).keys()
