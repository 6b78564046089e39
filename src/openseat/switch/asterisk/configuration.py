"""Generates an Asterisk's whole configuration folder from a `SwitchSite`.

Nothing is edited by hand: the folder is written anew at every start, so the program and its
switch never disagree. Only files named `*_local.conf` and the TLS certificate are left alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from openseat.switch.asterisk import dialplan, modules, sip
from openseat.switch.asterisk.certificate import ensure_certificate
from openseat.switch.asterisk.site import SwitchSite

#: The user name of both control interfaces.
CONTROL_USER = "openseat"


def write_configuration(site: SwitchSite) -> None:
    """Make the site's folders and write every file Asterisk reads."""
    site.create()
    certificate, key = sip.certificate(site)
    ensure_certificate(Path(certificate), Path(key), site.sip_host)
    for name, text in documents(site).items():
        _write(site.etc / name, text)


def documents(site: SwitchSite) -> dict[str, str]:
    """Return every configuration file's text by its name."""
    chosen = modules.MAIN if site.role == "main" else modules.CARRIER
    return {
        "asterisk.conf": _asterisk(site),
        "modules.conf": modules.document(chosen),
        "logger.conf": _LOGGER,
        "http.conf": _http(site),
        "ari.conf": _ari(site),
        "manager.conf": _manager(site),
        "stasis.conf": _STASIS,
        "sorcery.conf": sip.SORCERY,
        "pjsip.conf": sip.pjsip(site),
        "rtp.conf": sip.rtp(site),
        "extensions.conf": dialplan.extensions(site),
        "musiconhold.conf": _music(site),
        "indications.conf": _INDICATIONS,
        "cdr.conf": _CDR,
        "cdr_custom.conf": _CDR_CUSTOM,
        "cel.conf": _CEL,
        "cel_custom.conf": _CEL_CUSTOM,
        "codecs.conf": _CODECS,
        # Modules that look for a file of their own complain when it is missing.
        "acl.conf": "",
        "ccss.conf": "[general]\n",
        "features.conf": "[general]\n",
        "udptl.conf": "[general]\n",
        "pjproject.conf": "[startup]\ntype=startup\nlog_level=2\n",
        "cli_permissions.conf": "[general]\ndefault_perm=permit\n",
        "websocket_client.conf": "",
        "queues.conf": "[general]\n#tryinclude queues_local.conf\n",
        "statsd.conf": "[general]\nenabled=no\n",
    }


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    aside.replace(path)


def _asterisk(site: SwitchSite) -> str:
    return f"""\
[directories]
astetcdir => {site.etc}
astmoddir => {site.engine.modules}
astvarlibdir => {site.var}
astdbdir => {site.var}
astkeydir => {site.var}
astdatadir => {site.engine.data}
astagidir => {site.var}
astspooldir => {site.spool}
astrundir => {site.run}
astlogdir => {site.log}
astsbindir => {site.var}

[options]
nocolor = yes
hideconnect = yes
maxfiles = 65536
defaultlanguage = en
live_dangerously = no
lockconfdir = no
"""


_LOGGER = """\
[general]
dateformat=%Y-%m-%dT%H:%M:%S.%3q%z
appendhostname=no
rotatestrategy=rotate

[logfiles]
console => error
messages.log => notice,warning,error
security.log => security
"""


def _http(site: SwitchSite) -> str:
    # Loopback always: browsers reach the SIP WebSocket through OpenSeat's own web server.
    return f"""\
[general]
enabled=yes
bindaddr=127.0.0.1
bindport={site.ports.http}
servername=OpenSeat
sessionlimit=1000
enable_static=no
enable_status=no
"""


def _ari(site: SwitchSite) -> str:
    return f"""\
[general]
enabled=yes
pretty=no
websocket_write_timeout=1000

[{CONTROL_USER}]
type=user
read_only=no
password={site.ari_secret}
password_format=plain
"""


def _manager(site: SwitchSite) -> str:
    return f"""\
[general]
enabled=yes
webenabled=no
bindaddr=127.0.0.1
port={site.ports.ami}
displayconnects=no
timestampevents=no

[{CONTROL_USER}]
secret={site.ami_secret}
deny=0.0.0.0/0.0.0.0
permit=127.0.0.1/255.255.255.255
read=
write=call,system,command,reporting
writetimeout=1000
"""


# Messages nobody reads cost as much as those that are read. More cannot be declined: the manager
# refuses to start without the types it knows.
_STASIS = """\
[threadpool]
initial_size=8
idle_timeout_sec=120
max_size=50

[declined_message_types]
decline=ast_rtp_rtcp_sent_type
decline=ast_rtp_rtcp_received_type
"""


def _music(site: SwitchSite) -> str:
    return f"""\
[general]
cachertclasses=no

[default]
mode=files
directory={site.engine.data / "moh"}
sort=alpha

#tryinclude musiconhold_local.conf
"""


# The tone plan of the Chinese network (GB/T 3380 figures): one frequency, the cadence tells.
_INDICATIONS = """\
[general]
country=cn

[cn]
description = China
ringcadence = 1000,4000
dial = 450
busy = 450/350,0/350
ring = 450/1000,0/4000
congestion = 450/700,0/700
callwaiting = 450/400,0/4000
dialrecall = 450
record = 950/400,0/10000
info = 450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400
stutter = 450+425
"""

_CDR = """\
[general]
enable=yes
unanswered=yes
congestion=yes
endbeforehexten=no
batch=no
"""

# Times as seconds since 1970 with their fraction: what is billed is held against them.
_CDR_CUSTOM = """\
[calls.csv]
format=dsv
separator_character=,
quote_character="
quote_escape_character="
quoting_method=all
fields=uniqueid,src,dst,channel,start(double),answer(double),end(double),disposition
"""

_CEL = """\
[general]
enable=yes
apps=
events=HANGUP
"""

_CEL_CUSTOM = """\
[ends.csv]
format=dsv
separator_character=,
quote_character="
quote_escape_character="
quoting_method=all
fields=EventTime,UniqueID,EventExtra
"""

_CODECS = """\
[opus]
type=opus
application=voip
max_playback_rate=16000
"""
