"""How people ask for a person, for a repetition, for a moment, to say it anew or to add something, and how
they end a call.

Patterns over spoken text (see `spoken`).

What to make of the matches, and where each may stand, is left to `commands`.
"""

from __future__ import annotations

from dataclasses import dataclass

from asr.patterns import Pattern


@dataclass(frozen=True, slots=True)
class CommandWords:
    """One language.

    Args:
        wish: asking for a person, anywhere in a clause.
        person: the same in a word or two, as the whole answer, or a whole clause of it.
        story_before, story_behind: right before or behind such words: somebody tells of them.
        another_number: another number than the one that was offered, anywhere in the answer.
        trouble: what makes a problem of a wish to wait: "hang on, my screen is frozen".
        hello, repeat, redo: as the whole answer.
        idle: what answers nothing, alone or one behind the other, as the whole answer; its groups say what:
            bye, enough (there is nothing more to say), repeat, wait, hello (a greeting, thanks, "please"),
            excuse (why to wait: nothing by itself).
        add: at the beginning of the answer; what is added may follow.
        lead, polite: what may come before and behind, and says nothing.
    """

    wish: Pattern
    person: Pattern
    story_before: Pattern
    story_behind: Pattern
    another_number: Pattern
    hello: Pattern
    repeat: Pattern
    idle: Pattern
    trouble: Pattern
    redo: Pattern
    add: Pattern
    lead: Pattern
    polite: Pattern


