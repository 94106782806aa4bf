"""How people say yes and no, as patterns over spoken text (lower case, marks as spaces, no apostrophes).

Each table is matched where the answer, or the rest of it, begins; the longest match wins, so that
"no problem" and 没错 are a yes. What to make of the matches is left to `yes_no`.
"""

from __future__ import annotations

from dataclasses import dataclass

from asr.patterns import Pattern


@dataclass(frozen=True, slots=True)
class YesNoWords:
    """One language.

    Args:
        lead: what may come before and says nothing: "well", "I think".
        unsure: neither, or a question of the caller's own; ends the search when an answer begins with it.
        yes, no: a plain answer; of those that match the longest counts.
        weak: a yes only when nothing, or something like "but", follows ("right", "okay", 好).
        after_weak: that something.
        but: what a contradiction follows: "yes, but not quite", "no, I mean yes".
        exception: behind a yes, what makes a no of it: "except the last digit".
        late_yes, late_no: found anywhere: "the number is correct".
        polite: what says nothing at the end.
        keys: words for the keys 1 and 2, as whole answers.
    """

    lead: Pattern
    unsure: Pattern
    yes: tuple[Pattern, ...]
    no: tuple[Pattern, ...]
    weak: Pattern
    after_weak: Pattern
    but: Pattern
    exception: Pattern
    late_yes: Pattern
    late_no: Pattern
    polite: Pattern
    keys: dict[str, bool]


def _each(*alternatives: str) -> tuple[Pattern, ...]:
    return tuple(Pattern(alternative) for alternative in alternatives)


def _of(*alternatives: str) -> Pattern:
    return Pattern("(?:" + "|".join(alternatives) + ")")


_EN_FOR_ME = r"(?: (?:by|with|for|to) (?:me|us|that|this|it))*"
_EN_FINE = (
    r"(?:fine|good|great|perfect|okay|ok|right|correct|all right|alright|lovely|ideal|brilliant|excellent"
    r"|wonderful|cool|acceptable|agreeable)"
)
_EN_END = (
    r"(?=$| (?:please|thanks|thank|then|now|sir|maam|indeed|yes|yeah|but|very|so|too|and|just"
    r"|really|exactly)\b)"
)

