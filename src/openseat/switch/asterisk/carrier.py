"""The main switch's neighbour: how the simulated carrier and the main switch know each other.

The carrier reaches the main switch by two trunks, one known by its address and one for which the
main switch registers. Simulated phones live on the carrier's Asterisk too, behind a port of their
own, and register to the main switch like any other phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openseat.switch.asterisk.ari import AriConnection, AriError
from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.dialplan import TRUNK_CONTEXT
from openseat.switch.asterisk.messages import Message
from openseat.switch.asterisk.sip import PHONES, TLS, UDP
from openseat.switch.asterisk.site import SwitchSite
from openseat.switch.port import Phone, Trunk

#: The carrier's name for the main switch, and the account the main switch registers.
MAIN = "main"
MAIN_ENCRYPTED = "main-encrypted"
ACCOUNT = "openseat"

IP_TRUNK = "carrier"
ACCOUNT_TRUNK = "carrier-account"
ENCRYPTED_TRUNK = "carrier-encrypted"

_EVENTS = (
    "StasisStart",
    "StasisEnd",
    "ChannelStateChange",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelTalkingStarted",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
    "ContactStatusChange",
    "RESTResponse",
)

_MEDIA = {
    "context": TRUNK_CONTEXT,
    "disallow": "all",
    "allow": "alaw,ulaw",
    "direct_media": "no",
    "rtp_symmetric": "yes",
    "transport": UDP,
    # Every run says this anew, and an update without it would make callers "unknown".
    "callerid": "",
}
_ENCRYPTED = {"transport": TLS, "media_encryption": "sdes"}


def trunks(carrier: SwitchSite, password: str) -> tuple[Trunk, Trunk]:
    """Return the main switch's two trunks to the carrier: by address, and by registration.

    `password` is the account's (the installation's secret `trunk`).
    """
    host, port = carrier.sip_host, carrier.ports.sip
    return (
        Trunk(trunk_id=IP_TRUNK, host=host, port=port),
        Trunk(
            trunk_id=ACCOUNT_TRUNK,
            host=host,
            port=port,
            username=ACCOUNT,
            password=password,
            register=True,
        ),
    )


def encrypted_trunk(carrier: SwitchSite) -> Trunk:
    """Return the main switch's trunk to the carrier by TLS, with encrypted media."""
    return Trunk(
        trunk_id=ENCRYPTED_TRUNK,
        host=carrier.sip_host,
        port=carrier.ports.sip_tls,
        transport=TLS,
        # Calls to the carrier come from a port of chance: the name in From tells whose they are.
        username=MAIN_ENCRYPTED,
        srtp=True,
    )


async def connect_carrier(
    carrier: SwitchSite,
    on_event: Callable[[Message], None],
    on_closed: Callable[[], None],
) -> AriConnection:
    """Connect to the carrier's Asterisk as the application that plays its customers and phones.

    Raises:
        AriError: it is not there.
    """
    secret = (CONTROL_USER, carrier.ari_secret)
    ari = await AriConnection.connect(
        carrier.ports.http, carrier.application, secret, on_event, on_closed
    )
    allowed = [{"type": name} for name in _EVENTS]
    uri = f"applications/{carrier.application}/eventFilter"
    _check(await ari.ask("PUT", uri, {"allowed": allowed}), uri)
    return ari


async def push_main(ari: AriConnection, main: SwitchSite, password: str) -> None:
    """Teach the carrier the main switch: its address, and the account it registers.

    Raises:
        AriError: the carrier refuses.
    """
    address = f"{main.sip_host}:{main.ports.sip}"
    login = {"auth_type": "digest", "username": ACCOUNT, "password": password}
    await _put(ari, "aor", MAIN, {"contact": f"sip:{address}"})
    await _put(ari, "endpoint", MAIN, _MEDIA | {"aors": MAIN, "identify_by": "ip"})
    await _put(ari, "identify", MAIN, {"endpoint": MAIN, "match": address, "srv_lookups": "no"})
    await _put(ari, "auth", ACCOUNT, login)
    await _put(ari, "aor", ACCOUNT, {"max_contacts": "1", "remove_existing": "yes"})
    account = _MEDIA | {"aors": ACCOUNT, "auth": ACCOUNT, "identify_by": "username"}
    await _put(ari, "endpoint", ACCOUNT, account)


