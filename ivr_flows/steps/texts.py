"""What flows say by themselves, in every language: apologies, read-backs, questions for yes or no.

What a site says is in its own flows; the intake bot's texts are in `asr.intake.texts`. Each text gives way
to a sound file `flow.KEY` (or `flow.KEY.zh`) in the site's prompts/.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from tts.parts import Part, Text

TextKey: TypeAlias = Literal[
    "not_understood",
    "not_a_choice",
    "not_heard",
    "wrong_length",
    "number_so_far",
    "number_goes_on",
    "i_have",
    "is_it_right",
    "call_back_at",
    "number_right",
    "enter_number",
    "enter_number_again",
    "not_called",
    "passed_on",
    "apology",
]

TEXTS: dict[TextKey, dict[str, str]] = {
    "not_understood": {
        "en": "Sorry, I did not understand that.",
        "zh": "对不起，我没有听明白。",
        "ko": "죄송합니다. 잘 알아듣지 못했습니다.",
    },
    "not_a_choice": {
        "en": "Sorry, that is not one of the choices.",
        "zh": "对不起，没有这个选项。",
        "ko": "죄송합니다. 선택할 수 없는 번호입니다.",
    },
    "not_heard": {
        "en": "Sorry, I could not hear you well.",
        "zh": "对不起，我没有听清楚。",
        "ko": "죄송합니다. 잘 들리지 않았습니다.",
    },
    "wrong_length": {
        "en": "Sorry, that number does not have the right length.",
        "zh": "对不起，号码的位数不对。",
        "ko": "죄송합니다. 번호의 자릿수가 맞지 않습니다.",
    },
    "number_so_far": {"en": "I have", "zh": "我听到的是", "ko": "지금까지 번호는"},
    "number_goes_on": {
        "en": "What comes next? Or key in the whole number, then press hash.",
        "zh": "后面接着是什么？也可以用按键输入整个号码，按井号键结束。",
        "ko": "그다음 숫자를 말씀해 주세요. 전체 번호를 누르고 우물정자를 누르셔도 됩니다.",
    },
    "i_have": {"en": "I have:", "zh": "我记下的是：", "ko": "확인하겠습니다."},
    "is_it_right": {
        "en": "Is that right? Say yes or press 1. If not, say no or press 2.",
        "zh": "对吗？对，请说“对”或按1；不对，请说“不对”或按2。",
        "ko": "맞습니까? 맞으면 '네' 하시거나 1번을, 아니면 '아니요' 하시거나 2번을 눌러 주세요.",
    },
    "call_back_at": {
        "en": "We will call you back at this number:",
        "zh": "我们会拨打这个号码给您回电：",
        "ko": "다음 번호로 전화드리겠습니다.",
    },
    "number_right": {
        "en": "If that is right, say yes or press 1. For another number, say no or press 2.",
        "zh": "如果正确，请说“对”或按1；要换一个号码，请说“不对”或按2。",
        "ko": "맞으면 '네' 하시거나 1번을, 다른 번호는 '아니요' 하시거나 2번을 눌러 주세요.",
    },
    "enter_number": {
        "en": "Please key in the number where we can reach you, then press the hash key.",
        "zh": "请输入我们可以联系到您的电话号码，按井号键结束。",
        "ko": "연락받으실 전화번호를 누르신 후 우물 정자를 눌러 주세요.",
    },
    "enter_number_again": {
        "en": "Please key in the number again, then the hash key.",
        "zh": "请重新输入号码，按井号键结束。",
        "ko": "번호를 다시 누르신 후 우물 정자를 눌러 주세요.",
    },
    "not_called": {
        "en": "Sorry, we cannot call that number.",
        "zh": "对不起，我们无法拨打这个号码。",
        "ko": "죄송합니다. 그 번호로는 전화를 드릴 수 없습니다.",
    },
    "passed_on": {
        "en": "Nobody is free right now. I have passed on what you told me. We will call you back. Goodbye.",
        "zh": "现在没有空闲的人工坐席。您说的情况我已经转达，我们会给您回电。再见。",
        "ko": "지금은 연결할 수 있는 상담원이 없습니다. 말씀하신 내용은 전달했습니다."
        " 저희가 전화드리겠습니다. 안녕히 계세요.",
    },
    "apology": {
        "en": "We are sorry: a technical problem keeps us from going on. We have noted your call. Goodbye.",
        "zh": "非常抱歉，我们遇到了技术问题，暂时无法继续为您服务。我们已经记录了您的来电。再见。",
        "ko": "죄송합니다. 기술적인 문제로 더 진행할 수 없습니다. 전화 주신 내용은 기록해 두었습니다."
        " 안녕히 계세요.",
    },
}


def text(key: TextKey, language: str) -> str:
    """One text; English for a language that has none."""
    return TEXTS[key].get(language, TEXTS[key]["en"])


def part(key: TextKey, conversation: Conversation, context: Context) -> Part:
    """One text to say, or its recording."""
    return context.recorded(f"flow.{key}") or Text(text(key, conversation.language))
