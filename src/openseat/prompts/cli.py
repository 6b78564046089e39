"""`bin/openseat prompts`: list prompts, add a recorded one, render spoken ones."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from openseat.platform.settings import Settings
from openseat.prompts import SHIPPED, audio
from openseat.prompts.catalogue import LANGUAGES, texts
from openseat.prompts.errors import PromptError
from openseat.prompts.speech import LOCK, SpeechEnvironment
from openseat.prompts.store import PromptStore, check_place


def main(arguments: list[str]) -> int:
    """Carry out the command; 1 if a prompt is refused."""
    parser = argparse.ArgumentParser("bin/openseat prompts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shown = commands.add_parser("list", help="which prompts there are")
    shown.add_argument("--language", choices=LANGUAGES)
    added = commands.add_parser("add", help="take a WAV file as a prompt")
    added.add_argument("language", choices=LANGUAGES)
    added.add_argument("name")
    added.add_argument("file", type=Path)
    spoken = commands.add_parser("say", help="make a prompt from a text, with a synthetic voice")
    spoken.add_argument("language", choices=LANGUAGES)
    spoken.add_argument("name")
    spoken.add_argument("text")
    rendered = commands.add_parser("render", help="render the shipped prompts anew (developers)")
    rendered.add_argument("--language", choices=LANGUAGES)
    rendered.add_argument("--all", action="store_true", help="also those that are there")
    given = parser.parse_args(arguments)
    settings = Settings.load()
    store = PromptStore(settings.paths.prompts)
    try:
        if given.command == "list":
            _list(store, (given.language,) if given.language else LANGUAGES)
        elif given.command == "add":
            prompt = store.add(given.language, given.name, _read(given.file))
            _report(f"{prompt.path}: {prompt.duration_ms / 1000:.1f} s")
        elif given.command == "say":
            _say(settings, store, given.language, given.name, given.text)
        else:
            languages = (given.language,) if given.language else LANGUAGES
            _render(settings, languages, everything=given.all)
    except PromptError as refusal:
        _report(f"refused: {refusal}")
        return 1
    return 0


def _report(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(audio.MAX_BYTES + 1)
    except OSError as missing:
        raise PromptError("prompt.not_found", name=str(missing)) from missing


def _list(store: PromptStore, languages: tuple[str, ...]) -> None:
    for language in languages:
        for prompt in store.listed(language):
            origin = "shipped" if prompt.shipped else "own"
            text = texts(language).get(prompt.name, "") if prompt.shipped else ""
            seconds = prompt.duration_ms / 1000
            _report(f"{language:6} {prompt.name:28} {seconds:5.1f} s  {origin:7}  {text}")


def _voices(settings: Settings) -> SpeechEnvironment:
    voices = SpeechEnvironment(settings.paths.cache, settings.paths.clone / LOCK)
    voices.install(_report)
    return voices


def _say(settings: Settings, store: PromptStore, language: str, name: str, text: str) -> None:
    check_place(language, name)
    for _, _, made in _voices(settings).speak({(language, name): text}):
        prompt = store.add(language, name, made)
        _report(f"{prompt.path}: {prompt.duration_ms / 1000:.1f} s")


def _render(settings: Settings, languages: tuple[str, ...], *, everything: bool) -> None:
    wanted = {
        (language, name): text
        for language in languages
        for name, text in texts(language).items()
        if everything or not (SHIPPED / language / f"{name}.wav").is_file()
    }
    for language in languages:
        (SHIPPED / language).mkdir(parents=True, exist_ok=True)
        (SHIPPED / language / "beep.wav").write_bytes(audio.beep())
    if wanted:
        for language, name, made in _voices(settings).speak(wanted):
            (SHIPPED / language / f"{name}.wav").write_bytes(made)
    _report(f"rendered {len(wanted)} prompts")