async def push_main_encrypted(ari: AriConnection, main: SwitchSite) -> None:
    """Teach the carrier to reach the main switch by TLS, with encrypted media.

    Raises:
        AriError: the carrier refuses.
    """
    contact = f"sip:{main.sip_host}:{main.ports.sip_tls};transport=tls"
    await _put(ari, "aor", MAIN_ENCRYPTED, {"contact": contact})
    endpoint = _MEDIA | _ENCRYPTED | {"aors": MAIN_ENCRYPTED, "identify_by": "username"}
    await _put(ari, "endpoint", MAIN_ENCRYPTED, endpoint)
    # Calls to phones come back over the connection the phone registered by.
    match = f"{main.sip_host}:{main.ports.sip_tls}"
    identify = {"endpoint": MAIN_ENCRYPTED, "match": match, "srv_lookups": "no"}
    await _put(ari, "identify", MAIN_ENCRYPTED, identify)


async def register_phones(ari: AriConnection, main: SwitchSite, phones: Iterable[Phone]) -> None:
    """Let simulated phones register to the main switch; calls to them come as `StasisStart`.

    A phone's calls go through the endpoint of its own name. Phones with `srtp` speak TLS.

    Raises:
        AriError: the carrier refuses.
    """
    for phone in phones:
        name = phone.endpoint
        transport = TLS if phone.srtp else PHONES
        server = _server(main, transport)
        login = {"auth_type": "digest", "username": name, "password": phone.password}
        await _put(ari, "auth", name, login)
        await _put(ari, "aor", name, {"contact": server})
        endpoint = _MEDIA | {
            "transport": transport,
            "aors": name,
            "outbound_auth": name,
            "from_user": name,
            # Calls to the phone come from the main switch's address.
            "identify_by": "ip",
        }
        if phone.srtp:
            endpoint |= _ENCRYPTED
        await _put(ari, "endpoint", name, endpoint)
        await _put(
            ari,
            "registration",
            name,
            {
                "server_uri": server,
                "client_uri": server.replace("sip:", f"sip:{name}@", 1),
                "contact_user": name,
                "outbound_auth": name,
                "transport": transport,
                "expiration": "120",
                "retry_interval": "2",
                "fatal_retry_interval": "2",
                "forbidden_retry_interval": "2",
                "max_retries": "1000000",
                "max_random_initial_delay": "0",
                "auth_rejection_permanent": "no",
            },
        )


def _server(main: SwitchSite, transport: str) -> str:
    if transport == TLS:
        return f"sip:{main.sip_host}:{main.ports.sip_tls};transport=tls"
    return f"sip:{main.sip_host}:{main.ports.sip}"


async def unregister_phones(ari: AriConnection, endpoints: Iterable[str]) -> None:
    """Take simulated phones off the network: their registrations are withdrawn.

    The rest of the account stays: withdrawing is itself a request that has to log in.
    """
    for name in endpoints:
        await ari.ask("DELETE", f"asterisk/config/dynamic/res_pjsip/registration/{name}")


async def _put(ari: AriConnection, kind: str, name: str, fields: Mapping[str, str]) -> None:
    uri = f"asterisk/config/dynamic/res_pjsip/{kind}/{name}"
    attributes = [{"attribute": key, "value": fields[key]} for key in fields]
    _check(await ari.ask("PUT", uri, {"fields": attributes}), uri)


def _check(reply: Any, uri: str) -> None:
    if not reply.ok:
        raise AriError(f"{uri}: {reply.status} {reply.body}")
