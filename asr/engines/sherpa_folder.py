"""What a folder with a sherpa-onnx model holds: which kind, which files, whether it gives words at once.

sherpa-onnx names its models' files freely and ends the process over metadata that it misses, so the files are
looked at before it sees them. Reads ONNX's metadata without loading the model. No native library is imported:
whoever chooses a recogniser looks here, too. Loading and recognising are left to `asr.engines.sherpa`.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from asr.engines import EngineError

Kind: TypeAlias = Literal["transducer", "streaming-paraformer", "sense-voice", "paraformer", "moonshine"]

STREAMING: frozenset[Kind] = frozenset({"transducer", "streaming-paraformer"})

KINDS = "a streaming transducer (zipformer), a Paraformer, SenseVoice or Moonshine"

_METADATA = 14  # ModelProto.metadata_props (onnx.proto)
_PIECES = 1  # ModelProto.pieces (sentencepiece_model.proto)
_BASE64_TOKENS = "tokenizer.bin"


@dataclass(frozen=True, slots=True)
class Found:
    """A model that sherpa-onnx can load.

    Args:
        kind: how it is built.
        files: its networks by what they do: encoder, decoder, joiner, or model.
        metadata: of the first of them.
    """

    kind: Kind
    files: dict[str, Path]
    metadata: dict[str, str]


def look(folder: Path) -> Found:
    """Say what a folder holds.

    Raises:
        EngineError: nothing that we can use, or a damaged file.
    """
    encoder, decoder, joiner, model = (
        _first(folder, name) for name in ("encoder*", "decoder*", "joiner*", "model*")
    )
    if not any((folder / name).is_file() for name in ("tokens.txt", _BASE64_TOKENS)) or not (
        model or (encoder and decoder)
    ):
        raise EngineError(f"{folder} contains no Sherpa model.")
    if encoder and decoder and encoder.suffix == ".ort":
        return Found("moonshine", {"encoder": encoder, "decoder": decoder}, {})
    metadata = _metadata(encoder if encoder and decoder else model, folder)
    if encoder and decoder and joiner:
        # What sherpa-onnx itself would miss, and end the process for.
        if metadata.get("model_type") and "decode_chunk_len" in metadata:
            # The decoder is small, and loses most when its numbers are made coarse.
            decoder = _first(folder, "decoder*", coarse=False) or decoder
            files = {"encoder": encoder, "decoder": decoder, "joiner": joiner}
            return Found("transducer", files, metadata)
    elif encoder and decoder:
        if "lfr_window_size" in metadata:
            return Found("streaming-paraformer", {"encoder": encoder, "decoder": decoder}, metadata)
    elif model and "lfr_window_size" in metadata:
        kind: Kind = "sense-voice" if "lang_auto" in metadata else "paraformer"
        return Found(kind, {"model": model}, metadata)
    what = metadata.get("model_type") or metadata.get("comment") or "a model that does not say what it is"
    raise EngineError(f"{folder} holds {what}; what can be used is {KINDS}.")


@lru_cache(maxsize=64)
def streams(folder: Path) -> bool:
    """Whether a folder's model gives words while the caller speaks; a folder that holds none does not."""
    try:
        return look(folder).kind in STREAMING
    except EngineError:
        return False


def _first(folder: Path, pattern: str, *, coarse: bool = True) -> Path | None:
    """The network of that name, in whole numbers (int8) where there are several."""
    paths = [*folder.glob(f"{pattern}.onnx"), *folder.glob(f"{pattern}.ort")]
    return min(paths, key=lambda path: ((".int8." in path.name) != coarse, path.name), default=None)


# --- tokens -----------------------------------------------------------------------------------------------


def moonshine_tokens(folder: Path) -> list[bytes]:
    """The tokens in Moonshine's own file, by number: each is its length (two bytes from 128 on) and itself.

    Raises:
        EngineError: the file is damaged.
    """
    data = (folder / _BASE64_TOKENS).read_bytes()
    tokens: list[bytes] = []
    at = 0
    while at < len(data):
        size = data[at]
        at += 1
        if size >= 128 and at < len(data):
            size += data[at] * 128 - 128
            at += 1
        tokens.append(data[at : at + size])
        at += size
    if at != len(data):
        raise EngineError(f"{folder} cannot be loaded: {_BASE64_TOKENS} is damaged.")
    return tokens


def pieces(path: Path) -> list[tuple[str, float]]:
    """The pieces of words and their weights in a SentencePiece model (bpe.model).

    Raises:
        EngineError: the file is damaged.
    """
    found: list[tuple[str, float]] = []
    try:
        with path.open("rb") as file:
            for _, piece in _fields(file, (_PIECES,)):
                parts = dict(_fields(io.BytesIO(piece), (1, 2)))
                found.append((parts[1].decode(), struct.unpack("<f", parts.get(2, bytes(4)))[0]))
    except (ValueError, KeyError, struct.error) as error:
        raise EngineError(f"{path.parent} cannot be loaded: {path.name} is damaged ({error}).") from None
    return found


# --- protocol buffers (https://protobuf.dev/programming-guides/encoding) ------------------------------------


def _metadata(path: Path | None, folder: Path) -> dict[str, str]:
    """What an ONNX file says of itself."""
    assert path is not None
    found: dict[str, str] = {}
    try:
        with path.open("rb") as file:
            for _, entry in _fields(file, (_METADATA,)):
                parts = dict(_fields(io.BytesIO(entry), (1, 2)))
                found[parts[1].decode()] = parts.get(2, b"").decode()
    except (ValueError, KeyError, OSError) as error:
        raise EngineError(f"{folder} cannot be loaded: {path.name} is no ONNX model ({error}).") from None
    return found


def _fields(file: BinaryIO, wanted: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """The fields of a message with these numbers, as bytes; others are passed over."""
    while (key := _varint(file)) is not None:
        number, kind = key >> 3, key & 7
        if kind == 0:
            _varint(file)
            continue
        size = {1: 8, 2: _varint(file) if kind == 2 else None, 5: 4}.get(kind)
        if size is None:
            raise ValueError(f"a field of kind {kind}")
        if number in wanted:
            value = file.read(size)
            if len(value) < size:
                raise ValueError("it ends too early")
            yield number, value
        else:
            file.seek(size, io.SEEK_CUR)


def _varint(file: BinaryIO) -> int | None:
    """A number of any length; None at the end of the file."""
    value = shift = 0
    while byte := file.read(1):
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return value
        shift += 7
        if shift > 63:
            raise ValueError("a number without end")
    return None
