"""The dialplan: hands every call to the Stasis application, and decides nothing."""

from __future__ import annotations

from openseat.switch.asterisk.site import SwitchSite

TRUNK_CONTEXT = "from-trunk"
ACCOUNT_CONTEXT = "from-account"
PHONE_CONTEXT = "from-phone"

#: Anything that can be dialled. The special extensions of Asterisk (h, i, t …) are single letters
#: and stay unmatched, or a hung-up channel would enter the application a second time.
_NUMBERS = ("_[0-9*#]", "_[+*#0-9A-Za-z].")


#: What a phone dials to hear itself; it ends by itself, and no application is troubled with it.
ECHO = "echo-test"
_ECHO_S = 60

#: How often, and at what interval in seconds, a call knocks while no floor listens.
_KNOCKS = 20
_INTERVAL = "0.5"


def _context(name: str, step: str) -> str:
    # A call that comes while one floor takes over from another waits for it, still unanswered.
    knock = f" same => n,Wait({_INTERVAL})\n same => n,{step}\n"
    lines = [
        f"exten => {pattern},1,{step}\n{knock * _KNOCKS} same => n,Hangup(38)"
        for pattern in _NUMBERS
    ]
    return "\n".join([f"[{name}]", *lines])


def _echo() -> str:
    steps = (f"Set(TIMEOUT(absolute)={_ECHO_S})", "Answer()", "Echo()", "Hangup()")
    return "\n".join(f"exten => {ECHO},{n},{step}" for n, step in enumerate(steps, 1))


def extensions(site: SwitchSite) -> str:
    """Return `extensions.conf`.

    A registering trunk's carrier often puts the called number into To and our contact into the
    request, so for those the application is given To as well.
    """
    app = site.application
    to = "${PJSIP_HEADER(read,To)}"
    contexts = [
        "[general]\nstatic=yes\nwriteprotect=yes\nautofallthrough=yes",
        _context(TRUNK_CONTEXT, f"Stasis({app},trunk)"),
        _context(ACCOUNT_CONTEXT, f"Stasis({app},account,{to})"),
        _context(PHONE_CONTEXT, f"Stasis({app},phone)") + "\n" + _echo(),
        "#tryinclude extensions_local.conf",
    ]
    return "\n\n".join(contexts) + "\n"
