"""Asking for a person, a repetition, to say it anew or to add something, in any words."""

from __future__ import annotations

import pytest

from asr.slots.commands import command
from tests.unit.asr.slots.persons import MENTIONS, WISHES, lines

HUMAN = {
    "en": "agent|Agent.|an agent please|human|I want to talk to a person|can I speak to someone|operator"
    "|representative please|real person|give me a human|connect me to an agent|transfer me"
    "|put me through to somebody"
    "|I'd like to speak with a representative please|um agent|no I want an agent|customer service"
    "|is there a human"
    "|I don't want to talk to a robot|let me talk to a manager|could I please talk to a real human being"
    "|i need to speak to an operator|are you a robot|somebody real please|just get me a person"
    "|speak to agent"
    "|help desk|human please|i wanna talk to a human|live agent|a colleague please"
    "|can you put me through to support"
    "|I would like to talk to somebody else|no bots please",
    "zh": "人工|转人工|我要人工|人工服务|客服|找人工客服|我要找人工|请帮我转人工|转接人工客服|接线员"
    "|真人|我想跟真人说话"
    "|找个人说话|不要机器人|有人吗|给我转客服|我要跟人说|帮我接人工|换人工吧|人工坐席"
    "|我不想跟机器人说话|转客服谢谢|要人工"
    "|转 人工|轉人工|我想找一个真人|请转人工服务|叫个人来接电话",
    "ko": "상담원|상담원이요|상담원 연결해 주세요|사람이랑 얘기하고 싶어요|직원 연결|상담사 바꿔 주세요"
    "|담당자와 통화하고 싶어요|사람 바꿔주세요|상담원 부탁드립니다|기계랑 말하기 싫어요"
    "|거기 누구 없어요|음 상담원"
    "|상담원으로 연결|상담원한테 연결해줘요|직원이랑 직접 통화할래요",
}
HUMAN_IN_A_STORY = {
    "en": "agent|I want to talk to a human|I want to talk to a person please|can I speak to someone"
    "|my printer is broken and the screen is black but I really just want to talk to a human"
    "|let me speak to an agent|operator please|give me a real person"
    "|I would like to speak to a human, my laptop doesn't work since Monday and nobody helps",
    "zh": "转人工|我要找人工客服|我的电脑坏了我要找人工客服|人工|请帮我转接人工|我想跟真人说话",
    "ko": "상담원 연결해 주세요|사람이랑 얘기하고 싶어요|상담원|노트북이 안 켜져요 상담원 연결해 주세요",
}
A_STORY_ONLY = {
    "en": "the agent on my laptop crashed|the backup agent does not start"
    "|I tried to talk to an agent yesterday but nobody answered|the person next to me has the same problem"
    "|our customer service software is down|the operator panel shows an error|I need support with my printer"
    "|a person called me about my computer|when I speak to customers the headset makes noise"
    "|my manager cannot log in|I cannot connect to the support portal|hello my printer is broken"
    "|human resources cannot open the file|the team cannot join the meeting"
    "|the robot in the hall stands still",
    "zh": "人工智能软件打不开|客服系统登录不了|我昨天找客服没人理我的打印机还是坏的|我的电脑坏了"
    "|我们客服部的打印机坏了"
    "|给我转的文件打不开了|工作人员的门禁卡失效了|机器人不动了",
    "ko": "직원 한 명이 로그인을 못 해요|어제 상담원이랑 통화했는데 아직 안 돼요|노트북이 안 켜져요"
    "|옆 사람도 같은 문제가 있어요|담당자 메일이 안 열려요",
}
REPEAT = {
    "en": "repeat|say that again|pardon|can you repeat that please|what did you say|sorry"
    "|i didn't catch that|what"
    "|again please|Excuse me?|could you say it again",
    "zh": "再说一遍|请再说一遍|你说什么|没听清|重复一下|什么|没听清楚",
    "ko": "다시 말해 주세요|다시 한번 말씀해 주세요|뭐라고요|못 들었어요",
}
REDO = {
    "en": "start over|redo|let me say it again|try again|from the beginning|I want to start over"
    "|let me rephrase that"
    "|scratch that|no let me try again|I'd like to change it",
    "zh": "重新说|我重新说|重来|重新录|我要重新说一遍|从头开始|重新来|让我重新说|我再说一遍|不对重来",
    "ko": "다시|다시 말할게요|처음부터|처음부터 다시 할게요|다시 녹음|수정할게요|아니요 다시 할게요",
}
ADD = {
    "en": "add|I want to add something|one more thing|there's more|and also the screen flickers"
    "|I forgot to mention that it beeps|add that it beeps|can I add something",
    "zh": "补充|我要补充一下|还有|还有打印机也坏了|另外显示器也闪|我想补充一点",
    "ko": "추가할게요|추가|하나 더 있어요|그리고 화면도 깜빡여요|더 있어요",
}
ANSWERS = {
    "en": "yes|no|five five five one two three four|my printer is broken|tomorrow at nine|this afternoon"
    "|the address is wrong||as soon as possible",
    "zh": "对|不对|一三八|明天上午|我的电脑坏了||尽快",
    "ko": "네|아니요|내일 오전|노트북이 고장났어요||지금",
}
GREETINGS = {
    "en": "hello|Hi, can you hear me?|yes hello|I have a problem",
    "zh": "喂|你好|喂，你好，听得到吗|我有个问题",
    "ko": "여보세요|안녕하세요|네 여보세요",
}


