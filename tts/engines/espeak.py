"""espeak-ng (library and data in the package `espeakng-loader`): every language, and a robot's voice.

Last resort as a speaker; as the source of English phonemes for Kokoro it is good. The library keeps one state
for the whole process: use it from one thread. It is under the GPLv3, so it runs in the worker's process only
(docs/decisions/001 and 007).
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any

import espeakng_loader
import numpy as np

from tts.engines import Sound
from tts.voice import Voice

LANGUAGES = {"en": "en-us", "zh": "cmn", "ko": "ko"}
WORDS_PER_MINUTE = 150

# espeak-ng/speak_lib.h
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_RATE = 1
_CHARS_UTF8 = 1
_PHONEMES_IPA = 0x02
_PHONEMES_TIE = 0x80

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Library:
    """The library, initialised; there is one in a process (`library`)."""

    def __init__(self) -> None:
        self._lib: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate = int(
            self._lib.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, data, _INITIALIZE_DONT_EXIT)
        )
        if self.rate <= 0:
            raise RuntimeError(f"espeak-ng cannot read its data in {data.decode()}")
        self._heard: list[bytes] = []
        self._callback = _Callback(self._collect)  # kept: the library calls it as long as it lives
        self._lib.espeak_SetSynthCallback(self._callback)
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p

    def _collect(self, samples: Any, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._heard.append(ctypes.string_at(samples, 2 * count))
        return 0

    def speak(self, text: str, language: str, words_per_minute: int) -> bytes:
        """Speak, as 16-bit samples at `rate`."""
        self._heard.clear()
        self._choose(language)
        self._lib.espeak_SetParameter(_RATE, words_per_minute, 0)
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, 0, 0, _CHARS_UTF8, None, None)
        return b"".join(self._heard)

    def phonemes(self, text: str, language: str, tie: str = "^") -> str:
        """Write text in the phonetic alphabet (IPA); `tie` joins the letters of one phoneme."""
        self._choose(language)
        rest = ctypes.c_char_p(text.encode())
        mode = _PHONEMES_IPA | _PHONEMES_TIE | ord(tie) << 8
        clauses = []
        while rest.value is not None:  # a clause a call; the library moves the pointer on
            clauses.append(self._lib.espeak_TextToPhonemes(ctypes.byref(rest), _CHARS_UTF8, mode) or b"")
        return " ".join(clause.decode() for clause in clauses if clause)

    def _choose(self, language: str) -> None:
        if self._lib.espeak_SetVoiceByName(language.encode()) != 0:
            raise RuntimeError(f"espeak-ng has no voice {language!r}")


@lru_cache(maxsize=1)
def library() -> Library:
    """The process's one library."""
    return Library()


class Espeak:
    """espeak-ng in one language.

    Args:
        name: espeak-ng's name of the voice, such as "en-us".
        speed: 1.0 is 150 words a minute, slow enough for the telephone.
    """

    def __init__(self, name: str, speed: float) -> None:
        self._name = name
        self._words_per_minute = round(WORDS_PER_MINUTE * speed)
        self._library = library()

    def speak(self, text: str) -> Sound:
        """See `tts.engines.Engine`."""
        data = self._library.speak(text, self._name, self._words_per_minute)
        if not data:
            raise ValueError("nothing in it can be spoken")
        return Sound(np.asarray(np.frombuffer(data, np.int16) / 32768, np.float32), self._library.rate)


def load(voice: Voice, threads: int) -> Espeak:
    """Make the library ready; it uses one core."""
    return Espeak(voice.name, voice.speed)
