"""Telephone numbers as callers dictate them, in the spelling of recognisers, in five countries.

Corrected in the same breath, begun anew, denied, with an extension, or beside numbers that are none.
"""

from __future__ import annotations

import pytest

from asr.slots.understand import understand
from asr.slots.values import SlotContext

SAID = """
en US | My number is 415-555-0132, thanks. | 4155550132
en US | It's four one five, five five five, oh one three two. | 4155550132
en US | four one five triple five oh one three two | 4155550132
en US | four fifteen, five fifty-five, oh one thirty-two | 4155550132
en US | area code 415 and then 555 0132 | 4155550132
en US | area code 4 1 5, 5 5 5, 0 1 3 2, that's it. | 4155550132
en US | 415-555-0131, no sorry, 0132. | 4155550132
en US | 415-555-0131. No, wait. 0132. | 4155550132
en US | 415-554, no sorry, 555, 0132 | 4155550132
en US | 415 554 no 555 0132 | 4155550132
en US | 415, 555, 0132. Wait, not 0132, 0123. | 4155550123
en US | 415 555 0132, wait, not 2, 3 | 4155550133
en US | four one five five five five oh one three five, wait, not five, six | 4155550136
en US | 415-555, let me start over, 415-556-0132 | 4155560132
en US | 415 555, scratch that, 628 555 0147 | 6285550147
en US | 415 555 01, sorry, I'll say it again. 628 555 0147. | 6285550147
en US | 415-555-0132. Sorry, that's my old number. It's 628-555-0147. | 6285550147
en US | You can reach me at 415-555-0132 or better 628-555-0147. | 6285550147?
en US | You can reach me at 415-555-0132 or at 628-555-0147. | ?
en US | My home number is 415-555-0132 but please call my cell, 628-555-0147. | 6285550147?
en US | Please don't call 415-555-0132, call 628-555-0147. | 6285550147
en US | not 415-555-0132, 628-555-0147 | 6285550147
en US | Call 628-555-0147 instead of 415-555-0132. | 6285550147
en US | Call me on 628-555-0147, not on 415-555-0132. | 6285550147
en US | The old number was 415-555-0132, the new one is 628-555-0147. | 6285550147?
en US | plus one 415 555 0132 | +14155550132
en US | one four one five five five five zero one three two | 14155550132
en US | 1-415-555-0132, extension 305. | 14155550132
en US | 415-555-0132 ext. 12 | 4155550132
en US | 415-555-0132 x12 | 4155550132
en US | My extension is 305 and the number is 415-555-0132. | 4155550132
en US | I'm in room 305, my number is 415-555-0132. | 4155550132
en US | It's for 3 days now, call me at 415-555-0132. | 4155550132
en US | We have 20 users here and the number is 415-555-0132. | 4155550132
en US | I'm on version 4.2, my phone is 415 555 0132. | 4155550132
en US | My order number is 88231745 and you can call me on 415-555-0132. | 4155550132
en US | 415-555-0132, and my order number is 88231745. | 4155550132
en US | 415-555-0132, room 305 | 4155550132
en US | 415-555-0132, but only after 5. | 4155550132
en US | 415-555-0132, tomorrow at 9. | 4155550132
en US | 415-555-0132. I'm there from 9 to 5. | 4155550132
en US | for one five, five five five, oh one three two | 4155550132
en US | ate oh five five five five oh one three two | 8055550132
en US | To 415 555 0132 | 4155550132
en US | 415 555 for to won 0 | 4155554210
en US | 4 1 5 5 5 5 oh 1 3 to | 4155550132
en US | four one five five five five o one three too | 4155550132
en US | 4-1-5-5-5-5-0-1-3-2 | 4155550132
en US | 4, 1, 5, 5, 5, 5, 0, 1, 3, 2. | 4155550132
en US | 415.555.0132 | 4155550132
en US | (415) 555-0132 | 4155550132
en US | 41555 50132 | 4155550132
en US | 415, five, five, five, 0132 | 4155550132
en US | Sure. It's, um, 415, uh, 555, 01, 32. | 4155550132
en US | 415, that's San Francisco, 555-0132 | 4155550132
en US | 415-555-0132, I repeat, 415-555-0132. | 4155550132
en US | 415-555-0132, again, that's 415-555-0132 | 4155550132
en US | 415-555-0132, that's four one five, five five five, oh one three two. | 4155550132
en US | eight hundred five five five oh one nine nine | 8005550199
en US | one eight hundred, 555, oh one double nine | 18005550199
en US | 415 triple 5 0132 | 4155550132
en US | 415, three fives, 0132 | 4155550132
en US | 415 5550 double one two | 4155550112
en US | 415 555 | ?
en US | 415 555 01 | ?
en US | 415 555 0132 77 | ?
en US | I think it's 415 555 0132 but I'm not sure | 4155550132
en US | The last four are 0132 and the first six are 415 555 | 4155550132?
en US | four one five five five five oh one three two no three | 4155550133
en US | 415 555 0132 no no no 0123 | 4155550123
en US | 415 555 0132 sorry I meant 0123 | 4155550123
en US | 415 556 make that 555 0132 | 4155550132
en US | 415 556 oh 5 not 6 so 555 0132 | 4155550132?
en US | 4 1 5 5 5 5 0 1 3 2. Oh no, sorry, the last one is 3. | 4155550133?
en US | It ends in 0132, so 415-555-0132 | 4155550132
en US | two one two, five five five, twelve twelve | 2125551212
en US | 212 555 twelve hundred | 2125551200
en US | two twelve, five fifty five, one thousand | 2125551000
en GB | oh two oh, seven nine four six, oh nine five eight | 02079460958
en GB | 020 7946 0958 | 02079460958
en GB | It's 0 2 0 7 9 4 6 0 9 5 8. | 02079460958
en GB | zero two zero seven nine four six zero nine five eight | 02079460958
en GB | O20 7946 0958 | 02079460958
en GB | oh 7 double 7 double oh 9 double oh 123 | 07788900123?
en GB | oh double seven double eight, nine double oh, one two three | 07788900123
en GB | 07788 900123 | 07788900123
en GB | oh seven seven eight eight nine hundred one two three | 07788900123
en GB | plus 44 7788 900 123 | +447788900123
en GB | plus forty-four, seven seven eight eight, nine hundred, one two three | +447788900123
en GB | plus four four (0) 7788 900123 | +447788900123
en GB | double oh four four, seven seven double eight, nine double oh, one two three | 00447788900123
en GB | 07788 900 124, sorry, 123 | 07788900123
en GB | 07788 900 132 no 123 | 07788900123
en GB | oh seven seven eight eight nine oh oh one two three, no, one two four | 07788900124
en GB | 07788, sorry, 07789 900123 | 07789900123
en GB | 07788 900, hang on, let me check, 900123 | 07788900123
en GB | 07788 900, hold on a second, 123 | 07788900123
en GB | 07788 900, wait, 123 | 07788900123
en GB | 07788 900, er, 123 | 07788900123
en GB | start again. 07788 900123. | 07788900123
en GB | 0207946, let's try that again, 020 7946 0958 | 02079460958
en GB | 077 889 001 23 | 07788900123
en GB | 077 double 89 double 0123 | 07788900123
en GB | My mobile's 07788 900123 | 07788900123
en GB | Right, so the number's oh seven seven double eight nine double oh one two three, cheers. | 07788900123
en GB | to oh seven nine four six oh nine five eight | 2079460958
en GB | 020 7946, one moment, 0958 | 02079460958
en GB | 020 7946 0958, the office is on the 3rd floor | 02079460958
en DE | zero four zero, three six one, no sorry, three six two, nine eight eight | 040362988
en DE | 0170 1234567 | 01701234567
en DE | oh one seven oh, one two three, four five six seven | 01701234567
en DE | plus 49 170 1234567 | +491701234567
en DE | forty-nine one seventy, one two three four five six seven | 491701234567
zh CN | 我的电话是138-0013-8000。 | 13800138000
zh CN | 一三八零零一三八零零零 | 13800138000
zh CN | 幺三八零零幺三八三个零 | 13800138000
zh CN | 要三八零零要三八零零零 | 13800138000
zh CN | 悠神霸凌凌悠神霸凌凌凌 | 13800138000
zh CN | 不对号码是要散误,把体溜误私散而摇。 | 13587654321
zh CN | 有把柳，要尔散司，凌久把其 | 18612340987
zh CN | 腰三八 零零腰三 八零零零 | 13800138000
zh CN | 1 3 8 0 0 1 3 8 0 0 0 | 13800138000
zh CN | 1380013八千 | 13800138000
zh CN | 138,0013,8000,谢谢。 | 13800138000
zh CN | 打我手机,138 0013 8000 | 13800138000
zh CN | 您打13800138000就行 | 13800138000
zh CN | 幺三八不对幺三九零零幺三八零零零 | 13900138000
zh CN | 幺三八零零幺三八零零幺，不对，零零零 | 13800138000
zh CN | 13800138001,不对,是8000 | 13800138000
zh CN | 13800138001 不对 最后一位是0 | 13800138000
zh CN | 一三八零零一三七，不是七，是八，零零零 | 13800138000
zh CN | 一三八零零一三七八零零零，不是七，是八 | 13800138000?
zh CN | 138 0013 8001，啊错了，8000 | 13800138000
zh CN | 幺三八零零，我重新说，幺三九零零幺三八零零零 | 13900138000
zh CN | 138001，我重新说一遍，139 0013 8000 | 13900138000
zh CN | 13800，算了重新来，13900138000 | 13900138000
zh CN | 等一下，我看看，是13800138000 | 13800138000
zh CN | 幺三八，等一下，零零幺三，八零零零 | 13800138000
zh CN | 幺三八零零幺三八零零零，再说一遍，幺三八零零幺三八零零零 | 13800138000
zh CN | 四个五幺二三四，区号零二幺 | 02155551234?
zh CN | 零二幺四个五幺二三四 | 02155551234
zh CN | 零二幺，五五五五，四个幺 | 02155551111
zh CN | 零二一，五五五五，四个一 | 02155551111
zh CN | 零二幺四个五四个幺 | 02155551111
zh CN | 幺三八四个八四个幺 | 13888881111
zh CN | 幺三八三个八零零幺二三 | 13888800123
zh CN | 一三八四个八八个 | ?
zh CN | 138 4个8 1234 | 13888881234
zh CN | 138四个8 1234 | 13888881234
zh CN | 一三八两个零一三两个八零零 | 13800138800
zh CN | 一三九，双零，一三八，零零零 | 13900138000?
zh CN | 010-6552-9988 | 01065529988
zh CN | 零幺零，六五五二，九九八八 | 01065529988
zh CN | 洞幺洞，六五五二，九九八八 | 01065529988
zh CN | 零一零六五五二九九八八转八零三 | 01065529988
zh CN | 01065529988转803 | 01065529988
zh CN | 010-65529988,分机号是803 | 01065529988
zh CN | 加八六幺三八零零幺三八零零零 | +8613800138000
zh CN | +86 138 0013 8000 | +8613800138000
zh CN | 八六一三八零零一三八零零零 | 8613800138000
zh CN | 我在305房间,电话13800138000 | 13800138000
zh CN | 我们这有20个人用不了,打13800138000 | 13800138000
zh CN | 坏了三天了,我的号码是13800138000 | 13800138000
zh CN | 订单号是88231745,手机号是13800138000 | 13800138000
zh CN | 手机号是13800138000,订单号是88231745 | 13800138000
zh CN | 13800138000,下午三点以后打 | 13800138000
zh CN | 版本4.2,电话是幺三八零零幺三八零零零 | 13800138000
zh CN | 打13800138000或者13900138000都行 | ?
zh CN | 不要打13800138000,打13900138000 | 13900138000
zh CN | 别打13800138000了,打13900138000 | 13900138000
zh CN | 打13900138000,不要打13800138000 | 13900138000
zh CN | 以前的号码是13800138000,现在是13900138000 | 13900138000?
zh CN | 最好打13900138000,打不通再打13800138000 | 13900138000?
zh CN | 不是138,是139,0013 8000 | 13900138000
zh CN | 不是138是139 00138000 | 13900138000
zh CN | 一三八零零一三八零零零，前面是一三八 | 13800138000
zh CN | 一三吧零零一三吧零零零 | 13800138000
zh CN | 一山八零零一三八零零零 | 13800138000
zh CN | 幺三八零零么三八零零零 | 13800138000
zh CN | 妖三八洞洞妖三八洞洞洞 | 13800138000
zh CN | 一三八，零零一三，八千 | 13800138000
zh CN | 我的電話號碼是一三八零零一三八零零零 | 13800138000
zh CN | 我的手機是138零零138零零零 | 13800138000
zh CN | 兩個八一二三四五六 | 88123456
zh CN | 幺三八，兩個零，幺三八，三個零 | 13800138000
zh CN | 五五五二九九八八 | 55529988
zh CN | 四百八百八十八百八十八 | ?
zh CN | 四零零八二零八八二零 | 4008208820
zh CN | 四零零，八二零，八八二零 | 4008208820
zh CN | 400-820-8820 | 4008208820
zh CN | 幺三八零零幺三八零零 | ?
zh CN | 一三八零零一三 | ?
zh CN | 一三八零零一三八零零零零 | ?
zh CN | 嗯…一三八…零零…一三…八零零零 | 13800138000
zh CN | 一三八,然后是零零一三,然后八零零零 | 13800138000
zh CN | 幺三八零零幺三八零零零对 | 13800138000
zh CN | 是的幺三八零零幺三八零零零 | 13800138000
zh CN | 一百三十八零零一三八零零零 | 13800138000
zh CN | 一三八零零一三八零零零哦不对八零零一 | 13800138001
zh CN | 一三八零零一三六八零零零，刚才说错了，是一三八零零一三八八零零零 | ?
zh CN | 一三九六六六五五四四，错了错了，一三九六六六五五四四三 | 13966655443
zh CN | 131 2345 6789 | 13123456789
zh CN | 幺五幺幺幺幺二二二二幺 | 15111122221
zh CN | 一五一四个一二二二二 | 15111112222
zh CN | 一五一，四个一，四个二 | 15111112222
zh CN | 幺八六幺个二 | ?
ko KR | 제 번호는 010-1234-5678입니다. | 01012345678
ko KR | 공일공 일이삼사 오육칠팔이요 | 01012345678
ko KR | 공 일 공 일 이 삼 사 오 육 칠 팔 | 01012345678
ko KR | 010 1234 5678로 전화 주세요 | 01012345678
ko KR | 010에 1234에 5678이요 | 01012345678
ko KR | 영일영 일이삼사 오육칠팔 | 01012345678
ko KR | 공일공, 일이삼사, 오육칠구, 아니, 오육칠팔 | 01012345678
ko KR | 010-1234-5679 아니요 5678이요 | 01012345678
ko KR | 010 1235 아니 1234 5678 | 01012345678
ko KR | 공일공 일이삼오 아니 일이삼사 오육칠팔입니다 | 01012345678
ko KR | 5679가 아니라 5678이에요 010 1234 5678 | 01012345678
ko KR | 010 1234, 다시 말할게요, 010 9876 5432 | 01098765432
ko KR | 010 1234 처음부터 다시 할게요 010 9876 5432 | 01098765432
ko KR | 잠깐만요, 010 1234 5678이에요 | 01012345678
ko KR | 010 1234, 잠깐만요, 5678 | 01012345678
ko KR | 공이 삼사오육 칠팔구공 | 0234567890
ko KR | 공이에 오오오에 일이삼사 | 025551234
ko KR | 02-555-1234 | 025551234
ko KR | 02-555-1234 내선 305 | 025551234
ko KR | 공삼일 칠이사 오육칠팔 | 0317245678
ko KR | 일오팔팔에 일이삼사 | 15881234
ko KR | 1588-1234 | 15881234
ko KR | 플러스 팔이 십 일이삼사 오육칠팔 | +821012345678
ko KR | +82 10 1234 5678 | +821012345678
ko KR | 플러스 82 10-1234-5678 | +821012345678
ko KR | 305호인데요 번호는 010-1234-5678이에요 | 01012345678
ko KR | 주문번호는 88231745이고 전화번호는 010-1234-5678이에요 | 01012345678
ko KR | 전화번호는 010-1234-5678이고 주문번호는 88231745예요 | 01012345678
ko KR | 사흘째 안 돼요 010-1234-5678로 전화 주세요 | 01012345678
ko KR | 3일째 안 돼요 010-1234-5678로 전화 주세요 | 01012345678
ko KR | 직원 20명이 못 써요 010-1234-5678 | 01012345678
ko KR | 010-1234-5678로 내일 세 시에 전화해 주세요 | 01012345678
ko KR | 010-1234-5678 말고 010-9876-5432로 해 주세요 | 01098765432
ko KR | 010-9876-5432로 해 주세요 010-1234-5678 말고요 | 01098765432
ko KR | 010-1234-5678이나 010-9876-5432로 전화 주세요 | ?
ko KR | 예전 번호는 010-1234-5678이고 지금은 010-9876-5432예요 | 01098765432?
ko KR | 공일공 일이삼사 오륙칠팔 | 01012345678
ko KR | 공일공 이이이이 삼삼삼삼 | 01022223333
ko KR | 공일공에 이가 네 개 삼이 네 개 | 01022223333?
ko KR | 공일공 하나둘셋넷 다섯여섯일곱여덟 | 01012345678
ko KR | 공하나공 하나둘셋넷 오육칠팔 | 01012345678
ko KR | 010 1234 오육칠팔 | 01012345678
ko KR | 공일공 1234 5678 | 01012345678
ko KR | 010, 1234, 5678. | 01012345678
ko KR | 01012345678 | 01012345678
ko KR | 음 그러니까 010 그다음에 1234 그다음에 5678 | 01012345678
ko KR | 네 공일공 일이삼사 오육칠팔 맞아요 | 01012345678
ko KR | 공일공 다시 일이삼사 다시 오육칠팔 | 01012345678
ko KR | 010 1234 567 | 0101234567
ko KR | 공일공 일이삼사 | ?
ko KR | 010 1234 56789 | ?
ko KR | 버전 4.2이고 번호는 010 1234 5678입니다 | 01012345678
ko KR | 제 핸드폰 공일공 오오삼이 이칠팔구예요 | 01055322789
ko KR | 공일공 이오공이 구구이이요 | 01025029922
ko KR | 공일공 이오공이 구구이이이요 | 01025029922?
ko KR | 공일공 천이백삼십사 오천육백칠십팔 | 01012345678
ko KR | 010 1234 5678 번으로 연락 주세요 | 01012345678
ko KR | 끝이 5678이고 010 1234예요 | ?
ko KR | 사무실은 02-555-1234인데 핸드폰 010-1234-5678로 해 주세요 | 01012345678?
ko KR | 공일공 일이삼사 오육칠팔 다시 한번 공일공 일이삼사 오육칠팔 | 01012345678
ko KR | 공일공 일이삼사 오육칠팔 이 번호로 주세요 | 01012345678
ko KR | 공일육 이삼사 오육칠팔 | 0162345678
ko KR | 죄송합니다 잘못 말했어요 010 9876 5432예요 | 01098765432
ko KR | 010 1234 5678, 끝자리가 8이 아니라 9예요 | 01012345679
en US | The best number for me is 312-555-0188. | 3125550188
en US | three one two, double five five, oh one double eight | 3125550188
en US | 312 555 0188, that's my cell | 3125550188
en US | 312-555-0188 and if I don't answer, leave a message | 3125550188
en US | 312-555-0188, and my colleague's is 773-555-0166 | ?
en US | 312, hmm, 555, 0188 | 3125550188
en US | 312-555-0189. Oops, 0188. | 3125550188
en US | 312-555-0189, correction, 0188 | 3125550188
en US | 321, no, 312, 555 0188 | 3125550188
en US | 312 555 01 89, no 88 | 3125550188
en US | 312 555, let me check, yes, 0188 | 3125550188
en US | Hold on. OK. 312-555-0188. | 3125550188
en US | It's not 312-555-0189, it's 312-555-0188. | 3125550188
en US | never call the 312-555-0189 number, only 773-555-0166 | 7735550166
en US | forget it, the number is 773-555-0166 | 7735550166
en US | 312-555-0189, forget that one, 773-555-0166 | 7735550166
en US | 312 555 0188, sorry, the first three digits are 773 | 7735550188
en US | 312 555 0188, no sorry, the last two digits are 98 | 3125550198
en US | 312 five five five zero one eighty eight | 3125550188
en US | error 404, 312-555-0188 | 3125550188
en US | for two weeks now. 312-555-0188. | 3125550188
en US | we are 12 people, you get me at 312-555-0188 | 3125550188
en US | suite 400, 312-555-0188 | 3125550188
en US | 312-555-0188 between 2 and 4 | 3125550188
en US | 312-555-0188 at 3 p.m. | 3125550188
en US | dial 312-555-0188 and ask for room 12 | 3125550188
en US | 312-555-0188, and then extension 44 | 3125550188
en US | Press one after you dial 312-555-0188. | 3125550188
en US | My zip is 60614 and the phone is 312-555-0188. | 3125550188
en GB | oh two oh, eight one two three, four five six seven | 02081234567
en GB | 0161 496 0123 | 01614960123
en GB | oh one six one, four nine six, oh one two three | 01614960123
en GB | 0161 496 0124, I beg your pardon, 0123 | 01614960123
en GB | nought one six one four nine six nought one two three | 01614960123
en GB | oh 1 6 1 treble 4 oh 1 2 3 | 01614440123
zh CN | 手机是一五零一二三四五六七八 | 15012345678
zh CN | 幺五零，一二三四，五六七八，记下了吗 | 15012345678
zh CN | 150 1234 5678,随时打 | 15012345678
zh CN | 150,1234,5679,错了,5678 | 15012345678
zh CN | 15012345679，最后一位是8不是9 | 15012345678
zh CN | 一五零一二三四五六七九，不对，五六七八 | 15012345678
zh CN | 一五零一二三四，等等，五六七八 | 15012345678
zh CN | 一五零一二三四，我看一下啊，五六七八 | 15012345678
zh CN | 从头来，15012345678 | 15012345678
zh CN | 159，不，150，1234，5678 | 15012345678
zh CN | 我不确定，好像是15012345678 | 15012345678
zh CN | 别打我座机，打手机15012345678 | 15012345678
zh CN | 15012345678不行的话打13900138000 | 15012345678?
zh CN | 我老婆的是13900138000，我的是15012345678 | 15012345678?
zh CN | 工号是3305，电话15012345678 | 15012345678
zh CN | 305号房,15012345678 | 15012345678
zh CN | 三楼305室，电话15012345678 | 15012345678
zh CN | 15012345678，三楼305室 | 15012345678
zh CN | 我们有三台机器，联系电话15012345678 | 15012345678
zh CN | 五个零幺二三四 | ?
zh CN | 一五零四个一四个二 | 15011112222
zh CN | 一三九三个幺五个八 | 13911188888
zh CN | 零七五五，八八八八，六六六六 | 075588886666
zh CN | 零七五五四个八四个六 | 075588886666
zh CN | 零七五五，四個八，四個六 | 075588886666
zh CN | 幺五零 幺二三四 五六七八 我再说一遍 幺五零 幺二三四 五六七八 | 15012345678
zh CN | 一五零幺二三四五六七八零 | ?
zh CN | 幺幺零 | ?
ko KR | 010-2345-6789예요 | 01023456789
ko KR | 공일공 이삼사오 육칠팔구로 주세요 | 01023456789
ko KR | 공일공이요 이삼사오요 육칠팔구요 | 01023456789
ko KR | 010 2345 6780, 아 틀렸어요, 6789 | 01023456789
ko KR | 공일공 이삼사사 아니고 이삼사오 육칠팔구 | 01023456789
ko KR | 010-2345-6780이 아니라 010-2345-6789입니다 | 01023456789
ko KR | 잠시만요 어 010 2345 6789 | 01023456789
ko KR | 010 2345 잠시만요 6789 | 01023456789
ko KR | 마지막이 6789예요 010 2345 | ?
ko KR | 010 2345 6788 아니 마지막이 9예요 | 01023456789
ko KR | 회사 번호는 02-345-6789이고요 핸드폰은 010-2345-6789이에요 | 01023456789?
ko KR | 02-345-6789로 하지 마시고 010-2345-6789로 해 주세요 | 01023456789?
ko KR | 공이 삼사오 육칠팔구 | 023456789
ko KR | 공삼이에 팔일이에 삼사오육 | 0328123456
ko KR | 직원 다섯 명이고 번호는 010-2345-6789 | 01023456789
ko KR | 내선 12번이고 대표번호는 02-345-6789예요 | 023456789
ko KR | 010-2345-6789, 오후 3시 이후에요 | 01023456789
ko KR | 3층 305호 010-2345-6789 | 01023456789
ko KR | 010 이삼사오 6789 | 01023456789
ko KR | 제 번호가 어떻게 되더라, 010 2345 6789 | 01023456789
en US | 415-555-0132, last name Smith | 4155550132
en US | 415-555-0132. That was the last one I got. | 4155550132
en US | 415-555-0132, and my last ticket was 88 | 4155550132
en US | 415-555-0132, last time you called 415-555-0199 | ?
en US | 415-555-0132 at the end of the week | 4155550132
en US | Call me on 415-555-0132, I can't wait. | 4155550132
en US | 415-555-0132. Don't call before 9. | 4155550132
en US | 415-555-0132. Not before 9 please. | 4155550132
en US | 415-555-0132, not on Monday | 4155550132
en US | 415-555-0132, one moment, yes that's right | 4155550132
en US | 415-555-0132, I can't wait two days | 4155550132
en US | first call 415-555-0132 | 4155550132
en US | 415-555-0132, except on the 3rd | 4155550132
en US | My first number is 415-555-0132, my second one is 628-555-0147 | ?
zh CN | 13800138000，最后再说一下，我姓王 | 13800138000
zh CN | 13800138000，等一下，我还有个问题 | 13800138000
zh CN | 13800138000，不要九点以前打 | 13800138000
zh CN | 13800138000，后面没有了 | 13800138000
zh CN | 前面的号码不用了，13800138000 | 13800138000
zh CN | 13800138000，后天打 | 13800138000
zh CN | 等等，先记一下，13800138000 | 13800138000
zh CN | 幺三八零零幺三八零零零，十点以后 | 13800138000
ko KR | 010-1234-5678, 마지막으로 하나 더요 | 01012345678
ko KR | 010-1234-5678이고 두 시 이후에요 | 01012345678
ko KR | 010-1234-5678, 잠깐만요, 맞아요 | 01012345678
ko KR | 앞 번호 말고 010-1234-5678 | 01012345678
ko KR | 010-1234-5678, 월요일 말고요 | 01012345678
ko KR | 010-1234-5678, 아홉 시 전에는 말고요 | 01012345678
"""
"""Language and country, words, and the number; with "?" it is asked again, or for what is missing."""


@pytest.mark.parametrize("line", SAID.strip().split("\n"))
def test_a_dictated_number(line: str) -> None:
    of, said, number = line.split(" | ")
    language, country = of.split()
    context = SlotContext(country=country, partial=True, confidence=1.0)
    found = understand("phone_number", said, (), language, context)
    if number.endswith("?"):
        assert found is None or found.shortfall is not None
    else:
        assert found is not None
        assert found.shortfall is None
        assert found.value == number