def _cases(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, said.strip()) for language, all_said in table.items() for said in all_said.split("|")]


def _name(said: str, language: str, *, free: bool = False) -> str | None:
    found = command(said, language, free=free)
    return found.name if found else None


@pytest.mark.parametrize(("language", "said"), _cases(HUMAN))
def test_a_person_is_asked_for(language: str, said: str) -> None:
    assert _name(said, language) == "human"


@pytest.mark.parametrize(("language", "said"), _cases(HUMAN_IN_A_STORY))
def test_a_person_is_asked_for_where_a_problem_was(language: str, said: str) -> None:
    assert _name(said, language, free=True) == "human"


@pytest.mark.parametrize(("language", "said"), _cases(A_STORY_ONLY))
def test_a_problem_may_be_about_people(language: str, said: str) -> None:
    assert _name(said, language, free=True) is None


@pytest.mark.parametrize(
    ("name", "table"), [("repeat", REPEAT), ("redo", REDO), ("add", ADD), (None, ANSWERS)]
)
def test_the_other_commands(name: str | None, table: dict[str, str]) -> None:
    found = {(language, said): _name(said, language) for language, said in _cases(table)}
    assert found == dict.fromkeys(found, name)


@pytest.mark.parametrize(("language", "said"), _cases(GREETINGS))
def test_a_greeting_is_no_problem_yet(language: str, said: str) -> None:
    assert _name(said, language, free=True) == "hello"


@pytest.mark.parametrize(
    ("language", "said", "remainder"),
    [
        ("en", "and also the screen flickers", "the screen flickers"),
        ("zh", "还有打印机也坏了", "打印机也坏了"),
        ("ko", "그리고 화면도 깜빡여요", "화면도 깜빡여요"),
        ("en", "I want to add something", ""),
    ],
)
def test_what_is_to_be_added_may_come_at_once(language: str, said: str, remainder: str) -> None:
    found = command(said, language)
    assert found is not None
    assert found.remainder == remainder


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_person_is_heard_at_every_question(language: str, free: bool) -> None:
    missed = [said for said in lines(WISHES[language]) if _name(said, language, free=free) != "human"]
    assert missed == []


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_person_who_is_only_mentioned_is_not_asked_for(language: str, free: bool) -> None:
    taken = [said for said in lines(MENTIONS[language]) if _name(said, language, free=free) == "human"]
    assert taken == []


STORIES = {
    "en": (
        "The printer on the third floor has been jamming since Monday. We changed the paper and restarted it."
    ),
    "zh": "三楼的打印机从周一开始一直卡纸。我们换了纸，也重启过了。",
    "ko": "삼층 프린터가 월요일부터 계속 종이가 걸려요. 종이를 바꾸고 재부팅도 했어요.",
}


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_wish_is_heard_wherever_it_stands_in_a_story(language: str) -> None:
    """Before it, behind it, in its midst; and the story alone is none."""
    story = STORIES[language]
    assert _name(story, language, free=True) is None
    first, second = story.split("。" if language == "zh" else ". ", 1)
    for line in lines(WISHES[language]):
        wish = line if line[-1] in ".?。？" else line + "."
        for told in (f"{story} {wish}", f"{wish} {story}", f"{first}. {wish} {second}"):
            assert _name(told, language, free=True) == "human", told
    for mention in lines(MENTIONS[language]):
        assert _name(f"{story} {mention}", language, free=True) != "human", mention


