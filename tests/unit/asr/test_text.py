"""Recognised text as people write it, and what recognisers make up."""

from __future__ import annotations

import pytest

from asr.listening.hallucinations import believable
from asr.text import breaks_off, is_backchannel, length, plain, sentences, tidy, without_fillers


@pytest.mark.parametrize(
    ("language", "heard", "written"),
    [
        ("zh", "我 的 电脑 坏 了", "我的电脑坏了"),
        ("zh", "我 的 电脑 坏 了 ， 请 帮 我 。", "我的电脑坏了，请帮我。"),
        ("zh", "我的電腦從今天早上開始就打不開了", "我的电脑从今天早上开始就打不开了"),
        ("zh", "打开 Outlook 邮箱", "打开 Outlook 邮箱"),
        ("zh", "有 3 台 电脑", "有3台电脑"),
        ("zh", "电话 １３８ ００", "电话138 00"),
        ("en", "  my   printer is broken . ", "my printer is broken."),
        ("en", "is it , well , the screen ?", "is it, well, the screen?"),
        ("ko", "프린터가  고장 났어요 .", "프린터가 고장 났어요."),
    ],
)
def test_text_is_tidied(language: str, heard: str, written: str) -> None:
    assert tidy(heard, language) == written
    assert tidy(written, language) == written


def test_text_is_made_plain_for_comparing() -> None:
    assert plain("That's RIGHT, isn\u2019t it?", "en") == "thats right isnt it"
    assert plain("对 ，没错！", "zh") == "对没错"
    assert plain("네, 맞아요.", "ko") == "네 맞아요"


def test_sentences_make_up_the_text() -> None:
    text = "It is broken at 9.30. Is it? 坏了。是吗？好"
    assert sentences(text) == ["It is broken at 9.30. ", "Is it? ", "坏了。", "是吗？", "好"]


@pytest.mark.parametrize(
    ("language", "heard", "left"),
    [
        ("en", "Um, my printer, uh, is broken", "my printer, is broken"),
        ("en", "the umbrella is here", "the umbrella is here"),
        ("en", "hmm", ""),
        ("zh", "呃，我的电脑，嗯，坏了", "我的电脑，坏了"),
        ("ko", "음, 프린터가 어 고장났어요", "프린터가 고장났어요"),
        ("ko", "그 프린터가 어제부터 안 돼요", "그 프린터가 어제부터 안 돼요"),
    ],
)
def test_fillers_are_left_out(language: str, heard: str, left: str) -> None:
    assert without_fillers(heard, language) == left


@pytest.mark.parametrize(
    ("language", "said", "goes_on"),
    [
        ("en", "my printer is", True), ("en", "my printer is broken", False), ("en", "it stopped and", True),
        ("en", "let me think", True), ("en", "um", True), ("en", "uh my printer is broken", False),
        ("en", "", False), ("zh", "我的电脑坏了", False), ("zh", "我的电脑坏了，因为", True),
        ("zh", "就是", True), ("zh", "呃", True), ("ko", "프린터가 고장났어요", False),
        ("ko", "프린터가 고장났는데", True), ("ko", "그리고", True), ("ko", "종이를 넣었지만", True),
    ],
)  # fmt: skip
def test_who_breaks_off_is_known_by_the_last_words(language: str, said: str, goes_on: bool) -> None:
    assert breaks_off(said, language) is goes_on


def test_length_is_what_the_ear_counts() -> None:
    assert length("my printer is broken", "en") == 4
    assert length("我的 Outlook 打不开，错误 42", "zh") == 9
    assert length("", "zh") == 0


@pytest.mark.parametrize(
    ("language", "made_up"),
    [
        ("en", "Thank you for watching!"), ("en", "Thanks for watching."),
        ("en", "Please subscribe to my channel."), ("en", "Subtitles by the Amara.org community"),
        ("en", "I'll see you in the next video."), ("en", "[BLANK_AUDIO]"), ("en", "(music) ♪ ♪"),
        ("en", "www.example.com"), ("en", "I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm sorry."),
        ("zh", "字幕by索兰娅"), ("zh", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目"),
        ("zh", "中文字幕志愿者 李宗盛"), ("zh", "謝謝觀看"), ("zh", "感谢大家收看"), ("zh", "詞曲 李宗盛"),
        ("ko", "시청해 주셔서 감사합니다."), ("ko", "다음 영상에서 만나요"), ("ko", "MBC 뉴스 이덕영입니다."),
        ("ko", "구독과 좋아요 부탁드립니다"),
    ],
)  # fmt: skip
def test_what_only_subtitles_say_is_thrown_out(language: str, made_up: str) -> None:
    assert believable(made_up, language) == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "My printer is broken."), ("en", "I can't subscribe to the newsletter"), ("en", "no no no no"),
        ("en", "The subtitles in the meeting are missing."), ("en", "5 5 5 5 5 5 5 5 5 5"),
        ("en", "one one one one one one one one one"), ("en", "Thank you."), ("zh", "对对对对"),
        ("zh", "视频会议没有字幕"), ("zh", "零零零零零零零零零"), ("zh", "好的好的好的"), ("ko", "네 네 네"),
        ("ko", "자막이 안 나와요"),
    ],
)  # fmt: skip
def test_what_callers_say_is_kept(language: str, said: str) -> None:
    assert believable(said, language) == said


def test_an_invention_behind_real_words_is_cut_off() -> None:
    assert believable("My laptop is broken. Thanks for watching!", "en") == "My laptop is broken."
    assert believable("我的电脑坏了。谢谢观看", "zh") == "我的电脑坏了。"
    assert believable("我的电脑坏了谢谢观看", "zh") == "我的电脑坏了"


def test_a_loop_is_said_once() -> None:
    assert believable("The printer and " + "the " * 10 + "paper", "en") == "The printer and the paper"
    assert believable("电脑" + "坏了坏了" * 6, "zh") == "电脑坏了"


def test_thanks_without_speech_are_made_up() -> None:
    assert believable("Thank you.", "en", speech=0.1) == ""
    assert believable("Thank you.", "en", speech=0.8) == "Thank you."
    assert believable("谢谢", "zh", confidence=0.2) == ""
    assert believable("감사합니다", "ko", speech=0.9, confidence=0.9) == "감사합니다"


def test_more_words_than_the_time_allows_are_made_up() -> None:
    text = "there is a problem with the printer on the second floor since this morning"
    assert believable(text, "en", speech=0.4) == ""
    assert believable(text, "en", speech=4.0) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Uh-huh."),
        ("en", "Mm-hmm, okay."),
        ("en", "I see."),
        ("zh", "嗯嗯。"),
        ("zh", "好的，好的"),
        ("ko", "네, 네."),
    ],
)
def test_what_listeners_say_is_known(language: str, text: str) -> None:
    assert is_backchannel(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ""),
        ("en", "No."),
        ("en", "Okay, wait."),
        ("en", "I see nothing"),
        ("zh", "好像不行"),
        ("ko", "네 잠깐만요"),
    ],
)
def test_words_that_say_something_are_not_taken_for_that(language: str, text: str) -> None:
    assert not is_backchannel(text, language)
