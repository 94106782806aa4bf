"""What callers tell in passing, and answers with more in them, in three languages, on a Monday morning."""

from __future__ import annotations

from datetime import datetime, time
from typing import cast, get_args
from zoneinfo import ZoneInfo

import pytest

from asr.slots.gather import FactKind, gather
from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext, SlotKind
from config.business_hours import OpeningHours

_DAY = ((time(9), time(18)),)
HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))
NOW = datetime(2026, 11, 30, 10, 20, tzinfo=ZoneInfo("Europe/Berlin"))
COUNTRIES = {"en": "US", "zh": "CN", "ko": "KR"}
CHOICES = {
    "X200": ("router x200", "router", "x200", "x two hundred", "路由器", "라우터"),
    "X300": ("x300", "x three hundred"),
    "P50": ("printer p50", "printer", "p50", "打印机", "프린터"),
}
TOLD = """
en | My number is 415-555-0132, room 305. | phone_number=4155550132
en | I'm in room 305 and you can call me on 415-555-0132. | phone_number=4155550132
en | It stopped working 3 days ago, version 4.2. | version=4.2; since=2026-11-27
en | It's been like this for 3 days now and 20 users are affected. | affected=20; since=2026-11-27
en | Since last Tuesday. | since=2026-11-24
en | Since Tuesday, about twelve people. | affected=12; since=2026-11-24
en | Since about nine this morning. | since=2026-11-30
en | It started around 9:30 this morning. | since=2026-11-30
en | It's been down for half an hour. | since=2026-11-30T09:50
en | For an hour or so. | since=2026-11-30T09:20
en | for two and a half hours | since=2026-11-30T07:50
en | for a day and a half | since=2026-11-29
en | Ever since the update yesterday. | since=2026-11-29
en | Since the twenty-fifth of November. | since=2026-11-25
en | Since November 25th. | since=2026-11-25
en | since the 25th | since=2026-11-25
en | It has been broken since the day before yesterday. | since=2026-11-28
en | It broke down last night. | since=2026-11-29
en | a couple of days ago | since=2026-11-28
en | Two weeks ago on Monday. | since=2026-11-16
en | since Friday afternoon | since=2026-11-27
en | since yesterday morning | since=2026-11-29
en | I noticed it on Friday. | since=2026-11-27
en | It started this morning. | since=2026-11-30
en | Not since Monday, since Tuesday. | since=2026-11-24
en | since Monday, no, sorry, since Tuesday | since=2026-11-24
en | I've worked here for 3 years. |
en | I've been waiting for twenty minutes on this line. |
en | It's been three weeks. | since=2026-11-09
en | two of us | affected=2
en | The two of us can't log in. | affected=2
en | all 15 of us | affected=15
en | It affects twenty-five users. | affected=25
en | 20 users | affected=20
en | About 1,200 users. | affected=1200
en | me and two colleagues |
en | There are 3 printers and 20 users. | affected=20
en | just me | affected=1
en | not just me, the whole team |
en | Nobody else, only myself. | affected=1
en | ten people, no, twelve people | affected=12
en | a dozen people | affected=12
en | half of the staff |
en | My order number is 8 8 2 3 1 7 4 5, thanks. | order_number=88231745
en | The order number is double eight two three, one seven four five. | order_number=88231745
en | Order 88231745, no sorry, 88231746. | order_number=88231746
en | My customer number's 4711 and I'm calling about version 10. | customer_number=4711; version=10
en | Error 404 when I open the page. | error_code=404
en | It says error code five oh three. | error_code=503
en | error 0x80070005 | error_code=0X80070005
en | It's version four point two. | version=4.2
en | I have version 4.2.1 installed. | version=4.2.1
en | version 11, build 22 | version=11
en | Hi, this is John Smith from Acme. | name=John Smith; company=Acme
en | My name is Anne-Marie O'Neil. | name=Anne-Marie O'Neil
en | My name is John and my number is 415-555-0132. | phone_number=4155550132; name=John
en | This is urgent. |
en | This is about my printer. |
en | I'm calling from Acme Corporation. | company=Acme Corporation
en | I'm having trouble with Outlook. |
en | I am Peter. | name=Peter
en | John Smith speaking. | name=John Smith
en | Please call me at 415-555-0132 tomorrow at 9. | phone_number=4155550132; callback_time=12-01 09:00
en | Call me on 415 555 0132 after 3. | phone_number=4155550132; callback_time=11-30 15:00
en | Don't call 415-555-0132, call me at 628-555-0147. | phone_number=6285550147
en | You can call me at 415-555-0132, or, better, 628-555-0147. | phone_number=6285550147
en | My number is 415-555-0131. No, sorry, 0132. | phone_number=4155550132
en | My number is 415-555-0132. My order number is 88231745. | phone_number=4155550132; order_number=88231745
en | I dialed 911 by mistake. |
en | I was on the phone for 30 minutes. |
en | The serial number is 4155550132. |
en | Please call me back in two hours, not before. | callback_time=11-30 12:20
en | We have a meeting tomorrow at nine. |
zh | 我在305房间，电话是13800138000。 | phone_number=13800138000
zh | 已经坏了三天了，有20个人用不了。 | affected=20; since=2026-11-27
zh | 三天前开始的，版本是4.2。 | version=4.2; since=2026-11-27
zh | 上周二开始的 | since=2026-11-24
zh | 从上个星期二开始 | since=2026-11-24
zh | 从昨天下午开始 | since=2026-11-29
zh | 昨天晚上就不行了 |
zh | 今天早上开始的 | since=2026-11-30
zh | 今天上午九点开始 | since=2026-11-30
zh | 半个小时前 | since=2026-11-30T09:50
zh | 两个小时了 | since=2026-11-30T08:20
zh | 两个半小时以前 | since=2026-11-30T07:50
zh | 有一个星期了 | since=2026-11-23
zh | 从周五开始 | since=2026-11-27
zh | 星期五就坏了 |
zh | 11月25号开始的 | since=2026-11-25
zh | 从十一月二十五号开始 | since=2026-11-25
zh | 25号开始 | since=2026-11-25
zh | 前天开始 | since=2026-11-28
zh | 不是昨天，是前天开始的 | since=2026-11-28
zh | 从周一，不对，从周二开始 | since=2026-11-24
zh | 刚刚开始 | since=2026-11-30
zh | 我们公司成立十年了 |
zh | 两个同事都上不了 | affected=2
zh | 我和两个同事 |
zh | 一共十五个人 | affected=15
zh | 二十多个用户 | affected=20
zh | 有一百二十个员工受影响 | affected=120
zh | 只有我一个 | affected=1
zh | 不只我一个人，整个部门都这样 |
zh | 两三个人 |
zh | 十个人，不对，十二个人 | affected=12
zh | 我们五个都登不上 |
zh | 订单号是88231745，手机号13800138000 | phone_number=13800138000; order_number=88231745
zh | 手机号13800138000，订单号是88231745 | phone_number=13800138000; order_number=88231745
zh | 订单号八八二三幺七四五 | order_number=88231745
zh | 订单号88231745，不对，88231746 | order_number=88231746
zh | 客户号是四个八 | customer_number=8888
zh | 客户编号是四个幺 | customer_number=1111
zh | 报错404 | error_code=404
zh | 错误代码是五零三 | error_code=503
zh | 版本四点二 | version=4.2
zh | 版本号是4.2.1 | version=4.2.1
zh | 我叫王小明，手机幺三八零零幺三八零零零 | phone_number=13800138000; name=王小明
zh | 我姓张 | name=张
zh | 我是李经理 | name=李经理
zh | 我是来报修的 |
zh | 我是张伟，大华公司的 | name=张伟
zh | 我叫什么不重要 |
zh | 打13800138000，明天上午十点 | phone_number=13800138000; callback_time=12-01 10:00
zh | 明天上午十点打13800138000找我 | phone_number=13800138000; callback_time=12-01 10:00
zh | 下午三点以后给我回电话 | callback_time=11-30 15:00
zh | 我的号码是13800138001，不对，8000 | phone_number=13800138000
zh | 別打13800138000，打13900138000 | phone_number=13900138000
zh | 序列号是13800138000 |
zh | 我明天九点要开会 |
zh | 我昨天打了三次电话 |
ko | 305호이고 번호는 010-1234-5678입니다 | phone_number=01012345678
ko | 사흘째 안 되고 직원 스무 명이 못 써요 | affected=20; since=2026-11-27
ko | 3일 전부터요 | since=2026-11-27
ko | 지난주 화요일부터요 | since=2026-11-24
ko | 어제 오후부터요 | since=2026-11-29
ko | 오늘 아침부터 안 돼요 | since=2026-11-30
ko | 오늘 아침 아홉 시부터 | since=2026-11-30
ko | 30분 전부터 | since=2026-11-30T09:50
ko | 두 시간 전부터요 | since=2026-11-30T08:20
ko | 두 시간 반 전부터요 | since=2026-11-30T07:50
ko | 일주일 됐어요 | since=2026-11-23
ko | 금요일부터 | since=2026-11-27
ko | 11월 25일부터요 | since=2026-11-25
ko | 그저께부터 | since=2026-11-28
ko | 월요일, 아니 화요일부터요 | since=2026-11-24
ko | 어제 말고 그저께부터요 | since=2026-11-28
ko | 이틀 됐어요 | since=2026-11-28
ko | 한 달 전부터 | since=2026-10-30
ko | 두 명이 안 돼요 | affected=2
ko | 직원 20명이요 | affected=20
ko | 저랑 동료 두 명 |
ko | 열다섯 명 정도요 | affected=15
ko | 백이십 명이요 | affected=120
ko | 저만 그래요 | affected=1
ko | 저만 그런 게 아니에요 |
ko | 열 명, 아니 열두 명이요 | affected=12
ko | 주문번호는 88231745이고 전화번호는 010-1234-5678이에요 | phone_number=01012345678; order_number=88231745
ko | 주문번호 팔팔이삼 일칠사오요 | order_number=88231745
ko | 고객번호는 사칠일일입니다 | customer_number=4711
ko | 오류 코드 404가 떠요 | error_code=404
ko | 에러 오공삼이요 | error_code=503
ko | 버전 4.2예요 | version=4.2
ko | 버전은 사 점 이예요 | version=4.2
ko | 제 이름은 김민수예요 | name=김민수
ko | 저는 박지영이고요 |
ko | 이수진이라고 합니다 | name=이수진
ko | 저는 회사원입니다 |
ko | 내일 오전 열 시에 010-1234-5678로 전화 주세요 | phone_number=01012345678; callback_time=12-01 10:00
ko | 010-1234-5678 말고 010-9876-5432로 전화 주세요 | phone_number=01098765432
ko | 제 번호는 010-1234-5679, 아니 5678이에요 | phone_number=01012345678
ko | 내일 아홉 시에 회의가 있어요 |
en | It broke last Friday and five people can't print. | affected=5; since=2026-11-27
en | it's been 2 hours | since=2026-11-30T08:20
en | This has been going on for about three and a half weeks. | since=2026-11-06
en | since the 3rd of November | since=2026-11-03
en | since October |
en | It began on Saturday. | since=2026-11-28
en | since nine |
en | Not Friday, it started on Saturday. | since=2026-11-28
en | We've been customers for ten years. |
en | I've been on hold for 15 minutes. |
en | My colleague and I can't log in. |
en | me and my team of 8 people | affected=8
en | three people, sorry, four people | affected=4
en | 3 users and 2 printers | affected=3
en | version nine point one point two | version=9.1.2
en | version two dot five | version=2.5
en | error five hundred | error_code=500
en | My order number is 4711, no, 4712. | order_number=4712
en | My name is not Smith, it's Smyth. | name=Smyth
en | 312-555-0188 is my number | phone_number=3125550188
en | my old number 312-555-0189 doesn't work, use 773-555-0166 | phone_number=7735550166
zh | 上周五坏的，五个人打不了 | affected=5
zh | 两个小时以前开始的 | since=2026-11-30T08:20
zh | 一个半月了 | since=2026-10-16
zh | 十一月三号就开始了 | since=2026-11-03
zh | 不是周五，周六开始的 | since=2026-11-28
zh | 我等了二十分钟了 |
zh | 四个人，不对，五个人 | affected=5
zh | 三四个人 |
zh | 我跟三个同事都进不去 |
zh | 不止我一个人 |
zh | 版本是九点一点二 | version=9.1.2
zh | 订单号是四七一一，不对，四七一二 | order_number=4712
zh | 会员号四个八 | customer_number=8888
zh | 15012345678是我的号码 | phone_number=15012345678
zh | 我有两个手机 |
ko | 지난 금요일부터 다섯 명이 못 써요 | affected=5; since=2026-11-27
ko | 11월 3일부터 그래요 | since=2026-11-03
ko | 금요일 말고 토요일부터요 | since=2026-11-28
ko | 20분째 기다리고 있어요 |
ko | 세 명, 아니 네 명이요 | affected=4
ko | 서너 명이요 |
ko | 저하고 동료 세 명이요 |
ko | 버전 구 점 일이에요 | version=9.1
ko | 주문번호는 4711, 아니 4712예요 | order_number=4712
ko | 010-2345-6789가 제 번호예요 | phone_number=01023456789
"""
"""Language, words, and all that is gathered of them."""
ANSWERED = """
yes_no en | Yes, but call my mobile. | True
yes_no en | Yes please, at 415-555-0132. | True
yes_no en | No, it's 0132. | False
yes_no en | Nope, wrong number. | False
yes_no en | Yeah, no, that's fine. | ?
yes_no en | Yeah, no, that's wrong. | ?
yes_no en | No, yeah, that's right. | ?
yes_no en | No, no, yes, that's right. | ?
yes_no en | That's correct except for the last digit. | False
yes_no en | Almost. | ?
yes_no en | Yes, everything except the number. | False
yes_no en | Yes if it's after five | True
yes_no en | Yes, but not today | True
yes_no en | Not quite, the time is wrong. | False
yes_no en | I don't think so. | False
yes_no en | I think so. | True
yes_no en | Why not. | True
yes_no en | Sure, why not? | True
yes_no en | Not bad, yes. | True
yes_no en | No problem. | True
yes_no en | No problem, go ahead. | True
yes_no en | No, that's all. | False
yes_no en | That's not it. | False
yes_no en | It's not right. | False
yes_no en | That is right. | True
yes_no en | All right. | True
yes_no en | You got it. | True
yes_no en | You got it wrong. | False
yes_no en | Correct the number please. | ?
yes_no en | Yes yes yes. | True
yes_no en | Please do. | True
yes_no en | Please don't. | False
yes_no en | I'd rather not. | False
yes_no en | I'd prefer another number. | ?
yes_no en | Use another number. | ?
yes_no en | Absolutely. | True
yes_no en | Absolutely not. | False
yes_no en | Of course not. | False
yes_no en | Don't you dare. | False
yes_no en | Yes, that's wrong. | ?
yes_no en | Is it right? | ?
yes_no en | That's right, isn't it? | True
yes_no en | Yes, I mean no. | ?
yes_no en | Yes, sorry, no. | ?
yes_no en | No, I mean yes. | ?
yes_no zh | 对，但是打我手机 | True
yes_no zh | 对的，没错 | True
yes_no zh | 不对，是0132 | False
yes_no zh | 对了，还有一件事 | ?
yes_no zh | 基本上对 | ?
yes_no zh | 差不多 | ?
yes_no zh | 除了号码都对 | ?
yes_no zh | 最后一位不对 | False
yes_no zh | 号码不对 | False
yes_no zh | 没问题 | True
yes_no zh | 有问题 | False
yes_no zh | 好像不对 | False
yes_no zh | 对吗 | ?
yes_no zh | 对不对 | ?
yes_no zh | 是不是 | ?
yes_no zh | 不是不对 | ?
yes_no zh | 没有错 | True
yes_no zh | 不错 | True
yes_no zh | 错了 | False
yes_no zh | 可以，不过要晚上 | True
yes_no zh | 可以的话明天打 | ?
yes_no zh | 不可以 | False
yes_no zh | 不行，换一个 | False
yes_no zh | 不用了，谢谢 | False
yes_no zh | 好的，谢谢 | True
yes_no zh | 嗯，对 | True
yes_no zh | 嗯不对 | False
yes_no zh | 是的是的 | True
yes_no zh | 对对对 | True
yes_no zh | 對 | True
yes_no zh | 不對 | False
yes_no zh | 對，沒錯 | True
yes_no zh | 是，不，不是 | ?
yes_no ko | 네, 근데 핸드폰으로 해 주세요 | True
yes_no ko | 네 맞습니다 | True
yes_no ko | 네, 아니요 | ?
yes_no ko | 아니요, 틀렸어요 | False
yes_no ko | 아니 맞아요 | ?
yes_no ko | 번호가 틀려요 | False
yes_no ko | 번호만 빼고 맞아요 | ?
yes_no ko | 거의 맞아요 | ?
yes_no ko | 맞나요? | ?
yes_no ko | 안 맞아요 | False
yes_no ko | 그래요 | True
yes_no ko | 됐어요 | ?
yes_no ko | 괜찮아요 | ?
yes_no ko | 좋습니다 | True
yes_no ko | 네네 | True
yes_no ko | 아뇨 다른 번호로요 | False
yes_no ko | 네 그런데 오늘은 안 돼요 | True
number en | twenty | 20
number en | about twenty, maybe twenty five | ?
number en | It's 20. | 20
number en | for | ?
number en | 1,200 | 1200
number en | one thousand two hundred | 1200
number en | a hundred | 100
number en | twelve, no, thirteen | ?
number en | a dozen | 12
number en | two or three | ?
number en | between 10 and 20 | ?
number en | none | ?
number en | just one | 1
number en | fifteen people on the 3rd floor | 15
number en | a couple | ?
number en | twenty-five users | 25
number zh | 二十个 | 20
number zh | 两个人 | 2
number zh | 二个 | 2
number zh | 十二个，不对，十三个 | ?
number zh | 两三个 | ?
number zh | 二十来个 | 20
number zh | 一百二 | 120
number zh | 一百二十 | 120
number zh | 一千二百 | 1200
number zh | 1200 | 1200
number zh | 十几个 | ?
number zh | 二十多个 | 20
number zh | 大概有三十个人左右 | 30
number zh | 三四十个 | ?
number zh | 没有 | ?
number zh | 半个 | ?
number zh | 一个人 | 1
number ko | 스무 명 | 20
number ko | 스물다섯 명이요 | 25
number ko | 이십 명 | 20
number ko | 두세 명 | ?
number ko | 열 명 아니 열한 명 | ?
number ko | 백이십 명 | 120
number ko | 한 명 | 1
number ko | 20명 정도 | 20
number ko | 두 명이요 | 2
name en | It's Smith. | Smith
name en | John Smith, S M I T H. | John Smith
name en | Yes, my name is John Smith. | John Smith
name en | My name's Maria, Maria Lopez. | Maria Lopez
name en | I told you already. | ?
name en | Smith, no, Smyth. | Smyth
name en | The name is Bond. James Bond. | James Bond
name en | um, Peter Miller | Peter Miller
name en | This is Dr. Brown speaking. | Dr. Brown
name en | You can call me Al. | Al
name zh | 我叫李雷 | 李雷
name zh | 李雷，木子李 | 李雷
name zh | 我姓欧阳 | 欧阳
name zh | 王，三横王 | 王
name zh | 免贵姓赵 | 赵
name zh | 敝姓陈 | 陈
name zh | 叫我小王就行 | 小王
name zh | 鄙人张三 | 张三
name zh | 名字是陈伟 | 陈伟
name zh | 我的名字叫陈伟 | 陈伟
name ko | 김민수입니다 | 김민수
name ko | 제 이름은 김민수예요 | 김민수
name ko | 김민수라고 합니다 | 김민수
name ko | 저는 이수진이에요 | 이수진
name ko | 네, 박영희요 | 박영희
name ko | 김민수고요 | 김민수
choice en | The router. | X200
choice en | the ruter | X200
choice en | x 200 | X200
choice en | x two hundred | X200
choice en | X-200 | X200
choice en | ex two hundred | X200
choice en | ex 200 | X200
choice en | x two thousand | ?
choice en | X300 | X300
choice en | x three hundred | X300
choice en | X 400 | ?
choice en | not the router, the printer | P50
choice en | the printer, not the router | P50
choice en | printer | P50
choice en | P50 | P50
choice en | p fifty | ?
choice en | p fifteen | ?
choice en | P15 | ?
choice en | pee fifty | ?
choice en | the printer or maybe the router | ?
choice en | router no printer | ?
choice en | I have an X200 and it prints nothing | X200
choice en | the routers | X200
choice zh | 路由器 | X200
choice zh | 路由 | X200
choice zh | 路由机 | X200
choice zh | x二百 | ?
choice zh | X200 | X200
choice zh | x 200 | X200
choice zh | x三百 | ?
choice zh | 不是路由器，是打印机 | P50
choice zh | 打印機 | P50
choice zh | 打印机不是路由器 | P50
choice zh | 打引机 | P50
choice zh | 印表机 | ?
choice ko | 라우터요 | X200
choice ko | 라우타 | X200
choice ko | 엑스 200 | X200
choice ko | 라우터 말고 프린터요 | P50
choice ko | 프린터 | P50
choice ko | 프린트 | P50
"""
"""Kind and language, words, and the value; "?" where it is asked again."""


@pytest.mark.parametrize("line", TOLD.strip().split("\n"))
def test_what_is_told_in_passing(line: str) -> None:
    language, said, told = (part.strip() for part in line.split(" |"))
    context = SlotContext(now=NOW, hours=HOURS, country=COUNTRIES[language], confidence=1.0)
    found = {
        fact.kind: f"{value.start:%m-%d %H:%M}" if isinstance(value, CallWindow) else str(value)
        for fact in gather(said, language, context, get_args(FactKind))
        if fact.understood.shortfall is None and (value := fact.understood.value) is not None
    }
    assert found == dict(part.split("=") for part in told.split("; ") if part)


@pytest.mark.parametrize("line", ANSWERED.strip().split("\n"))
def test_an_answer_with_more_in_it(line: str) -> None:
    of, said, value = line.split(" | ")
    kind, language = of.split()
    context = SlotContext(choices=CHOICES, confidence=1.0)
    found = understand(cast(SlotKind, kind), said, (), language, context)
    assert (None if found is None else str(found.value)) == (None if value == "?" else value)
