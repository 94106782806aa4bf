"""The texts of the intake bot, by key and language.

A recording named "intake.KEY" takes a text's place. Values (numbers, times, what the caller said) stand
between the texts, so each text is a whole phrase; which follow one another is in `asr.intake.questions`.
Keys ending in 1, 2, 3 are a question's first, shorter and keyed wording. Texts are short on purpose: a caller
who has understood can answer at once, and one who has not hears more at the next try.
"""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    # Around the questions.
    "greeting": {
        "en": "Hello, I'm the automatic assistant. You can ask for a person at any time.",
        "zh": "您好，我是语音助手，您随时可以说转人工。",
        "ko": "안녕하세요, 자동 접수 도우미입니다. 언제든지 상담원이라고 말씀하세요.",
    },
    "greeting_no_human": {
        "en": "Hello, I'm the automatic assistant.",
        "zh": "您好，我是语音助手。",
        "ko": "안녕하세요, 자동 접수 도우미입니다.",
    },
    "not_heard": {
        "en": "I didn't hear anything.",
        "zh": "我没有听到声音。",
        "ko": "아무 말씀도 들리지 않았습니다.",
    },
    "not_clear": {"en": "I couldn't make that out.", "zh": "我没有听清楚。", "ko": "잘 들리지 않았습니다."},
    "not_understood": {
        "en": "Sorry, I didn't get that.",
        "zh": "抱歉，我没有听明白。",
        "ko": "죄송합니다, 이해하지 못했습니다.",
    },
    "not_called": {
        "en": "Sorry, we can't call that number.",
        "zh": "抱歉，我们无法拨打这个号码。",
        "ko": "죄송합니다, 그 번호로는 전화를 드릴 수 없습니다.",
    },
    "listening": {"en": "Yes, I'm listening.", "zh": "我在听。", "ko": "네, 듣고 있습니다."},
    "take_your_time": {"en": "Take your time.", "zh": "不急，您慢慢说。", "ko": "천천히 말씀하세요."},
    "cannot_answer": {
        "en": "I can't answer that, but whoever calls you back can.",
        "zh": "这个我答不了，同事回电时会告诉您。",
        "ko": "그건 제가 답해 드릴 수 없지만, 전화드리는 담당자가 알려 드릴 겁니다.",
    },
    "needed": {
        "en": "We need that to help you.",
        "zh": "我们需要这个才能帮您。",
        "ko": "도와드리려면 필요한 내용입니다.",
    },
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
    "offer_human_1": {
        "en": "Would you like to speak to a person?",
        "zh": "您需要转人工吗？",
        "ko": "상담원과 통화하시겠습니까?",
    },
    "offer_human_2": {
        "en": "For a person, press 1. To go on with me, press 2.",
        "zh": "转人工请按1，继续请按2。",
        "ko": "상담원 연결은 1번, 계속하시려면 2번을 눌러 주세요.",
    },
    "recogniser_gone": {
        "en": "I can't follow your words right now, but I keep your recording.",
        "zh": "我暂时无法识别语音，但会保留您的录音。",
        "ko": "지금은 말씀을 알아들을 수 없지만 녹음은 남겨 두겠습니다.",
    },
    # The problem.
    "problem_3_no_human": {
        "en": "Please say it in a few words. To leave a recording instead, press 1.",
        "zh": "请简单说一下您的问题，需要留言录音请按1。",
        "ko": "문제를 간단히 말씀해 주세요. 녹음을 남기시려면 1번을 눌러 주세요.",
    },
    "addition_1": {"en": "What should I add?", "zh": "请问要补充什么？", "ko": "무엇을 추가할까요?"},
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
    "i_have": {"en": "I have:", "zh": "我记下的是：", "ko": "확인하겠습니다."},
    "it_ends": {"en": "and it ends:", "zh": "最后是：", "ko": "끝부분은,"},
    "right_1": {"en": "Is that right?", "zh": "对吗？", "ko": "맞습니까?"},
    "right_2": {
        "en": "Is that right? Yes, no, or what is wrong.",
        "zh": "对不对？不对的话，请说哪里不对。",
        "ko": "맞습니까? 네, 아니요, 또는 틀린 곳을 말씀해 주세요.",
    },
    "right_3": {
        "en": "If it is right, press 1. If not, press 2. To add something, press 3.",
        "zh": "正确请按1，不正确请按2，补充请按3。",
        "ko": "맞으면 1번, 아니면 2번, 추가하시려면 3번을 눌러 주세요.",
    },
    "correct_1": {
        "en": "What should I correct?",
        "zh": "请问哪里不对？",
        "ko": "어디를 고칠까요?",
    },
    "yes": {"en": "yes", "zh": "是", "ko": "네"},
    "no": {"en": "no", "zh": "否", "ko": "아니요"},
    # Keys, said behind a question at which words alone did not help.
    "keys_yes_no": {
        "en": "Press 1 for yes, 2 for no.",
        "zh": "是请按1，否请按2。",
        "ko": "네는 1번, 아니요는 2번을 눌러 주세요.",
    },
    "keys_number": {
        "en": "Please key it in, then press hash. You can say it, too.",
        "zh": "请用按键输入，按井号键结束，也可以再说一遍。",
        "ko": "번호를 누르고 우물정자를 눌러 주세요. 다시 말씀하셔도 됩니다.",
    },
    "keys_number_only": {
        "en": "Please key it in, then press hash.",
        "zh": "请用按键输入，按井号键结束。",
        "ko": "번호를 누르고 우물정자를 눌러 주세요.",
    },
    "keys_skip": {
        "en": "To go on without it, press 1.",
        "zh": "跳过请按1。",
        "ko": "건너뛰시려면 1번을 눌러 주세요.",
    },
    # Where to call.
    "offer_number_1": {
        "en": "Shall we call you back on the number you're calling from?",
        "zh": "给您回电，就打您现在这个号码，可以吗？",
        "ko": "지금 거신 번호로 전화드릴까요?",
    },
    "offer_number_2": {
        "en": "Yes to be called on this number, or say another one. It is",
        "zh": "用这个号码请说可以，也可以说别的号码。这个号码是",
        "ko": "이 번호면 네, 다른 번호면 그 번호를 말씀해 주세요. 번호는",
    },
    "offer_number_3": {
        "en": "To be called on this number, press 1. For another one, press 2. The number is",
        "zh": "用这个号码请按1，换号码请按2。号码是",
        "ko": "이 번호로 받으시려면 1번, 다른 번호는 2번을 눌러 주세요. 번호는",
    },
    "own_number": {
        "en": "Then we'll use the number you are calling from.",
        "zh": "那我们就拨打您现在这个号码。",
        "ko": "그럼 지금 거신 번호로 전화드리겠습니다.",
    },
    "number_so_far": {"en": "I have", "zh": "我听到的是", "ko": "지금까지 번호는"},
    "number_goes_on": {
        "en": "What comes next? Or key in the whole number, then press hash.",
        "zh": "后面接着是什么？也可以用按键输入整个号码，按井号键结束。",
        "ko": "그다음 숫자를 말씀해 주세요. 전체 번호를 누르고 우물정자를 누르셔도 됩니다.",
    },
    # When to call.
    "time_moved": {
        "en": "Nobody can call then. The next possible time is",
        "zh": "那个时间我们没有人值班，最近可以的时间是",
        "ko": "그 시간에는 전화를 드릴 수 없습니다. 가장 빠른 시간은",
    },
    "from": {"en": "from", "zh": "以后", "ko": "이후"},
    "asap": {"en": "as soon as possible", "zh": "尽快", "ko": "최대한 빨리"},
    "this_number": {"en": "this number", "zh": "您现在这个号码", "ko": "지금 거신 번호"},
    # The end.
    "thanks": {"en": "Thank you.", "zh": "谢谢，都记好了。", "ko": "감사합니다, 접수했습니다."},
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
    "call_when": {"en": "We'll call you", "zh": "回电时间是", "ko": "통화 예정 시간은"},
    "goodbye": {"en": "Goodbye.", "zh": "再见。", "ko": "안녕히 계세요."},
}

