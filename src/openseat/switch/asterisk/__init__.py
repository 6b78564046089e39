"""Asterisk as OpenSeat's telephone switch."""

from openseat.switch.asterisk.adapter import AsteriskSwitch
from openseat.switch.asterisk.configuration import write_configuration
from openseat.switch.asterisk.media import MediaLibrary
from openseat.switch.asterisk.site import SwitchSite, carrier_site, main_site

__all__ = [
    "AsteriskSwitch",
    "MediaLibrary",
    "SwitchSite",
    "carrier_site",
    "main_site",
    "write_configuration",
]
