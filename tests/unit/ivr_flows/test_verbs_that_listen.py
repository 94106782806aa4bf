"""The verbs that wait for the caller: menu, collect, ask, voicemail, callback."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from asr.listening.answer import Heard, KeysWanted, Wanted
from ivr_flows.steps.conversation import CallerGone, RecordedMessage
from ivr_flows.steps.outcomes import HandOff, OpenTicket
from tests.unit.ivr_flows.caller import NOISE, say
from tests.unit.ivr_flows.sites import call, make

MENU = """\
    languages: [en, zh, ko]
    steps:
      start:
        set: {language: LANGUAGE}
      menu:
        menu:
          say: {en: "Press 1 or say agent, or 2.", zh: 转人工请按1。, ko: 상담원은 1번을 누르세요.}
          again: {en: "1 or 2.", zh: 请按1。, ko: 1번}
          choices:
            - {key: 1, words: {en: [agent, a person], zh: [人工], ko: [상담원]}, go: agent}
            - {key: 2, go: end}
            - {words: {en: [goodbye], zh: [再见], ko: [끝]}, go: end}
          tries: 3
          timeout: 4
          otherwise: nobody
      agent:
        enqueue: support
      nobody:
        hangup: {reason: nothing chosen}
      end:
        hangup:
"""
COLLECT = """\
    steps:
      number:
        collect:
          {say: "Your number, please.", again: Again., into: customer, minimum: 3, maximum: 6, otherwise: no}
      agent:
        enqueue: support
      "no":
        hangup: {reason: no number}
"""


def menu(tmp_path: Path, language: str, *answers: object, **options: object) -> list[str]:
    """The steps that a call goes through behind the menu."""
    flows = make(tmp_path, MENU.replace("LANGUAGE", language))
    return call(flows, *answers, **options).steps[2:]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "1"),
        ("en", say("an agent please")),
        ("en", say("I want to talk to a person")),
        ("en", say("one")),
        ("zh", say("我要转人工")),
        ("ko", say("상담원 연결해 주세요")),
    ],
)
def test_a_key_and_a_word_choose_the_same(tmp_path: Path, language: str, answer: object) -> None:
    assert menu(tmp_path, language, answer) == ["agent"]


def test_a_choice_of_words_only_and_one_of_a_key_only(tmp_path: Path) -> None:
    assert menu(tmp_path, "en", say("goodbye")) == ["end"]
    assert menu(tmp_path / "2", "en", "2") == ["end"]


def test_a_menu_asks_again_shorter_and_says_what_was_wrong(tmp_path: Path) -> None:
    flows = make(tmp_path, MENU.replace("LANGUAGE", "en"))
    one = call(flows, None, "7", say("banana"))
    assert one.said == [
        "Press 1 or say agent, or 2.",
        "1 or 2.",
        "Sorry, that is not one of the choices. 1 or 2.",
    ]
    assert one.end.reason == "nothing chosen"
    assert call(flows, NOISE, "1").said[1] == "Sorry, I could not hear you well. 1 or 2."


def test_a_menu_listens_for_its_words_and_keys(tmp_path: Path) -> None:
    one = call(make(tmp_path, MENU.replace("LANGUAGE", "en")), "2")
    assert one.caller.wanted[0].keys == KeysWanted(1, "", 4.0)
    assert one.caller.wanted[0].speech is not None
    assert one.caller.wanted[0].speech.phrases == ("agent", "a person", "goodbye")
    assert one.caller.barge_in == [True]


def test_a_menu_without_words_is_for_keys_alone(tmp_path: Path) -> None:
    text = """\
        steps:
          menu:
            menu: {say: Press 1., choices: [{key: 1, go: end}], barge_in: false, otherwise: end}
          end:
            hangup:
    """
    one = call(make(tmp_path, text), "1")
    assert one.caller.wanted == [Wanted(KeysWanted(1, "", 5.0))]
    assert one.caller.barge_in == [False]


def test_digits_are_read_back_and_kept(tmp_path: Path) -> None:
    one = call(make(tmp_path, COLLECT), "4711", "1")
    assert (
        one.said[1] == "I have: <digits 4711> Is that right? Say yes or press 1. If not, say no or press 2."
    )
    assert one.variables["customer"] == "4711"
    (hand_off,) = one.departures
    assert isinstance(hand_off, HandOff)
    assert [(slot.name, slot.value, slot.confirmed) for slot in hand_off.slots] == [
        ("customer", "4711", True)
    ]


def test_spoken_digits_are_worth_keyed_ones_and_their_sound_is_kept(tmp_path: Path) -> None:
    one = call(make(tmp_path, COLLECT), say("four seven one one"), say("yes"))
    (hand_off,) = one.departures
    assert isinstance(hand_off, HandOff)
    assert one.variables["customer"] == "4711"
    assert hand_off.slots[0].text == "four seven one one"
    assert hand_off.slots[0].audio == (Path("four.wav"),)


def test_a_number_that_is_not_right_is_asked_for_again(tmp_path: Path) -> None:
    flows = make(tmp_path, COLLECT)
    corrected = call(flows, "4711", "2", "4712", say("yes"))
    assert corrected.said[2] == "Again."
    assert corrected.variables["customer"] == "4712"
    assert call(flows, "4711", "2", "4711", "2", "4711", "2").end.reason == "no number"


def test_numbers_of_the_wrong_length_and_keys_that_are_no_digits_are_asked_for_again(tmp_path: Path) -> None:
    one = call(make(tmp_path, COLLECT), "47", "1*1", None)
    assert one.said == [
        "Your number, please.",
        "Sorry, that number does not have the right length. Again.",
        "Sorry, I did not understand that. Again.",
    ]
    assert one.end.reason == "no number"


def test_collect_can_take_digits_without_asking_whether_they_are_right(tmp_path: Path) -> None:
    text = COLLECT.replace("otherwise: no", "otherwise: no, confirm: false, spoken: false, finish: '*#'")
    one = call(make(tmp_path, text), "4711")
    assert one.caller.wanted == [Wanted(KeysWanted(6, "*#", 6.0, 4.0))]
    assert one.variables["customer"] == "4711"


ASK = """\
    steps:
      first:
        ask: {SETTINGS, otherwise: none}
      end:
        hangup: {reason: "done"}
      other:
        hangup: {reason: other}
      none:
        hangup: {reason: none}
