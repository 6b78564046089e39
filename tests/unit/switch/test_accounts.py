from __future__ import annotations

import asyncio

import msgspec
import pytest

from openseat.switch.asterisk.accounts import Accounts, phone_objects, trunk_objects
from openseat.switch.asterisk.ari import Reply
from openseat.switch.asterisk.messages import Endpoint
from openseat.switch.port import Phone, Trunk

PHONE = Phone(endpoint="8001", password="secret")
TRUNK = Trunk(trunk_id="t", host="10.0.0.1", port=5060)


@pytest.fixture
def make(tmp_path):
    """Another floor process's accounts, on one and the same run of the switch."""

    def made() -> Accounts:
        accounts = Accounts(tmp_path / "accounts.json")
        accounts.recall("first run")
        return accounts

    return made


class FakeAri:
    """Asterisk's dynamic objects, as far as accounts see them."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], dict[str, str]] = {}
        self.requests: list[tuple[str, str]] = []
        self.lost = False

    def ask(self, method, uri, body=None):
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(self._reply(method, uri, body))
        return answer

    def _reply(self, method, uri, body) -> Reply:
        if self.lost:
            return Reply(0)
        if uri == "endpoints/PJSIP":
            names = [{"resource": name} for kind, name in self.objects if kind == "endpoint"]
            return Reply(200, msgspec.json.encode(names).decode())
        kind, name = uri.split("/")[-2:]
        self.requests.append((method, f"{kind}/{name}"))
        if method == "DELETE":
            return Reply(204 if self.objects.pop((kind, name), None) is not None else 404)
        fields = {one["attribute"]: one["value"] for one in body["fields"]}
        self.objects[kind, name] = fields
        return Reply(200, "[]")


async def test_what_is_wanted_is_made_and_nothing_is_sent_twice(make):
    accounts, ari = make(), FakeAri()
    accounts.want_phones([PHONE])
    accounts.want_trunks([TRUNK])
    await accounts.push(ari)
    assert set(ari.objects) == {
        ("auth", "8001"), ("aor", "8001"), ("endpoint", "8001"),
        ("aor", "trunk-t"), ("endpoint", "trunk-t"), ("identify", "trunk-t"),
    }  # fmt: skip
    ari.requests.clear()
    await accounts.push(ari)
    assert ari.requests == []


async def test_only_what_changed_is_sent(make):
    accounts, ari = make(), FakeAri()
    accounts.want_phones([PHONE, Phone(endpoint="8002", password="old")])
    await accounts.push(ari)
    ari.requests.clear()
    accounts.want_phones([PHONE, Phone(endpoint="8002", password="new")])
    await accounts.push(ari)
    assert ari.requests == [("PUT", "auth/8002")]


async def test_phones_and_trunks_are_replaced_apart(make):
    accounts, ari = make(), FakeAri()
    accounts.want_phones([PHONE])
    accounts.want_trunks([TRUNK])
    await accounts.push(ari)
    accounts.want_phones([])
    assert await accounts.push(ari) == {"8001"}
    assert {name for _, name in ari.objects} == {"trunk-t"}
    accounts.want_trunks([])
    assert await accounts.push(ari) == {"trunk-t"}
    assert ari.objects == {}


async def test_what_an_earlier_process_left_is_removed_and_a_restart_gets_everything_anew(make):
    earlier, ari = make(), FakeAri()
    earlier.want_phones([PHONE, Phone(endpoint="8009", password="gone")])
    await earlier.push(ari)
    later = make()
    later.want_phones([PHONE])
    await later.push(ari)
    assert {name for _, name in ari.objects} == {"8001"}
    ari.objects.clear()
    later.recall("second run")
    await later.push(ari)
    assert {name for _, name in ari.objects} == {"8001"}


async def test_a_floor_that_takes_over_repeats_nothing_and_keeps_no_password(make, tmp_path):
    earlier, ari = make(), FakeAri()
    earlier.want_phones([PHONE])
    earlier.want_trunks([TRUNK])
    await earlier.push(ari)
    ari.requests.clear()
    later = make()
    later.want_phones([PHONE])
    later.want_trunks([TRUNK])
    await later.push(ari)
    await later.look_again(ari, [Endpoint(resource="8001", state="offline")])
    assert ari.requests == []
    assert "secret" not in (tmp_path / "accounts.json").read_text(encoding="utf-8")


async def test_telling_the_phones_leaves_the_trunks_alone_until_they_are_told_too(make):
    earlier, ari = make(), FakeAri()
    earlier.want_phones([PHONE])
    earlier.want_trunks([TRUNK])
    await earlier.push(ari)
    ari.requests.clear()
    later = make()
    later.want_phones([PHONE])
    assert await later.push(ari) == set()
    assert ari.requests == []
    later.want_trunks([])
    assert await later.push(ari) == {"trunk-t"}
    assert {name for _, name in ari.objects} == {"8001"}


async def test_a_damaged_memory_means_that_everything_is_sent(make, tmp_path):
    (tmp_path / "accounts.json").write_text("{broken", encoding="utf-8")
    accounts, ari = make(), FakeAri()
    accounts.want_phones([PHONE])
    await accounts.push(ari)
    assert ("endpoint", "8001") in ari.objects


async def test_a_lost_connection_is_told_and_the_next_push_goes_on(make):
    accounts, ari = make(), FakeAri()
    accounts.want_phones([PHONE])
    ari.lost = True
    with pytest.raises(ConnectionError):
        await accounts.push(ari)
    ari.lost = False
    await accounts.push(ari)
    assert ("endpoint", "8001") in ari.objects


async def test_a_phone_made_again_is_looked_at_until_it_is_online(make):
    accounts, ari = make(), FakeAri()
    for wanted in ([PHONE], [], [PHONE]):
        accounts.want_phones(wanted)
        await accounts.push(ari)
    ari.requests.clear()
    await accounts.look_again(ari, [Endpoint(resource="8001", state="offline")])
    assert ari.requests == [("PUT", "aor/8001")]
    await accounts.look_again(ari, [Endpoint(resource="8001", state="online")])
    await accounts.look_again(ari, [Endpoint(resource="8001", state="offline")])
    assert ari.requests == [("PUT", "aor/8001")]


def test_a_phone_must_log_in_and_cannot_transfer_by_itself():
    endpoint = phone_objects(PHONE)["endpoint"]
    assert endpoint["auth"] == "8001"
    assert endpoint["identify_by"] == "username"
    assert endpoint["allow_transfer"] == "no"


def test_a_browser_phone_encrypts():
    phone = Phone(endpoint="8001", password="p", webrtc=True)
    assert phone_objects(phone)["endpoint"]["webrtc"] == "yes"


def test_a_trunk_is_known_by_its_address_alone():
    objects = trunk_objects(TRUNK)
    assert objects["endpoint"]["identify_by"] == "ip"
    assert objects["identify"]["match"] == "10.0.0.1:5060"
    many = Trunk(trunk_id="t", host="h", port=1, match=("10.0.0.2", "10.0.1.0/24"))
    assert trunk_objects(many)["identify"]["match"] == "10.0.0.2,10.0.1.0/24"


def test_a_registering_trunk_is_known_by_its_own_contact():
    trunk = Trunk(
        trunk_id="t", host="sip.example", port=5061, transport="tls", srtp=True,
        username="me", password="p", register=True,
    )  # fmt: skip
    objects = trunk_objects(trunk)
    assert "identify" not in objects
    assert objects["registration"]["line"] == "yes"
    assert objects["registration"]["server_uri"] == "sip:sip.example:5061;transport=tls"
    assert objects["endpoint"]["media_encryption"] == "sdes"
    assert objects["endpoint"]["outbound_auth"] == "trunk-t"
