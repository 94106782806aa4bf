"""The sherpa engine with the real library: tiny models that hear tones, and what it refuses.

A trained model is listened with in `tests/speech/test_sherpa.py`.
"""

from __future__ import annotations

import asyncio
import shutil
import struct
from pathlib import Path

import pytest

from asr.engines import EngineError
from asr.engines.sherpa_folder import STREAMING, look, moonshine_tokens, pieces, streams
from asr.protocol import Segment, StreamConfig
from asr.results import Final, Partial
from asr.workers.client import Recognisers
from asr.workers.setup import Setup
from tests.unit.asr.engines.tones import PARAFORMER, SENSE_VOICE, STREAMING_PARAFORMER, TRANSDUCER, tone

QUIET = tone(0)
ALPHA = tone(440) + tone(0, 0.1) + tone(1000)
BETA = tone(2500)


def field(number: int, value: bytes) -> bytes:
    """A field of a protocol buffer's message; short ones alone."""
    assert number < 16
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def network(**metadata: str) -> bytes:
    """An ONNX file that says something of itself, and computes nothing."""
    entries = (field(1, key.encode()) + field(2, value.encode()) for key, value in metadata.items())
    graph = field(7, b"graph")
    return b"\x08\x08" + graph + b"".join(field(14, entry) for entry in entries)


def folder_of(folder: Path, **files: bytes) -> Path:
    """A folder with files; two underscores in a name stand for a dot."""
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def hear(
    pcm: bytes, vocabulary: tuple[str, ...] = (), model: Path = TRANSDUCER, language: str = "en"
) -> tuple[list[str], Segment]:
    """What a tiny model says while sound comes in frames of 20 ms, and in the end."""
    engine = pytest.importorskip(
        "asr.engines.sherpa", reason="not run: needs pip install 'hotline[sherpa]'"
    ).load(model, language, 1)
    stream = engine.open(StreamConfig(vocabulary=vocabulary))
    heard = [stream.feed(pcm[begin : begin + 320]).text for begin in range(0, len(pcm), 320)]
    (rest,) = stream.finish()
    return list(dict.fromkeys(heard)), rest


def test_words_come_while_the_caller_speaks_and_say_when_they_were_said() -> None:
    heard, final = hear(QUIET + ALPHA + QUIET + BETA + QUIET)
    assert heard == ["", "al", "alpha", "alpha beta"]
    assert final.text == "alpha beta"
    alpha, beta = final.words
    assert (alpha.text, beta.text) == ("alpha", "beta")
    assert abs(alpha.start - 0.4) < 0.1
    assert 0.8 < alpha.end <= beta.start
    assert abs(beta.start - 1.7) < 0.1
    assert alpha.confidence is not None
    assert 0 < alpha.confidence <= 1


def test_the_last_word_is_not_lost_when_the_sound_ends_with_it() -> None:
    assert hear(QUIET + ALPHA)[1].text == "alpha"


@pytest.mark.parametrize("model", [TRANSDUCER, STREAMING_PARAFORMER, SENSE_VOICE])
@pytest.mark.parametrize("pcm", [b"", bytes(2), bytes(320), QUIET, tone(0, 3)])
def test_silence_is_no_words(pcm: bytes, model: Path) -> None:
    assert hear(pcm, model=model) == (([""] if pcm else []), Segment(""))


def test_streaming_paraformer_gives_words_as_they_come_and_no_times() -> None:
    heard, final = hear(QUIET + ALPHA + QUIET + BETA + QUIET, model=STREAMING_PARAFORMER, language="zh")
    assert heard == ["", "al", "alpha", "alpha beta"]
    assert final == Segment("alpha beta")


def test_sense_voice_reads_an_answer_in_the_workers_language() -> None:
    pcm = QUIET + ALPHA + QUIET + BETA + QUIET
    heard, final = hear(pcm, model=SENSE_VOICE, language="en")
    assert (heard, final.text) == ([""], "alpha beta")
    assert [(word.text, word.confidence) for word in final.words] == [("alpha", None), ("beta", None)]
    assert abs(final.words[1].start - 1.7) < 0.1
    assert hear(pcm, model=SENSE_VOICE, language="ko")[1].text == "alpha beta"
    _, final = hear(pcm, model=SENSE_VOICE, language="zh")
    assert final.text == "阿法 beta"
    assert [word.text for word in final.words] == ["阿", "法", "beta"]


