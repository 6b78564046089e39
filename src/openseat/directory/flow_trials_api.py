"""Trying a flow in the page: what a caller would hear, and where a key leads."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from openseat.core.flows import actions
from openseat.core.flows.library import Library
from openseat.core.flows.parse import read
from openseat.directory import service, tables
from openseat.directory.flow_trial import Walk, walk
from openseat.directory.flows import FLOW, environment, refuse
from openseat.directory.organisation import Language
from openseat.directory.picture import hours_config
from openseat.platform.access import Access, needs
from openseat.platform.fields import JsonObject, Strict
from openseat.platform.headers import Subject
from openseat.platform.problems import responses
from openseat.prompts.catalogue import LANGUAGES, texts

router = APIRouter(tags=["flows"])

MOST = 300
"""Happenings of one trial."""

Number = Annotated[str, Field(pattern=r"^\+?[0-9*#]{0,20}$")]


class Happening(Strict):
    """Something that happens to the simulated caller."""

    kind: Literal["heard", "key", "silence", "replied", "connected", "returned", "hung_up"] = Field(
        description="`heard`: the prompt was heard to its end; `silence`: nothing until the time "
        "is up; `replied`: the web service; `returned`: by the queue, transfer or recording"
    )
    key: Annotated[str, Field(pattern="^[0-9*#A-D]?$")] = ""
    status: Annotated[int, Field(ge=0, le=599)] = 0
    body: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")] = ""
    outcome: Literal[
        "", "served", "overflowed", "timeout", "full", "unstaffed", "failed", "done"
    ] = ""


class Trial(Strict):
    """A simulated call so far."""

    definition: JsonObject | None = Field(
        default=None, description="Steps as they stand in the page; without them, the draft"
    )
    caller: Number = "13800138000"
    called: Number = ""
    language: Language = "zh-CN"
    at: datetime | None = Field(default=None, description="When the call begins; without it, now")
    happened: Annotated[list[Happening], Field(max_length=MOST)] = []


class TrialHeard(BaseModel):
    """One prompt that the caller hears."""

    name: str
    text: str = Field(description="What it says, as far as it was written down")


class TrialAsked(BaseModel):
    """One thing that the flow asks for."""

    kind: str
    detail: dict[str, Any]
    heard: list[TrialHeard]


class TrialVisit(BaseModel):
    """A step that the call came to."""

    flow_id: str
    step_id: str
    kind: str


class TrialMoment(BaseModel):
    """What one happening led to."""

    at_s: float = Field(description="Seconds since the call's begin")
    visits: list[TrialVisit]
    asked: list[TrialAsked]


class TrialResult(BaseModel):
    """The call's way, and what the flow now waits for."""

    moments: list[TrialMoment]
    waits_for: str = Field(
        description="saying, asking, listening, fetching, queued, sent, talking, intro, "
        "recording, or done"
    )
    flow_id: str
    step_id: str
    language: str
    variables: dict[str, str]
    outcome: str = Field(description="How it ended; empty until then")


@router.post("/flows/{subject}/trial", operation_id="try_flow", responses=responses(401, 403, 404))
async def try_flow(
    access: Annotated[Access, needs("flows.read")], subject: Subject, body: Trial
) -> TrialResult:
    """Walk a simulated call through a flow; nothing is called, asked of others, or kept."""
    flow = await service.find(access, FLOW, subject)
    definition = flow["draft"] if body.definition is None else body.definition
    made, problems = read(definition, flow_id=subject)
    if made is None or problems:
        raise refuse(problems)
    client_id = flow["client_id"]
    around = await environment(access.session, client_id)
    taken = walk(
        Library({**around.flows, subject: made}, await _hours(access)),
        subject,
        [_happening(one) for one in body.happened],
        language=body.language,
        now=round((time.time() if body.at is None else body.at.timestamp()) * 1000),
        given={
            "caller": body.caller,
            "called": body.called,
            "client_id": client_id or "",
            "project_id": flow["project_id"] or "",
        },
        texts=await _texts(access),
    )
    return _result(taken)


def _happening(one: Happening) -> actions.FlowInput:
    match one.kind:
        case "heard":
            return actions.PlayFinished()
        case "key":
            return actions.Digit(digit=one.key)
        case "silence":
            return actions.Deadline()
        case "replied":
            return actions.Fetched(status=one.status, body=one.body)
        case "connected":
            return actions.Connected()
        case "returned":
            return actions.Returned(outcome=one.outcome)
        case "hung_up":
            return actions.HungUp()


def _result(taken: Walk) -> TrialResult:
    run = taken.run
    return TrialResult(
        moments=[
            TrialMoment(
                at_s=moment.at_ms / 1000,
                visits=[
                    TrialVisit(flow_id=one.flow_id, step_id=one.step_id, kind=one.kind)
                    for one in moment.visits
                ],
                asked=[
                    TrialAsked(
                        kind=one.kind,
                        detail=dict(one.detail),
                        heard=[TrialHeard(name=each.name, text=each.text) for each in one.heard],
                    )
                    for one in moment.asked
                ],
            )
            for moment in taken.moments
        ],
        waits_for=run.phase.value,
        flow_id=run.flow.flow_id,
        step_id=run.step_id,
        language=run.language,
        variables=dict(run.variables),
        outcome=run.outcome,
    )


async def _hours(access: Access) -> dict[str, Any]:
    hours, calendars = tables.hours, tables.calendars
    rows = await access.session.rows(
        select(hours.c.id, hours.c.time_zone, hours.c.weekly, calendars.c.days).outerjoin_from(
            hours, calendars, calendars.c.id == hours.c.calendar_id
        )
    )
    return {
        row["id"]: hours_config(row["id"], row["time_zone"], row["weekly"], row["days"] or [])
        for row in rows
    }


async def _texts(access: Access) -> dict[tuple[str, str], str]:
    found = {
        (language, name): said for language in LANGUAGES for name, said in texts(language).items()
    }
    prompts = tables.prompts.c
    rows = await access.session.rows(select(prompts.language, prompts.name, prompts.text))
    return found | {(row["language"], row["name"]): row["text"] for row in rows}