_EN = YesNoWords(
    lead=_of(
        r"(?:u[hm]+|e+r+m*|oh|well|so|ah+|hm+|like|and|hi|hello|sorry|actually|i (?:think|guess"
        r"|believe|suppose)"
        r"(?! so)|i would say|id say)\b(?! huh| uh)"
    ),
    unsure=_of(
        r"(?:i )?(?:dont|do not) (?:know|understand|remember)\b",
        r"(?:im |i am )?not (?:so |really )?sure\b",
        r"yes (?:and|or) no\b",
        r"(?:maybe|perhaps|what|pardon|huh|excuse me|say (?:that|it) again|(?:can|could|would) you)\b",
        r"(?:is|was|did|do|does|are) (?:it|that|this|you|i)\b",
        r"right (?:now|here|there|away|after|before|hand|side|at)\b",
        r"no (?:one|body|sound|signal|picture|connection|internet|power|response|access)\b",
        r"nobody\b|no (?:earlier|later|sooner)\b",
    ),
    yes=_each(
        # What suits: "that'll do nicely", "works for me", "I'm happy with that".
        rf"(?:(?:that|it|this|which)(?: ?(?:will|would|ll|d|should))? )?(?:just )?"
        rf"(?:(?:works?|suits?|does|do) (?:me|us|it|fine|well|nicely|perfectly|just fine|for me|for us)"
        rf"|be {_EN_FINE}|sounds {_EN_FINE}|looks {_EN_FINE}|will do|fits){_EN_FOR_ME}{_EN_END}",
        rf"(?:thats |its |all |just |quite |perfectly |absolutely |totally |very )*{_EN_FINE}"
        rf" (?:by|with|for) (?:me|us)\b",
        rf"(?:i|we)(?:m| am| are|re)? (?:(?:quite|very|perfectly|totally|really|absolutely|more than|so)"
        rf" )?(?:happy|okay|ok|fine|good|cool|comfortable|pleased|satisfied|content|glad)"
        rf"(?: (?:with|about|for|to) (?:that|this|it|you to|do that|do so)| like that)?{_EN_END}",
        r"(?:i|we) (?:can|could|will|ll|d|would)? ?(?:happily |gladly )?(?:live with|accept"
        r"|go (?:along )?with"
        r"|work with|confirm|agree (?:to|with)|stand by|appreciate|love|like) (?:that|this|it)"
        rf"{_EN_END}",
        r"i(?:d| would) (?:appreciate|love|like|be (?:glad|grateful|happy)(?: for)?)(?: (?:that|this|it))?"
        rf"{_EN_END}",
        # What nothing is wrong with: "no objections", "I don't mind", "couldn't agree more".
        r"(?:(?:i|we)(?: have|ve)(?: got)? )?(?:no|not any|zero) (?:quarrel|qualms|argument"
        r"|reservations?|concerns?|objections?|complaints?|problems?|issues?"
        r"|worries|doubts?|changes|corrections|mistakes?|errors?)(?: (?:at all|there|here|with (?:that"
        r"|it|this)"
        r"|from me|from my side|about (?:it|that)|to make|in (?:it|that)|that i can see))*(?=$| )",
        r"(?:(?:theres|there is) )?(?:nothing|not a thing) (?:is )?(?:wrong|amiss|to (?:change|correct"
        r"|fix|object to"
        r"|complain about))(?: (?:with|about|in|there|here|to) ?(?:it|that|this)?)?\b",
        r"(?:i|we)? ?(?:dont|do not|wouldnt|would not) (?:mind|object|see why not|see a problem)"
        r"(?: (?:to |with )?(?:it|that|this))?(?: at all)?(?=$| )",
        r"(?:i |it |that )?(?:couldnt|could not|cant|cannot) (?:agree more|complain|argue with that"
        r"|fault (?:it|that)"
        r"|be (?:better|righter|truer|more (?:right|correct|accurate|true))|have (?:said|put) (?:it"
        r"|that) better)"
        r"(?: myself)?\b",
        # What hits: "spot on", "that's the one", "you nailed it".
        r"(?:you(?:re| are|ve| have)? |that(?:s| is) |its |youve )*(?:spot|bang|dead|right|smack) (?:on"
        r"|right)"
        r"(?: (?:the (?:money|button|nose|mark|dot)|correct))?\b",
        r"(?:thats |its |right )*(?:on the (?:nose|money|button|dot|mark)|to (?:a|the) (?:t|tee|letter)"
        r"|word for word)\b",
        r"(?:dead|too|so|very|damn|quite|all|just|absolutely) (?:right|correct|true|accurate)"
        r"(?! (?:now|away|here|there|after|before))\b",
        r"(?:that|this|it)(?:s| is| was) (?:exactly |just |precisely |definitely |absolutely |the very )*"
        r"(?:the (?:one|ticket|spirit|way|idea|very one|number)|the (?:right|correct) (?:one|number|time)"
        r"|it|me|mine|him|her|them|so|a yes|accurate|settled|a deal|what i (?:want|wanted|mean|meant"
        r"|need|said)"
        r"|how it is|agreed)"
        rf"{_EN_END}",
        r"(?:you(?:ve| have)? )?(?:just |really |totally )?(?:nailed|hit|aced|cracked|got) (?:it"
        r"|that)(?: (?:in one|on the head"
        r"|right|correctly|spot on|all|perfectly))?(?! (?:wrong|all wrong|backwards|mixed|twisted))\b",
        r"you(?:ve| have)? (?:got|heard|understood|put|have|noted|written) (?:it|that|me|everything)"
        r"(?: (?:all|down|exactly|quite|perfectly))*(?: (?:right|correctly|correct|well))\b",
        r"(?:and )?(?:you (?:bet(?:cha)?|can|may|re right|are right|are correct|are welcome to|do that)"
        r"|youre right)"
        rf"{_EN_END}",
        r"(?:that |it |this |all |everything )?(?:looks|sounds|seems|feels|is) (?:about|pretty|just|all"
        r"|quite|more or less) right\b",
        r"(?:thats |its )?(?:just|exactly|precisely|quite) (?:the way|as|how|like|what"
        r"|the same as) (?:i|we|you) (?:\w+)"
        r"(?: (?:it|that|to))?(?=$)",
        r"(?:sure |and |well |yes |of course )*why (?:wouldnt|shouldnt|ever not|should i not"
        r"|would i not)(?: (?:i|we|you|it))?(?=$)",
        r"(?:you (?:may|can|could|should|are free to) (?:do (?:so|that|it)|go ahead|proceed|carry on)"
        r"|do (?:go ahead|proceed|carry on|so)"
        r"|(?:i|ill) second that|(?:that|it)(?:s| is| was)? (?:a )?(?:fair|good|accurate|correct"
        r"|perfect|nice) (?:summary|description|enough)"
        r"|(?:that|it) (?:ticks|covers|sums) (?:all |it |up )*(?:the boxes|everything|it all|up"
        r"|it)(?: nicely)?|you read my mind)\b",
        # What is let go: "go for it", "be my guest", "let's do that".
        r"(?:please |just |then |okay |lets |let us |so )*(?:go (?:for|with) (?:it|that|this)|(?:go"
        r"|carry|fire) (?:right )?"
        r"ahead|go on then|do (?:it|that|so|just that)|(?:be|youre) my guest|feel free|make it so|carry on"
        rf"|proceed|lets go|let us go|call it (?:done|settled)|leave it (?:like|at) that){_EN_END}",
        r"as (?:you|i) (?:say|said|wish|like|please|suggest|suggested|told you)\b(?! (?:it|that) (?:is"
        r"|was) not)",
        r"(?:i|we) (?:reckon|believe|think|guess|suppose|hope|should think|would think|imagine|expect"
        r"|trust) so\b",
        r"(?:i|we) (?:fully |totally |completely |quite |absolutely )*(?:agree|accept|approve|consent|concur)"
        r"(?=$| (?:with|to|completely|fully|totally|entirely|that|on))",
        r"(?:for sure|no doubt(?: about (?:it|that))?|(?:without|beyond) (?:a |any )?(?:doubt|question)"
        r"|with pleasure|my pleasure|(?:a |one )?(?:hundred|100) ?(?:percent|per cent)?(?=$| (?:right"
        r"|correct|yes|sure))"
        r"|naturally|surely|undoubtedly|positively|precisely|agreed|granted|totally|obviously|accepted"
        r"|approved"
        r"|gladly|bingo|bullseye|roger|amen|righto|right you are|right o|okey dokey|okie dokie|sold"
        r"|deal|check"
        r"|true that|true enough|fair enough|just so|quite so|very much so|none better|a yes(?: from me)?"
        r"|youre on|im in|count me in|im (?:game|on board|all for it)|im for it)"
        r"(?=$| (?:please|thanks|thank|then|yes|yeah|sir|maam|thats|it is|right|correct|and|but|agreed)\b)",
        r"(?:yes+|yeah|yea|yeh|yep|yup|yah|ya|yas|aye|yessir|uh huh|mhm|mm hm+|mmhm+|uhhuh)(?: (?:sir"
        r"|maam|please(?: do)?|do|indeed))?\b",
        r"(?:that|it|this|thats what|everything|all|the number|number|all of (?:that|it))(?:s| is| was"
        r"| looks| sounds| seems)?"
        r"(?: (?:all|exactly|quite|absolutely|totally|very much))? (?:right|correct|true|it|fine|good"
        r"|great|perfect|okay|ok)\b",
        r"thats (?:right|correct|true|it|fine|good|great|perfect|okay|what i said|the one|my number)\b",
        r"(?:quite|exactly|absolutely|totally|perfectly|completely)(?: (?:right|correct))?\b(?! not)",
        r"correct(?! (?:it|that|this|the|my|me|him|her|them|not|your)\b)\b",
        r"not bad\b",
        r"(?:affirmative|indeed|definitely|certainly|of course|absolutely|confirmed?"
        r"|i confirm)\b(?! not)",
        r"it (?:is|does|sure is)(?= |$)(?! not| wrong| the| a| my| an)",
        r"i (?:do|am|would|think so|guess so|believe so|suppose so|agree)(?= |$)(?! not)",
        r"you (?:got|have|ve got) (?:it|that|me)(?: (?:right|correct))?(?! wrong)\b",
        r"(?:please do|go ahead|sounds (?:good|right|great|fine|correct)|looks (?:good|right|fine)"
        r"|no problem|no worries"
        r"|not a problem|why not|all good|all right|alright|sure thing|by all means|one hundred percent)\b",
    ),
    no=_each(
        r"(?:hell|god|heavens|dear|gosh|good (?:lord|god)|lord|christ|oh|dear me|for gods sake) no\b",
        r"no (?:chance|way|dice|good|use|deal|can do|longer|such thing)\b(?: (?:jose|in hell|at all))?",
        r"(?:thats |its |make (?:that|it) )?(?:a (?:no|mistake|misunderstanding)|no from me)(?=$| )",
        r"not (?:a|any|the|one|my|for|by|in|on|even|so|likely|remotely|as|at|anywhere|quite|very|what"
        r"|mine|me)"
        r"(?: (?:a|the|any|an?|long|single|your|my|to|as|i|you))*"
        r"(?: (?:chance|bit|hope|slightest|least|close|nearly|near|shot|life|likely|means|all"
        r"|circumstances|such"
        r"|okay|ok|happy|good|right|correct|one|number|case|way|idea|true|fast|said|say|meant|mean"
        r"|asked|wanted|want"
        r"|told|know|me))?(?=$| (?:it|that|this|no|sorry|please|thanks|thank|at|for|to|with"
        r"|by)\b)(?! a problem| at all clear)",
        r"not(?: [a-z]+)? (?:happy|ok|okay|acceptable|fine|good|great|accurate|exact|so (?:good|fast|sure))"
        r"(?: (?:with|by|for|to) (?:that|this|it|me))?(?=$| )(?! not)",
        r"(?:(?:that|it|this)(?:s| is| was)|youre|you are|i am|im)? ?(?:quite |so |very |still "
        r"|nowhere |way |miles |a long way "
        r"|far |totally |completely |slightly |a bit |a little |all |dead |utterly |just |simply |plain )+"
        r"(?:from (?:it|that|right|correct|the truth|accurate|perfect)|off(?: the mark)?(?=$| )|out(?=$"
        r"| )|near(?: it)?"
        r"|wrong|incorrect|mistaken|false|untrue|inaccurate|nonsense|rubbish|different)\b",
        r"(?:that|it|this)(?:s| is| was) (?:off(?! and)|out of the question|nonsense|rubbish|untrue"
        r"|inaccurate"
        r"|mistaken|garbage|someone elses|somebody elses|the wrong \w+|an error|not)(?=$| )",
        r"(?:please )?(?:forget|drop|scrap|leave|stop) (?:about )?(?:it|that|this)(?=$| (?:please"
        r"|thanks|then)\b)(?! (?:like|at) that)",
        r"(?:that|it|this)?(?: really| just)? ?(?:wont|will not|doesnt|does not|wouldnt|would not|cant"
        r"|cannot|didnt|couldnt|isnt going to)"
        r"(?: really| quite)? (?:do|work|suit|fit|be (?:right|okay|ok|good|true|possible|necessary|it)"
        r"|sound right|look right"
        r"|seem right|match)(?: (?:for|with|to)? ?(?:me|us))?(?=$| (?:at|i|sorry|please|no|though)\b)",
        r"(?:i|we)(?:m| am| are|re)? (?:(?:afraid|guess|think|believe|suppose|hope|would say|d say"
        r"|reckon|say) not"
        r"|(?:rather|sooner|prefer) not|against (?:it|that)|disagree|refuse|object|decline|protest"
        r"|deny (?:it|that)"
        r"|oppose(?: (?:it|that))?|beg to differ|doubt (?:it|that)|said no)\b",
        r"(?:id|i would|we would|wed|i had)? ?(?:much )?(?:rather|sooner|prefer) (?:not|you (?:didnt"
        r"|did not|not))\b",
        r"(?:i|we) (?:really )?(?:dont|do not|cant|cannot|can not|wouldnt|would not|wont|will not|didnt"
        r"|did not|never)"
        r" (?:ever |really |quite |even )?(?:agree|accept|confirm|approve|consent|like|want|wish|do"
        r"|have|allow|say|said|mean"
        r"|think|believe|recognise|recognize|need|support|go (?:for|along with))"
        r"(?: (?:so|that|this|it|to|anything like|like|with|is|was|right|good|you|do|be|idea|a|such"
        r"|thing|thats|sort|of))*(?=$)",
        r"(?:nothing|not anything) (?:of the (?:sort|kind)|like (?:it|that|this)|doing)\b",
        r"(?:under|on|in|by|at) no (?:circumstances?|account|way|means|time|event|condition)\b",
        r"(?:over my dead body|out of the question|hardly|scarcely|(?:quite |just "
        r"|exactly )?(?:the (?:opposite|contrary|reverse))"
        r"|(?:quite )?on the contrary|(?:as )?if only|count me out|id pass|hard pass|i pass|ill pass"
        r"|no deal)(?=$| )",
        r"(?:i |it |that |you )?(?:couldnt|could not|cant|cannot|cant possibly"
        r"|cannot possibly) (?:disagree more|be (?:more (?:wrong|mistaken|different)"
        r"|further|worse|right|true|correct|it|possible)|agree (?:less|to that"
        r"|with that))(?: from (?:it|the truth|right))?\b",
        r"you(?:ve| have|re| are|r)? ?(?:(?:got|heard|noted|put|have|written|understood|taken) (?:it"
        r"|that|me|this|everything|something)"
        r"(?: (?:all|down|completely|totally))* (?:wrong|incorrectly|backwards|mixed up|twisted"
        r"|confused)|mis\w+(?: (?:me|that|it|something))?"
        r"|mistaken|wrong|not right|joking|kidding|(?:mixed|messed|screwed) (?:it|that|this|them"
        r"|something)? ?up"
        r"|(?:didnt|did not|havent|have not) (?:get|got|hear|heard|understand|understood|listen"
        r"|listened)(?: (?:me|that|it|this|to me))?"
        r"(?: (?:right|correctly|properly))?)(?=$| )",
        r"(?:theres|there is|there must be|i see|i hear|i heard|there are) (?:a|an|some|one|two"
        r"|still)? ?(?:mistakes?|errors?"
        r"|mix ?up|misunderstanding|something (?:wrong|off|missing))(?=$| (?:there|here|in (?:it|that))\b)",
        r"you (?:must|have to|ve got to|have got to|cant|cannot) be (?:joking|kidding|serious)\b",
        r"(?:you(?:re| are|ve| have)|thats|i think youre) (?:on|got|barking up"
        r"|at) the wrong (?:\w+)(?: of the stick)?",
        r"(?:that|it|this|he|she) (?:most certainly|certainly|really|definitely|absolutely|just"
        r"|quite simply|simply) (?:isnt|is not|wasnt|was not|doesnt|does not"
        r"|cant|wont)\b(?: (?:be|do|work|right|it))?",
        r"(?:theres|there has|there is|there must have) been (?:a|some|an)(?: \w+)? ?(?:mix ?up"
        r"|mistakes?|errors?|misunderstanding|confusion)\b",
        r"i (?:never|didnt|did not) (?:say|said|mean|meant|ask(?:ed)? for|order(?:ed)?"
        r"|want(?:ed)?)(?: (?:any|no|a))? (?:such (?:a )?thing|anything of the (?:sort|kind)"
        r"|anything like (?:that|it))",
        r"(?:that|this|it) (?:cant|cannot|couldnt|could not|shouldnt|should not) be(?=$| (?:right|it"
        r"|true|correct))",
        r"(?:id|i|we) (?:wouldnt|would not) go (?:that|so) far\b|(?:thats |this is )?news to me\b"
        r"|leave (?:it|that|me) (?:out|alone|be)\b",
        r"something(?:s| is) (?:wrong|off|missing|not right|amiss)(?=$| (?:there|here|with that)\b)",
        r"no+(?: (?:no|sir|maam|way|thanks|thank you|not (?:at all|really|quite)))*\b",
        r"(?:nope|nah|naw|nay|negative|never|nuh uh|uh uh|know(?=$))\b",
        r"not(?: (?:really|quite|exactly|at all|correct|right|true|that|this|entirely))*\b(?! a problem)",
        r"(?:that|it|this|thats|its)(?: is|s)?(?: (?:not|isnt)|nt)(?: (?:quite|really|entirely|at all"
        r"|exactly))?"
        r"(?: (?:right|correct|true|it|what i said|my number|the number))?\b",
        r"(?:thats|its|that is|it is|this is|that isnt|it isnt) not (?:the (?:one|way|idea|number|time)"
        r"|mine|me|so)\b",
        r"(?:that|it|this|he|she)(?: is)?nt (?:right|correct|true|it)\b",
        r"(?:that|it|this|thats|its|the number|number)(?: is|s| was)?(?: (?:all|completely|totally))? "
        r"(?:wrong|incorrect|false|a mistake)\b",
        r"(?:totally |completely |quite |simply )?(?:unacceptable|impossible|unsuitable|inconvenient)\b",
        r"(?:wrong|incorrect|false|mistaken|untrue)(?: (?:again|number|one|time|name|day))?\b",
        r"i (?:dont|do not) think (?:so|thats right|that is right)\b",
        r"i (?:dont|do not)(?=$| want| need| agree)",
        r"(?:please )?(?:dont|do not)\b(?! know| understand| remember| mind| object)"
        r"(?: (?:you dare|do|use|call|take|write|put|say|note|send|bother)(?: (?:that|it|this|so|me|one"
        r"|number|on|there))*)?",
        r"(?:absolutely|definitely|certainly|of course|probably|i guess|i think|id rather) not\b",
        r"you (?:got|have|heard|understood) (?:it|that|me) (?:all )?wrong\b",
        r"you mis(?:heard|understood)(?: me| that)?\b",
    ),
    weak=_of(
        r"(?:right|okay|ok|okey|sure|fine|good|great|perfect|true|exactly|very good"
        r"|very well|cool|yo|brilliant|lovely|excellent|wonderful|splendid|super|fantastic|terrific"
        r"|awesome|ideal|marvellous"
        r"|smashing|magic|ace|great stuff|good stuff|very nice|nice one|nice)\b"
    ),
    after_weak=_of(r"(?:but|and|though|only|except|also|just|please|thanks|thank you|thats|it|then)\b"),
    but=_of(r"(?:but|only|except|although|though|i (?:mean|meant)(?: to say)?)\b"),
    exception=_of(
        r"(?:to|for|with) (?:you|him|her|them|some)\b.*\bbut not\b",
        r"(?:but |only |everything |all of it |all )?"
        r"(?:except|apart from|aside from|other than|all but|but not)\b(?: \w+){0,4} "
        r"(?:digits?|numbers?|names?|time|date|day|hour|letters?|part|code|version|product|bit|end|one"
        r"|[0-9]+)\b",
    ),
    late_yes=_of(
        r"\b(?:that|it|this|everything|all|number|you)(?:s| is| was| are)? (?:all |totally |exactly "
        r"|quite )?(?:right|correct)\b"
    ),
    late_no=_of(
        r"\b(?:not|isnt|wasnt|arent) (?:quite |really |entirely |at all )?(?:right|correct|true)\b",
        r"\b(?:doubt|(?:not|hardly|dont) (?:sure|think|believe))\b.*\b(?:right|correct|true)\b",
        r"\b(?:thats|that is|its|it is|number is|number was|got (?:it|that|me)) (?:wrong|incorrect)\b",
    ),
    polite=_of(r"(?:please|thanks?|thank you|very much|sir|maam|then|now|it is|bye|goodbye|\s)+"),
    keys={"one": True, "1": True, "number one": True, "press one": True}
    | {"two": False, "2": False, "number two": False, "press two": False},
)