PRESS_FOR: Mapping[str, str] = {
    "en": "For {name}, press {key}.",
    "zh": "{name}请按{key}。",
    "ko": "{name}, {key}번.",
}
"""One of several things to choose by key; `name` is the thing."""

SLOT_TEXTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "problem": {
        "problem_1": {
            "en": "What is the problem?",
            "zh": "请问您遇到了什么问题？",
            "ko": "어떤 문제가 있으신가요?",
        },
        "problem_2": {
            "en": "Please tell me what the problem is.",
            "zh": "请说一下您的问题。",
            "ko": "문제를 말씀해 주세요.",
        },
        "problem_3": {
            "en": "Please say it in a few words. To leave a recording, press 1. For a person, press 0.",
            "zh": "请简单说一下您的问题，需要留言录音请按1，转人工请按0。",
            "ko": "문제를 간단히 말씀해 주세요. 녹음을 남기시려면 1번, 상담원 연결은 0번을 눌러 주세요.",
        },
        "problem_is": {"en": "the problem", "zh": "问题", "ko": "문제"},
    },
    "name": {
        "name_1": {"en": "What is your name?", "zh": "请问您怎么称呼？", "ko": "성함이 어떻게 되세요?"},
        "name_2": {"en": "Your name, please?", "zh": "请说一下您的姓名。", "ko": "성함을 말씀해 주세요."},
        "name_is": {"en": "the name", "zh": "姓名", "ko": "성함"},
    },
    "company": {
        "company_1": {
            "en": "Which company are you calling from?",
            "zh": "请问您是哪家公司？",
            "ko": "어느 회사이신가요?",
        },
        "company_2": {
            "en": "The name of your company, please?",
            "zh": "请说一下公司名称。",
            "ko": "회사 이름을 말씀해 주세요.",
        },
        "company_is": {"en": "the company", "zh": "公司", "ko": "회사"},
    },
    "product": {
        "product_1": {
            "en": "Which product is it about?",
            "zh": "请问是哪个产品？",
            "ko": "어떤 제품인가요?",
        },
        "product_2": {"en": "Which product, please?", "zh": "请说产品名称。", "ko": "제품을 말씀해 주세요."},
        "product_is": {"en": "the product", "zh": "产品", "ko": "제품"},
    },
    "version": {
        "version_1": {"en": "Which version is it?", "zh": "请问是哪个版本？", "ko": "버전이 어떻게 되나요?"},
        "version_2": {"en": "The version, please?", "zh": "请说一下版本号。", "ko": "버전을 말씀해 주세요."},
        "version_is": {"en": "version", "zh": "版本", "ko": "버전"},
    },
    "error_code": {
        "error_code_1": {
            "en": "Is there an error code? Which one?",
            "zh": "有错误代码吗？是多少？",
            "ko": "오류 코드가 있나요? 무엇인가요?",
        },
        "error_code_2": {
            "en": "The error code, please, or say that there is none.",
            "zh": "请说错误代码，没有请说没有。",
            "ko": "오류 코드를 말씀해 주세요. 없으면 없다고 하세요.",
        },
        "error_code_is": {"en": "error", "zh": "错误代码", "ko": "오류"},
    },
    "since": {
        "since_1": {"en": "Since when?", "zh": "从什么时候开始的？", "ko": "언제부터 그런가요?"},
        "since_2": {
            "en": "When did it begin?",
            "zh": "请说一下开始的时间。",
            "ko": "시작된 때를 말씀해 주세요.",
        },
        "since_is": {"en": "since", "zh": "开始时间", "ko": "시작"},
    },
    "affected": {
        "affected_1": {
            "en": "How many people are affected?",
            "zh": "有多少人受影响？",
            "ko": "몇 명이 영향을 받나요?",
        },
        "affected_2": {"en": "How many people?", "zh": "请问多少人？", "ko": "몇 명인가요?"},
        "affected_is": {"en": "people affected:", "zh": "受影响人数", "ko": "영향받는 사람"},
    },
    "urgency": {
        "urgency_1": {"en": "Is it urgent, or not?", "zh": "紧急还是不紧急？", "ko": "급한가요, 아닌가요?"},
        "urgency_2": {
            "en": "Please say urgent or not urgent.",
            "zh": "请说紧急或者不紧急。",
            "ko": "급함 또는 급하지 않음으로 말씀해 주세요.",
        },
        "urgency_is": {"en": "the urgency", "zh": "紧急程度", "ko": "긴급도"},
    },
    "customer_number": {
        "customer_number_1": {
            "en": "What is your customer number?",
            "zh": "请问您的客户号是多少？",
            "ko": "고객 번호가 어떻게 되세요?",
        },
        "customer_number_2": {"en": "Your customer number.", "zh": "您的客户号。", "ko": "고객 번호입니다."},
        "customer_number_is": {"en": "customer number", "zh": "客户号", "ko": "고객 번호"},
    },
    "order_number": {
        "order_number_1": {
            "en": "What is the order number?",
            "zh": "请问订单号是多少？",
            "ko": "주문 번호가 어떻게 되나요?",
        },
        "order_number_2": {"en": "The order number.", "zh": "订单号。", "ko": "주문 번호입니다."},
        "order_number_is": {"en": "order number", "zh": "订单号", "ko": "주문 번호"},
    },
    "callback_number": {
        "callback_number_1": {
            "en": "On which number can we reach you?",
            "zh": "请问打哪个号码能找到您？",
            "ko": "어느 번호로 전화드릴까요?",
        },
        "callback_number_2": {"en": "Your number.", "zh": "您的号码。", "ko": "전화번호입니다."},
        "callback_number_is": {"en": "We call you on", "zh": "回电号码", "ko": "전화번호"},
    },
    "callback_time": {
        "callback_time_1": {
            "en": "And when? As soon as possible, or at what time?",
            "zh": "什么时候方便？尽快，还是约个时间？",
            "ko": "언제 전화드릴까요? 최대한 빨리, 아니면 몇 시가 좋으세요?",
        },
        "callback_time_2": {
            "en": "When shall we call? For example, as soon as possible, or tomorrow at nine.",
            "zh": "什么时候给您回电？比如说尽快，或者明天上午九点。",
            "ko": "언제 전화드릴까요? 예를 들어 최대한 빨리, 또는 내일 오전 아홉 시.",
        },
        "callback_time_3": {
            "en": "As soon as possible, press 1. This afternoon, 2. Tomorrow morning, 3. Or say a time.",
            "zh": "尽快请按1，今天下午请按2，明天上午请按3，也可以直接说时间。",
            "ko": "최대한 빨리는 1번, 오늘 오후는 2번, 내일 오전은 3번, 또는 시간을 말씀해 주세요.",
        },
        "callback_time_is": {"en": "We call you", "zh": "回电时间", "ko": "전화 시간"},
    },
}
"""By well-known slot (`asr.intake.slots.WELL_KNOWN`): its questions, and what it is called when read back."""

