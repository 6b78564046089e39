"""Every endpoint as every role, in a session and with a token: endpoints.txt says what happens."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from openseat.platform.web import PREFIX
from openseat.testing.api import Api, every

pytestmark = pytest.mark.database

LOGINS = {"O": "admin", "S": "supervisor", "A": "agent1", "C": "beidou"}
LETTERS = "".join(LOGINS)
OPEN, LINK = "open", "link"


def table() -> dict[tuple[str, str], str]:
    """Return who may ask, by method and path."""
    text = (Path(__file__).parent / "endpoints.txt").read_text(encoding="ascii")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    read = {(method.lower(), path): who for who, method, path in lines}
    assert len(read) == len(lines), "an endpoint stands there twice"
    return read


MAY = table()


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "none", path)


async def ask(who: httpx.AsyncClient, method: str, path: str) -> tuple[int, str]:
    """Ask for nothing that there is, and in a form that does nothing."""
    answer = await who.request(method, filled(path), json={"nobody-knows-this": 1})
    problem = "problem" in answer.headers.get("content-type", "")
    return answer.status_code, answer.json()["code"] if problem else ""


def test_every_endpoint_has_an_entry_and_every_entry_an_endpoint(api: Api) -> None:
    asked = {
        (method, path.removeprefix(PREFIX))
        for path, item in api.app.openapi()["paths"].items()
        for method in item
    }
    assert asked - MAY.keys() == set(), "say in endpoints.txt who may ask these"
    assert MAY.keys() - asked == set(), "these are gone"


def test_entries_are_written_in_one_way() -> None:
    for key, who in MAY.items():
        assert who in {OPEN, LINK} or (
            len(who) == len(LETTERS)
            and all(one in {letter, "-"} for one, letter in zip(who, LETTERS, strict=True))
        ), key


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("by", ["session", "token"])
async def test_a_role_may_ask_what_its_letter_says_and_nothing_else(
    api: Api, letter: str, by: str
) -> None:
    who = await api.sign_in(LOGINS[letter])
    user = (await who.get("/session")).json()["user"]["id"]
    if by == "token":
        token = (await who.post("/me/tokens", json={"name": "every endpoint"})).json()["token"]
        who = await api.anonymous()
        who.headers["Authorization"] = f"Bearer {token}"
    refused: list[str] = []
    for (method, path), holders in MAY.items():
        if path == "/session":
            continue
        status, code = await ask(who, method, path)
        place = (method, path, status, code)
        if holders == OPEN:
            assert status < 400, place
        elif holders == LINK:
            # Neither a session nor a token is a wallboard's link.
            assert status == 401, place
        elif letter in holders:
            assert status not in {401, 403, 500}, place
        else:
            assert (status, code) == (403, "permission.missing"), place
            refused.append(f"{method.upper()} {path}")
    assert refused or letter == "O"
    admin = await api.sign_in("admin")
    recorded = [
        entry["detail"]["reason"]
        for entry in await every(admin, "/audit")
        if (entry["actor_id"], entry["kind"]) == (user, "permission")
    ]
    # Once for the session, once for the token: the newest are this test's own.
    assert recorded[: len(refused)] == refused[::-1]


async def test_nobody_may_ask_anything_but_what_is_open(api: Api) -> None:
    for (method, path), holders in MAY.items():
        if holders == OPEN:
            continue
        assert (await ask(await api.anonymous(), method, path))[0] == 401, (method, path)