_ZH_END = (
    r"(?=$| |的|啊|呀|哦|噢|呢|滴|嘛|哈|吧|了|嗯|对|是|没错|好|但|不过|可是|而且|还有|另外|就|我"
    r"|你|这|那|它|请|谢|行|可以)"
)

_ZH = YesNoWords(
    lead=_of(
        r"(?:呃|额|唔|啊|哦|噢|哎|诶|那个|这个|就是说|我觉得|我想|应该|好像|对不起|不好意思|你好"
        r"|您好|喂|[嗯恩]+(?= ?(?:不|没|错|别))| )"
    ),
    unsure=_of(
        r"(?:可以|行|对|方便|需要|要)的话",
        r"不是不|没有不|(?!可不是|谁说不是)\S*(?:吗|[^什这那多怎]么)$",
        r"(?:对不对|是不是|好不好|行不行|是吗|对吗|是否)",
        r"(?:我)?(?:不知道|不清楚|不确定|不太清楚|不太确定|说不准|没听[清懂见]|听不清|听不懂|不明白)",
        r"(?:正确|对|可以|行|好|没错|没问题|确认|同意|需要)(?:了|的)?[吗么](?=$| )",
        r"(?:可以|确认|需要|要|正确|同意|行)\S{0,3}(?:[改换删]|不[了到来])",
        r"\S{1,3}(?:才怪|个[头鬼屁])",
        r"(?:也|都|随便?你?|怎么都)(?:行|可以|好)[吗么](?=$| )",
        r"(?:可能|也许|不一定|什么|怎么(?!可能|会|行|能)|再说一[遍次]|啥|没关系|对了(?=.)|好久|好几"
        r"|行李|没人|没有人"
        r"|没信号|没网|没声音)",
    ),
    yes=_each(
        # 没毛病, 一点不错, 毫无疑问: nothing is wrong with it.
        r"(?:我|我们|这边|那|绝对|完全|真|真的)*(?:没|没有|毫无|无)(?:什么|啥|任何|半点|一点)?"
        r"(?:毛病|意见|异议|疑问|疑义|二话|话说|得说|得挑|跑儿?|不妥|差错|出入|不对|错|问题|可改的?"
        r"|要改的|要补充的)"
        r"(?!误)(?:的|了)?" + _ZH_END,
        r"(?:一点儿?|丝毫|一字|分毫|毫厘|半点|完全|真|的确|确实)(?:都|也)?(?:没错|没有错|不错|不差"
        r"|没问题|没毛病|没差)(?!误)",
        r"(?:没|毫|一点儿?|啥|什么)*(?:什么|啥|一点|半点)?(?:不对|不好|不妥|不合适)的?(?:地方|都没有|也没有)+"
        + _ZH_END,
        r"(?:没|没有|没什么|没啥|毫无)(?:什么|啥)?(?:差(?!得)|不对的?|不妥的?|不行的?|不可以的?"
        r"|不好的?)(?:地方)?(?:别)?" + _ZH_END,
        r"(?:一字|分毫|丝毫|半点|一个字|一点)(?:都|也)?(?:不|没)(?:漏|差|错|落|少)(?!误)(?:的|啊|了)?(?=$| )",
        r"(?:你|您|你们)?(?:真)?(?:说到|说中|讲到)(?:点子|我心坎|心坎里|心里|要害)(?:上|里|去)?了?(?=$"
        r"| )|(?:你|您)说了算|行得通|就它了?(?=$| )|照(?:这个|这样|这么)(?:来|办|做|弄|写)(?=$| |吧)",
        r"(?:你|您)(?:记|说|听|写)得?(?:真|可真|太|很|挺)(?:准|对|清楚|好|明白)(?:了|啊)?(?=$| )|(?:是"
        r"|就是|跟|和)我(?:刚才)?(?:说|讲|要|想)的(?:那样|这样|一样|那个|没错|意思|一模一样)(?=$| )",
        # 就这么办, 按你说的来, 听您的: as it was said.
        r"(?:那|那么|行|好|嗯)?(?:就|先|咱|咱们|你|您)*(?:按|照|依)?(?:这么|这样|那么|那样|你|您)"
        r"(?:说的|讲的|的意思|安排的?|定的?|记的)?(?:去|来)?(?:办|定|打|来|做|着办|安排|记|弄"
        r"|处理)(?:吧|了|就行|就好|就是了)*" + _ZH_END,
        r"(?:就|那就|都)?(?:按|照|依|听|随|由)(?:你|您|你们|您们)(?:的|说的|讲的|安排|的安排|意思"
        r"|定)*(?:办|来|做)?" + _ZH_END,
        r"(?:就|那就)?照(?:办|做)" + _ZH_END,
        r"(?:你|您|你们|您们)(?:看着|来)?(?:办|安排|定|决定)吧?" + _ZH_END,
        # 我同意, 我赞成.
        r"(?:我|我们|那|那我|本人)?(?:完全|非常|很|都|当然|也|举双手|十分)?"
        r"(?:同意|赞成|赞同|认可|答应|确认|乐意|愿意|接受|支持|批准|认同|满意|没得说)" + _ZH_END,
        # 说得对, 你记得没错.
        r"(?:你|您|你们|您们|刚才|刚刚|这个|号码|时间|问题|都)*(?:说|讲|记|听|写|念|猜|理解|读)"
        r"(?:得|的)?(?:都|很|完全|太|挺|非常|一点儿?都?)?(?:对(?!不)|没错|不错(?!误)|是|在理|准|准确|正确)"
        + _ZH_END,
        # 正是, 的确如此, 是这个意思.
        r"(?:正|就|确实|的确|当真|真的|确确实实|那倒|那|对|没错)?(?:是|就是)(?:这个|那个|这|那|这么个"
        r"|我的|我|我要的)?"
        r"(?:意思|理儿?|样子|这样|那样|这么回事|那么回事|如此|号码|号|这个|它|这么说的|这么着|事实|真的"
        r"|当然|自然|必须)"
        r"(?!不|没|错)" + _ZH_END,
        r"(?:正是|的确|确实|确是|确认无误|属实|千真万确|确凿无疑|准确无误|正确无误|核对无误|信息无误"
        r"|无误|分毫不差|丝毫不差|一字不差"
        r"|毫无疑问|毋庸置疑|没跑儿?|错不了|差不了|全对|都对|全都对|全部正确|完全正确|十分正确|必须的?"
        r"|绝对(?:的|没错|是|可以|正确)"
        r"|肯定(?:的|是|对|没错|可以|行)?|自然(?:是|可以)?|当然(?:了|啦|好|行|没问题|愿意|可以)?"
        r"|那(?:是|当然|必须)的?)(?:如此|是|啊)?" + _ZH_END,
        r"(?:可不|谁说不)(?:是|就是)?(?:嘛|吗|么|呢)?$|可不$",
        # 成, 妥了, 得嘞, 那敢情好: it will do.
        r"(?:那|那就|也|都|这|这样|这么|就|还|挺|很|蛮|太|真|非常|当然|倒是|可以啊|嗯)*"
        r"(?:行|成|中|好|妥|可|可以|可行|合适|不错|方便|敢情好|再好不过|使得|要得|挺好|很好)"
        r"(?:的|啊|呀|呢|吧|了|嘞|咧|哒|哇|啦|呗|极了|得很)+(?=$| )",
        r"(?:那|那就|也|都|这样|就|挺|很|蛮|太|那敢|敢)+(?:情)?(?:行|成|中|好|妥|可以|可行|合适|不错"
        r"|方便)(?=$| )",
        r"(?:行行+|好好+|成成+|可行|成(?=$| )|中(?=$| )|妥(?=$| |了|妥|当)|得[嘞啦咧]|好[嘞咧哒]|行嘞"
        r"|要得|使得|再好不过|求之不得|没得说|没二话"
        r"|嗯[呢哪]|是滴|对滴|欧了|包的|老对了|太对了|有道理|一言为定|说定了|定了)" + _ZH_END,
        r"(?:用|打|拨|留|就|写)+(?:这个|它|这)(?:就)?(?:行|好|可以|成|对)(?:了|的|吧)?(?=$| )",
        r"(?:对对+|对的|对[啊呀哦滴哈嘛呢]|对(?!面|方|于|着|应|话|象|比|错)" + _ZH_END + r")",
        r"(?:是是+|是的|是[啊呀哦滴哈呢]|是(?=$| |嗯|对|没错|我的|这个|这样|吧))",
        r"(?:没错|没有错|一点没错|不错(?!误)|错不了|没问题|没有问题|正确|完全正确|准确|确认|同意"
        r"|完全对|非常对|就是这样|就这样"
        r"|是这样的?|就是(?=$| |的|这)|当然(?:可以|是|对)?|可以(?:的)?|需要|要的|中$|对头|嗯+|恩+|yes"
        r"|yeah|ok|okay)",
    ),
    no=_each(
        r"(?:门儿?都没有|没门儿?|休想|想得美|做梦|免了?(?=$| |谈|吧)|免谈|拉倒吧?|算了(?:吧)?(?=$| )"
        r"|甭了?(?=$| |想|打|用|提)|谢绝|拒绝|反对"
        r"|恕难从命|恰恰相反|正(?:好)?相反|相反|大错特错|胡说|瞎说|离谱|离了谱|谬误|用不着|没必要"
        r"|不必)(?:了|吧|啊)?" + _ZH_END,
        r"不像(?:话|样)|(?:瞎|胡|乱)(?:扯|说|讲|来|搞|弄|写|记)(?:了|的|啊|什么)?|(?:绝|并|根本|从|从来"
        r"|压根儿?)?(?:无|没|没有)(?:此|这|这个|这回|这种|那种|那个|这样的)(?:事|说法|意思|回事|话|道理"
        r"|东西)(?:儿|啊|的)?(?=$| )",
        r"(?:跟|和|与)(?:我|我们)?(?:刚才|之前)?(?:说|讲|要|想|提供|给)?的?(?:不(?:太)?(?:一样|符|同|对"
        r"|相符|一致)|有(?:点)?(?:出入|差别|不同))(?:啊|的|吧)?(?=$| )",
        # 我看不行, 那可不成, 绝对不行, 压根不对.
        r"(?:我|我们|我看|我觉得|我想|我认为|这|那|这个|那个|这样|那样|恐怕|可|也|都|还|就|根本|压根儿?"
        r"|完全|绝对|绝|决|万万|坚决|千万"
        r"|一点儿?|当然|肯定|真|真的|并|其实|反正|显然|怕是|哪儿?|里)*"
        r"不(?:太|怎么|大|是很|能|会|想|敢|便)?(?:对|行|成|好|是|可|能|要|用|中|妥|准|想|会|接受|愿意"
        r"|乐意|同意|赞成|赞同|认可|认同|认|合适"
        r"|方便|可以|可能|正确|准确|属实|靠谱|好使|满意|喜欢|希望|打算|至于|见得|尽然|需要|一样|像|符)"
        r"(?:的|了|这样|这么做|这么办|这个|那个|那样|你|您|我|改)*" + _ZH_END,
        r"(?:千万|可|请|你|您|先|都|还是|就)*(?:别|甭|不要|不许|莫)(?:这样|这么|那么|那样|打|用|了|啊"
        r"|呀|介|弄|记|来|提|说)*(?:了|做|办|弄|记|搞)?(?=$| )",
        # 那哪行, 怎么可能, 哪儿啊.
        r"(?:那|这|你|您)?(?:怎么|哪儿?|哪里|岂)(?:可能|会|行|能|能行|成|可以|可|是|有)(?:的事|这种事"
        r"|这样|这回事|的话)?(?:啊|呀|呢|了)?(?=$| )",
        r"(?:哪儿|哪里|哪)(?:啊|呀|的话|跟哪儿|有)(?:啊|呀|的事)?(?=$| )",
        # 没那回事, 我没这么说.
        r"(?:我|根本|压根儿?|完全|可|从来|从|并|绝对|绝|哪里|才|也|都)*(?:没|没有|不是|不)(?:这|那"
        r"|你说的|你讲的)?(?:么|个|种|样)?(?:一)?(?:回|码|档子?)?(?:事儿?|的事)"
        r"(?:啊|的|儿)?(?=$| )",
        r"(?:我|我们|根本|压根儿?|可|从来|从|并|刚才|绝对|明明|是|也|都)*(?:没|没有|不是|未)(?:这么"
        r"|那么|这样|那样|有)?(?:说|讲|同意|答应|要|想|提|告诉|报|讲过)"
        r"(?:过|这个|那个|这样|这话|这种话|这么|你|是|啊|的)*(?=$| )",
        r"不是(?:这个|那个|这样|那样|这么|那么|我|我的|我说|你说|我要|它|他|她|他们|这|那|这些)*(?:说"
        r"|讲|要|想|弄|号|号码|意思|样|样子|个|回事|说法|算|问题)*(?:的|啊|呀|了)?(?=$| )",
        r"(?:你|您|你们|您们|好像|这|这个|那|全|都|又|还|还是|可能|肯定|是|给|完全|根本)*(?:弄|搞|记|听"
        r"|写|说|打|念|认|理解|会错|看|输|录|整)"
        r"(?:错|反|混|岔|拧|串|漏|差)(?:了|啦|意了|意思了|人了|号了|了吧)*" + _ZH_END,
        r"(?:差|错)(?:得|的)?(?:太|很|好|老)?(?:远|多|离谱|大|厉害)(?:了|去了|着呢|啦)?(?=$| )|(?:全|都"
        r"|又|还|完全|是|彻底)*错(?:错+|啦|的|得\S{1,4})(?=$| )",
        r"(?:有|还有|里面有|中间有)(?:点|些|一点|一些|个)?(?:错|误|出入|不对|问题|差错|偏差)(?:误|的|了"
        r"|啊)?(?=$| )",
        r"不(?:太|完全|大|怎么|是很)?(?:对|是|正确|准确|用|要|行|好|可以|需要|一样|同意)的?了?",
        r"不(?=$| |啊|呀|哦|了|呢|我|这|那|它|你|应该|不)",
        r"(?:错|全错|都错|有错|有误|有问题|(?:你|您)?(?:们)?(?:说|听|搞|弄|记|写|念|理解)错)了?(?!误)",
        r"(?:没有?|否|非也|别)(?=$| |啊|呀|哦|了|呢)",
        r"(?:no|nope)(?=$| )",
    ),
    weak=_of(r"(?:好[的啊呀嘞呗]?|行啊?|要|对了|可)"),
    after_weak=_of(r"(?:但|不过|可是|而且|还有|另外|就|的|了|吧|谢|请|那就|没问题| )"),
    but=_of(r"\S{0,4}(?:但是?|不过|可是|只是|我是说|我的意思是)"),
    exception=_of(r" ?(?:除了|但是?除了)\S*"),
    late_yes=_of(r"(?:是|都|完全|全部)?(?:对的|正确的?|没错|没有错)(?=$| |但|不过)"),
    late_no=_of(r"(?:不|没)(?:太|完全)?(?:对|正确|准确)(?:的|了)?(?=$| )|(?:是|都|说|听|记)错(?:的|了)"),
    polite=_of(r"(?:谢谢|多谢|你|您|请|麻烦|了|吧|哦|呢|啊|\s)+"),
    keys={"一": True, "1": True, "幺": True, "按一": True, "按1": True}
    | {"二": False, "2": False, "按二": False, "按2": False},
)