"""


def ask(tmp_path: Path, settings: str, *answers: object, **options: object) -> tuple[str, object]:
    """The end of the call and what is in the variable `answer`."""
    text = ASK.replace("SETTINGS", settings)
    if "if_no" not in settings:
        text = text.replace("      other:\n        hangup: {reason: other}\n", "")
    one = call(make(tmp_path, text), *answers, **options)  # type: ignore[arg-type]
    return one.end.reason, one.variables.get("answer")


@pytest.mark.parametrize(
    ("slot", "answer", "value"),
    [
        ("yes_no", "1", True),
        ("yes_no", say("no"), False),
        ("number", "12", 12),
        ("number", say("twelve"), 12),
        ("digits", say("one two three"), "123"),
        ("phone_number", "030123456", "030123456"),
        ("free_text", say("The printer is on fire"), "The printer is on fire"),
        ("callback_time", say("tomorrow at ten"), "2026-11-26T10:00+00:00"),
    ],
)
def test_ask_understands_each_kind_of_answer(
    tmp_path: Path, slot: str, answer: object, value: object
) -> None:
    assert ask(tmp_path, f"slot: {slot}, say: What?, into: answer", answer) == ("done", value)


def test_ask_understands_a_name(tmp_path: Path) -> None:
    end, value = ask(tmp_path, "slot: name, say: Your name?, into: answer", say("my name is Peter Miller"))
    assert end == "done"
    assert "Peter Miller" in str(value)


def test_yes_and_no_may_lead_to_steps(tmp_path: Path) -> None:
    settings = "slot: yes_no, say: Sure?, if_yes: end, if_no: other"
    assert ask(tmp_path / "1", settings, say("yes")) == ("done", None)
    assert ask(tmp_path / "2", settings, "2") == ("other", None)
    assert ask(tmp_path / "3", settings, "7", say("banana"), None) == ("none", None)


def test_ask_reads_back_when_it_is_told_to(tmp_path: Path) -> None:
    text = ASK.replace("SETTINGS", "slot: free_text, say: What is it?, into: answer, confirm: true, tries: 2")
    text = text.replace("      other:\n        hangup: {reason: other}\n", "")
    one = call(make(tmp_path, text), say("it burns"), "2", say("it smokes"), "1")
    assert one.said[1].startswith("I have: it burns Is that right?")
    assert one.variables["answer"] == "it smokes"
    kept = one.run.context.slots[0]
    assert kept.audio == (Path("it.wav"), Path("it.wav"))


def test_what_only_words_can_say_is_given_up_at_once_without_a_recogniser(tmp_path: Path) -> None:
    settings = "slot: name, say: Your name?, into: answer"
    assert ask(tmp_path, settings, None, None, None, no_recogniser=True) == ("none", None)


def test_keys_where_only_words_count_are_asked_about_again(tmp_path: Path) -> None:
    settings = "slot: digits, say: Digits?, into: answer"
    assert ask(tmp_path, settings, "*", "12") == ("done", "12")


VOICEMAIL = """\
    steps:
      message:
        voicemail: {say: Speak after the tone., queue: support, otherwise: none}
      thanks:
        say: "Thank you, {ticket:ticket}."
      end:
        hangup:
      none:
        hangup: {reason: no message}
