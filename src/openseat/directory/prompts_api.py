"""Prompts that the operator and its clients recorded, beside those that come with OpenSeat."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, Field
from sqlalchemy import delete, insert, select
from starlette.responses import FileResponse, JSONResponse, Response

from openseat.directory import service
from openseat.directory.noun import Noun, Row, Use, document
from openseat.directory.organisation import Language
from openseat.directory.queues import named_in_flows
from openseat.directory.routes import add_list, answer
from openseat.directory.tables import prompts
from openseat.platform.access import Access, Permitted, may, needs
from openseat.platform.fields import Id, Strict, Text, Word
from openseat.platform.headers import Subject
from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem, UsedBy, responses
from openseat.platform.settings import Settings
from openseat.prompts.audio import convert, measure
from openseat.prompts.catalogue import LANGUAGES, texts
from openseat.prompts.speech import LOCK, SpeechEnvironment
from openseat.prompts.store import PromptStore

router = APIRouter(tags=["prompts"])

Reads = Annotated[Access, needs("prompts.read")]
Writes = Annotated[Access, needs("prompts.write")]
_SPEAKING = asyncio.Semaphore(1)
Name = Annotated[str, Form(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]


class PromptFields(Strict):
    """A sentence or word that flows and queues play: `prompt:<name>`."""

    client_id: Id | None = None
    name: str
    language: Language
    text: Text = Field(default="", description="What is said")


PROMPT = Noun(
    kind="prompt",
    path="prompts",
    table=prompts,
    fields=PromptFields,
    document=document(
        "Prompt",
        PromptFields,
        duration_ms=(int, Field(description="How long it lasts")),
        sha256=(str, Field(description="Of the sound as it is played")),
    ),
    permission="prompts",
    filters=("client_id",),
)


class ShippedPrompt(BaseModel):
    """A prompt that comes with OpenSeat."""

    name: str
    language: Language
    text: str


class Voices(BaseModel):
    """Whether texts can be spoken here."""

    ready: bool = Field(description="The synthetic voices are installed")


class Speech(Strict):
    """What to speak."""

    text: Annotated[Text, Field(min_length=1, max_length=500)]
    language: Language = "zh-CN"


class Spoken(BaseModel):
    """A text as sound, kept nowhere."""

    wav: str = Field(description="A WAV file in Base64")


class PromptUses(BaseModel):
    """What plays a prompt."""

    items: list[UsedBy]


class ShippedPrompts(BaseModel):
    """Every prompt that comes with OpenSeat."""

    items: list[ShippedPrompt]


@router.get("/prompts/shipped", operation_id="list_shipped_prompts", responses=responses(401, 403))
async def list_shipped(_access: Reads) -> ShippedPrompts:
    """List the prompts that come with OpenSeat, with their texts."""
    return ShippedPrompts(
        items=[
            ShippedPrompt.model_validate({"name": name, "language": language, "text": said})
            for language in LANGUAGES
            for name, said in sorted(texts(language).items())
        ]
    )


@router.get("/prompts/voices", operation_id="read_voices", responses=responses(401, 403))
async def read_voices(access: Reads) -> Voices:
    """Tell whether `speech` can be asked for."""
    return Voices(ready=_voices(access.services.settings).ready)


@router.post("/prompts/speech", operation_id="speak", responses=responses(401, 403, 409))
async def speak(permitted: Annotated[Permitted, may("prompts.write")], body: Speech) -> Spoken:
    """Speak a text with a synthetic voice, to be heard and then uploaded as a prompt's sound.

    One at a time, since a voice takes a processor for some seconds.
    """
    voices = _voices(permitted.services.settings)
    if not voices.ready:
        raise Problem("prompt.no_voices")
    async with _SPEAKING:
        made = await asyncio.to_thread(_speak, voices, body)
    return Spoken(wav=base64.b64encode(made).decode())


add_list(router, PROMPT)


@router.post(
    "/prompts",
    operation_id="create_prompt",
    status_code=201,
    response_model=PROMPT.document,
    responses=responses(401, 403, 409),
)
async def create_prompt(
    access: Writes,
    file: Annotated[UploadFile, File(description="WAV, at most 20 MB and five minutes")],
    name: Name,
    language: Annotated[Language, Form()] = "zh-CN",
    client_id: Annotated[Id | None, Form()] = None,
    text: Annotated[Text, Form()] = "",
) -> JSONResponse:
    """Take a sound file as a prompt; a client's name begins with the client's id."""
    owner = client_id or access.principal.client_id
    whole = name if owner is None or name.startswith(f"{owner}-") else f"{owner}-{name}"
    data = await file.read()
    row = {
        "id": new_id("prompt"),
        "client_id": owner,
        "name": whole,
        "language": language,
        "text": text,
        "sha256": hashlib.sha256(data).hexdigest(),
        "duration_ms": 0,
    }
    # The row first: it is what the database can refuse.
    await access.session.run(insert(prompts).values(**row))
    made = await asyncio.to_thread(_store(access).add, language, whole, data)
    await access.session.run(
        prompts.update()
        .where(prompts.c.id == row["id"])
        .values(
            duration_ms=made.duration_ms, sha256=hashlib.sha256(made.path.read_bytes()).hexdigest()
        )
    )
    stored = await service.find(access, PROMPT, str(row["id"]))
    await access.record(
        "prompt.created", "prompt", stored["id"], {"name": whole, "language": language}, owner
    )
    return answer(PROMPT, stored, 201)


@router.get(
    "/prompts/{subject}",
    operation_id="read_prompt",
    response_model=PROMPT.document,
    responses=responses(401, 403, 404),
)
async def read_prompt(access: Reads, subject: Subject) -> JSONResponse:
    """Read one prompt."""
    return answer(PROMPT, await service.find(access, PROMPT, subject))


@router.get(
    "/prompts/{subject}/audio",
    operation_id="read_prompt_audio",
    response_class=FileResponse,
    responses={200: {"content": {"audio/wav": {}}}, **responses(401, 403, 404)},
)
async def read_prompt_audio(access: Reads, subject: Subject) -> FileResponse:
    """Hear one prompt."""
    row = await service.find(access, PROMPT, subject)
    found = _store(access).find(row["language"], row["name"])
    return FileResponse(found.path, media_type="audio/wav")


@router.get(
    "/prompts/{subject}/uses",
    operation_id="list_prompt_uses",
    responses=responses(401, 403, 404),
)
async def list_prompt_uses(access: Reads, subject: Subject) -> PromptUses:
    """List the flows that play a prompt, in their draft or as published."""
    row = await service.find(access, PROMPT, subject)
    playing = (Use("flow", lambda _: named_in_flows(f"prompt:{row['name']}")),)
    return PromptUses(items=await service.uses(access, playing, subject))


@router.get(
    "/prompts/sounds/{language}/{name}",
    operation_id="read_prompt_sound",
    response_class=FileResponse,
    responses={200: {"content": {"audio/wav": {}}}, **responses(401, 403, 404)},
)
async def read_prompt_sound(access: Reads, language: Language, name: Word) -> FileResponse:
    """Hear what flows play under a name: the caller's own prompt, or the shipped one."""
    own = await access.session.value(
        select(prompts.c.id).where(prompts.c.language == language, prompts.c.name == name)
    )
    if own is None and name not in texts(language):
        raise Problem("prompt.not_found", name=name)
    found = _store(access).find(language, name)
    return FileResponse(found.path, media_type="audio/wav")


