"""What a newcomer is told once the installation runs."""

from __future__ import annotations

from openseat.platform.settings import Settings


def welcome(settings: Settings) -> str:
    """Return where to look and how to sign in, in Chinese and English."""
    host = settings.network.web_host
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared only
    secrets = settings.secrets
    accounts = (
        ("管理员 administrator", "admin", secrets.read("demo_admin")),
        ("班长   supervisor   ", "supervisor", secrets.read("demo_supervisor")),
        ("坐席   agent        ", "agent1", secrets.read("demo_agent")),
    )
    lines = [
        "",
        f"  请打开 Open      http://{shown}:{settings.ports.web}/",
        *(f"  {role}  {name} / {password}" for role, name, password in accounts),
        "",
        "  bin/openseat demo --calls 40 --agents 8    看真实呼叫 watch real calls",
        "  bin/openseat status | doctor | logs        运行情况 how it is doing",
        "  bin/down                                   停止 stop",
        "",
    ]
    return "\n".join(lines)