"""
SOUND = RecordedMessage(Path("message.wav"), 7.5)


def test_a_message_becomes_a_ticket(tmp_path: Path) -> None:
    one = call(make(tmp_path, VOICEMAIL), SOUND)
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    assert (ticket.kind, ticket.progress, ticket.queue) == ("voicemail", "recorded", "support")
    assert ticket.callback_number == "+4930123456"
    assert ticket.slots[-1].audio == (Path("message.wav"),)


def test_a_caller_who_says_nothing_is_asked_once_more(tmp_path: Path) -> None:
    flows = make(tmp_path, VOICEMAIL)
    assert call(flows, None, SOUND).departures
    assert call(flows, None, RecordedMessage(None, 0.4)).end.reason == "no message"


def test_a_hang_up_in_mid_sentence_leaves_what_was_said(tmp_path: Path) -> None:
    flows = make(tmp_path, VOICEMAIL)
    cut = CallerGone(Heard("noise", audio=Path("cut.wav"), seconds=3.0))
    one = call(flows, cut)
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    assert (ticket.progress, ticket.slots[-1].audio) == ("hung_up", (Path("cut.wav"),))
    assert one.end.reason == "caller hung up"
    assert call(flows, CallerGone()).departures == []


CALLBACK = """\
    steps:
      back:
        callback: {queue: support, SETTINGS otherwise: none}
      end:
        hangup: {reason: "done"}
      none:
        hangup: {reason: no callback}
"""


def wish(number: str, caller: str = "+4930123456") -> OpenTicket:
    return OpenTicket(kind="callback", caller=caller, queue="support", callback_number=number)


def test_the_callers_own_number_is_offered(tmp_path: Path) -> None:
    one = call(make(tmp_path, CALLBACK.replace("SETTINGS", "say: We call you.,")), say("yes"))
    assert one.said == [
        "We call you.",
        "We will call you back at this number: <phone_number +4930123456> "
        "If that is right, say yes or press 1. For another number, say no or press 2.",
    ]
    assert one.departures == [wish("+4930123456")]
    assert one.end.reason == "done"


def test_another_number_is_keyed_in_and_read_back(tmp_path: Path) -> None:
    one = call(make(tmp_path, CALLBACK.replace("SETTINGS", "")), "2", "0301", "2", "03012", "1")
    assert one.said[2].startswith("I have: <phone_number 0301> Is that right?")
    assert one.departures == [wish("03012")]


def test_a_caller_without_a_number_is_asked_for_one(tmp_path: Path) -> None:
    flows = make(tmp_path, CALLBACK.replace("SETTINGS", ""))
    assert call(flows, "03012", "1", caller="").departures == [wish("03012", "")]
    assert call(flows, None, None, None, caller="anonymous").end.reason == "no callback"


def test_a_number_that_is_known_can_be_taken_without_asking(tmp_path: Path) -> None:
    text = CALLBACK.replace("SETTINGS", 'ask: false, number: "030{caller}",')
    assert call(make(tmp_path, text), caller="77").departures == [wish("03077", "77")]


NOT_CALLED = "Sorry, we cannot call that number."


def test_a_number_that_the_site_does_not_call_is_refused_and_another_asked_for(tmp_path: Path) -> None:
    flows = make(tmp_path, CALLBACK.replace("SETTINGS", ""))
    one = call(flows, "2", "0900123", "03012", "1", not_called=["0900123"])
    assert one.said[2].startswith(NOT_CALLED)
    assert one.departures == [wish("03012")]
    assert call(flows, "2", "0900", "0900", "0900", not_called=["0900"]).end.reason == "no callback"


def test_a_callers_own_number_that_the_site_does_not_call_is_not_offered(tmp_path: Path) -> None:
    flows = make(tmp_path, CALLBACK.replace("SETTINGS", ""))
    one = call(flows, "03012", "1", caller="+19005551234", not_called=["+19005551234"])
    assert one.said[0].startswith(NOT_CALLED)
    assert one.departures == [wish("03012", "+19005551234")]
    unasked = make(tmp_path / "unasked", CALLBACK.replace("SETTINGS", "ask: false,"))
    one = call(unasked, None, None, None, caller="+19005551234", not_called=["+19005551234"])
    assert (one.departures, one.end.reason) == ([], "no callback")


def test_a_callback_that_cannot_be_kept_goes_elsewhere(tmp_path: Path) -> None:
    one = call(make(tmp_path, CALLBACK.replace("SETTINGS", "")), "1", results=["failed"])
    assert one.end.reason == "no callback"


def test_the_time_that_was_asked_for_is_the_time_of_the_callback(tmp_path: Path) -> None:
    text = """\
        steps:
          when:
            ask: {slot: callback_time, say: When?, into: time, otherwise: end}
          back:
            callback: {queue: support, otherwise: end}
          end:
            hangup:
    """
    (kept,) = call(make(tmp_path, text), say("tomorrow at ten"), "1").departures
    assert isinstance(kept, OpenTicket)
    assert kept.when is not None
    assert kept.when.start == datetime(2026, 11, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize(("country", "number"), [("CN", "13800138000"), ("", "1380013800")])
def test_other_readings_of_the_sound_are_weighed_by_the_countrys_plan(
    tmp_path: Path, country: str, number: str
) -> None:
    text = """\
        steps:
          number:
            ask: {slot: phone_number, say: Your number?, into: called_back, otherwise: end}
          end: {hangup: }
    """
    heard = Heard("speech", text="1380013800", confidence=0.9, alternatives=("13800138000",))
    one = call(make(tmp_path, text), heard, country=country)
    assert one.variables["called_back"] == number


NUMBER = """\
    steps:
      number:
        ask: {slot: phone_number, say: Your number?, into: number, otherwise: end, CONFIRM}
      end: {hangup: }
