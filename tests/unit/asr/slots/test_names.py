"""Names without the words around them, and free text."""

from __future__ import annotations

import pytest

from asr.slots.understand import understand


@pytest.mark.parametrize(
    ("language", "said", "name"),
    [
        ("en", "my name is john smith", "John Smith"), ("en", "John Smith", "John Smith"),
        ("en", "This is Mary speaking.", "Mary"), ("en", "Hi, I'm Anna-Lena Brown.", "Anna-Lena Brown"),
        ("en", "um, yes, my name is Peter", "Peter"), ("en", "it's bob", "Bob"),
        ("zh", "我叫王小明", "王小明"),
        ("zh", "我 的 名字 是 李雷", "李雷"), ("zh", "我姓张", "张"), ("zh", "您好，我是王芳。", "王芳"),
        ("zh", "张伟", "张伟"),
        ("ko", "제 이름은 김민수입니다", "김민수"), ("ko", "김민수요", "김민수"),
        ("ko", "저는 이영희라고 합니다.", "이영희"),
        ("ko", "박지성", "박지성"),
    ],
)  # fmt: skip
def test_a_name(language: str, said: str, name: str) -> None:
    found = understand("name", said, (), language)
    assert found is not None
    assert found.value == name


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "my printer on the second floor is broken"), ("en", "555 1234"), ("en", "um"),
    ("zh", "我的电脑从今天早上开始打不开"),
     ("ko", "음"), ("en", "")],
)  # fmt: skip
def test_no_name(language: str, said: str) -> None:
    assert understand("name", said, (), language) is None


def test_free_text_is_tidied_and_kept_whole() -> None:
    found = understand("free_text", " um  my printer , it is broken ", (), "en")
    assert found is not None
    assert found.value == "um my printer, it is broken"
    assert understand("free_text", "我 的 电脑 坏 了", (), "zh").value == "我的电脑坏了"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "um, uh"), ("zh", "呃。"), ("ko", "음"), ("en", "...")]
)
def test_fillers_are_no_text(language: str, said: str) -> None:
    assert understand("free_text", said, (), language) is None
