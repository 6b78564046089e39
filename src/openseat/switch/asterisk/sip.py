"""SIP and media configuration: transports, threads, where objects live."""

from __future__ import annotations

from openseat.switch.asterisk.site import SwitchSite

#: The transport trunks and phones of the main switch use, and trunks of the carrier.
UDP = "udp"
TCP = "tcp"
TLS = "tls"
#: The carrier's second UDP transport, from which its simulated phones speak, so that the main
#: switch can tell a phone from the trunk by its source port although both share an address.
PHONES = "phones"


def phones_port(site: SwitchSite) -> int:
    """Return the UDP port the carrier's simulated phones speak from."""
    return site.ports.sip + 1


def certificate(site: SwitchSite) -> tuple[str, str]:
    """Return the paths of the TLS certificate and its key."""
    return str(site.etc / "tls.crt"), str(site.etc / "tls.key")


def _transport(name: str, protocol: str, bind: str, **more: str) -> str:
    lines = [f"[{name}]", "type=transport", f"protocol={protocol}", f"bind={bind}"]
    lines += [f"{key}={value}" for key, value in more.items()]
    return "\n".join(lines)


def pjsip(site: SwitchSite) -> str:
    """Return `pjsip.conf`: everything that never changes while the switch runs.

    Accounts and trunks are not in it: they are pushed at run time (see `accounts`). What an
    operator adds in `pjsip_local.conf` stays.
    """
    crt, key = certificate(site)
    host = f"[{site.sip_host}]" if ":" in site.sip_host else site.sip_host
    transports = [
        _transport(UDP, "udp", f"{host}:{site.ports.sip}"),
        _transport(TCP, "tcp", f"{host}:{site.ports.sip}"),
        _transport(
            TLS, "tls", f"{host}:{site.ports.sip_tls}",
            cert_file=crt, priv_key_file=key, method="tlsv1_2",
        ),
        _transport("ws", "ws", "127.0.0.1"),
    ]  # fmt: skip
    if site.role == "carrier":
        transports.append(_transport(PHONES, "udp", f"{host}:{phones_port(site)}"))
    local = "#tryinclude pjsip_local.conf"
    return "\n\n".join([_SYSTEM, _global(site), *transports, local]) + "\n"


# A call overload of the SIP task processors is answered with 503 rather than queued without
# bound; other subsystems' queues say nothing about SIP, so they do not count.
_SYSTEM = """\
[system]
type=system
threadpool_initial_size=8
threadpool_auto_increment=4
threadpool_idle_timeout=120
threadpool_max_size=64
taskpool_initial_size=8
taskpool_minimum_size=8
taskpool_auto_increment=4
taskpool_max_size=64"""


def _global(site: SwitchSite) -> str:
    # The main switch must not let a caller who claims a phone's name pass for it; the carrier must
    # tell a registering account from the trunk that shares its address.
    order = "ip,username" if site.role == "main" else "username,ip"
    return f"""\
[global]
type=global
user_agent=OpenSeat
default_realm=openseat
endpoint_identifier_order={order}
max_initial_qualify_time=1
contact_expiration_check_interval=5
taskprocessor_overload_trigger=pjsip_only
unidentified_request_count=3
unidentified_request_period=5
use_callerid_contact=no
allow_sending_180_after_183=yes"""


# `config` comes first so that an operator can add objects by file; what is pushed lands in memory.
SORCERY = """\
[res_pjsip]
endpoint=config,pjsip.conf,criteria=type=endpoint
endpoint=memory
auth=config,pjsip.conf,criteria=type=auth
auth=memory
aor=config,pjsip.conf,criteria=type=aor
aor=memory

[res_pjsip_endpoint_identifier_ip]
identify=config,pjsip.conf,criteria=type=identify
identify=memory

[res_pjsip_outbound_registration]
registration=config,pjsip.conf,criteria=type=registration
registration=memory
"""


def rtp(site: SwitchSite) -> str:
    """Return `rtp.conf`."""
    first, last = site.ports.rtp.first, site.ports.rtp.last
    return f"[general]\nrtpstart={first}\nrtpend={last}\nstrictrtp=yes\nicesupport=yes\n"
