"""Where prompts lie, and the commands that list, add and make them."""

from __future__ import annotations

import pytest

from openseat.prompts import SHIPPED, audio, cli
from openseat.prompts.catalogue import LANGUAGES, texts
from openseat.prompts.errors import PromptError
from openseat.prompts.speech import SpeechEnvironment
from openseat.prompts.store import PromptStore

BEEP = audio.beep()


@pytest.fixture
def store(tmp_path):
    shipped = tmp_path / "shipped"
    (shipped / "en").mkdir(parents=True)
    (shipped / "en" / "welcome.wav").write_bytes(BEEP)
    return PromptStore(tmp_path / "own", shipped)


def test_an_own_prompt_is_heard_instead_of_the_shipped_one(store):
    assert store.find("en", "welcome").shipped
    added = store.add("en", "welcome", BEEP)
    assert store.find("en", "welcome") == added
    assert not added.shipped
    assert added.duration_ms == 400
    store.remove("en", "welcome")
    assert store.find("en", "welcome").shipped


def test_prompts_are_listed_once_each(store):
    store.add("en", "welcome", BEEP)
    store.add("en", "own", BEEP)
    assert [(one.name, one.shipped) for one in store.listed("en")] == [
        ("own", False), ("welcome", False)
    ]  # fmt: skip
    assert store.names() == {"zh-CN": frozenset(), "en": frozenset({"own", "welcome"})}


def test_an_own_prompt_of_no_audio_leaves_nothing_behind(store, tmp_path):
    with pytest.raises(PromptError, match=r"prompt\.not_audio"):
        store.add("en", "own", b"not a sound")
    assert not list((tmp_path / "own").rglob("*.*"))


def test_a_full_disk_leaves_nothing_behind(store, tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("openseat.prompts.store.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.add("en", "own", BEEP)
    assert not list((tmp_path / "own").rglob("*.*"))


@pytest.mark.parametrize(
    ("language", "name", "code"),
    [
        ("fr", "welcome", "prompt.unknown_language"),
        ("../en", "welcome", "prompt.unknown_language"),
        ("en", "../welcome", "prompt.bad_name"),
        ("en", "", "prompt.bad_name"),
        ("en", "Welcome", "prompt.bad_name"),
        ("en", "x" * 65, "prompt.bad_name"),
        ("en", "none", "prompt.not_found"),
    ],
)
def test_names_that_are_none_are_refused(store, language, name, code):
    for use in (store.find, store.remove):
        with pytest.raises(PromptError) as refused:
            use(language, name)
        assert refused.value.code == code


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENSEAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPENSEAT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "home"


def test_the_command_adds_and_lists(home, tmp_path, capsys):
    file = tmp_path / "beep.wav"
    file.write_bytes(BEEP)
    assert cli.main(["add", "en", "jingle", str(file)]) == 0
    assert str(home / "prompts" / "en" / "jingle.wav") in capsys.readouterr().out
    assert cli.main(["list", "--language", "en"]) == 0
    listed = capsys.readouterr().out
    assert "jingle" in listed
    assert texts("en")["welcome"] in listed


def test_the_command_says_why_a_file_is_refused(home, tmp_path, capsys):
    assert cli.main(["add", "en", "jingle", str(tmp_path / "none.wav")]) == 1
    assert "prompt.not_found" in capsys.readouterr().out
    (tmp_path / "text.wav").write_text("hello")
    assert cli.main(["add", "en", "jingle", str(tmp_path / "text.wav")]) == 1
    assert "prompt.not_audio" in capsys.readouterr().out


class FakeVoices:
    """Speaks everything as a beep."""

    def __init__(self, _cache, _lock):
        self.installed = False

    def install(self, _report):
        self.installed = True

    def speak(self, wanted):
        assert self.installed
        for language, name in wanted:
            yield language, name, BEEP


def test_the_command_makes_a_prompt_of_a_text(home, monkeypatch):
    monkeypatch.setattr(cli, "SpeechEnvironment", FakeVoices)
    assert cli.main(["say", "zh-CN", "hello", "您好"]) == 0
    assert (home / "prompts" / "zh-CN" / "hello.wav").is_file()


def test_the_command_renders_what_is_missing_or_all(home, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli, "SpeechEnvironment", FakeVoices)
    monkeypatch.setattr(cli, "SHIPPED", tmp_path / "shipped")
    assert cli.main(["render", "--language", "en"]) == 0
    rendered = {file.stem for file in (tmp_path / "shipped" / "en").glob("*.wav")}
    assert rendered == texts("en").keys() | {"beep"}
    assert cli.main(["render", "--language", "en"]) == 0
    assert "rendered 0 prompts" in capsys.readouterr().out
    assert cli.main(["render", "--all"]) == 0
    assert f"rendered {len(texts('en')) + len(texts('zh-CN'))} prompts" in capsys.readouterr().out


class TestSpeechEnvironment:
    @pytest.fixture
    def voices(self, tmp_path):
        lock = tmp_path / "lock"
        lock.write_text("")
        return SpeechEnvironment(tmp_path / "cache", lock)

    def test_is_installed_once(self, voices):
        said = []
        assert not voices.ready
        voices.install(said.append)
        assert voices.ready
        voices.install(said.append)
        assert len(said) == 1

    def test_a_package_that_cannot_be_had_is_told(self, tmp_path):
        lock = tmp_path / "lock"
        lock.write_text("./no-such-folder\n")
        voices = SpeechEnvironment(tmp_path / "cache", lock)
        with pytest.raises(PromptError, match=r"prompt\.speech_failed"):
            voices.install(lambda _: None)
        assert not voices.ready

    def test_voices_that_fail_are_told(self, voices):
        voices.install(lambda _: None)
        with pytest.raises(PromptError, match=r"prompt\.speech_failed"):
            list(voices.speak({("en", "x"): "hello"}))


class TestShipped:
    """The prompts in the package: each one there, audible, even in loudness, unclipped."""

    FILES = sorted(SHIPPED.glob("*/*.wav"))

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_prompt_of_the_catalogue_is_there_and_no_other(self, language):
        files = {file.stem for file in (SHIPPED / language).glob("*.wav")}
        assert files == texts(language).keys() | {"beep"}

    def test_each_is_real_audible_audio_of_a_sane_loudness(self):
        assert self.FILES
        for file in self.FILES:
            found = audio.measure(file.read_bytes())
            assert found.clipped == 0, file
            assert found.peak_dbfs <= 0, file
            assert -27 <= found.loudness_dbfs <= -15, file
            if file.stem != "beep":
                text = texts(file.parent.name)[file.stem]
                # From a hurried to a very slow speaker, in seconds a character.
                fastest, slowest = (0.09, 1.1) if "一" <= max(text) <= "鿿" else (0.03, 0.5)
                seconds = found.duration_ms / 1000
                assert len(text) * fastest <= seconds <= max(1.0, len(text) * slowest), file

    def test_the_whole_set_is_small(self):
        assert sum(file.stat().st_size for file in self.FILES) < 16_000_000
