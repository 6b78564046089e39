"""Agents and queues out and in as table files: every encoding, each row checked, all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from openseat.platform.settings import Settings
from openseat.testing.api import Api, every, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database

HEADER = ["工号", "姓名", "座席组", "技能", "服务队列"]


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def api(installation: Settings) -> AsyncIterator[Api]:
    async with running_api(installation) as running:
        yield running


def as_csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return file.getvalue()


async def send(
    client: httpx.AsyncClient, data: bytes, noun: str = "agents", *, apply: bool = False
) -> httpx.Response:
    return await client.post(
        f"/imports/{noun}", files={"file": ("table", data)}, data={"apply": str(apply).lower()}
    )


async def agents(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {one["number"]: one for one in await every(client, "/agents")}


@pytest.mark.parametrize(
    ("number", "data"),
    [
        ("2001", as_csv([HEADER, ["2001", "李雷", "一组", "普通话:8; 英语:5", ""]])),
        ("2002", as_csv([HEADER, ["2002", "韩梅梅", "一组", "普通话：8", ""]], "utf-8-sig")),
        ("2003", as_csv([HEADER, ["2003", "李雷", "一组", "普通话=8", ""]], "gb18030")),
        ("2004", as_csv([HEADER, ["2004", "李雷", "一组", "普通话:8", ""]], "utf-16")),
        ("2005", as_csv([HEADER, ["2005", "李雷", "一组", "普通话:8", ""]], "gb18030", "\t")),
        ("2006", as_csv([HEADER, ["2006.0", " 李雷 ", "一组", "普通话:8.0", ""]], "utf-8", ";")),
        ("2007", as_workbook([HEADER, [2007, "李雷", "一组", "普通话:8", ""]])),
        ("2008", as_workbook([HEADER, [2008.0, "李雷", "一组", "普通话:8", ""], ["", "", ""]])),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "tabs", "semicolons", "excel", "excel-float"],
)
async def test_files_as_people_make_them_are_understood(api: Api, number: str, data: bytes) -> None:
    admin = await api.sign_in("admin")
    shown = (await send(admin, data)).json()
    assert (shown["errors"], shown["done"], shown["created"]) == ([], False, 1)
    assert number not in await agents(admin)
    done = (await send(admin, data, apply=True)).json()
    assert (done["done"], done["created"]) == (True, 1)
    made = (await agents(admin))[number]
    assert (made["name"], made["group_id"]) == (
        "韩梅梅" if number == "2002" else "李雷",
        "group-one",
    )
    assert made["skills"]["mandarin"] == 8
    again = (await send(admin, data, apply=True)).json()
    assert (again["created"], again["changed"], again["kept"]) == (0, 0, 1)


async def test_a_preview_names_every_error_by_row_and_column_and_nothing_is_done(api: Api) -> None:
    admin = await api.sign_in("admin")
    before = await agents(admin)
    rows = [
        [*HEADER, "断线保留（秒）", "启用"],
        ["3001", "好行", "一组", "", "", "30", "是"],
        ["三千", "坏工号", "一组", "", "", "30", "是"],
        ["3003", "没这组", "九组", "", "", "30", "是"],
        ["3004", "坏技能", "一组", "英语", "", "30", "是"],
        ["3005", "等级太高", "一组", "英语:11", "", "30", "是"],
        ["3001", "重复行", "一组", "", "", "30", "是"],
        ["3007", "坏数字", "一组", "", "", "三十", "也许"],
        ["3008", "", "一组", "", "没有的队列", "999999", "是"],
    ]
    answer = (await send(admin, as_csv(rows), apply=True)).json()
    assert (answer["done"], answer["created"]) == (False, 1)
    found = {(one["row"], one["column"]) for one in answer["errors"]}
    assert found >= {
        (3, "工号"), (4, "座席组"), (5, "技能"), (6, "技能"), (7, ""),
        (8, "断线保留（秒）"), (8, "启用"), (9, "服务队列"),
    }  # fmt: skip
    assert {row for row, _ in found} == set(range(3, 10))
    details = {one["row"]: one["detail"] for one in answer["errors"]}
    assert details[4] == "没有“九组”。"
    assert details[7] == "与第 2 行重复。"
    assert await agents(admin) == before


async def test_what_a_file_changes_is_shown_before_and_after(api: Api) -> None:
    admin = await api.sign_in("admin")
    rows = [["agent number", "name", "group"], ["1001", "王芳芳", "二组"]]
    admin.headers["Accept-Language"] = "en"
    shown = (await send(admin, as_csv(rows))).json()
    assert shown["lines"] == [
        {
            "row": 2,
            "name": "1001 王芳芳",
            "action": "change",
            "changes": {"Name": ["王芳", "王芳芳"], "Group": ["一组", "二组"]},
        }
    ]
    held = (await agents(admin))["1001"]
    await send(admin, as_csv(rows), apply=True)
    changed = (await agents(admin))["1001"]
    # What the file has no column for stays as it is.
    assert changed == {**held, "name": "王芳芳", "group_id": "group-two", "version": 2}


@pytest.mark.parametrize("noun", ["agents", "queues"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_is_taken_out_comes_back_unchanged(api: Api, noun: str, form: str) -> None:
    admin = await api.sign_in("admin")
    before = await every(admin, f"/{noun}")
    taken = await admin.get(f"/exports/{noun}", params={"format": form})
    assert taken.headers["content-disposition"] == f'attachment; filename="{noun}.{form}"'
    brought = (await send(admin, taken.content, noun, apply=True)).json()
    assert brought["errors"] == []
    assert (brought["done"], brought["kept"]) == (True, len(before))
    assert await every(admin, f"/{noun}") == before


async def test_a_cell_is_never_taken_for_a_formula(api: Api) -> None:
    admin = await api.sign_in("admin")
    rows = [HEADER, ["4001", '=HYPERLINK("http://a")', "一组", "", ""]]
    assert (await send(admin, as_csv(rows), apply=True)).json()["done"]
    as_text = (await admin.get("/exports/agents")).content.decode("utf-8-sig")
    assert '\t=HYPERLINK(""http://a"")' in as_text
    book = (await admin.get("/exports/agents", params={"format": "xlsx"})).content
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert ["4001", '=HYPERLINK("http://a")'] in [row[:2] for row in cells]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sheet.empty"),
        (as_csv([HEADER]), "sheet.empty"),
        (b"PK\x03\x04 no workbook", "sheet.unreadable"),
        (b"\xd0\xcf\x11\xe0 no workbook", "sheet.unreadable"),
        (bytes(range(256)), "sheet.unreadable"),
        (as_csv([["工号", "姓名", "身高"], ["1", "2", "3"]]), "sheet.columns"),
        (as_csv([["姓名", "座席组"], ["李雷", "一组"]]), "sheet.columns"),
        (as_csv([["工号", "number", "姓名"], ["1", "2", "3"]]), "sheet.columns"),
    ],
)
async def test_what_is_no_table_is_refused_in_words(api: Api, data: bytes, code: str) -> None:
    admin = await api.sign_in("admin")
    refused = await send(admin, data)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_queue_is_meant_by_client_and_name_and_stays_with_its_client(api: Api) -> None:
    admin = await api.sign_in("admin")
    header = ["企业客户", "业务项目", "名称", "最长等待（秒）", "所需技能"]
    rows = [
        header,
        ["锦程保险", "jincheng-service", "锦程客服", "90", "保险业务:3"],
        ["锦程保险", "jincheng-service", "新队列", "", ""],
    ]
    brought = (await send(admin, as_csv(rows), "queues", apply=True)).json()
    assert (brought["created"], brought["changed"], brought["errors"]) == (1, 1, [])
    held = {one["name"]: one for one in await every(admin, "/queues")}
    assert held["锦程客服"]["max_wait_s"] == 90
    assert held["新队列"]["client_id"] == "jincheng"
    # Another client's project is no project of this client: the database itself says so.
    crossed = [header, ["锦程保险", "beidou-service", "串线", "", ""]]
    refused = (await send(admin, as_csv(crossed), "queues", apply=True)).json()
    assert (refused["done"], refused["errors"][0]["row"]) == (False, 2)


async def test_only_who_may_write_agents_brings_them_in(api: Api) -> None:
    data = as_csv([HEADER, ["5001", "闯入", "一组", "", ""]])
    for login, status in (("jincheng", 403), ("supervisor", 403), ("agent16", 403)):
        client = await api.sign_in(login)
        assert (await send(client, data, apply=True)).status_code == status, login
    client = await api.sign_in("jincheng")
    assert (await client.get("/exports/agents")).status_code == 403
    rows = (await client.get("/exports/queues")).content.decode("utf-8-sig").splitlines()
    assert len(rows) > 1
    assert all("锦程" in row for row in rows[1:])
