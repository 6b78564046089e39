"""What a newcomer is told once the installation runs."""

from __future__ import annotations

from itertools import groupby

from openseat.directory.demo import floor as demo
from openseat.platform.settings import Settings

_ROLES = {
    "operator_admin": "管理员 administrator ",
    "supervisor": "班长   supervisor    ",
    "agent": "坐席   agent         ",
    "client_user": "客户   client company",
}


def welcome(settings: Settings) -> str:
    """Return where to look and how to sign in, in Chinese and English.

    Raises:
        SecretMissingError: the installation has no passwords yet.
    """
    host = settings.network.web_host
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared only
    return "\n".join(
        [
            "",
            f"  请打开 open  http://{shown}:{settings.ports.web}/",
            *_accounts(settings),
            "",
            "  bin/openseat demo --calls 40 --agents 8   看真实呼叫 watch real calls",
            "  bin/openseat status | doctor | logs       运行情况 how it is doing",
            "  bin/down                                  停止 stop",
            "",
        ]
    )


def _accounts(settings: Settings) -> list[str]:
    """Return one line for each kind of account; accounts of a kind share their password."""
    lines = []
    for (role, secret), users in groupby(demo.users(), key=lambda it: (it["role"], it["secret"])):
        logins = [user["login"] for user in users]
        names = logins[0] if len(logins) == 1 else f"{logins[0]} … {logins[-1]}"
        lines.append(f"  {_ROLES[role]}  {names} / {settings.secrets.read(secret)}")
    return lines