CALLED: Mapping[str, Mapping[str, str]] = {
    "callback_number": {"en": "the number", "zh": "电话号码", "ko": "전화번호"},
    "callback_time": {"en": "the time", "zh": "回电时间", "ko": "전화 시간"},
    "version": {"en": "the version", "zh": "版本", "ko": "버전"},
    "error_code": {"en": "the error code", "zh": "错误代码", "ko": "오류 코드"},
    "since": {"en": "the beginning", "zh": "开始时间", "ko": "시작"},
    "affected": {"en": "the number of people", "zh": "受影响人数", "ko": "인원"},
    "customer_number": {"en": "the customer number", "zh": "客户号", "ko": "고객 번호"},
    "order_number": {"en": "the order number", "zh": "订单号", "ko": "주문 번호"},
}
"""What a slot is called in a list of what can be corrected, where that differs from the reading back."""

NAMED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "problem": {"en": ("problem", "description"), "zh": ("问题",), "ko": ("문제", "내용")},
    "name": {"en": ("name",), "zh": ("姓名", "名字", "称呼"), "ko": ("이름", "성함")},
    "company": {"en": ("company",), "zh": ("公司",), "ko": ("회사",)},
    "product": {
        "en": ("product", "device", "model"),
        "zh": ("产品", "设备", "型号"),
        "ko": ("제품", "기기", "모델"),
    },
    "version": {"en": ("version",), "zh": ("版本",), "ko": ("버전",)},
    "error_code": {"en": ("error", "code"), "zh": ("错误", "代码"), "ko": ("오류", "코드", "에러")},
    "since": {"en": ("since", "beginning"), "zh": ("开始",), "ko": ("시작", "언제부터")},
    "affected": {"en": ("people", "how many"), "zh": ("人数", "多少人"), "ko": ("인원", "몇 명")},
    "urgency": {"en": ("urgency", "urgent"), "zh": ("紧急", "急"), "ko": ("긴급", "급")},
    "customer_number": {
        "en": ("customer number", "customer"),
        "zh": ("客户号", "客户编号"),
        "ko": ("고객 번호", "고객번호"),
    },
    "order_number": {"en": ("order number", "order"), "zh": ("订单号", "订单"), "ko": ("주문 번호", "주문")},
    "callback_number": {
        "en": ("number", "phone", "telephone"),
        "zh": ("号码", "电话", "手机"),
        "ko": ("번호", "전화"),
    },
    "callback_time": {"en": ("time", "when", "day"), "zh": ("时间", "什么时候"), "ko": ("시간", "날짜")},
}
"""What callers call a slot when they say what is wrong."""
