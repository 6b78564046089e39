"""Phones and trunks as SIP objects, pushed into the running switch."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from openseat.switch.asterisk.ari import AriConnection
from openseat.switch.asterisk.dialplan import ACCOUNT_CONTEXT, PHONE_CONTEXT, TRUNK_CONTEXT
from openseat.switch.asterisk.messages import Endpoint
from openseat.switch.names import TRUNK_PREFIX, check_phone_names, check_trunk_names
from openseat.switch.port import Phone, Trunk

_log = logging.getLogger(__name__)

#: Requests under way at once: enough to be quick, few enough that calls are not kept waiting.
_BATCH = 32
_AT_A_TIME = 20

Fields = Mapping[str, str]
_Request = tuple[str, str, str, Fields | None]
"""Method, object type, object name, and fields (None: remove it)."""

_COMMON = {
    "disallow": "all",
    "direct_media": "no",
    "rtp_symmetric": "yes",
    "force_rport": "yes",
    "rewrite_contact": "yes",
    "allow_subscribe": "no",
    # A transfer by REFER would take the call away from the core.
    "allow_transfer": "no",
    "send_connected_line": "no",
    "dtmf_mode": "rfc4733",
    "timers_sess_expires": "600",
    # Asterisk fills what an update leaves out from the object it has, and writes a missing
    # caller there as the number "unknown", which every later call would then come from.
    "callerid": "",
}

_KINDS = ("registration", "identify", "endpoint", "aor", "auth")
"""Every type an account may have, in the order of removal."""


def phone_objects(phone: Phone) -> dict[str, Fields]:
    """Return the SIP objects of a phone, by type, in the order of creation."""
    name = phone.endpoint
    endpoint = _COMMON | {
        "context": PHONE_CONTEXT,
        "aors": name,
        "auth": name,
        "identify_by": "username",
        # The telephone network's own: a call is recorded in stereo at 8000 samples a second, and
        # Asterisk writes what a party of another rate says into that file without converting it.
        "allow": "alaw,ulaw",
    }
    if phone.webrtc:
        endpoint |= {"webrtc": "yes"}
    elif phone.srtp:
        endpoint |= {"media_encryption": "sdes"}
    return {
        "auth": {"auth_type": "digest", "username": name, "password": phone.password},
        "endpoint": endpoint,
        "aor": {
            "max_contacts": "1",
            "remove_existing": "yes",
            # A thousand phones asked often are a load of their own; one that falls silent
            # unnoticed costs one offer that times out.
            "qualify_frequency": "10",
            "qualify_timeout": "2.0",
        },
    }


def trunk_objects(trunk: Trunk) -> dict[str, Fields]:
    """Return the SIP objects of a trunk, by type, in the order of creation."""
    name = TRUNK_PREFIX + trunk.trunk_id
    host = f"[{trunk.host}]" if ":" in trunk.host else trunk.host
    suffix = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    server = f"sip:{host}:{trunk.port}{suffix}"
    objects: dict[str, Fields] = {}
    endpoint = _COMMON | {
        "context": ACCOUNT_CONTEXT if trunk.register else TRUNK_CONTEXT,
        "transport": trunk.transport,
        "aors": name,
        "identify_by": "ip",
        "allow": "alaw,ulaw",
        "trust_id_inbound": "yes",
    }
    if trunk.srtp:
        endpoint |= {"media_encryption": "sdes"}
    if trunk.username:
        objects["auth"] = {
            "auth_type": "digest",
            "username": trunk.username,
            "password": trunk.password,
        }
        endpoint |= {"outbound_auth": name, "from_user": trunk.username, "send_pai": "yes"}
    objects["endpoint"] = endpoint
    objects["aor"] = {
        "contact": server,
        "qualify_frequency": str(trunk.qualify_s),
        "qualify_timeout": "2.0",
    }
    # A registering trunk is known by the token in its contact, so that it may share the
    # carrier's address with another trunk.
    match = trunk.match or (() if trunk.register else (_source(trunk, host),))
    if match:
        objects["identify"] = {"endpoint": name, "match": ",".join(match), "srv_lookups": "no"}
    if trunk.register:
        objects["registration"] = {
            "server_uri": server,
            "client_uri": f"sip:{trunk.username}@{host}:{trunk.port}",
            "contact_user": trunk.username,
            "outbound_auth": name,
            "transport": trunk.transport,
            "line": "yes",
            "endpoint": name,
            "expiration": "120",
            "retry_interval": "5",
            "forbidden_retry_interval": "30",
            "fatal_retry_interval": "30",
            "max_retries": "1000000",
            "max_random_initial_delay": "0",
            "auth_rejection_permanent": "no",
        }
    return objects


def _source(trunk: Trunk, host: str) -> str:
    # Connections come from a port of chance; only datagrams come from where the carrier listens.
    return f"{host}:{trunk.port}" if trunk.transport == "udp" else host


class _Kept(msgspec.Struct):
    startup: str = ""
    pushed: dict[str, dict[str, str]] = {}


class Accounts:
    """Keeps the switch's phones and trunks what they were last told to be."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._startup = ""
        self._wanted: dict[str, dict[str, Fields]] = {}
        self._told: set[bool] = set()
        """Whether (True) trunks and (False) phones were ever asked for."""
        self._pushed: dict[str, dict[str, str]] = {}
        self._ours: set[str] = set()
        self._removed: set[str] = set()
        self._doubtful: dict[str, None] = {}

    def want_phones(self, phones: Iterable[Phone]) -> None:
        """Replace the wanted phones.

        Raises:
            ValueError: a name that SIP or the switch cannot carry.
        """
        wanted = {phone.endpoint: phone_objects(phone) for phone in phones}
        check_phone_names(wanted)
        self._replace(wanted, trunks=False)

    def want_trunks(self, trunks: Iterable[Trunk]) -> None:
        """Replace the wanted trunks.

        Raises:
            ValueError: an identifier that the switch cannot carry.
        """
        given = {trunk.trunk_id: trunk for trunk in trunks}
        check_trunk_names(given)
        wanted = {TRUNK_PREFIX + one: trunk_objects(trunk) for one, trunk in given.items()}
        self._replace(wanted, trunks=True)

    def _replace(self, wanted: dict[str, dict[str, Fields]], *, trunks: bool) -> None:
        self._told.add(trunks)
        others = {name: one for name, one in self._wanted.items() if _is_trunk(name) is not trunks}
        self._wanted = others | wanted

    @property
    def wanted(self) -> bool:
        """Whether anything was ever asked for."""
        return bool(self._told)

    @property
    def doubtful(self) -> bool:
        """Whether `look_again` has accounts to wake up."""
        return bool(self._doubtful)

    def recall(self, startup: str) -> None:
        """Take up what this run of the switch (told by `startup`) was given, by whomever.

        An object that is written again unchanged is not left alone by Asterisk: a trunk counts as
        down until it has been asked again. So a floor that takes over repeats nothing. Only digests
        are kept, since the fields hold passwords.
        """
        if startup == self._startup:
            return
        self._startup = startup
        self._removed.clear()
        self._doubtful.clear()
        try:
            kept = msgspec.json.decode(self._memory.read_bytes(), type=_Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            kept = _Kept()
        self._pushed = kept.pushed if kept.startup == startup else {}
        self._ours = set(self._pushed)

    def _remember(self) -> None:
        kept = msgspec.json.encode(_Kept(self._startup, self._pushed))
        aside = self._memory.with_name(f".{self._memory.name}.{os.getpid()}")
        aside.write_bytes(kept)
        aside.replace(self._memory)

    async def push(self, ari: AriConnection) -> set[str]:
        """Bring the switch to what is wanted, and return the names that were removed.

        What the switch refuses is logged and tried again next time.

        Raises:
            ConnectionError: the connection went; push again on the next one.
        """
        # Until somebody has said which trunks (or phones) there are, those here are left alone.
        known = {name for name in await _existing(ari) if _is_trunk(name) in self._told}
        wanted = dict(self._wanted)
        await self._carry_out(ari, list(self._removals(known, wanted)))
        await self._carry_out(ari, list(self._creations(known, wanted)))
        # Made again under a name that was removed, or found here from before our time.
        old = self._removed | (known - self._ours)
        self._doubtful |= dict.fromkeys(name for name in wanted if name in old)
        self._ours |= known | set(wanted)
        self._removed = self._ours - set(wanted)
        self._remember()
        return known - set(wanted)

    async def look_again(self, ari: AriConnection, endpoints: Iterable[Endpoint]) -> None:
        """Wake up accounts that the switch may wrongly count as offline.

        Asterisk takes a removed account apart in the background. One of the same name that is
        made soon after can lose sight of its registration, until its address is written anew.

        Raises:
            ConnectionError: the connection went.
        """
        settled = {one.resource for one in endpoints if one.state == "online"}
        for name in [one for one in self._doubtful if one in settled or one not in self._wanted]:
            del self._doubtful[name]
        turn = list(self._doubtful)[:_AT_A_TIME]
        for name in turn:
            # To the end of the line: those that really are offline must not keep others waiting.
            self._doubtful[name] = self._doubtful.pop(name)
        again: list[_Request] = [("PUT", "aor", name, self._wanted[name]["aor"]) for name in turn]
        await self._carry_out(ari, again)

    async def _carry_out(self, ari: AriConnection, requests: Sequence[_Request]) -> None:
        for start in range(0, len(requests), _BATCH):
            batch = requests[start : start + _BATCH]
            replies = await asyncio.gather(
                *(
                    ari.ask(method, _address(kind, name), _body(fields))
                    for method, kind, name, fields in batch
                )
            )
            for (_, kind, name, fields), reply in zip(batch, replies, strict=True):
                if reply.status == 0:
                    raise ConnectionError("connection to the switch lost while pushing accounts")
                if fields is None:
                    self._pushed.get(name, {}).pop(kind, None)
                elif reply.ok:
                    self._pushed.setdefault(name, {})[kind] = _digest(fields)
                else:
                    _log.error("switch refused %s %s: %s", kind, name, reply.body)

    def _removals(
        self, known: set[str], wanted: dict[str, dict[str, Fields]]
    ) -> Iterator[_Request]:
        ours = {name for name in self._pushed if _is_trunk(name) in self._told}
        for name in sorted(known | ours):
            keep = wanted.get(name, {})
            # What an earlier process pushed may be of any type.
            present = self._pushed.get(name) or dict.fromkeys(_KINDS)
            for kind in _KINDS:
                if kind in present and kind not in keep:
                    yield "DELETE", kind, name, None

    def _creations(
        self, known: set[str], wanted: dict[str, dict[str, Fields]]
    ) -> Iterator[_Request]:
        for name, objects in wanted.items():
            pushed = self._pushed.get(name, {}) if name in known else {}
            for kind, fields in objects.items():
                if pushed.get(kind) != _digest(fields):
                    yield "PUT", kind, name, fields


def _digest(fields: Fields) -> str:
    return hashlib.sha256(msgspec.json.encode(dict(fields), order="sorted")).hexdigest()


def _body(fields: Fields | None) -> dict[str, object] | None:
    if fields is None:
        return None
    return {"fields": [{"attribute": key, "value": fields[key]} for key in fields]}


def _is_trunk(name: str) -> bool:
    return name.startswith(TRUNK_PREFIX)


def _address(kind: str, name: str) -> str:
    return f"asterisk/config/dynamic/res_pjsip/{kind}/{quote(name, safe='')}"


async def _existing(ari: AriConnection) -> set[str]:
    reply = await ari.ask("GET", "endpoints/PJSIP")
    if reply.status == 0:
        raise ConnectionError("connection to the switch lost while pushing accounts")
    if not reply.ok:
        return set()
    return {one.resource for one in msgspec.json.decode(reply.body, type=list[Endpoint])}