"""


@pytest.mark.parametrize("rest", [say("361 982"), "040361982"])
def test_half_a_number_is_completed_by_voice_or_keyed_in_whole(tmp_path: Path, rest: object) -> None:
    one = call(make(tmp_path, NUMBER.replace(", CONFIRM", "")), say("040 3"), rest, country="DE")
    assert one.said[1].startswith("I have <digits 0")
    assert one.said[1].endswith("What comes next? Or key in the whole number, then press hash.")
    assert one.variables["number"] == "040361982"


def test_a_number_that_was_read_back_and_is_not_right_is_not_taken_again(tmp_path: Path) -> None:
    flows = make(tmp_path, NUMBER.replace("CONFIRM", "confirm: true"))
    one = call(flows, say("040 361 982"), "2", say("040 361 982"), country="DE")
    assert "number" not in one.variables
    one = call(flows, say("040 361 982"), say("no"), say("040 361 988"), say("yes"), country="DE")
    assert one.variables["number"] == "040361988"


SECRET = """\
    steps:
      card:
        collect: {say: Your card number., into: card, minimum: 4, secret: true, otherwise: end}
      pin:
        ask: {slot: digits, say: And the code., into: pin, secret: true, otherwise: end}
      copy:
        set: {twin: "no. {card}", plain: "1"}
      look:
        http: {url: "https://pay.example.org/{card}/{pin}", fallback: {state: paid}}
      right:
        branch: [{when: pin == "9876", go: tell}]
      wrong:
        hangup: {reason: wrong}
      tell:
        say: "Card {card}, {twin}, {plain}."
        next: queue
      queue:
        enqueue: support
      end:
        hangup:
"""


def test_a_secret_is_looked_up_with_and_neither_kept_nor_said(tmp_path: Path) -> None:
    one = call(make(tmp_path, SECRET), "12", "4111222233334444", "9876", None)
    assert [request.url for request in one.caller.requests] == [
        "https://pay.example.org/4111222233334444/9876"
    ]
    [place] = one.departures
    assert isinstance(place, HandOff)
    assert [(slot.name, slot.value, slot.text, slot.words, slot.audio) for slot in place.slots] == [
        ("card", "•••", "•••", (), ()),
        ("pin", "•••", "•••", (), ()),
    ]
    assert one.caller.secret == [True, False, True, False]
    assert not any("4111" in text or "9876" in text for text in one.said)
    assert one.said[-1] == "Card , , 1."
    assert not any("4111" in repr(event) or "9876" in repr(event) for event in one.caller.events)


@pytest.mark.parametrize("end", [CallerGone(), None])
def test_a_secret_question_that_ends_badly_keeps_nothing_secret_afterwards(
    tmp_path: Path, end: object
) -> None:
    one = call(make(tmp_path, SECRET), end, None, None)
    assert one.caller.secret == [True, False]
