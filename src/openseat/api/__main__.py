"""Run the API: `python -m openseat.api`, or `--export` to write its OpenAPI file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import structlog
import uvicorn

from openseat.platform.settings import Settings
from openseat.platform.spare import wait_for_turn
from openseat.platform.web import build

CONTRACT = Path(__file__).resolve().parents[3] / "contracts" / "openapi.json"


def contract(settings: Settings) -> str:
    """Return the OpenAPI document as it is kept in `contracts/`."""
    return (
        json.dumps(build(settings).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(prog="openseat.api", description="OpenSeat's API.")
    parser.add_argument("--export", action="store_true", help=f"write {CONTRACT.name} and stop")
    options = parser.parse_args(arguments)
    settings = Settings.load()
    if options.export:
        CONTRACT.parent.mkdir(exist_ok=True)
        CONTRACT.write_text(contract(settings), encoding="utf-8")
        return 0
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=True,
    )
    application = build(settings)
    wait_for_turn()
    uvicorn.run(
        application,
        host=settings.network.web_host,
        port=settings.ports.web,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
        server_header=False,
        # Frames of the realtime feed are small; what a browser sends is smaller.
        ws_max_size=65_536,
        # A page whose network is dead is missed within 15 s, so that its customer waits no longer
        # than that beyond the grace time.
        ws_ping_interval=5,
        ws_ping_timeout=10,
        h11_max_incomplete_event_size=65_536,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
