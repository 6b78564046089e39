from __future__ import annotations

import wave

import pytest

from openseat.switch.asterisk.media import MediaLibrary, MediaMissingError, write_tone


@pytest.fixture
def library(tmp_path):
    for name in ("welcome", "digit-4", "digit-2", "sub/thanks"):
        path = tmp_path / "prompts" / "en" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_tone(path, 300, 100)
    return MediaLibrary([tmp_path / "own", tmp_path / "prompts"], tmp_path / "made")


def test_a_prompt_is_found_in_its_language(library, tmp_path):
    found = library.resolve(["prompt:welcome", "prompt:sub/thanks"], "en")
    prompts = tmp_path / "prompts" / "en"
    assert found == [f"sound:{prompts / 'welcome'}", f"sound:{prompts / 'sub/thanks'}"]


def test_earlier_folders_come_first(library, tmp_path):
    mine = tmp_path / "own" / "en" / "welcome.wav"
    mine.parent.mkdir(parents=True)
    write_tone(mine, 300, 100)
    assert library.resolve(["prompt:welcome"], "en") == [f"sound:{mine.with_suffix('')}"]


@pytest.mark.parametrize(
    "item",
    [
        "prompt:nobody",
        "prompt:../en/welcome",
        "prompt:/etc/passwd",
        "prompt:",
        "file:/no/such/file",
        "tone:440",
        "tone:loud/100",
        "silence:-5",
        "money-for-nothing:1",
        "",
    ],
)
def test_what_does_not_exist_is_refused(library, item):
    with pytest.raises(MediaMissingError):
        library.resolve([item], "en")


def test_a_prompt_of_another_language_is_missing(library):
    with pytest.raises(MediaMissingError):
        library.resolve(["prompt:welcome"], "fr")


def test_a_language_cannot_leave_the_folder(library):
    with pytest.raises(MediaMissingError):
        library.resolve(["prompt:welcome"], "../prompts/en")


def test_digits_are_said_with_prompts(library):
    names = [one.rpartition("/")[2] for one in library.resolve(["digits:42"], "en")]
    assert names == ["digit-4", "digit-2"]


def test_a_number_whose_words_are_missing_is_missing(library):
    with pytest.raises(MediaMissingError):
        library.resolve(["digits:9"], "fr")


def test_tones_and_silences_are_made_once_and_have_their_length(library, tmp_path):
    first = library.resolve(["tone:440/250", "silence:120"], "en")
    made = sorted((tmp_path / "made").glob("*.wav"))
    stamps = [path.stat().st_mtime_ns for path in made]
    assert library.resolve(["tone:440/250", "silence:120"], "en") == first
    assert [path.stat().st_mtime_ns for path in made] == stamps
    lengths = {}
    for path in made:
        with wave.open(str(path)) as file:
            lengths[path.stem] = file.getnframes() * 1000 // file.getframerate()
    assert lengths == {"tone-440-250": 250, "silence-120": 120}
