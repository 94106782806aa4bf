"""The texts of the intake bot, by key and language.

A recording named "intake.KEY" takes a text's place. Values (numbers, times, what the caller said) stand
between the texts, so each text is a whole phrase; which follow one another is in `asr.intake.questions`.
Keys ending in 1, 2, 3 are a question's first, shorter and keyed wording.
"""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    # Around the questions.
    "greeting": {
        "en": "Hello, this is the automatic assistant. I'll write down your problem, so that the right "
        "person can call you back. You can ask for a person at any time.",
        "zh": "您好，这里是语音助手。我来记录您的问题，再由合适的同事给您回电。您随时可以说转人工。",
        "ko": "안녕하세요, 자동 접수 도우미입니다. 문제를 적어 두면 담당자가 전화드립니다. "
        "언제든지 상담원이라고 말씀하셔도 됩니다.",
    },
    "greeting_no_human": {
        "en": "Hello, this is the automatic assistant. I'll write down your problem, so that the right "
        "person can call you back.",
        "zh": "您好，这里是语音助手。我来记录您的问题，再由合适的同事给您回电。",
        "ko": "안녕하세요, 자동 접수 도우미입니다. 문제를 적어 두면 담당자가 전화드립니다.",
    },
    "not_heard": {
        "en": "I didn't hear anything.",
        "zh": "我没有听到声音。",
        "ko": "아무 말씀도 들리지 않았습니다.",
    },
    "not_clear": {
        "en": "I couldn't make that out.",
        "zh": "我没有听清楚。",
        "ko": "잘 들리지 않았습니다.",
    },
    "not_understood": {
        "en": "Sorry, I didn't get that.",
        "zh": "抱歉，我没有听明白。",
        "ko": "죄송합니다, 이해하지 못했습니다.",
    },
    "listening": {"en": "Yes, I'm listening.", "zh": "我在听。", "ko": "네, 듣고 있습니다."},
    "all_right": {"en": "All right.", "zh": "好的。", "ko": "알겠습니다."},
    "added": {"en": "I've added that.", "zh": "已经补充上了。", "ko": "추가했습니다."},
    "no_human": {
        "en": "Nobody is free right now, but I'll pass everything on.",
        "zh": "现在没有空闲的同事，我会把您的话都转达给他们。",
        "ko": "지금은 연결할 수 있는 상담원이 없습니다. 말씀하신 내용은 모두 전달하겠습니다.",
    },
    "to_human": {
        "en": "One moment, I'm putting you through.",
        "zh": "请稍等，正在为您转接。",
        "ko": "잠시만 기다려 주세요, 연결해 드리겠습니다.",
    },
    "recogniser_gone": {
        "en": "I can't follow your words right now, but I keep your recording.",
        "zh": "我暂时无法识别语音，但会保留您的录音。",
        "ko": "지금은 말씀을 알아들을 수 없지만 녹음은 남겨 두겠습니다.",
    },
    # The problem.
    "problem_1": {
        "en": "What is the problem? Take your time, I'm listening.",
        "zh": "请问您遇到了什么问题？请慢慢说，我在听。",
        "ko": "어떤 문제가 있으신가요? 천천히 말씀해 주세요.",
    },
    "problem_2": {
        "en": "Please tell me what the problem is.",
        "zh": "请说一下您的问题。",
        "ko": "문제를 말씀해 주세요.",
    },
    "problem_3": {
        "en": "To leave a recording instead, press 1. To speak to a person, press 0.",
        "zh": "需要留言录音请按1，转人工请按0。",
        "ko": "녹음을 남기시려면 1번, 상담원 연결은 0번을 눌러 주세요.",
    },
    "problem_3_no_human": {
        "en": "To leave a recording instead, press 1.",
        "zh": "需要留言录音请按1。",
        "ko": "녹음을 남기시려면 1번을 눌러 주세요.",
    },
    "addition_1": {"en": "What should I add?", "zh": "请问要补充什么？", "ko": "무엇을 추가할까요?"},
    "addition_2": {
        "en": "Please say what to add.",
        "zh": "请说要补充的内容。",
        "ko": "추가할 내용을 말씀해 주세요.",
    },
    "record": {
        "en": "Please tell us your problem after the tone, and press the hash key when you are done.",
        "zh": "请在提示音后说出您的问题，说完请按井号键。",
        "ko": "삐 소리가 나면 문제를 말씀하시고, 끝나면 우물정자를 눌러 주세요.",
    },
    "recorded": {
        "en": "Thank you, it is recorded.",
        "zh": "谢谢，已经录好了。",
        "ko": "감사합니다, 녹음되었습니다.",
    },
    # Reading back.
    "you_said": {"en": "I noted:", "zh": "我记下的是：", "ko": "이렇게 적었습니다."},
    "it_begins": {
        "en": "I have all of it on record. It begins:",
        "zh": "您说的我都录下来了。开头是：",
        "ko": "말씀하신 내용은 모두 녹음했습니다. 앞부분은,",
    },
    "it_ends": {"en": "and it ends:", "zh": "最后是：", "ko": "끝부분은,"},
    "right_1": {
        "en": "Is that right? Say yes or no, or tell me what to add.",
        "zh": "对吗？请说对或者不对，也可以补充。",
        "ko": "맞습니까? 네, 아니요로 답하시거나 덧붙여 말씀해 주세요.",
    },
    "right_2": {"en": "Is that right, yes or no?", "zh": "请问对不对？", "ko": "맞습니까, 아닙니까?"},
    "right_3": {
        "en": "If it is right, press 1. To tell it again, press 2. To add something, press 3.",
        "zh": "正确请按1，重新说请按2，补充请按3。",
        "ko": "맞으면 1번, 다시 말씀하시려면 2번, 추가하시려면 3번을 눌러 주세요.",
    },
    # The caller's name.
    "name_1": {"en": "What is your name, please?", "zh": "请问您怎么称呼？", "ko": "성함이 어떻게 되세요?"},
    "name_2": {"en": "Your name, please?", "zh": "请说一下您的姓名。", "ko": "성함을 말씀해 주세요."},
    # Where to call.
    "offer_number_1": {
        "en": "Shall we call you back on the number you are calling from,",
        "zh": "我们给您回电，就拨打您现在这个号码，",
        "ko": "지금 거신 번호로 전화드릴까요?",
    },
    "offer_number_2": {"en": "Shall we call you on", "zh": "回电号码是", "ko": "이 번호로 전화드릴까요?"},
    "offer_number_3": {
        "en": "To be called on this number, press 1. For another one, press 2. The number is",
        "zh": "用这个号码请按1，换号码请按2。号码是",
        "ko": "이 번호로 받으시려면 1번, 다른 번호는 2번을 눌러 주세요. 번호는",
    },
    "yes_or_no": {"en": "yes or no?", "zh": "可以吗？", "ko": "네, 아니요로 답해 주세요."},
    "number_1": {
        "en": "On which number can we reach you? Say it digit by digit, or key it in and press hash.",
        "zh": "请问打哪个号码能找到您？请逐位说出，或者用按键输入，按井号键结束。",
        "ko": "어느 번호로 전화드릴까요? 한 자리씩 말씀하시거나, 번호를 누르고 우물정자를 눌러 주세요.",
    },
    "number_2": {
        "en": "The number please, digit by digit.",
        "zh": "请逐位说出号码。",
        "ko": "번호를 한 자리씩 말씀해 주세요.",
    },
    "number_3": {
        "en": "Please key in the number, then press hash.",
        "zh": "请用按键输入号码，按井号键结束。",
        "ko": "번호를 누르고 우물정자를 눌러 주세요.",
    },
    "number_is": {"en": "I have:", "zh": "您的号码是：", "ko": "번호는"},
    "number_right_1": {
        "en": "Is that right? You can also key in the right one.",
        "zh": "对吗？也可以用按键输入正确的号码。",
        "ko": "맞습니까? 맞는 번호를 직접 누르셔도 됩니다.",
    },
    "number_right_2": {"en": "Right, yes or no?", "zh": "对不对？", "ko": "맞습니까?"},
    "number_right_3": {
        "en": "If it is right, press 1. If not, press 2.",
        "zh": "正确请按1，不正确请按2。",
        "ko": "맞으면 1번, 아니면 2번을 눌러 주세요.",
    },
    "own_number": {
        "en": "Then we'll use the number you are calling from.",
        "zh": "那我们就拨打您现在这个号码。",
        "ko": "그럼 지금 거신 번호로 전화드리겠습니다.",
    },
    # When to call.
    "time_1": {
        "en": "When shall we call? Say, for example, as soon as possible, or tomorrow at nine.",
        "zh": "什么时候给您回电方便？比如说尽快，或者明天上午九点。",
        "ko": "언제 전화드릴까요? 예를 들어 최대한 빨리, 또는 내일 오전 아홉 시처럼 말씀해 주세요.",
    },
    "time_2": {
        "en": "As soon as possible, or at what time?",
        "zh": "尽快回电，还是约个时间？",
        "ko": "최대한 빨리 드릴까요, 아니면 몇 시가 좋으세요?",
    },
    "time_3": {
        "en": "For as soon as possible press 1, for this afternoon 2, for tomorrow morning 3.",
        "zh": "尽快请按1，今天下午请按2，明天上午请按3。",
        "ko": "최대한 빨리는 1번, 오늘 오후는 2번, 내일 오전은 3번을 눌러 주세요.",
    },
    "time_is": {"en": "So we call", "zh": "回电时间是", "ko": "전화드릴 시간은"},
    "time_moved": {
        "en": "Nobody can call then. The next possible time is",
        "zh": "那个时间我们没有人值班，最近可以的时间是",
        "ko": "그 시간에는 전화를 드릴 수 없습니다. 가장 빠른 시간은",
    },
    "from": {"en": "from", "zh": "，", "ko": ","},
    "time_right_1": {
        "en": "Is that all right?",
        "zh": "可以吗？",
        "ko": "괜찮으십니까? 네, 아니요로 답해 주세요.",
    },
    "time_right_2": {"en": "Yes or no?", "zh": "可以还是不可以？", "ko": "네, 아니요로 답해 주세요."},
    "time_right_3": {
        "en": "If it is, press 1. If not, press 2.",
        "zh": "可以请按1，不可以请按2。",
        "ko": "좋으면 1번, 아니면 2번을 눌러 주세요.",
    },
    # The end.
    "thanks": {
        "en": "Thank you, everything is written down.",
        "zh": "谢谢，都记好了。",
        "ko": "감사합니다, 모두 접수했습니다.",
    },
    "nothing_said": {
        "en": "I couldn't hear you. Please call again. Goodbye.",
        "zh": "我听不到您的声音，请您重新拨打。再见。",
        "ko": "목소리가 들리지 않습니다. 다시 전화해 주세요. 안녕히 계세요.",
    },
    "ticket_is": {"en": "Your ticket number is", "zh": "您的工单号是", "ko": "접수 번호는"},
    "we_call_on": {"en": "We'll call you on", "zh": "我们会拨打", "ko": "전화드릴 번호는"},
    "call_soon": {
        "en": "You'll hear from us as soon as possible.",
        "zh": "我们会尽快与您联系。",
        "ko": "최대한 빨리 연락드리겠습니다.",
    },
    "call_when": {"en": "Expect our call", "zh": "回电时间是", "ko": "통화 예정 시간은"},
    "goodbye": {"en": "Goodbye.", "zh": "再见。", "ko": "안녕히 계세요."},
}
