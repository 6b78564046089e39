"""Prompts of the set-up on the real API: uploaded, recorded, heard, replaced, looked up."""

from __future__ import annotations

import io
import math
import struct
import wave
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.database]


def sound(path: Path, hertz: int, rate: int = 44_100, seconds: float = 1.5) -> Path:
    """Write a tone as a WAV file of a studio's rate."""
    file = io.BytesIO()
    count = round(rate * seconds)
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        samples = [round(12_000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(count)]
        written.writeframes(struct.pack(f"<{count}h", *samples))
    path.write_bytes(file.getvalue())
    return path


def begin(page: Page, name: str, text: str) -> None:
    """Open the dialog of a new prompt and name it."""
    page.get_by_role("button", name="新建").click()
    page.get_by_label("提示名").fill(name)
    page.get_by_label("文字内容").fill(text)


def test_a_sound_is_uploaded_converted_heard_and_replaced(real_page, tmp_path):
    page = real_page("/admin/prompts")
    begin(page, "spring-greeting", "春节快乐")
    page.locator("input[type=file]").set_input_files(sound(tmp_path / "a.wav", 440))
    expect(page.get_by_label("试听", exact=True)).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    line = page.locator("main tbody tr").filter(has_text="spring-greeting")
    expect(line).to_contain_text("春节快乐")
    expect(line).to_contain_text("0:02")
    with page.expect_response("**/prompts/sounds/zh-CN/spring-greeting") as heard:
        line.get_by_role("button", name="试听spring-greeting").click()
    with wave.open(io.BytesIO(heard.value.body())) as played:
        assert (played.getframerate(), played.getnchannels()) == (8000, 1)

    line.get_by_role("button", name="更换 spring-greeting 的录音").click()
    page.locator("input[type=file]").set_input_files(sound(tmp_path / "b.wav", 880, seconds=3.2))
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(line).to_contain_text("0:04")
    line.get_by_role("button", name="使用处").click()
    expect(page.get_by_text("没有流程使用它")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "sent", "told"),
    [
        # What does not even look like a sound is refused before it is sent.
        (b"This is a letter, not a sound.", False, "不是浏览器能读取的声音文件"),
        (b"RIFF\x24\x00\x00\x00WAVE only a header", True, "不是可用的声音文件"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(real_page, tmp_path, content, sent, told):
    page = real_page("/admin/prompts")
    begin(page, "no-sound", "无声")
    file = tmp_path / "letter.wav"
    file.write_bytes(content)
    page.locator("input[type=file]").set_input_files(file)
    if sent:
        page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(told)
    expect(page.locator("main tbody tr").filter(has_text="no-sound")).to_have_count(0)


def test_a_prompt_is_recorded_in_the_browser(real_page):
    page = real_page("/admin/prompts", permissions=["microphone"])
    begin(page, "recorded-here", "现场录音")
    page.get_by_text("现场录音", exact=True).first.click()
    page.get_by_role("button", name="开始录音").click()
    expect(page.get_by_role("timer")).to_have_text("0:02")
    page.get_by_role("button", name="停止").click()
    expect(page.get_by_label("试听", exact=True)).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.locator("main tbody tr").filter(has_text="recorded-here")).to_be_visible()


def test_a_client_makes_prompts_under_its_own_name(real_page, tmp_path):
    page = real_page("/admin/prompts", "jincheng")
    begin(page, "notice", "通知")
    expect(page.get_by_label("企业客户")).to_have_count(0)
    page.locator("input[type=file]").set_input_files(sound(tmp_path / "a.wav", 440))
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.locator("main tbody tr")).to_contain_text(["jincheng-notice"])
    other = real_page("/admin/prompts", "beidou")
    other.get_by_role("button", name="新建").wait_for()
    expect(other.get_by_text("jincheng-notice")).to_have_count(0)