@router.put(
    "/prompts/{subject}/audio",
    operation_id="replace_prompt_audio",
    response_model=PROMPT.document,
    responses=responses(401, 403, 404, 412),
)
async def replace_prompt_audio(
    access: Writes,
    subject: Subject,
    file: Annotated[UploadFile, File(description="WAV, at most 20 MB and five minutes")],
    text: Annotated[Text | None, Form(description="Left out, it stays")] = None,
) -> JSONResponse:
    """Put another sound in the place of a prompt's: calls hear it from the next playback on."""
    row = await service.find(access, PROMPT, subject)
    made = await asyncio.to_thread(convert, await file.read())
    told = row["text"] if text is None else text
    touched = await access.session.run(
        prompts.update()
        .where(prompts.c.id == subject, prompts.c.version == row["version"])
        .values(
            text=told,
            duration_ms=measure(made).duration_ms,
            sha256=hashlib.sha256(made).hexdigest(),
            version=row["version"] + 1,
        )
    )
    if not touched:
        raise Problem("access.refused")
    changed = await service.find(access, PROMPT, subject)
    await access.record(
        "prompt.replaced",
        "prompt",
        subject,
        {"name": row["name"], "before": row["sha256"], "after": changed["sha256"]},
        row["client_id"],
    )
    await asyncio.to_thread(_store(access).put, row["language"], row["name"], made)
    return answer(PROMPT, changed)


@router.delete(
    "/prompts/{subject}",
    operation_id="delete_prompt",
    status_code=204,
    responses=responses(401, 403, 404, 409),
)
async def delete_prompt(access: Writes, subject: Subject) -> Response:
    """Delete a prompt that no flow plays."""
    row = await service.find(access, PROMPT, subject)
    used_by = await service.uses(access, _played(row), subject)
    if used_by:
        raise Problem("in_use", used_by=used_by)
    if not await access.session.run(delete(prompts).where(prompts.c.id == subject)):
        raise Problem("access.refused")
    await access.record(
        "prompt.deleted", "prompt", subject, {"name": row["name"]}, row["client_id"]
    )
    _store(access).remove(row["language"], row["name"])
    return Response(status_code=204)


def _played(row: Row) -> tuple[Use, ...]:
    if row["name"] in texts(row["language"]):
        return ()  # The shipped one of that name is heard again.
    return (Use("flow", lambda _: named_in_flows(f"prompt:{row['name']}")),)


def _voices(settings: Settings) -> SpeechEnvironment:
    return SpeechEnvironment(settings.paths.cache, settings.paths.clone / LOCK)


def _speak(voices: SpeechEnvironment, wanted: Speech) -> bytes:
    ((_, _, made),) = voices.speak({(wanted.language, "speech"): wanted.text})
    return made


def _store(access: Access) -> PromptStore:
    return PromptStore(access.services.settings.paths.prompts)
