"""Operator, branches, clients and their projects."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import Column, any_, literal, select

from openseat.directory.desk_tables import client_pages, forms, scripts
from openseat.directory.noun import Noun, Row, Use, document, used_in, wrong
from openseat.directory.tables import (
    agent_groups,
    agents,
    branches,
    calendars,
    clients,
    dispositions,
    flows,
    hours,
    listed_numbers,
    numbers,
    operators,
    projects,
    prompts,
    queues,
    users,
)
from openseat.platform.auth_tables import roles
from openseat.platform.database import ScopedSession
from openseat.platform.fields import E164, Count, Id, Label, Strict, Word, Zone

Language = Literal["zh-CN", "en"]
Code = Annotated[str, StringConstraints(pattern=r"^([*#][0-9*#]{1,6})?$")]
"""What is dialled on a phone in place of a number; empty: not in use."""


class OperatorFields(Strict):
    """The company that runs the installation."""

    name: Label
    short_name: Annotated[str, Field(max_length=40)] = ""
    busy_reasons: Annotated[
        list[Word],
        Field(max_length=50, description="What agents may give as the reason for being busy"),
    ] = ["break", "meeting", "training"]
    max_calls: Count | None = Field(default=None, description="Simultaneous calls accepted")
    service_number: E164 | Literal[""] = Field(
        default="", description="Called by agents from any telephone, to dial codes; empty for none"
    )
    code_sign_in: Code = Field(default="*81", description="Dialled by agents on a phone")
    code_sign_out: Code = "*82"
    code_idle: Code = "*83"
    code_busy: Code = Field(
        default="*84", description="Followed by the reason's place in `busy_reasons`, from 1 on"
    )
    code_outbound_only: Code = "*85"
    code_end_after_call_work: Code = "*86"
    code_echo: Code = Field(default="*87", description="The phone hears what it says")


class _Operator(Noun):
    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        """Two codes of which one begins with the other could not be told apart."""
        taken: dict[str, str] = {}
        for field in OperatorFields.model_fields:
            code = row[field] if field.startswith("code_") else ""
            if code and any(code.startswith(one) or one.startswith(code) for one in taken):
                raise wrong(field, "taken")
            taken |= {code: field} if code else {}
        return {}


class BranchFields(Strict):
    """A branch of the operator."""

    operator_id: Id
    name: Label


class ClientFields(Strict):
    """A company that buys the service: the tenant."""

    name: Label
    short_name: Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f]*$")] = ""
    branch_id: Id | None = Field(default=None, description="The branch that serves the client")
    language: Language = "zh-CN"
    caller_number: E164 | Literal[""] = Field(
        default="", description="Shown on outgoing calls of projects that have none of their own"
    )
    active: bool = True


class ProjectFields(Strict):
    """A service programme of a client."""

    client_id: Id
    name: Label
    caller_number: E164 | Literal[""] = Field(default="", description="Shown on outgoing calls")
    max_calls: Count | None = Field(default=None, description="Simultaneous calls bought")
    time_zone: Zone = "Asia/Shanghai"
    auto_answer: bool = Field(
        default=False, description="Agents' phones answer by themselves, after a tone"
    )
    announce_agent: bool = Field(
        default=False, description="Customers are told the number of the agent who answers"
    )
    own_recordings_days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        default=None,
        description="For how many days agents may hear their own recordings; null: not at all",
    )
    numbers_masked_for: Literal["nobody", "agents", "staff"] = Field(
        default="nobody",
        description="From whom customers' numbers are hidden; `staff`: agents and supervisors",
    )
    active: bool = True


def _named_by_a_role(ids: Column[Any]) -> Use:
    return Use(
        "role",
        lambda subject: select(roles.c.id, roles.c.name).where(literal(subject) == any_(ids)),
    )


class _Client(Noun):
    def client_of(self, row: dict[str, object]) -> str | None:
        return str(row["id"])


OPERATOR = _Operator(
    kind="operator",
    path="operators",
    table=operators,
    fields=OperatorFields,
    document=document("Operator", OperatorFields),
    permission="operator",
    uses=(used_in("branch", branches, "operator_id"),),
)
BRANCH = Noun(
    kind="branch",
    path="branches",
    table=branches,
    fields=BranchFields,
    document=document("Branch", BranchFields),
    permission="branches",
    fixed=frozenset({"operator_id"}),
    uses=(
        used_in("client", clients, "branch_id"),
        used_in("agent-group", agent_groups, "branch_id"),
    ),
)
CLIENT = _Client(
    kind="client",
    path="clients",
    table=clients,
    fields=ClientFields,
    document=document("Client", ClientFields),
    permission="clients",
    filters=("branch_id",),
    uses=(
        used_in("project", projects, "client_id"),
        used_in("queue", queues, "client_id"),
        used_in("number", numbers, "client_id", "e164"),
        used_in("flow", flows, "client_id"),
        used_in("user", users, "client_id"),
        used_in("agent", agents, "client_id"),
        used_in("hours", hours, "client_id"),
        used_in("calendar", calendars, "client_id"),
        used_in("prompt", prompts, "client_id"),
        used_in("listed-number", listed_numbers, "client_id", "e164"),
        used_in("disposition", dispositions, "client_id"),
        used_in("form", forms, "client_id"),
        used_in("script", scripts, "client_id"),
        used_in("client-page", client_pages, "client_id"),
        _named_by_a_role(roles.c.client_ids),
    ),
)
PROJECT = Noun(
    kind="project",
    path="projects",
    table=projects,
    fields=ProjectFields,
    document=document("Project", ProjectFields),
    permission="projects",
    fixed=frozenset({"client_id"}),
    filters=("client_id",),
    uses=(
        used_in("queue", queues, "project_id"),
        used_in("number", numbers, "project_id", "e164"),
        used_in("flow", flows, "project_id"),
        used_in("listed-number", listed_numbers, "project_id", "e164"),
        used_in("disposition", dispositions, "project_id"),
        used_in("form", forms, "project_id"),
        used_in("script", scripts, "project_id"),
        used_in("client-page", client_pages, "project_id"),
        _named_by_a_role(roles.c.project_ids),
    ),
)
