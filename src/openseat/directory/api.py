"""The directory's part of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from openseat.directory import (
    brands_api,
    exchange_api,
    flow_trials_api,
    flows_api,
    holidays_api,
    phones_api,
    postings_api,
    prompts_api,
    roles,
    skill_postings_api,
    temporary,
)
from openseat.directory.busy_reasons import BUSY_REASON
from openseat.directory.dispositions import DISPOSITION
from openseat.directory.flows import FLOW
from openseat.directory.forms import FORM
from openseat.directory.hours import CALENDAR, HOURS
from openseat.directory.lines import PHONE, TRUNK
from openseat.directory.noun import Noun
from openseat.directory.numbers import LISTED_NUMBER, NUMBER
from openseat.directory.organisation import BRANCH, CLIENT, OPERATOR, PROJECT
from openseat.directory.people import AGENT, AGENT_GROUP, SKILL
from openseat.directory.queues import QUEUE
from openseat.directory.roles import ROLE
from openseat.directory.routes import add_routes
from openseat.directory.scripts import CLIENT_PAGE, SCRIPT
from openseat.directory.users import USER
from openseat.platform.access import Services

NOUNS: tuple[Noun, ...] = (
    OPERATOR,
    BRANCH,
    CLIENT,
    PROJECT,
    SKILL,
    AGENT_GROUP,
    AGENT,
    QUEUE,
    FLOW,
    NUMBER,
    LISTED_NUMBER,
    DISPOSITION,
    FORM,
    SCRIPT,
    CLIENT_PAGE,
    BUSY_REASON,
    CALENDAR,
    HOURS,
    PHONE,
    TRUNK,
    ROLE,
    USER,
)

router = APIRouter()
# Before the nouns: its address would else be taken for a calendar's id.
router.include_router(holidays_api.router)
for _noun in NOUNS:
    add_routes(router, _noun)
router.include_router(flows_api.router)
router.include_router(flow_trials_api.router)
router.include_router(prompts_api.router)
router.include_router(phones_api.router)
router.include_router(brands_api.router)
router.include_router(exchange_api.router)
router.include_router(roles.router)
router.include_router(postings_api.router)
router.include_router(skill_postings_api.router)


@asynccontextmanager
async def lifespan(_app: FastAPI, shared: Services) -> AsyncIterator[None]:
    """End postings while the API runs."""
    async with temporary.ending(shared):
        yield
