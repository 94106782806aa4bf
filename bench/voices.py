"""What voices cost and how well they are understood, after G.711 and with the machine as it is.

    python -m bench.voices [--models DIR] [--engines piper kokoro espeak] [--threads 2] [--no-listening]

For each voice: the time from asking to the first sentence in a fresh worker (its model is loaded) and in a
warm one, the CPU seconds for each second spoken, and, with Whisper base as the listener, the share of words
(English), syllables (Mandarin, tones apart) or characters (Korean) that it hears wrong at 8 kHz mu-law. It
has its own share in that: it hears homophones, and errs.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from asr.models.store import models_folder
from telephony.rtp.codecs import decode_ulaw, encode_ulaw
from tts.client import Voices
from tts.installed import SPEEDS, available
from tts.voice import Voice

# What callers hear, without figures: how Whisper writes those differs from how they are said.
SENTENCES = {
    "en": (
        "Welcome to the technical support hotline.",
        "Please describe your problem in a few words.",
        "Sorry, I did not catch that. Please say it again.",
        "All our agents are busy at the moment.",
        "You can also hang up, and we will call you back.",
        "I heard that you cannot log in to the portal. Is that right?",
        "Thank you for calling. Goodbye.",
    ),
    "zh": (
        "您好，欢迎致电技术支持热线。",
        "请简单描述一下您遇到的问题。",
        "对不起，我没有听清楚，请再说一遍。",
        "现在所有的座席都在忙，请您稍等。",
        "您也可以挂断电话，我们会给您回电话。",
        "我听到的是，系统无法登录，对吗？",
        "感谢您的来电，再见。",
    ),
    "ko": (
        "안녕하세요. 기술 지원 센터입니다.",
        "문제를 간단히 말씀해 주세요.",
        "죄송합니다. 잘 못 들었습니다. 다시 한번 말씀해 주세요.",
        "상담원이 모두 통화 중입니다. 잠시만 기다려 주세요.",
        "전화를 끊으시면 저희가 다시 전화드리겠습니다.",
        "시스템에 로그인할 수 없다고 하셨습니다. 맞습니까?",
        "전화해 주셔서 감사합니다. 안녕히 계세요.",
    ),
}
# Whisper writes Mandarin in either script; this makes it simplified most of the time.
PROMPTS = {"zh": "以下是普通话的句子。"}


class Ears:
    """Whisper base at the other end of a telephone line."""

    def __init__(self, model: Path) -> None:
        self._whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)

    def hear(self, samples: NDArray[np.int16], language: str) -> str:
        """Hear speech at 8 kHz through mu-law."""
        line = decode_ulaw(encode_ulaw(samples))
        quiet = np.zeros(4000, np.float32)
        sound = np.concatenate([quiet, np.asarray(line, np.float32) / 32768, quiet])
        segments, _ = self._whisper.transcribe(
            _twice_the_rate(sound), language=language, initial_prompt=PROMPTS.get(language)
        )
        return " ".join(segment.text.strip() for segment in segments)


def _twice_the_rate(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    spectrum = np.zeros(len(samples) + 1, np.complex64)
    given = np.fft.rfft(samples)
    spectrum[: len(given)] = given
    return np.asarray(np.fft.irfft(spectrum, 2 * len(samples)) * 2, np.float32)


def units(text: str, language: str) -> list[str]:
    """What is counted: English words, Mandarin syllables without tones, Korean characters."""
    if language == "zh":
        return list(lazy_pinyin(re.sub(r"[^\u4e00-\u9fff]", "", text)))
    if language == "ko":
        return re.findall(r"[가-힣]", text)
    return re.findall(r"[a-z']+", text.lower())


def wrong(said: str, heard: str, language: str) -> tuple[int, int]:
    """How many units were not heard as they were said, of how many."""
    a, b = units(said, language), units(heard, language)
    same = sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return max(len(a), len(b)) - same, len(a)


@dataclass(frozen=True, slots=True)
class Figures:
    """One voice's."""

    cold: float
    warm: float
    cpu: float
    error: float | None


async def measure(voice: Voice, threads: int, listener: Ears | None) -> Figures:
    """Render all sentences of the voice's language, nothing kept."""
    sentences = SENTENCES[voice.language]
    with tempfile.TemporaryDirectory() as folder:
        voices = Voices([voice], Path(folder), threads=threads)
        began = time.monotonic()
        await voices.start()
        first = await voices.render(sentences[0], voice.language)
        cold = time.monotonic() - began
        assert voices.worker_pid is not None
        cpu, began = _cpu_seconds(voices.worker_pid), time.monotonic()
        sounds = [await voices.render(text, voice.language) for text in sentences[1:]]
        warm = (time.monotonic() - began) / len(sounds)
        spoken = sum(len(sound) for sound in sounds) / 8000
        cpu = (_cpu_seconds(voices.worker_pid) - cpu) / spoken
        await voices.close()
    if listener is None:
        return Figures(cold, warm, cpu, None)
    counts = [
        wrong(text, listener.hear(sound, voice.language), voice.language)
        for text, sound in zip(sentences, [first, *sounds], strict=True)
    ]
    return Figures(cold, warm, cpu, sum(bad for bad, _ in counts) / sum(of for _, of in counts))


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Measure, and print a line a voice."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.voices",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--models", type=Path, default=models_folder())
    parser.add_argument("--engines", nargs="*", default=["piper", "kokoro", "espeak"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-listening", action="store_true")
    options: Any = parser.parse_args()
    listener = None if options.no_listening else Ears(options.models / "whisper-base")
    print("| language | voice | first sentence, cold | a sentence, warm | CPU s per s spoken | heard wrong |")
    print("| --- | --- | --- | --- | --- | --- |")
    for language in SENTENCES:
        best: dict[str, Voice] = {}
        for voice in available(language, options.models):
            best.setdefault(voice.engine, voice)
        for voice in best.values():
            if voice.engine not in options.engines:
                continue
            speed = SPEEDS.get((voice.engine, language), 1.0)
            at_pace = Voice(language, voice.engine, voice.name, voice.model, speed)
            figures = asyncio.run(measure(at_pace, options.threads, listener))
            heard = "" if figures.error is None else f"{figures.error:.0%}"
            print(
                f"| {language} | {voice} | {figures.cold:.1f} s | {figures.warm:.2f} s "
                f"| {figures.cpu:.2f} | {heard} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