def _any(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


def _of(*alternatives: str) -> Pattern:
    return Pattern(_any(*alternatives))


def _idle(
    nothing: str,
    end: str = r"(?: |$)",
    *,
    bye: str,
    enough: str,
    repeat: str,
    wait: str,
    hello: str,
    excuse: str,
) -> Pattern:
    """Phrases behind each other, each followed by `end`; `nothing` is what may stand between them."""
    kinds = {"bye": bye, "enough": enough, "repeat": repeat, "wait": wait, "hello": hello, "excuse": excuse}
    named = (f"(?P<{kind}>{phrases}){end}" for kind, phrases in kinds.items())
    return Pattern(f"(?:(?:{nothing}){end}|{'|'.join(named)})+")


# English

_STAFF = _any(
    "human(?: being)?s?(?: (?:assistance|help|support|contact|voice))?",
    "(?:live|personal) (?:assistance|help|contact|voice)",
    "management",
    "persons?|people",
    "agents?",
    "operators?",
    "representatives?",
    "reps?",
    "advis[eo]rs?",
    "assistants?",
    "attendant",
    "receptionist",
    "someone|somebody|anyone|anybody",
    "(?:customer|technical|tech|it|live|phone|(?:first|second|third|next|1st|2nd|3rd) (?:line|level)"
    "|tier (?:one|two|three|1|2|3)) "
    "(?:service|support|care|help)(?: (?:agent|rep|representative|person|team|staff|people))?",
    "supervisors?|managers?|boss|superiors?|director|head of \\w+",
    "technicians?|engineers?|consultants?|specialists?|experts?|professional",
    "support(?: (?:team|staff|person|agent|desk))?|staff(?: members?)?|(?:service |help ?)desk|call"
    " cent(?:er|re)",
    "members? of (?:your|the) (?:team|staff|crew|personnel)|(?:front|reception|information) desk"
    "|switchboard|receptionists?",
    "colleagues?|coworkers?|employees?|team(?: leader| lead)?|dispatcher|secretary",
)
_A = (
    "(?:(?:a|an|the|your|some|any|one of|one|whoever|that|another) )*"
    "(?:(?:real|live|living|actual|other|different|human|physical|proper|senior|qualified|competent"
    "|nice|single"
    "|duty|available|responsible|of|your|flesh and blood|breathing|technical|trained) )*"
)
_ELSE = (
    "(?: (?:else|real|human|different|competent|in charge|responsible|on duty|who (?:can|could|is|knows)"
    "|that (?:can|could|is|knows)|in person)\\b)?"
)
_PERSON = (
    f"(?:{_A}{_STAFF}{_ELSE}|who(?:m?ever| ?(?:s|is|are)) (?:is |s )?(?:in charge|responsible|on duty"
    f"|there|above you))"
)
_HE = f"(?:{_PERSON}|him|her|them|whoever (?:is|s) \\w+)"
_SOFTLY = (
    "(?:(?:just|really|only|still|simply|please|rather|finally|now|also|directly|kindly|actually|maybe) )*"
)
_HEAD = _any(
    f"(?:i|we) {_SOFTLY}(?:want|need|wanna|wish|would like|would love|prefer|would prefer|would rather|demand"
    f"|insist|ask|have|must|should|request|gotta|got)(?: on)? {_SOFTLY}(?:to )?",
    f"(?:id|wed) {_SOFTLY}(?:rather|like|prefer|love) {_SOFTLY}(?:to )?",
    f"(?:can|could|may|might|cant|couldnt) (?:i|we) {_SOFTLY}",
    f"(?:is it|would it be) possible {_SOFTLY}(?:to |that i )",
    f"(?:let|allow) (?:me|us) {_SOFTLY}(?:to )?",
    f"(?:how|where) (?:can|do|could) (?:i|we) {_SOFTLY}",
    f"(?:i|ill|i will|we|id) {_SOFTLY}(?:better|will|rather) {_SOFTLY}",
    "(?:want|need|wanna|would like|trying)(?: to)? ",
    "(?:ready|time|like|chance|option|way) to ",
)
_ASK_YOU = _any(
    f"(?:can|could|would|will|wont|cant|why dont|if) you {_SOFTLY}",
    f"(?:i|we) {_SOFTLY}(?:want|need|would like|ask) you to {_SOFTLY}",
    "would you mind ",
    f"(?:^|(?<= )){_SOFTLY}",
)
_TALK = _any(
    "(?:speak|talk|chat|converse|communicate|deal|complain)(?:ing)?(?: directly| live| in person|"
    " personally)?"
    "(?: to| with)?",
    "(?:discuss|talk|go|sort|explain|share) (?:this|it|that|things|my \\w+)(?: (?:over|out"
    "|through))? (?:with|to)",
    "have (?:a )?(?:quick )?(?:word|chat|conversation|talk) with|discuss (?:this|it|that) with|(?:a"
    " )?word with",
    "be (?:connected|transferred|put through|put on|passed on|forwarded|switched|handed over)(?: over)?"
    "(?: to| with)?",
    "get (?:through|connected|transferred|put through)(?: to| with)|get (?:a )?hold of|get to",
    "reach|get|have|contact|see",
)
_PASS = _any(
    "(?:connect|transfer|switch|pass|put|forward|hand|direct|route|refer|redirect|patch|escalate|link"
    "|bring|move)"
    "(?:ing|ting|ring)?",
)
_ME = "(?:me|us|this(?: call)?|the call|my call|it)"
_ROBOT = (
    "(?:a |an |the |this |that |these |those |some |your |any )*(?:stupid |damn |dumb |automated |voice )*"
    "(?:robots?|machines?|bots?|computers?|recordings?|ai|assistant|answering machine|software|system"
    "|tape|menu)"
)
_END = (
    "(?=$| (?:please|now|right|instead|immediately|here|not|and|or|who|on|thanks|thank|today|at|asap"
    "|again|for)\\b)"
)

_EN_REPEAT = (
    "(?:please |can you |could you |would you |sorry )*"
    + _any(
        "repeat(?: (?:that|it|the question))?|say (?:that|it) again|come again|pardon(?: me)?",
        "once more|again",
        "what|huh|sorry|excuse me|what (?:did you say|was that|was the question)",
        "i (?:didnt|did not|couldnt|cant) (?:hear|catch|understand|get)(?: (?:you|that|it|the question))?",
    )
    + "(?: please| again)*"
)

_EN = CommandWords(
    wish=_of(
        rf"\b{_HEAD}{_TALK} {_PERSON}\b",
        rf"^(?:{_SOFTLY})(?:speak|talk|chat|transfer|connection|connect|forward|put)(?:ing)?(?: through)? "
        rf"(?:to|with) {_PERSON}\b",
        rf"\b(?:let|allow) (?:me|us) {_SOFTLY}(?:speak|talk)(?: directly)? (?:to|with) {_HE}\b",
        rf"{_ASK_YOU}{_PASS} {_ME}(?: (?:through|over|on|back|up|straight|directly|along|forward|now"
        rf"|please))*"
        rf" (?:to|with|onto|at) (?:\w+ ){{0,3}}?{_STAFF}\b",
        rf"{_ASK_YOU}(?:get|give|find|fetch|bring|send|call|reach|pass|hand)(?:ting|ing)? (?:me|us)"
        rf" {_PERSON}\b",
        rf"\b(?:put|get|have|bring|pass)(?: me)? {_PERSON} (?:\w+ )?(?:on|to|onto)\b(?: (?:the|this))?"
        r"(?: (?:line|phone|call)\b|$)",
        rf"\b(?:can|could|cant|couldnt|may|will|would|have|let|get) {_PERSON} (?:\w+ )?(?:to )?"
        r"(?:take|answer|handle|pick up|join|deal with|take over|talk|speak|help|assist)(?: (?:this|the|my|up"
        r"|over|to|with))*"
        r"(?: (?:call|phone|line|me|us|this)\b|$)",
        rf"\b(?:i|we) {_SOFTLY}(?:want|need|wanna|would like|prefer|would prefer|demand|require|insist on) "
        rf"{_PERSON}{_END}",
        rf"\b(?:can|could|may) (?:i|we) {_SOFTLY}(?:have|get) {_PERSON}{_END}",
        rf"\b(?:is|are|isnt|arent) there (?:not )?{_PERSON}"
        r"(?=$| (?:i|we|there|here|available|around|working|to talk|to speak|at|on|in|please|who can (?:help"
        r"|talk|speak|take)))"
        r"(?! (?:on|in|at) (?:my|our)\b)",
        rf"^{_SOFTLY}(?:hello |is |are )?{_PERSON} (?:there|here|at home|on the line|available|around|free)$",
        rf"^{_SOFTLY}(?:get|fetch|find|call|bring) {_PERSON}{_END}",
        rf"\b(?:do|dont) you {_SOFTLY}have {_PERSON}(?=$| )",
        rf"\b(?:are you|is this|am i (?:talking|speaking) (?:to|with)) (?:just |a |an |really |even "
        rf"|actually |real )*"
        rf"(?:human(?: being)?|real|person|{_ROBOT})(?=$| (?:or|now|again|here|i|please)\b)",
        rf"\b(?:dont|do not|not|wont|will not|refuse|refusing|hate|tired|fed up|sick|stop|cant stand"
        rf"|enough|no point)"
        rf"\b(?: \w+){{0,3}}? (?:talk|speak|explain|deal|chat|tell|repeat|argu|discuss)\w*(?: \w+){{0,3}}?"
        rf" (?:to|with)"
        rf" {_ROBOT}\b",
        r"\b(?:no|not (?:a|another)|enough of|without|instead of) (?:more |the |these |those |any )*"
        r"(?:robots?|bots?|machines?|computers?)(?=$| please| i| give| get| just)",
        rf"{_ASK_YOU}(?:{_PASS}|take|send|get) {_ME}(?: (?:through|over|on|back|up|straight|directly"
        rf"|out of (?:this|here)"
        r"(?: \w+)?|and|now|please))* (?:to|with|onto|at) (?:(?:the|your|an?|some) )*(?:reception"
        r"|front desk|switchboard"
        r"|help ?desk|headquarters|head office|(?:\w+ ){1,2}(?:department|team|desk|people|crew|staff))"
        r"(?! (?:drive|folder|server|network|wifi|printer|page|site|system|software|tool)\b)",
        r"(?:^|\b(?:please|just|and|now|then|questions|instead|go ahead and) )(?:put|patch"
        r"|pass) me through(?=$| (?:now|please"
        r"|already|at once|immediately|then|instead|straight away))",
        r"\b(?:can|could|would|will|may) (?:\w+ )?(?:someone|somebody|anyone"
        r"|anybody) from (?:\w+ ){1,3}?(?:pick up|take over"
        r"|answer|talk|speak|help|call|come|join)\b(?! (?:me )?(?:back|tomorrow|today|on|at)\b)",
        r"\b(?:transfer|forward|put) (?:me|us)(?: through| over)? to (?!my\b|our\b)\w+(?: \w+)?(?:"
        r" please| now)?$",
        r"^who(?:m)? (?:can|could|do|should|may) (?:i|we) (?:speak|talk) (?:to|with)\b",
    ),
    person=_of(
        rf"(?:to |with |for |i said )?{_PERSON}(?: {_PERSON})*(?: please| now| instead)*",
        "(?:transfer|connect)(?: me)?|(?:someone|somebody) (?:real|else)|(?:customer|technical)"
        " (?:service|support)",
    ),
    story_before=Pattern(
        r"\b(?:(?:tried|wanted|asked|used|failed|managed|supposed|able|unable|trying|attempted|needed|decided"
        r"|forgot|told|said|says|allowed|promised|helped|impossible|refused|had|offered)(?: \w+){0,2}"
        r"|(?:when|whenever|while|if|once|after|before|because|since|every time|each time|how)"
        r" (?:i|we|they|he|she|it|people|users|customers)(?: \w+){0,2}"
        r"|(?:he|she|they|it|nobody|customers|users|clients|people|who|which|that|to|cannot|which|lets|let"
        r"|button|option|menu|link|message|my \w+|our \w+)(?: \w+)?) $"
    ),
    story_behind=Pattern(
        r" (?:yesterday|last (?:week|month|time|monday|tuesday|wednesday|thursday|friday)|earlier|before but"
        r"|(?:is|are|was|were|does|do|did|has|have|had|cannot|cant|wont|isnt|doesnt|didnt) |s? account"
        r"|software"
        r"|panel|console|portal|page|license|licence|version|app\b|application|tool|mailbox|computer"
        r"|laptop|phone\b"
        r"|into|onto|set up|logged|added|registered|to (?:the|our|my) (?!phone|line)|files?\b|access"
        r"|permissions?|rights|an? (?:email|mail|file|message|link|new))"
    ),
    another_number=_of(
        r"\b(?:another|an? ?(?:different|other|new)|(?:the|my) other|other|different|some other|new)"
        r" (?:phone |mobile |cell |telephone |callback |contact )?(?:number|phone|line|one|mobile|cell)\b",
        r"\b(?:not|dont (?:use|call)|do not (?:use|call)|never|rather not|anything but|other than|instead of"
        r"|except|change|wrong|no longer use) (?:on |at )?(?:this|that|the)(?: \w+)? (?:one|number"
        r"|phone|line)\b",
        r"\b(?:this|that) (?:number|phone|line|one|isnt my phone)(?: \w+)? (?:is (?:wrong|not|no)|isnt"
        r"|wont|will not"
        r"|doesnt|does not|cannot|cant)\b",
        r"\b(?:call|ring|phone|use|try|take|reach)(?: me)?(?: back)?(?: on| at)? my (?:mobile|cell"
        r"|cellphone|office"
        r"|home|work|private|desk|landline|business)(?: (?:phone|number|line))?\b",
    ),
    hello=Pattern(
        r"(?:(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|yes|yeah|okay|there|um+|uh+|sir|maam"
        r"|can you hear me|are you there|is this (?:working|on)|i have a (?:problem|question|request)"
        r"|i need (?:some )?help|help me|i would like to report a problem)(?: |$))+"
    ),
    repeat=Pattern(_EN_REPEAT),
    idle=_idle(
        "um+|uh+|er+|oh|well|so|ah|and|but|sir|maam|there|sorry|hey|because|cause|i think|excuse me",
        bye=r"(?:(?:okay|ok|right|all right|so) )*(?:good ?bye|bye(?: ?bye)?|see you(?: later)?|so long"
        r"|have a (?:nice|good|great) (?:day|one|evening|weekend)|i(?: ha| ha)?ve (?:got )?to (?:go"
        r"|run|hang up)"
        r"|i (?:need|must|gotta)(?: to)? (?:go|run|hang up)|im (?:hanging up|going to hang up)|take care)"
        r"(?: now| then)?",
        enough=r"(?:(?:no|nope|yes|okay|ok|right|so|i think) )*"
        r"(?:(?:that|this)(?:s| is| was| will be|ll be| would be) (?:all|everything|enough|about it)"
        r"(?: (?:for (?:now|today|me)|from me|i (?:need|want|wanted|have|had)(?: to say)?|really|then))*"
        r"|nothing (?:else|more|further)|no(?:thing)? more questions|im (?:done|finished)|all done"
        r"|we(?: a)?re done)",
        repeat=_EN_REPEAT,
        wait=r"(?:(?:please|just|sorry|now) )*(?:(?:can|could|would|will|do|may|might|ill have to"
        r"|i need to|i have to|let me|if) (?:you |i |we )?"
        r"(?:please |just |possibly |mind |ask you to |have to |have you |kindly )*)?"
        r"(?:(?:hold|hang|holding|hanging) (?:on|the line|it there|about|up a)|wait(?:ing)?(?: for me)?"
        r"|hold|stand by|stay (?:on the line|there|with me)"
        r"|bear(?:ing)? with me|not so fast|not yet|give me|one thing first|be patient|dont (?:hang up"
        r"|go(?: away)?)"
        r"|(?:just )?(?:a|one|half a) (?:moment|second|sec|minute|min|mo)|just (?:wait|hold on)"
        r"|(?:please )?give me (?:just )?(?:a|one|another|some|half a) (?:moment|second|sec|minute|min|time)"
        r"|let me (?:just )?(?:see|think|check|look|find|get|grab|fetch)(?: (?:it|that|this|them|up"
        r"|for|at|out"
        r"|(?:the|my|a) \w+(?: (?:number|code|paper|glasses))?))*"
        r"|i(?:ll| will| have to| need to|m) (?:just )?(?:look|check|looking|checking|find|get|go and \w+)"
        r"(?: (?:it|that|this|them|up|for|at|out|(?:the|my|a) \w+))*)"
        r"(?: (?:(?:for|just|another|only|like) )*(?:a|one|two|half a|a couple of|a few|some|couple of"
        r"|few)(?: (?:more|short|quick|little))?"
        r" (?:moments?|seconds?|secs?|minutes?|mins?|mo|bit|while|ticks?|time))*(?: please| would you"
        r"| will you| okay)*",
        hello=r"hello|hi|hey|good (?:morning|afternoon|evening|day)|can you hear me|are you (?:still )?there"
        r"|is this (?:working|on)|please|(?:many |okay )?thank(?:s| you)(?: (?:so|very) much| a lot"
        r"| again| kindly)?"
        r"(?: for (?:your|the) \w+)?|cheers",
        excuse=r"(?:while |till |until |because |as |since |so )?(?:i|we)(?: am|m| ll| will|ll| have"
        r"| need|ve| got| must| gotta| want| should| was| just"
        r"| have got| only| really| quickly| first| to)*"
        r" (?:get|getting|look|looking|check|checking|find|finding|go|going|fetch|fetching|see|ask"
        r"|asking|open|opening|answer|turn|sit|write|close"
        r"|put|take|pick|read|reading|think|pull|switch|grab|move|step|call|be|log|start|drive|driving"
        r"|walk|walking|search|searching|talking|still|turn"
        r"|on the other|not ready|almost|nearly|dropped|lost my|pay|park|parking|sign|let|feed"
        r"|finish)(?: \w+){0,6}?"
        r"|let me (?:just |quickly |first )?\w+(?: \w+){0,6}?|ill be (?:right )?(?:back"
        r"|with you)(?: \w+){0,4}?|(?:be )?(?:right )?back in (?:a|one) \w+"
        r"|(?:it )?wont (?:be|take) (?:a )?(?:long|minute|moment|second)|(?:someone|somebody)(?:s| is"
        r"| has)? (?:just )?"
        r"(?:at|in|calling|knock\w*|ring\w*|came|come|here|needs|wants|talking|shouting|waiting|walked"
        r"|just)(?: \w+){0,5}?"
        r"|(?:theres|there is) (?:someone|somebody|a (?:knock|person|delivery|man|woman|lady|guy"
        r"|customer|call|car|truck|lot of noise|noise)|too much noise|the \w+)"
        r"(?: (?:at|on|in|here|outside|coming|around)(?: \w+){0,4}?)?"
        r"|(?:the|my|our|another|a|his|her) (?:door ?bell|bell|post ?man|postman|delivery(?: man| guy)?"
        r"|courier|kids?|child(?:ren)?|baby|son|daughter|wife"
        r"|husband|boss|colleague|customer|client|dog|cat|kettle|doctor|neighbou?rs?|mail|(?:other "
        r"|mobile |cell )?(?:phone|line)|taxi|bus|train|boys?|girls?"
        r"|guests?|mother|mom|mum|dad|father|door|light|food|water|milk|tea|coffee)(?:s| is| are| has"
        r"| have| just| was)?"
        r" (?:just )?(?:calling|crying|barking|knock\w*|shouting|here|at the|needs me|wants (?:me"
        r"|something)|talking to me|came|come|coming|screaming|waiting"
        r"|ringing|rang|went|going off|asking|boiling|burning|yelling|arriving|arrived|turning|turned"
        r"|leaving|fell|on the other)(?: \w+){0,5}?"
        r"|its (?:just |only |still |very |too |a bit |in |on |somewhere )*(?:loading|starting|booting"
        r"|opening|coming|loud|noisy|in my|in the|on my|here|the door)"
        r"(?: \w+){0,4}?|(?:the|my) \w+ is (?:still )?(?:loading|starting|booting|opening)(?: up)?"
        r"|my (?:hands|mouth) (?:is|are) full",
    ),
    trouble=Pattern(
        r"\b(?:broken|broke|cant|cannot|couldnt|doesnt|does not|isnt|is not|wont (?!be|take)|will not"
        r"|crash\w*|not working|fail\w*|keeps?|stopped|frozen"
        r"|freez\w*|stuck|lost (?:connection|the|access)|error|errors|problem|issue|fault|wrong|slow"
        r"|down|dead|offline|nothing|never|since|weeks?|days|hours?|months?)\b"
    ),
    redo=Pattern(
        "(?:no |i want to |id like to |can i |could i |let me |please |ill |lets |i need to )*"
        + _any(
            "(?:redo|re record|rerecord|restart|rephrase|change|fix|edit|delete|cancel|erase)"
            "(?: (?:it|that|this|everything))?",
            # Alone it is an agreement.
            "correct (?:it|that|this|everything)",
            "start (?:over|again|from the beginning)|(?:tell|say to) you again|try again|scratch that",
            "(?:say|try|tell|do|explain|describe|record) (?:it |that |this )?(?:all )?"
            "(?:again|over|once more)",
            "from the (?:beginning|start|top)|all over again",
        )
        + "(?: please| again)*"
    ),
    add=Pattern(
        "(?:yes |yeah |right |okay |no )*"
        "(?:(?:i want to|id like to|i would like to|can i|could i|let me|please) )*"
        + _any(
            r"add(?: (?:something|more|one thing|to (?:it|that)|that|a detail|another thing))?\b",
            "(?:and )?(?:one more|another) thing|(?:theres|there is) (?:more|something else)|something else",
            r"i (?:also )?forgot(?: to (?:say|mention|tell you))?(?: that)?\b",
            r"and also\b|also\b|in addition\b|more$",
        )
    ),
    lead=_of(
        "(?:(?:um+|uh+|er+|oh|well|so|ah|hey|hello|hi|okay|ok|no|yes|yeah|please|actually|sorry|look) )+"
    ),
    polite=Pattern(r"(?: (?:please|thanks|thank you|now|then|okay|right away|immediately|bye))+$"),
)

# Chinese

# 转人工 as recognisers write it: 占人工, 战人工, 专人公.
_ZH_BY_HAND = "[人仁任认][工公功攻宫弓](?!智能|成本|费|审核|录入|导入|输入|翻译|湖|处理的|填|核|打卡|台账)"
_ZH_STAFF = _any(
    f"真人|活人|大活人|{_ZH_BY_HAND}",
    "客服(?:人员|专员|代表|小姐|经理)?|接线员|话务员|坐席|座席|专员|客户代表|热线员|接待员|前台",
    "(?:技术|工作|服务|维修|维护|值班|售后|专业|相关|管理)(?:的)?(?:人员|支持|员|人)|(?:值班的?)?工程师"
    "|师傅|技术员",
    "(?:总|大堂|值班|客户)?经理|主管|领导|老板|负责人?的?人?|上级|店长|主任|组长|班长|管事的?人?|懂[^"
    " ]{0,4}的?人?",
)
_ZH_ONE = (
    "(?:接|转|到|给|成|去|过去|一下|下|一个|一位|一名|个|位|名|你们?|您|您们|贵公司|的|那边|那里|这边"
    "|真正|其他|别的?"
    "|另外|能|会|会说话|值班|当班|真的|来|(?:技术|售后|客服|维修|网络|信息|系统|it|服务)(?:部门?|中心"
    "|组|团队|科)的?)*"
)
_ZH_TELL = "(?:说|讲|聊|谈|通话|沟通|对话|交流|反映|反馈|商量|投诉|咨询|联系|通电话|说话|讲话)"
_ZH_WANT = (
    "(?:我|我们|想|要|想要|要求|请求|能|能不能|可以|可不可以|可否|让我|希望|需要|直接|请|麻烦|帮我|给我"
    "|必须|只"
    "|就|还是|得|^| )"
)

_ZH_REPEAT = (
    r"(?:你|您|请|麻烦|能不能|可以|刚才)*"
    r"(?:再说一[遍次]|重复(?:一[遍下次])?|再讲一[遍次]|说(?:的)?(?:是)?什么|什么|啥"
    r"|(?:我)?(?:刚才)?(?:没听清楚?|没听懂|听不清楚?|没听见|没听到|听不到|听不见))(?:了|啊|呀)?"
)

_ZH = CommandWords(
    wish=_of(
        f"[转专砖赚撰传占站战沾展暂]{_ZH_BY_HAND}",
        rf"(?:电话|线路?|手机|话筒)(?:转|交|递|接)?(?:给|到|交给|转给)(?:你们?|您们?|贵公司)(?:[一]?[位个]|的)*"
        rf"(?:同事|{_ZH_STAFF})(?!的|就|会|时|后|也|都)",
        rf"(?:跟|和|与|同|找|让|叫|请|转|换|接|由)(?:你们?|您们?|贵公司|[一另]?[位个名]|的|其他"
        rf"|别的)+(?:同事|员工|同仁|伙伴|{_ZH_STAFF})"
        rf"(?:来|亲自|直接|帮我|给我|跟我|和我)*(?:{_ZH_TELL}|接|听|给我|处理|解决|负责|对接|回答|$|吧|来)",
        r"(?:^|直接|赶快|赶紧|快|马上|请|帮我|麻烦|就|立刻)(?:给我|帮我|把我)?(?:直接)?转(?:过去|走"
        r"|接过去|接吧|出去)(?:吧|啊|$| )",
        r"^(?:喂|请问|你们?|您|那儿|那边|那里|这儿|这里|公司|到底|还|究竟"
        r"|现在)*有(?:没有)?(?:个)?人(?:吗|在吗|么|没有?|接吗|啊|在)?$",
        r"找个?(?:一个|个)?(?:能|会|懂|管|明白|负责)[^ ，,]{0,5}的?人(?:来|跟|和|给|接|听|$|吧)",
        r"(?:转|接|接通|接到|转到|转接)(?:给|到|一下|我|去|你们|您们|贵公司|的)*(?:总机|售后|前台"
        r"|值班室|办公室|客服|服务台|人工台|后台)(?:吧|谢谢|那边|去|啊|一下|$| )",
        r"(?:由|让|请|换|等|派|希望)(?:一?位|一?个|你们?)*(?:真|活)人(?:工)?(?:来|亲自|直接|跟我"
        r"|和我)*(?:处理|解决|接|听|回答|帮|说|讲|谈|服务|沟通|$)",
        r"(?:别|不要|不想|少|甭|不许)(?:再)?(?:让|用|拿|叫|派|老是)(?:这个|那个|你们?的?|什么|个"
        r"|台)*(?:机器人?|录音|电脑|ai|语音|智能客服)[^ ，,]{0,3}"
        r"(?:应付|打发|糊弄|敷衍|回答|跟我|和我|对付|烦|忽悠|接)",
        "(?:转|接|转接|接通)(?:到|给|一下|你们|您们|贵公司|的)*(?:技术|售后|财务|销售|维修|客服|信息"
        "|投诉|it|服务)部(?:门)?(?!的)",
        rf"(?:转|接通?|找|叫|喊|换|请|要|派|安排|联系|咨询|给我来?|帮我|替我|来|需要){_ZH_ONE}{_ZH_STAFF}",
        rf"{_ZH_WANT}(?:直接)?(?:跟|和|与|同|对|找|向){_ZH_ONE}(?:人|{_ZH_STAFF})(?:来)?(?:直接|当面"
        rf"|亲自|好好)?(?:地)?"
        rf"{_ZH_TELL}",
        rf"(?:让|叫|请|喊|派|换|找|来|安排|要){_ZH_ONE}(?:人|谁|{_ZH_STAFF})(?:亲自|直接|过来|出来|来)?"
        r"(?:接|听|说|讲|谈|聊|跟我|和我|与我|同我|对我|给我(?:说|讲|解)|帮我(?:说|看|解)|出来$|过来$|来$|$)",
        r"(?:不要|不想|不愿意?|别|不|懒得|讨厌|拒绝)(?:再)?(?:让我|要我|叫我|听|想)?(?:跟|和|与|对|对着"
        r"|同)?(?:这个|你这个|你们的?|一个|台)*"
        r"(?:机器人?|电脑|录音|ai|智能(?:客服|语音|助手)|自动语音|语音助手)(?:说|讲|聊|谈|对话|$)",
        r"^(?:你们|那边|那里|这里|请问|请|到底|还|喂|你好|您好|究竟| )*有(?:没有)?(?:真|活|个|一个"
        r"|真的|大活)*人"
        r"(?:吗|么|嘛|没有?|在吗|在不在|啊|呀|接|能接|可以接|能听|值班|$)",
        rf"^(?:你们|那边|那里|这里|请问|到底| )*有(?:没有)?{_ZH_ONE}(?:{_ZH_STAFF})+(?:吗|么|嘛|啊|呀|在"
        rf"|可以|能|接|$)",
        r"(?:^|请问|你|您|这|对面)(?:到底|究竟|也|还|那边)?(?:是不是|是)(?:一个|个|台)?(?:真人|活人"
        r"|人工?|机器人?|电脑|录音|ai|智能客服)(?:吗|么|嘛|吧|啊|还是|在|$)",
        r"(?:真|活)人在(?:吗|不在)|来个(?:活|真)?人(?:啊|吧|呀|$|跟|和|说|接|听|帮)|换个?人(?:跟|和|来"
        r"|说|接|听|吧|$)|换人(?:接|听|$)",
        rf"{_ZH_BY_HAND}(?:服务|客服|坐席|座席|台|接听|通道)(?:吧|谢谢|啊|呀|$| )",
    ),
    person=Pattern(
        rf"(?:我要|要|请|找|我找|我想找|叫|给我|来|我想要)*{_ZH_ONE}(?:{_ZH_STAFF}|转接|转)(?:服务|客服"
        rf"|来|接|听电话|接电话|在吗)?"
        r"(?:快点|谢谢|吧)?"
        rf"|(?:{_ZH_BY_HAND}| )+"
    ),
    story_before=Pattern(
        r"(?:昨[天晚日]?|前天|上[次周回]|之前|以前|刚才|刚刚|曾经?|那[天次]|时候|当我?|如果|要是|每次"
        r"|有时|为了|因为|是|说|叫我|让我去"
        r"|没法|无法|怎么|总是|老是|一直|想着|打算|后来|于是|然后我就|他们?|她们?|它|客户|用户|系统"
        r"|软件|页面|提示"
        r"|按钮|显示)(?:[^ ，,]{0,3})$|(?:(?<![能可行好想要愿])不(?!要|想|行|对|好)|没|别)[用必能有要]?[ ]?$"
    ),
    story_behind=Pattern(
        r"(?:[^ ，,]{0,6}(?:联系我|给我[打回]|回我?电|打给我|打电话给我|打过来)"
        r"|(?:了|过|着)?(?:的(?!人|话)|系统|软件|页面|账号|帐号|部|电脑|邮箱|平台|热线打不|电话(?:打不"
        r"|线|录|号|系统|的)|工单|端|界面|程序|网站|那边说"
        r"|说(?:了|过|是|要|今天|明天|会|可以|没)|让我|叫我|告诉|昨|上周|没来|没修|没人|也(?:没|不)"
        r"|都(?:没|不)|已经|了(?!$|吧|谢|行|好|可)))"
    ),
    another_number=_of(
        r"(?:换|改)(?:一个|一下|个|成|到|掉|这个|另|一|的|另外|别|其他|其它|不同|新|打|用)*(?:电话"
        r"|号码?|手机|座机)",
        r"(?:别的|另外?一?个?的?|其他的?|其它的?|新的|不同的)(?:电话|号码?|手机|座机)",
        r"(?:不要|不想|别|不用|不能|不)(?:再)?(?:打|用|拨|是|留)?(?:到)?(?:这个|这部|这支|此|该)(?:电话"
        r"|号码?|手机|号)?",
        r"(?:这个|这部|这支|此)(?:电话|号码?|手机|号)?(?:不[对行用是能方便]|不太?方便|打不通|停机|错了"
        r"|是公用|没人接|联系不[到上])",
        r"(?:打|拨|用)(?:我的?|到我的?)?(?:手机|座机|办公室|家里|单位|公司)(?:电话|号码?|的)?",
    ),
    hello=Pattern(
        r"(?:喂|你好|您好|早上好|下午好|嗯|呃|在吗|听得[到见]吗|能听[到见]吗|请问|哈喽|啊|我有(?:一个"
        r"|个)?问题"
        r"|我想报(?:告|一个|个)?(?:问题|故障)|我需要帮助| )+"
    ),
    repeat=Pattern(_ZH_REPEAT),
    idle=_idle(
        "呃|嗯|啊|哦|那个|那|吧|呀|了|哈|不好意思|对不起|抱歉|哎|因为|好的?",
        " ?",
        bye="(?:好的?|行|对)? ?(?:再见|拜拜|拜|回头见|回见|先挂了|挂了|我挂了|我要挂了|我先挂|下次再说)",
        enough="(?:(?:不|没有?|对|好的?|行|是的|嗯|那)的? ?)*"
        "(?:就(?:这样|这些|这么多)|没(?:有)?(?:别的|其他|其它|什么|啥)(?:的)?(?:了|事了?|问题了?)"
        "|没有?了|没事了|说完了|讲完了"
        "|不用了)(?:吧|了|啊|哈|就行|就好)*",
        repeat=_ZH_REPEAT,
        wait="(?:请|麻烦|你|您|先|能不能|能否|可不可以|可以|可否|让我|容我|那|不好意思|抱歉|劳驾|拜托"
        "|帮我|别挂|能|再)*"
        "(?:稍等|稍候|稍微等|等等|等(?:我|着|一等|着我|一等我)?(?:[一几两]?(?:小|点)?(?:下|会儿?|阵子?"
        "|分钟|秒钟?)|片刻|几分钟|几秒钟?|两分钟|一两分钟|会儿?)|等我|别急|慢点|别挂(?:断|机|电话)?|先别挂"
        "|给我(?:一点|点|一些|一|几|两)?(?:分钟|秒钟?)?(?:的)?时间|给我[一两几](?:分钟|秒钟?)|等我(?:找"
        "|看|查|想)(?:一)?(?:找|看|查|想)?(?:一下|下)?)"
        "(?:我|一下|一会儿?|会儿?|几分钟|片刻|一分钟|一下下|好吗|好不好|可以吗|行吗|吗|啊|哈|吧|呀)*"
        "|(?:让|容)?我(?:先|去|来)?(?:找|看|查|想|翻)(?:一)?(?:找|看|查|想|翻)?(?:一下|下|一找"
        "|看)?(?:号码|单子|资料|眼镜|本子)?(?:啊|吧)?",
        hello="你好|您好|喂|早上好|下午好|晚上好|哈喽|在吗|听得[到见]吗|能听[到见]吗|请|拜托(?:了|你了|您了)?"
        "|(?:非常|太|多)?(?:谢谢|感谢|多谢)(?:你|您|了|啊)*|麻烦(?:你|您)?了|辛苦(?:你|您)?了",
        excuse="(?:我|让我|容我|我们|我这边|这边|我这儿)(?:先|去|来|得|要|需要|还要|正在|在|马上|正|再"
        "|就|这就|想|把|给|帮|需|用|跟|旁边|这里|也|都|还得|有点|有|现在|手上|稍微)*"
        "(?:找|看|查|想|翻|拿|问|开|关|接|车|打开|取|上|下|戴|记|写|换|确认|核对|倒|去|回|走|忙|吵|事"
        "|停|泊|登|数|读|挪|签|喝|抱|处理|过去|听)[^ 不没坏错故慢卡死断]{0,9}"
        "|(?:外面|门口|这里|这边|旁边|家里|突然|好像|刚好|刚|又)*(?:有人|有个?人|有电话|有客人|有快递"
        "|孩子|小孩|宝宝|娃|狗|猫|我家狗|我家孩子|我孩子|快递|外卖|老板|领导|同事|经理|客人|客户|门铃"
        "|水|锅|电话|手机|我妈|我爸"
        "|老公|老婆|我老婆|我老公|邻居|门口|外面)"
        "[^ 不没坏错故慢卡死断]{0,3}(?:敲门|来了|叫我|找我|在?叫|哭|按门铃|响|在门口|到了|开了|按铃"
        "|有人|闹|喊我|来|进来|送|打进来|吵|问我|要|摔|醒)[^ 不没坏错故慢卡死断]{0,4}"
        "|(?:很快|马上|一会儿?|立刻|这就)(?:就)?(?:好|回来|来|可以)(?:了)?|(?:我)?(?:去去)?就(?:来|回来"
        "|好)|正在(?:开机|打开|加载|启动|登录)|(?:电脑|程序|系统|页面)?还在(?:打开|加载|启动|开机)"
        "|眼镜[^ 不没坏]{0,5}",
    ),
    trouble=Pattern(
        "坏|故障|报错|错误|死机|打不开|不能|不了|没反应|失灵|用不|连不|上不|掉线|卡住|停了|很慢|黑屏"
        "|(?:天|周|星期|小时|年)了|一直|好久|很久|半天"
    ),
    redo=Pattern(
        r"(?:不|我|想|要|请|让我|可以|那|需要)*"
        r"(?:重新(?:说|讲|来|录|开始|录音|描述|报)?|重来|重说|重讲|重录|从头|改一下|修改|删掉|再说|再来|再讲)"
        r"(?:一[遍次下]|再来|开始|过|说|讲)*"
    ),
    add=Pattern(
        r"(?:对|是的|好|嗯|不|没有?|我|想|要|可以|再|需要)*"
        r"(?:补充(?:一[下点])?|还有(?:一点|一个|个|件事)?|再加(?:一点|一句|上)?|添加|加一[点句]|还想说|还要说"
        r"|再说一点|另外|忘了说|忘记说)"
    ),
    lead=_of("(?:呃|嗯|啊|哦|喂|你好|您好|那个|不是|不对|不|好|算了| )+"),
    polite=Pattern(r"(?:吧|啊|呀|了|吗|谢谢|好吗|可以吗|行吗|快点| )+$"),
)

# Korean

_KO_STAFF = (
    "(?:상담원|상담사|상담 ?직원|상담 ?담당자|사람 ?상담원|사람|인간|직원|담당자|담당|교환원|교환"
    "|안내원|매니저|책임자|팀장|부장|사장|점장|기사"
    "|기술자|엔지니어|관리자|상급자|윗사람|윗분|높은 ?분|전문가|기술 ?지원(?: ?팀)?|고객 ?센터"
    "|고객 ?지원(?: ?팀)?|안내 ?데스크|프런트|프론트|접수처|영업팀|회계팀|담당 ?직원|담당 ?부서"
    "|다른 ?분|아무 ?분|누구|누군가|누가"
    "|아무나)(?:분들?|님)?"
)
_KO_TO = "(?:이랑|랑|하고|과|와|한테|에게|께|을|를|으로|로|이나|나|든지|든|이|가|은|는)?"
_KO_SOFTLY = "(?:좀|직접|바로|빨리|그냥|지금|당장|한 ?번|다시|먼저|제발|곧장|꼭|그럼) ?"
_KO_SPEAK = "(?:통화|얘기|이야기|말|말씀|대화|상담|의논)"
_KO_WISH = (
    r"(?: ?(?:좀|한 ?번|직접|바로))?(?:(?:를|을|좀|만)? ?(?:하|나누|드리|해)?(?:고 ?싶|게 ?(?:해|하)"
    r"|ㄹ게|겠|ㄹ래|려고|어야|야 ?(?:돼|되|하|겠))"
    r"|(?:를|을|좀|만)? ?(?:할게|할래|할 ?수 ?있(?:나|을|어|습|는지)|하게|하겠|합시다|하자|하죠|하지요"
    r"|하시죠|해야|해 ?봐야|해도|해 ?볼|가능|원해|원합|원하|원함|되나|될까"
    r"|됩니까|돼요\?|나눌|드릴 ?수|드리고|부탁|해 ?[주줘]|하고요?$|해요?$|요?$))"
)
_KO_ROBOT = "(?:기계|로봇|봇|자동 ?응답(?:기)?|ai|에이아이|인공지능|컴퓨터|녹음|챗봇)"

_KO_REPEAT = (
    r"(?:네|예|죄송한데|죄송합니다|죄송해요|미안한데|잘|제대로|방금)?(?: |$)?(?:잘 |제대로 |방금 )?"
    + _any(
        r"다시 ?(?:한 ?번)? ?(?:만 )?(?:말씀|말해|들려|얘기|이야기)\S*(?: ?주\S+)?",
        r"(?:뭐라고|뭐라구)(?: ?(?:하\S+|그러\S+|말씀\S+)|요|예요)?|뭐요|못 ?들었\S*"
        r"|(?:잘 )?안 ?들(?:려|리)\S*|한 ?번 ?더 ?(?:말\S+|요)?\S*",
        r"무슨 ?(?:말씀(?!을)\S*|말이\S*|소리\S*)",
    )
)

_KO = CommandWords(
    wish=_of(
        rf"{_KO_STAFF} ?{_KO_TO} ?(?:{_KO_SOFTLY})*"
        r"(?:연결|바꿔|바꾸|불러|받아 ?[주줘]|돌려|넘겨|보내|대 ?주|대줘|나오|나와|전환|호출)"
        r"(?!했|하다|됐|되었|이 |이$|도 |안|는데|은|할 ?때|하는|하면|되면|된|돼서|돼 |되지|해도|하려"
        r"|왔|라고 ?했|라는|야 ?해서| ?(?:버튼|화면|메뉴|번호|프로그램|대기|시스템|기능|중에))",
        rf"{_KO_STAFF} ?{_KO_TO} ?(?:{_KO_SOFTLY})*{_KO_SPEAK}{_KO_WISH}",
        rf"{_KO_STAFF} ?{_KO_TO} ?(?:{_KO_SOFTLY})*(?:부탁|찾아 ?주|찾습니다|찾아요|주세요|필요해요"
        rf"|필요합니다|원해요|원합니다)",
        rf"^(?:혹시 |지금 |이거 |저기 |그쪽 |그쪽은 |너 |당신 )*(?:{_KO_ROBOT}|사람)(?:이에요|이예요"
        rf"|예요|에요|인가요|입니까|이세요"
        r"|이신가요|이야|이죠|맞아요|맞나요)$",
        rf"{_KO_ROBOT} ?(?:이랑|랑|하고|과|와|한테|에게|에다)? ?\S* ?(?:싫|말고 ?(?:사람|상담|직원"
        rf"|진짜)|안 ?할|안 ?해요|하기 ?싫|그만)",
        r"(?:사람|상담원|상담사|담당자|직원)(?:분|님)?(?:이|께서|한테|에게|께)? ?(?:좀 |직접 |대신 "
        r"|바로 )*(?:설명|말씀|말|얘기|이야기|처리|해결|대답|답|도와|상담|응대|통화|봐|받아)\S*"
        r"(?: ?(?:주\S*|줘\S*|할게\S*|하게 \S+|고 싶\S*|면 ?좋\S*|하겠\S*|드릴게\S*|드리고 \S+"
        r"|하길 ?원\S*|하기 ?원\S*|바라\S*|바랍\S*))"
        r"(?! ?(?:버튼|화면|프로그램|기능))",
        r"사람 ?(?:목소리|음성)(?:를|을)? ?(?:좀 )?(?:듣고|들려|듣게|원)\S*|사람(?:과|하고|이랑"
        r"|이) ?(?:대화|통화|얘기|이야기|상담|말)(?:를|을|하기|하길|하는 ?걸|하기를)* ?(?:원|바라|바랍"
        r"|선호|하고 ?싶)\S*",
        r"^(?:거기 |여기 |저기 )?(?:누가|아무나|누구든|누구라도|아무라도"
        r"|사람이) ?(?:전화 ?)?(?:좀 ?)?(?:전화 ?)?(?:받아|바꿔|나와|도와|연결해) ?(?:주|줘|달)\S*(?: \S+)?$",
        rf"{_KO_ROBOT}(?:이랑|랑|하고|과|와|한테|에게|이|가|은|는)? ?(?:더 ?이상 |이제 |그만 "
        rf"|다시는 )*(?:말|얘기|이야기|대화|통화|상담)(?:을|를)? ?(?:안|못|싫|하기 ?싫|하고 ?싶지 ?않"
        rf"|하지 ?않|그만)\S*",
        r"(?:통화|상담|연결|전화) ?(?:가능한|되는|할 ?수 ?있는|받을) ?(?:직원|사람|상담원|담당자"
        r"|분)(?:분)?(?:이|은|는)? ?(?:있|계|없|안 ?계)\S*",
        r"(?:거기|그쪽|혹시|저기|여기|지금|누구) ?(?:누구|사람|직원|상담원|담당자)(?:분|님)?(?:이|은"
        r"|는)? ?(?:아무도 ?|안 ?)?(?:없|있|계)(?:어요|나요|세요|신가요|습니까|으세요|십니까)$",
        r"(?:거기|그쪽|혹시|저기|여기|지금|누구) ?(?:누구|사람|직원|상담원) ?(?:아무도 ?)?(?:없어요|없나요"
        r"|있어요|있나요|계세요|계신가요|없습니까|있습니까)"
        r"|^(?:누구|사람) ?(?:없어요|없나요|있어요|있나요|계세요|없습니까)",
    ),
    person=Pattern(
        rf"(?:진짜 |실제 |그냥 |제발 |빨리 )*{_KO_STAFF}(?:이요|요)?"
        r"(?: ?(?:연결|부탁\S*|주세요|연결이요|연결요|바꿔\S*|불러\S*|나와\S*))?"
    ),
    story_before=Pattern(
        r"(?:어제|지난\S*|예전\S*|아까|저번\S*|그저께|전에|만약|매번|할 ?때|회사|우리|저희|고객이"
        r"|손님이)(?: \S+){0,3} ?$"
    ),
    story_behind=Pattern(
        r"\S*(?:했는데|했었|했더니|했어요|했습니다|하는데 ?(?:소리|잡음|끊)|할 ?때|하면서|되다가|했을"
        r"|하려고 ?했|하라고 ?했|못 ?했|안 ?됐)"
    ),
    another_number=_of(
        r"(?:다른|딴|새|또 ?다른) ?(?:전화 ?)?(?:번호|전화|핸드폰|휴대폰|데)",
        r"(?:이|그|지금) ?(?:번호|전화|거)(?:로|는|가|은|이)? ?(?:말고|아니|안 ?[돼되]|하지 ?마|싫|빼고|못)",
        r"번호(?:를|를 좀)? ?(?:바꿔|바꾸|변경|고쳐|수정|바꿀)",
        r"(?:제 |내 )?(?:휴대폰|핸드폰|사무실|집|회사)(?: ?전화| ?번호)?(?:으로|로) ?(?:전화|연락"
        r"|걸어|해|부탁)",
    ),
    hello=Pattern(
        r"(?:(?:여보세요|안녕하세요|안녕하십니까|네|예|음|저기요|들리세요|들리나요|제 말 들리세요"
        r"|문제가 있어요|문제가 있는데요|도와주세요)(?: |$))+"
    ),
    repeat=Pattern(_KO_REPEAT),
    idle=_idle(
        "음+|어+|아|저기요?|그|그럼|이제|네|예|저|죄송한데요?|죄송합니다|죄송하지만|미안한데|미안해요"
        "|그런데|근데|혹시|아이고",
        bye=r"안녕히 ?계세요|안녕히 ?가세요|수고하세요|수고하십시오|들어가세요|끊을게요|끊겠습니다"
        r"|끊어요|이만 ?끊\S*|다음에 ?또 ?\S+",
        enough=r"(?:아니요?|아뇨|네|예|뭐)? ?(?:그게|그거면|이게|그걸로|이걸로|그것만|이것만)? ?"
        r"(?:다예요|다입니다|다에요|다야|됐어요|됐습니다|되었습니다|충분\S+|끝이에요|끝입니다)"
        r"|(?:더|다른 ?건|다른 ?거|더 ?이상) ?(?:할 ?말 ?)?없\S+|(?:그거|그것|이것|그)뿐\S*",
        repeat=_KO_REPEAT,
        wait=r"(?:(?:네|저|혹시|좀|제가|조금|아주) )?(?:(?:일|이|삼|오|십|한|두|몇|[0-9]+) ?(?:분|초)"
        r"|잠깐|잠시|잠간|조금|쪼금|좀)(?:만요|만이요|만|요|동안)?"
        r"(?: ?(?:만|좀|더|여기서|그대로|전화)? ?(?:기다려|기다리|기다릴|계셔|계세|시간"
        r"|대기)\S*(?: ?(?:주\S*|줘\S*|줄 ?수\S*|주실 ?수\S*|있\S*|될까\S*|부탁\S*|좀|더))*)?"
        r"|기다려 ?(?:주\S+|봐\S*)|(?:좀 ?)?(?:찾아|확인해|알아) ?(?:볼게\S*|보겠\S*|볼 ?테니\S*)"
        r"|천천히\S*|가만\S*|끊지 ?(?:마|말)\S*(?: (?:좀|잠깐|잠시|조금)만?)?(?: 기다\S*(?: \S+)?)?"
        r"|(?:아직|금방) ?(?:이요|요)|시간 ?(?:좀|조금)? ?주\S+",
        hello=r"여보세요|안녕하세요|안녕하십니까|들리세요|들리나요|제 말 들리세요|거기 계세요|제발(?:요)?"
        r"|(?:정말 |너무 )?(?:감사합니다|감사해요|고맙습니다|고마워요|고맙네요|감사드립니다)",
        excuse=r"(?:\S+ ){0,5}?\S*(?:[가-힣]게요|볼게|올게|할게|겠습니다|봐야 ?\S+|와야 ?\S+|해야 ?\S+"
        r"|받아야 ?\S+|찾고 ?있\S*|보고 ?있\S*|하고 ?있\S*|가져오\S+|가지러\S*|찾는 ?중\S*"
        r"|켜는 ?중\S*|켜지는 ?중\S*|보는 ?중\S*|중이에요|중이라서?|중입니다)"
        r"|(?:지금 |밖에 |문 ?앞에 |집에 |옆에서 |갑자기 |방금 |우리 |저희 |다른 )*(?:누가|누군가"
        r"|사람이|손님이|택배가|택배 기사님이|배달이|아이가|애가|애기가|아기가|강아지가|개가|고양이가"
        r"|초인종이|벨이|전화가|상사가|사장님이"
        r"|부장님이|팀장님이|동료가|엄마가|아빠가|아내가|남편이|이웃이|문에|물이|주전자가|밖이|주변이"
        r"|고객이) ?(?:\S+ ){0,2}?\S*(?:왔|와서|와 ?있|오셨|오네|불러|부르|부른|찾아|찾으|울어|울려"
        r"|울고|우네|울리|짖|두드|끓|시끄|도착"
        r"|들어|깨|말을|물어)\S*(?: (?:있\S*|봐\S*|가\S*|서))*",
    ),
    trouble=Pattern(
        r"고장|오류|에러|멈[췄춰춤]|안 ?(?:돼|되|됩|켜|나와|나오|열|들|찍|보여|움직|먹)|못 ?(?:해|하|열"
        r"|써|쓰)|꺼[졌져]|느려|느리|끊[겼겨기]|째|동안 ?(?:기다렸|안)|며칠|(?:주|달|일|시간) ?(?:동안|째|전)"
    ),
    redo=_of(
        r"(?:아니요? ?|제가 ?)?(?:다시|처음부터(?: 다시)?|새로)"
        r"(?: ?(?:말할게요|말하겠습니다|말씀드릴게요|말씀드리겠습니다|할게요|하겠습니다|하고 싶어요|할래요"
        r"|할 게요|녹음\S*|시작\S*))?",
        r"(?:수정|정정|취소)\S*|고칠게요|바꿀게요",
    ),
    add=Pattern(
        r"(?:네 |예 |아니요 )?"
        r"(?:추가(?:할게요|하고 싶\S+|로|해 ?주세요|할 ?게 ?있어요|요)?"
        r"|더 ?(?:있어요|말할게요|말씀드릴게요|할 ?말\S*)"
        r"|덧붙\S+|하나 ?더\S*|한 ?가지 ?더\S*|그리고 ?또|빠뜨렸\S+|그리고(?= ))"
    ),
    lead=_of("(?:(?:음|어|아|저기|저기요|여보세요|네|예|아니요|아니|그냥) )+"),
    polite=Pattern(r"(?: ?(?:요|부탁드립니다|부탁해요|주세요|감사합니다|빨리))+$"),
)

WORDS = {"en": _EN, "zh": _ZH, "ko": _KO}