_KO_END = r"(?=$| )"
# In Korean the refusal stands at the end of what is refused: 동의 못 해요, 확인하지 않았어요.
_KO_DENIES = (
    r"(?:[하그쓰걸되돼받두]\S*지 ?(?:마|말|않|못|는 ?않)|지(?:는|가|도|를|만)? ?(?:마세|마십|말아|말고"
    r"|말자|않|못)|수(?:는|가|도)? ?없|까요|나요|안 ?(?:[돼되됩할하해합했맞]|그래)|못 ?[해하할합]"
    r"|아니|아닙|아닌|싫|곤란|반대|틀)"
)
_KO_ALL_WELL = rf"(?!.*{_KO_DENIES})"
"""Nothing that follows takes it back."""

_KO_NOT_DENIED = r"(?! ?(?:\S+ )?\S*(?:안 ?[하했돼되해]|못|아니|아닙|않|말아|마세요|수(?:는|가|도)? ?없))"

_KO = YesNoWords(
    lead=_of(
        r"(?:음+|어(?= .)|아(?= )|저기|저(?= )|그(?= )|그러니까|아마|여보세요|잠깐만요?"
        r"|죄송하지만|(?:물론|당연히?|절대|전혀)(?= ?아[니닙])| )"
    ),
    unsure=_of(
        r"(?:잘 ?)?모르\S*",
        r"네 (?:개|대|명|번|시|분|가지|군데)\S*",
        r"됐(?:어요|습니다|네요)",  # "that will do", or "no, thank you"
        r"(?:글쎄\S*|뭐라고\S*|네 ?뭐|괜찮아요|괜찮습니다|아니면|못 ?들\S*|다시 ?말씀\S*|무슨 \S+)",
    ),
    yes=_each(
        # 이의 없습니다, 틀린 데 없어요: nothing is wrong with it.
        r"(?:저는 |제가 |별 ?|아무 |전혀 |딱히 |특별히 |더 ?)*(?:이의|이견|불만|의견|문제|이상|하자"
        r"|틀림|다름|나무랄 데|더할 나위|흠잡을 데|의심할 여지|두말할 것|오류"
        r"|착오)(?:는|은|가|이|도|할 것)? ?(?:하나도|전혀|아무것도)? ?(?:없|않)\S*",
        r"(?:더 |딱히 |따로 |특별히 )*(?:틀린|잘못된?|고칠|이상한|빠진|바꿀|다른|수정할|정정할|어긋난"
        r"|문제될|문제 ?될)(?: ?(?:데|것|거|게|점|부분|곳|내용|건))(?:은|는|이|가|도)?"
        r" ?(?:하나도|전혀|아무것도|더)? ?없\S*",
        r"(?:하나도|전혀|아무것도|조금도|단 하나도|뭐 하나) ?(?:안 ?틀[렸리려]\S*|틀리지 ?않\S*"
        r"|안 ?다르\S*|다르지 ?않\S*|잘못된 ?게 ?없\S*)"
        r"|(?:안|못) ?(?:될|할|맞을|좋을) ?(?:것|거|게|이유|건)(?:이|가|는|은)? ?(?:없|뭐|있나)\S*(?: \S+)?",
        r"(?:아주 |정말 |딱 |제 ?말을? |다 |참 )*(?:잘|제대로|정확하게|정확히|똑바로) ?(?:들으|적으"
        r"|기록하|이해하|알아들으|받아 ?적으|아시|받으|정리하)(?!지)\S*",
        r"(?:저야|저는|나는|저도|우리야|저희야|전) (?:좋|찬성|괜찮)(?!지 ?않)"
        + _KO_ALL_WELL
        + r"\S*|(?:맞는|옳은|맞으신|정확한|바른|좋은) ?(?:말씀|말|얘기|생각)"
        + _KO_ALL_WELL
        + r"\S*"
        r"|(?:그게|그거|이게|그 ?말이|그건) (?:바로 |딱 )?(?:제|내) ?(?:말|뜻|얘기|생각)"
        + _KO_ALL_WELL
        + r"\S*",
        # 바로 그거예요, 말씀하신 그대로예요.
        r"(?:네 |예 |아 |와 )*(?:바로|딱|정확히|제 ?말이|내 ?말이) ?(?:바로 )?(?:그거|그겁|이거|이겁"
        r"|그 ?말|그 ?번호|그게|그렇)" + _KO_ALL_WELL + r"\S*(?: (?:맞\S*|그거\S*))?",
        r"(?:네 |예 |제가 |방금 |아까 )*(?:말씀|말|이야기|얘기|설명|들으|적으|읽으)(?:드린|하신|한|했던"
        r"|신)? ?(?:그대로|대로|것|게|거)"
        + _KO_ALL_WELL
        + r"\S*(?: (?:맞\S*|하\S*|해\S*|진행\S*|부탁\S*|주\S*))*",
        r"(?:네 |예 |그냥 |그럼 |일단 )*(?:그대로|이대로|그렇게|그리|이렇게|그걸로|그거로|(?:그 ?"
        r"|이 ?)?번호로|그 ?시간에|그때|그쪽으로)"
        + _KO_ALL_WELL
        + r" ?(?:하|해|합|할|두|진행|부탁|처리|접수|가|갑|전화|걸|주|연락|쓰|되|돼|됩|좋"
        r"|괜찮)\S*(?: (?:주\S*|돼\S*|됩\S*|되\S*|좋\S*|하\S*|뭐))*",
        r"(?:네 |예 |뭐 |그럼 )*그(?:럽시다|러죠|러지요|러세요|러십시오|러시죠|러자|러자고|래 ?주"
        r"|러시면|러셔도|래도|럴게|러믄|럼은|렇고말고|렇구말구|렇다마다)" + _KO_ALL_WELL + r"\S*(?: \S+)?",
        r"(?:(?:그게|그거|그것|그 ?편|그렇게|그쪽) ?(?:이|가|도|으로)? ?)(?:하면 |하는 게 "
        r"|하시면 )*(?:더 |제일 |아주 |참 |딱 )?(?:좋|낫|나을|편하|적당|적절|맞)"
        + _KO_ALL_WELL
        + r"\S*(?: 것 \S+)?",
        # 물론이에요, 찬성이에요, 완벽해요.
        r"(?:네 |예 |저도 |저는 |아주 |완전 |정말 |전적으로 |다 |딱 |모두 |전부 |아 )*"
        r"(?:물론|당연|찬성|동의|동감|승인|인정|완벽|확실|정확|분명|옳|맞(?![춰추닿])|좋(?!을 ?대로)"
        r"|마음에 들|만족|적절|무방|오케이|오케|오키|예스|굿|콜|아무렴|암|옳소|기꺼이|얼마든|좋을 ?대로"
        r"|두말하면|두말할|말하면 ?입|말해 ?뭐|여부가|틀림없|영락없|빼박|이상무|원하던|바라던)"
        + _KO_ALL_WELL
        + r"(?:(?:이|하|해|합|히|하고|지|아|어|은|ㄴ|요|죠|네|다|습|입|예|에|든|잔|무|있|없|드|들|겠|았"
        r"|었|고말고|구말구)\S*|(?= |$))"
        r"(?: (?:잔소리\S*|입니다|있\S*|뭐\S*|요|것 같\S*|드\S*))?",
        r"(?:네 |예 |아 )*(?:알겠|알았)(?:어요|습니다|네요|고요)(?: (?:그렇게|그럼|그대로)\S*(?: (?:하"
        r"|해|할|합|진행|부탁)\S*)*)?" + _KO_ALL_WELL,
        r"저는 괜찮\S*(?: (?:그렇게|그대로) ?(?:하|해|합)\S*)" + _KO_ALL_WELL,
        r"(?:네|예|넵|옙|넹|응|웅|오케이|오케|예스)+" + _KO_END,
        r"(?:네|예)*(?:그래|그럼|맞음|좋아|맞아|확인|물론|당연|당연히)+" + _KO_NOT_DENIED + _KO_END,
        r"(?:어|내)$",
        r"(?:네|예)?(?:다 |모두 |전부 )?맞(?:아요|습니다|네요|죠|지요|고요|구요|어요|다고|는데요?"
        r"|아 ?)(?! ?않)",
        r"(?:그렇습니다|그래요|그렇죠|그렇지요|그럼요|좋아요|좋습니다|좋네요|정확해요"
        r"|정확합니다"
        r"|확인이요|물론이[죠요]\S*|물론입니다|당연하죠|당연합니다|할게요|하겠습니다|해 ?주세요"
        r"|그렇게 ?해 ?주세요"
        r"|주세요|이상 ?없\S+|틀림 ?없\S+|문제 ?없\S+|옳아요|옳습니다)",
        r"(?:확인했|부탁|동의)" + _KO_NOT_DENIED + r"\S*",
    ),
    no=_each(
        r"(?:(?:그건|그게|이건|그거|그것은|이게|저는|전|제가|좀|많이|아주|별로|절대|절대로|결코|도저히"
        r"|전혀|그렇게는|그렇게|그렇게까지|진짜|정말|완전|아예|다|모두|전부|당연히|물론|제|내|말은|뭔가"
        r"|어디|그|말씀은"
        r"|번호는|시간은|아니|뭐|글쎄) ?)*"
        r"(?:아(?:니에요|니예요|니요|닙니다|니죠|니지|니야|니거든|니라|니래|닌데|닌 ?것|닌 ?거|닌 ?듯"
        r"|닌 ?걸|니올시다|니었|뇨)\S*(?: 같\S*)?"
        r"|곤란\S*|싫\S*|안 ?(?:돼|되|됩|될|그래|그렇|할|하|해|합|했|원|맞|좋|괜찮)\S*|못 ?(?:해|하|합"
        r"|할|받아들)\S*|어렵\S*|힘들\S*|무리\S*|불가\S*"
        r"|틀(?:려|렸|리|린|립)(?! ?(?:데|것|거|게|점|부분|곳|림) ?\S* ?없)\S*|다(?:릅|르|른데"
        r"|른 ?것)\S*|달라\S*|반대\S*|거절\S*|거부\S*|사양\S*|오해\S*|착오(?! ?(?:는|가)? ?없)\S*"
        r"|별로(?:예요|네요|입니다|에요|요|인데요)?"
        r"|원(?:하지|하진|치) ?(?:는 ?)?않\S*|바라지 ?않\S*|(?:그렇|맞|옳|좋|정확하|동의하|원하|괜찮"
        r"|필요하|인정하|찬성하|그러)지(?:는|가|도|를)? ?(?:않|못|마|말)\S*|동의 ?(?:못|안)\S*(?: \S+)?)"
        r"(?:(?: 것)? 같\S*)?" + _KO_END,
        r"(?:그렇게 |제발 |절대 |그 ?번호로 |이 ?번호로 |거기로 )*(?:하지|그러지|쓰지|걸지|전화하지"
        r"|하진|하지는) ?(?:마|말)\S*",
        r"그럴 ?리\S*(?: ?(?:없|있)\S*)?|(?:제가|내가|저는|누가) ?(?:언제|그런)(?: \S+)? (?:그랬|말했"
        r"|말을|그렇게|했|그래|얘기|소리)\S*(?: \S+)?",
        r"(?:다 |완전 |순 |전부 |무슨 |그런 |그건 |아주 )*(?:엉뚱|엉터리|거짓|딴소리|억지|황당|가짜"
        r"|거꾸로)\S*(?: (?:소리|말|얘기|이야기|번호|시간)\S*)?",
        r"(?:\S+ ){0,3}?(?:마음에|맘에) ?(?:안|별로|들지)\S*(?: \S+)?|(?:영|전혀|도무지|하나도) (?:아니"
        r"|아닌|안 ?맞)\S*|(?:\S+ )?안 ?(?:그랬|했|그러|하)\S*면 ?(?:좋|하|합|싶)\S*(?: \S+)?",
        r"(?:그건|그거|이건|그 ?번호는|저|그건 ?좀)? ?빼 ?(?:주\S+|고\S*|줘\S*)(?: (?:그건|그거"
        r"|그 ?번호|요))?|무슨 ?말씀을 ?\S*|무슨 ?그런 ?\S*|(?:하고|받고|말하고|쓰고|원하고"
        r"|그러고) ?싶(?:지|진)(?:는|가)? ?않\S*"
        r"|(?:하|그러|쓰|받)기 ?싫\S*|받아들이(?:기|긴|지|지는)? ?(?:어렵|힘들|곤란|못|않)\S*"
        r"|(?:다시 ?)?생각해 ?보니까? (?:아니|아닌|싫|안|별로)\S*(?: \S+)?|(?:거의 "
        r"|대부분 )(?:다 )?(?:틀|잘못|다르)\S*",
        r"말도 ?안 ?[돼되됩]\S*(?: (?:소리|말)\S*)?|어림(?:도)? ?(?:반 푼어치도 )?없\S*|천만에(?:요)?"
        r"|천만의 ?말씀\S*|그럴 ?리(?:가)? ?(?:없|있)\S*|턱도 ?없\S*|택도 ?없\S*|꿈도 ?\S+|헛소리\S*"
        r"|됐거든\S*"
        r"|노 ?(?:땡큐|노|우)",
        r"(?:제가 |저는 |전 |그런 ?|그렇게 ?|그거 ?)*(?:말|말씀|얘기|이야기|소리|뜻|적|한 ?적)(?:을|이"
        r"|은|드린|한|드린 ?적|한 ?적)*(?: ?(?:적|일)(?:이|은)?)? ?(?:없|안|않|아니|아닌|아닙)\S*(?: \S+)?",
        r"(?:다 |좀 |많이 |완전히? |아주 |제 ?말을? |번호를 |시간을 )*(?:잘못|틀리게|다르게|거꾸로"
        r"|엉뚱하게) ?(?:들|적|알|이해|기록|입력|말|됐|되|쓰|받아|읽)\S*(?: \S+)?",
        r"(?:아니요|아니오|아뇨|아니에요|아니예요|아닙니다|아닌데요?|아니야|아니지|아니죠)",
        r"절대 안 ?[돼되]\S*",
        r"(?:동의|확인|인정)\S* ?(?:안|못)\S*(?: \S+)?$|(?:동의|확인|인정)하지 ?(?:않|못)\S*",
        r"(?:아니|노|싫어)" + _KO_END,
        r"(?:그게|그건|이건|그거)? ?아니(?:고요?|라요?|라고요?|에요)?" + _KO_END,
        r"안 ?맞\S*|맞지 ?않\S*|맞지가? ?않\S*|그렇지 ?않\S*",
        r"(?:다 |모두 |전부 )?(?:틀려요|틀렸\S*|틀립니다|틀린\S*|잘못\S*|다릅니다|달라요|다른데요?)",
        r"싫어요|싫습니다|안 ?돼요?|안 ?됩니다|하지 ?마세요|필요 ?없\S*",
    ),
    weak=_of(r"(?:좋은데요?|되는데요?|그런데요)"),
    after_weak=_of(r"(?:근데|그런데|하지만|그리고)"),
    but=_of(r"(?:근데|그런데|하지만|다만)"),
    exception=_of(r"(?!)"),
    late_yes=_of(r"(?:가|이|다|게|은|는) ?(?:맞아요|맞습니다|맞네요|정확\S+)(?=$| )"),
    late_no=_of(
        r"(?:가|이|다|게|은|는) ?(?:안 ?맞\S*|아니에요|아닙니다|아니예요|틀렸\S*|틀려요"
        r"|잘못\S*)|맞지 ?않\S*"
    ),
    polite=_of(r"(?:감사합니다|고맙습니다|요|네|\s)+"),
    keys={"일": True, "1": True, "일번": True, "1번": True, "일 번": True}
    | {"이": False, "2": False, "이번": False, "2번": False, "이 번": False},
)

WORDS = {"en": _EN, "zh": _ZH, "ko": _KO}