ANOTHER_NUMBER = {
    "en": "No, please use another number.|not this one|Not this number|can you call a different number"
    "|No use my mobile|I'd like to be called on another phone|change the number|yes but use my office number"
    "|don't call this number|no, another one|this number is wrong",
    "zh": "换一个号码。|换个电话吧|不要打这个号码|打我手机|用另外一个号码|别打这个|不是，换别的号码"
    "|我想改一下电话号码"
    "|這個號碼不行|打另一个电话",
    "ko": "다른 번호로 해 주세요|이 번호 말고요|아니요 다른 번호요|핸드폰으로 전화해 주세요|번호를 바꿀게요",
}
NO_ANOTHER_NUMBER = {
    "en": "this number is fine|yes please call me on this number|same number|the number I'm calling from"
    "|yes|no"
    "|use another number: 555 123 4567",
    "zh": "就这个号码|对，打这个电话|可以|不用|换一个号码，幺三八零零幺三八零零零",
    "ko": "이 번호로 해주세요|네 이 번호 맞아요",
}


@pytest.mark.parametrize(("name", "table"), [("another_number", ANOTHER_NUMBER), (None, NO_ANOTHER_NUMBER)])
def test_another_number_is_wished(name: str | None, table: dict[str, str]) -> None:
    cases = list(_cases(table))
    assert cases
    for language, said in cases:
        found = command(said, language, number=True)
        assert (found.name if found else None) == name, said
        plain = command(said, language)
        assert plain is None or plain.name != "another_number"


# What answers nothing, alone or together; what was heard of several is what counts most.

IDLE = {
    "en": {
        "wait": "Hold on.|just a sec please|One moment, let me check.|Hang on a minute|give me a second"
        "|Sorry, one moment|hello, hold the line please|let me find my paper",
        "bye": "Goodbye.|okay bye|That's all, thanks, bye.|thats all thank you bye bye"
        "|I have to go, have a nice day",
        "enough": "That's all.|No, that's all, thank you|nothing else|I'm done",
        "hello": "Thank you.|Please.|thanks a lot|hi there|Hello, can you hear me?",
        "repeat": "Sorry? I didn't catch that.|Hello? What did you say?",
    },
    "zh": {
        "wait": "等一下。|稍等，我找一下。|请等一会儿|等我看看|等等啊",
        "bye": "再见。|就这样吧，谢谢，再见。|好的拜拜|我先挂了",
        "enough": "就这样|没别的了，谢谢|没有了",
        "hello": "谢谢。|请。|麻烦您了|喂，你好，谢谢",
        "repeat": "没听清，再说一遍。|啥？听不见|没听清再说一遍",
    },
    "ko": {
        "wait": "잠깐만요.|잠시만 기다려 주세요.|조금만 기다려 주세요|찾아볼게요, 잠깐만요",
        "bye": "안녕히 계세요.|그게 다예요. 감사합니다. 안녕히 계세요.|이만 끊을게요|네, 수고하세요",
        "enough": "그게 다예요.|다른 건 없어요|더 할 말 없어요",
        "hello": "감사합니다.|제발요.|정말 고맙습니다",
        "repeat": "죄송합니다, 잘 못 들었어요.|뭐라고요? 다시 말해 주세요",
    },
}
AN_ANSWER = {
    "en": "no, wait, Wednesday at ten|thank you, tomorrow at nine|yes please|my printer is broken, bye"
    "|wait until five|one moment it works and then it stops|that's all wrong|bye bye is what the screen says",
    "zh": "请明天打|等一下就黑屏了|谢谢，明天九点|找不到文件|再见按钮点不了",
    "ko": "소리가 안 들려요|잠깐 켜졌다가 꺼져요|감사합니다만 내일 아홉 시요|다른 번호는 없어요|네",
}


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(
    ("language", "name", "said"),
    [
        (language, name, said)
        for language, kinds in IDLE.items()
        for name, texts in kinds.items()
        for said in texts.split("|")
    ],
)
def test_what_answers_nothing_is_told_from_an_answer(
    language: str, name: str, said: str, *, free: bool
) -> None:
    found = command(said, language, free=free)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("language", "said"),
    [(language, said) for language, texts in AN_ANSWER.items() for said in texts.split("|")],
)
def test_an_answer_that_begins_or_ends_politely_is_one(language: str, said: str) -> None:
    assert command(said, language) is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "is this a robot"),
        ("en", "am I talking to a real person"),
        ("zh", "你是机器人吗？"),
        ("zh", "请问是人工吗"),
        ("ko", "로봇이에요?"),
        ("ko", "지금 사람이에요?"),
    ],
)
def test_who_asks_whether_this_is_a_machine_wants_a_person(language: str, said: str) -> None:
    found = command(said, language, free=True)
    assert found is not None
    assert found.name == "human"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "is this a machine fault"),
        ("en", "it is a robot arm"),
        ("zh", "这是机器人吸尘器"),
        ("ko", "로봇이 멈췄어요"),
    ],
)
def test_a_machine_that_is_the_problem_is_no_wish(language: str, said: str) -> None:
    assert command(said, language, free=True) is None