def test_paraformer_reads_an_answer() -> None:
    assert hear(QUIET + BETA + QUIET, model=PARAFORMER, language="zh") == ([""], Segment("beta"))


def test_a_long_answer_is_read_in_pieces_whose_words_keep_their_times() -> None:
    engine = pytest.importorskip("asr.engines.sherpa").load(SENSE_VOICE, "en", 1)
    stream = engine.open(StreamConfig())
    stream.feed(tone(0, 2) + BETA + tone(0, 14) + ALPHA + tone(0, 2))
    parts = list(stream.finish())
    assert [part.text for part in parts] == ["beta", "alpha"]
    assert [abs(part.words[0].start - when) < 0.1 for part, when in zip(parts, (2.0, 16.4), strict=True)] == [
        True,
        True,
    ]


def test_the_sites_words_are_heard_rather_than_others_that_sound_alike() -> None:
    assert hear(QUIET + BETA + QUIET)[1].text == "beta"
    assert hear(QUIET + BETA + QUIET, ("Gamma",))[1].text == "gamma"
    assert hear(QUIET + BETA + QUIET, ("Alpha", "Gamma"))[1].text == "gamma"


@pytest.mark.parametrize("word", ["E-42", ":", "#1", "@", "/", "打印机", "", "gamma:x", "\0", "\ud800"])
def test_words_that_the_model_cannot_write_do_no_harm(word: str) -> None:
    assert hear(QUIET + BETA + QUIET, (word,))[1].text in ("beta", "gamma" if "gamma" in word else "beta")


def test_its_worker_gives_partial_results_and_takes_the_vocabulary_along() -> None:
    pytest.importorskip("sherpa_onnx")

    async def run() -> tuple[list[str], Final]:
        recognisers = Recognisers([Setup("en", "sherpa", TRANSDUCER, stall_seconds=60.0)])
        await recognisers.start()
        try:
            await recognisers.ready()
            heard: list[Partial] = []
            config = StreamConfig(vocabulary=("Gamma",))
            recognition = await recognisers.open("en", config=config, on_partial=heard.append)
            pcm = QUIET + ALPHA + QUIET + BETA + QUIET
            for begin in range(0, len(pcm), 320):
                recognition.feed(pcm[begin : begin + 320])
            final = await recognition.finish()
            return [partial.text for partial in heard if partial.text], final
        finally:
            await recognisers.close()

    heard, final = asyncio.run(run())
    assert heard == ["al", "alpha", "alpha gamma"]
    assert (final.text, final.engine, final.language) == ("alpha gamma", "sherpa", "en")
    assert [word.text for word in final.words] == ["alpha", "gamma"]
    assert final.confidence is not None


def test_several_callers_are_heard_side_by_side() -> None:
    engine = pytest.importorskip("asr.engines.sherpa").load(TRANSDUCER, "en", 2)
    assert (engine.streaming, engine.parallel) == (True, 2)
    said = [QUIET + ALPHA + QUIET, QUIET + BETA + QUIET]
    streams = [engine.open(StreamConfig()) for _ in said]
    for begin in range(0, len(said[0]), 320):
        for stream, pcm in zip(streams, said, strict=True):
            stream.feed(pcm[begin : begin + 320])
    assert [next(iter(stream.finish())).text for stream in streams] == ["alpha", "beta"]


