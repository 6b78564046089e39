"""Whether an Asterisk is there and does its work."""

from __future__ import annotations

import base64
import http.client

from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.site import SwitchSite

_PATIENCE_S = 2.0

#: The module that is loaded after everything the SIP side and ARI consist of.
_LAST_MODULE = "chan_pjsip.so"


def answers(site: SwitchSite) -> bool:
    """Tell whether the switch is up, lets us in, and can take calls; asks it once."""
    login = base64.b64encode(f"{CONTROL_USER}:{site.ari_secret}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", site.ports.http, timeout=_PATIENCE_S)
    try:
        connection.request(
            "GET",
            f"/ari/asterisk/modules/{_LAST_MODULE}",
            headers={"Authorization": f"Basic {login}"},
        )
        reply = connection.getresponse()
        return reply.status == 200 and b'"Running"' in reply.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
