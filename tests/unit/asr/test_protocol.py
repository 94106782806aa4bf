"""The messages of vosk-server: what both sides write, the other reads, and nothing of it depends on luck."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.protocol import (
    END,
    End,
    Segment,
    StreamConfig,
    answer_message,
    config_message,
    join,
    parse_answer,
    parse_request,
)
from asr.results import Partial, Word

words = st.builds(
    Word,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
        lambda text: "unk" not in text.lower()
    ),
    st.floats(0, 600).map(lambda value: round(value, 3)),
    st.floats(0, 600).map(lambda value: round(value, 3)),
    st.floats(0, 1).map(lambda value: round(value, 6)),
)
texts = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: "unk" not in text.lower())


several = st.lists(st.text()).map(tuple)


@given(
    st.builds(
        StreamConfig,
        st.integers(4000, 192_000),
        several,
        st.booleans(),
        meanings=st.dictionaries(st.text(), several),
        vocabulary=several,
        alternatives=st.integers(0, 100),
        example=st.text(),
    )
)
def test_a_config_is_read_as_it_was_written(config: StreamConfig) -> None:
    assert parse_request(config_message(config), StreamConfig()) == config


@given(
    st.one_of(
        st.builds(Partial, texts),
        st.builds(
            Segment,
            texts,
            st.lists(words).map(tuple),
            meanings=st.dictionaries(st.text(), st.floats(0, 1).map(lambda value: round(value, 6))),
            alternatives=st.lists(texts).map(tuple),
        ),
    )
)
def test_an_answer_is_read_as_it_was_written(answer: Partial | Segment) -> None:
    assert parse_answer(answer_message(answer)) == answer


_JSON_WITHOUT_OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8
).map(json.dumps)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


@given(_JSON_WITHOUT_OBJECTS | st.text().filter(lambda text: not _is_object(text)))
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an object|JSON|Expecting|Extra data|line \d"):
        parse_answer(text)
    with pytest.raises(ValueError, match=r"not an object|JSON|Expecting|Extra data|line \d"):
        parse_request(text, StreamConfig())


def test_the_end_is_spelt_as_the_public_server_compares_it() -> None:
    assert END == '{"eof" : 1}'
    assert parse_request(END, StreamConfig()) == End()
    assert parse_request('{"eof":1}', StreamConfig()) == End()


def test_a_second_config_keeps_what_it_does_not_name() -> None:
    first = parse_request('{"config": {"phrase_list": ["yes"], "sample_rate": 16000.0}}', StreamConfig())
    assert isinstance(first, StreamConfig)
    assert parse_request('{"config": {"words": 0}}', first) == StreamConfig(16000, ("yes",), words=False)


def test_an_answer_of_the_public_server_is_understood() -> None:
    answer = parse_answer(
        '{\n  "result" : [{\n      "conf" : 0.813268,\n      "end" : 0.810000,\n      "start" : 0.420000,\n'
        '      "word" : "높다"\n    }],\n  "text" : "높다"\n}'
    )
    assert answer == Segment("높다", (Word("높다", 0.42, 0.81, 0.813268),))


def test_of_a_stock_servers_alternatives_the_first_is_the_text() -> None:
    answer = parse_answer('{"alternatives": [{"confidence": 9, "text": "a"}, {"text": "b"}]}')
    assert answer == Segment("a", alternatives=("b",))
    assert parse_answer('{"alternatives": []}') == Segment("")


def test_unknown_words_are_no_words() -> None:
    answer = parse_answer(
        '{"result": [{"word": "[unk]", "start": 0, "end": 1, "conf": 1},'
        ' {"word": "yes", "start": 1, "end": 2}], "text": "[unk] yes"}'
    )
    assert answer == Segment("yes", (Word("yes", 1.0, 2.0, None),))
    assert parse_answer('{"partial": "[unk]"}') == Partial("")


def test_segments_become_one_result() -> None:
    one, two = Word("one", 0.0, 1.0, 0.5), Word("two", 2.0, 3.0, 1.0)
    final = join([Segment("one", (one,)), Segment(""), Segment("two", (two,))], "en", "vosk")
    assert (final.text, final.words, final.confidence) == ("one two", (one, two), 0.75)
    assert (final.language, final.engine) == ("en", "vosk")
    assert join([], "ko", "vosk").confidence is None


def test_meanings_and_readings_are_those_of_a_whole_utterance() -> None:
    scored = Segment("yes", meanings={"yes": 1.0}, alternatives=("yep",))
    assert join([scored], "en", "whisper").meanings == {"yes": 1.0}
    assert join([Segment(""), scored], "en", "whisper").alternatives == ("yep",)
    assert join([Segment("", meanings={"other": 1.0})], "en", "whisper").meanings == {"other": 1.0}
    both = join([scored, Segment("but")], "en", "whisper")
    assert (both.text, both.meanings, both.alternatives) == ("yes but", {}, ())


@pytest.mark.parametrize(
    "config",
    [
        '{"meanings": 1}',
        '{"meanings": {"a": [1]}}',
        '{"alternatives": "many"}',
        '{"alternatives": 101}',
        '{"vocabulary": "one"}',
        '{"phrase_list": [1]}',
    ],
)
def test_wishes_without_sense_are_refused(config: str) -> None:
    with pytest.raises(ValueError, match=r"no (?:object|small number|list of texts)"):
        parse_request(f'{{"config": {config}}}', StreamConfig())


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "x", "meanings": 1}',
        '{"text": "x", "alternatives": [1]}',
        '{"text": "x", "alternatives": 1}',
        '{"alternatives": [1]}',
    ],
)
def test_scores_and_readings_without_sense_are_told_apart(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_answer(text)


@pytest.mark.parametrize("text", ['{"result": [{}], "text": "x"}', '{"result": 1, "text": "x"}', "{}", "5"])
def test_answers_without_sense_are_told_apart(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_answer(text)