def test_a_folder_says_what_it_holds_and_so_whether_words_come_at_once(tmp_path: Path) -> None:
    tokens = b"a 0\n"
    wanted = {
        "transducer": {
            "encoder-e9__int8__onnx": network(model_type="zipformer2", decode_chunk_len="32"),
            "encoder-e9__onnx": network(),
            "decoder-e9__int8__onnx": network(),
            "decoder-e9__onnx": network(),
            "joiner-e9__onnx": network(),
        },
        "streaming-paraformer": {"encoder__onnx": network(lfr_window_size="7"), "decoder__onnx": network()},
        "sense-voice": {"model__int8__onnx": network(lfr_window_size="7", lang_auto="0")},
        "paraformer": {"model__onnx": network(lfr_window_size="7")},
        "moonshine": {"encoder_model__ort": b"ORTM", "decoder_model_merged__ort": b"ORTM"},
    }
    for kind, files in wanted.items():
        folder = tmp_path / kind
        folder.mkdir()
        found = look(folder_of(folder, tokens__txt=tokens, **files))
        assert found.kind == kind
        assert streams(folder) is (kind in STREAMING)
        setup = Setup("zh", "sherpa", folder)
        assert (setup.streaming, setup.capabilities.extended) == (kind in STREAMING, True)
    files = look(tmp_path / "transducer").files
    assert {name: path.name for name, path in files.items()} == {
        "encoder": "encoder-e9.int8.onnx",
        "decoder": "decoder-e9.onnx",
        "joiner": "joiner-e9.onnx",
    }


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "contains no Sherpa model"),
        ({"tokens__txt": b"a 0\n"}, "contains no Sherpa model"),
        ({"model__onnx": network()}, "contains no Sherpa model"),
        (
            {"tokens__txt": b"a 0\n", "model__onnx": b"no model"},
            r"cannot be loaded: model\.onnx is no ONNX model",
        ),
        (
            {"tokens__txt": b"a 0\n", "model__onnx": network(model_type="x")[:-1]},
            r"cannot be loaded: model\.onnx is no ONNX model \(it ends too early\)",
        ),
        (
            {"tokens__txt": b"a 0\n", "model__onnx": network(model_type="whistle")},
            "holds whistle; what can be",
        ),
        # A transducer that does not stream would end the library's process.
        (
            {
                "tokens__txt": b"a 0\n",
                "encoder__onnx": network(model_type="zipformer2"),
                "decoder__onnx": network(),
                "joiner__onnx": network(),
            },
            "holds zipformer2; what can be used is a streaming transducer",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    with pytest.raises(EngineError, match=f"{tmp_path} {message}"):
        look(folder_of(tmp_path, **files))
    assert not streams(tmp_path)


def test_a_model_that_the_library_refuses_is_one_sentence(tmp_path: Path) -> None:
    load = pytest.importorskip("asr.engines.sherpa").load
    damaged = tmp_path / "damaged"
    shutil.copytree(TRANSDUCER, damaged)
    whole = (damaged / "joiner.onnx").read_bytes()
    (damaged / "joiner.onnx").write_bytes(whole[:20])
    with pytest.raises(EngineError, match=f"{damaged} cannot be loaded: .+"):
        load(damaged, "en", 1)


def test_moonshines_tokens_are_read_by_their_lengths(tmp_path: Path) -> None:
    long = bytes(300)
    data = b"\x05<unk>\x00\x01a" + bytes([300 % 128 + 128, 300 // 128]) + long
    folder_of(tmp_path, tokenizer__bin=data)
    assert moonshine_tokens(tmp_path) == [b"<unk>", b"", b"a", long]
    folder_of(tmp_path, tokenizer__bin=data[:-1])
    with pytest.raises(EngineError, match=r"tokenizer\.bin is damaged"):
        moonshine_tokens(tmp_path)


def test_pieces_of_words_come_with_their_weights(tmp_path: Path) -> None:
    weight = b"\x15" + struct.pack("<f", -2.5)
    path = tmp_path / "bpe.model"
    path.write_bytes(
        field(1, field(1, b"<unk>")) + field(1, field(1, "▁안녕".encode()) + weight + b"\x18\x02")
    )
    assert pieces(path) == [("<unk>", 0.0), ("▁안녕", -2.5)]
    path.write_bytes(b"\x0a\x7fshort")
    with pytest.raises(EngineError, match=r"bpe\.model is damaged"):
        pieces(path)
