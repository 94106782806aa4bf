"""Times for a call as callers wish them, at several moments, in three languages.

Among the moments are a late Friday, a Saturday, the night before the last day of a year, half past one at
night, and the weeks in which the clocks change.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext
from config.business_hours import OpeningHours

_DAY = ((time(9), time(18)),)
HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))
MOMENTS = {
    "A": datetime(2026, 11, 30, 10, 20),  # a Monday
    "B": datetime(2026, 12, 4, 16, 40),  # a Friday
    "C": datetime(2026, 12, 5, 11),  # a Saturday
    "D": datetime(2026, 12, 30, 23, 30),
    "F": datetime(2027, 3, 25, 17, 30),  # before the Sunday on which summer time begins
    "G": datetime(2026, 12, 1, 1, 30),
    "nights": datetime(2026, 10, 25, 1, 30),  # an hour and a half before summer time ends; no business hours
}
WISHED = """
en A | any time except Monday | 12-01 09:00
en A | Anytime, just not on Monday. | 12-01 09:00
en A | Not before ten. | 11-30 10:20
en A | not before 11 | 11-30 11:00
en A | in two days | 12-02 09:00
en A | In 2 days' time. | 12-02 09:00
en A | the day after tomorrow around noon | 12-02 12:00
en A | tomorrow between nine and eleven thirty | 12-01 09:00-11:30
en A | Tomorrow between 9 and 11:30. | 12-01 09:00-11:30
en A | half past two | 11-30 14:30
en A | at half past | ?
en A | quarter to three | 11-30 14:45
en A | a quarter past three | 11-30 15:15
en A | tomorrow at a quarter to ten | 12-01 09:45
en A | ten to three | ?
en A | twenty past two | 11-30 14:20
en A | five past two | 11-30 14:05
en A | after lunch | 11-30 12:00
en A | after lunch tomorrow | 12-01 12:00
en A | before lunch | 11-30 10:20
en A | first thing in the morning | 12-01 09:00
en A | First thing tomorrow morning, please. | 12-01 09:00
en A | next Thursday | ?
en A | not Wednesday, next Thursday | ?
en A | not Wednesday, Thursday | 12-03 09:00
en A | No, not Wednesday. Next Thursday. | ?
en A | Wednesday. No, Thursday. | 12-03 09:00
en A | not tomorrow, Thursday at 3 | 12-03 15:00
en A | end of the week | ?
en A | at the end of the month | ?
en A | beginning of next week | ?
en A | in an hour | 11-30 11:20
en A | in about an hour or so | ?
en A | in an hour or two | ?
en A | in half an hour | 11-30 10:50
en A | in a quarter of an hour | 11-30 10:35
en A | in 15 minutes | 11-30 10:35
en A | give me 20 minutes | 11-30 10:40
en A | in three quarters of an hour | 11-30 11:05
en A | in one and a half hours | 11-30 11:50
en A | an hour from now | 11-30 11:20
en A | Tomorrow at 9:30. | 12-01 09:30
en A | tomorrow nine thirty | 12-01 09:30
en A | Tomorrow morning at half nine | 12-01 09:30
en A | tomorrow at 3 PM | 12-01 15:00
en A | tomorrow at 3 p.m. sharp | 12-01 15:00
en A | 3pm | 11-30 15:00
en A | 15:00 | 11-30 15:00
en A | at 1500 | ?
en A | 1500 hours | ?
en A | 16.30 | 11-30 16:30
en A | today at four, or tomorrow at ten | 11-30 16:00
en A | Tuesday or Wednesday afternoon | 12-01 12:00
en A | Tuesday afternoon or Wednesday morning | 12-01 12:00
en A | Tuesday through Thursday after two | 12-01 14:00
en A | any weekday after four | 11-30 16:00
en A | weekdays only | 11-30 10:20
en A | I'm free from two to four. | 11-30 14:00-16:00
en A | I'm only available in the afternoons | 11-30 12:00
en A | I'm in meetings until three | ?
en A | I have a meeting at two, so after three | 11-30 15:00
en A | I have a meeting until eleven, after that is fine | ?
en A | after my meeting at two | ?
en A | I get off work at five, so after that | ?
en A | not today | ?
en A | Not now. Later. | 11-30 11:20
en A | not in the morning | ?
en A | not tomorrow morning but tomorrow afternoon | 12-01 12:00
en A | tomorrow, but not before ten | 12-01 10:00
en A | tomorrow but not in the morning | 12-01 12:00
en A | Tomorrow, not too early. | ?
en A | as early as possible tomorrow | 12-01 09:00
en A | as soon as you can | 11-30 10:20
en A | the sooner the better | 11-30 10:20
en A | whenever suits you | 11-30 10:20
en A | whenever, but not Tuesday | 11-30 10:20
en A | anytime after tomorrow | 12-02 09:00
en A | anytime before Thursday | 11-30 10:20
en A | by Friday | ?
en A | by the end of the day | 11-30 16:00
en A | before the end of the day | 11-30 16:00
en A | close to five | 11-30 17:00
en A | just after five | 11-30 17:00
en A | shortly before five | ?
en A | around 4ish | 11-30 16:00
en A | fourish | ?
en A | Late afternoon would be best. | 11-30 16:00
en A | mid morning tomorrow | 12-01 09:00
en A | Wednesday week | ?
en A | a week from today | 12-07 09:00
en A | in a week | 12-07 09:00
en A | in two weeks | ?
en A | this time tomorrow | ?
en A | same time tomorrow | ?
en A | Thursday the third | 12-03 09:00
en A | the 3rd of December at 10 | 12-03 10:00
en A | December 3rd, 10 AM | 12-03 10:00
en A | on the fifteenth | 12-15 09:00
en A | not on the first, on the second | 12-02 09:00
en A | Tomorrow at 9. No, sorry, 10. | 12-01 10:00
en A | tomorrow at nine, no, at ten | 12-01 10:00
en A | tomorrow, I mean Wednesday, at ten | 12-02 10:00
en A | at ten, no wait, eleven | 11-30 11:00
en A | Tuesday at 10. Actually make it Wednesday. | 12-02 10:00
en A | I'd say tomorrow at, um, ten thirty | 12-01 10:30
en A | to tomorrow at for | 12-01 16:00
en A | at for o'clock | 11-30 16:00
en A | Tomorrow at a quarter pass, too, in the afternoon. | 12-01 14:15
en A | Tomorrow at House Path 10. | 12-01 10:30
en A | tomorrow at have past three | 12-01 15:30
en A | ten passed for tomorrow | 12-01 16:10
en A | tomorrow at won pm | 12-01 13:00
en A | into hours | 11-30 12:20
en A | in too hours please | 11-30 12:20
en A | I will be free tomorrow | 12-01 09:00
en A | tomorrow at two | 12-01 14:00
en A | tomorrow at to | ?
en A | 2 days from now, in the morning | 12-02 09:00
en A | It's been broken for 3 days, please call tomorrow at 10 | 12-01 10:00
en A | room 305, tomorrow at 10 | 12-01 10:00
en A | Call me at 10 tomorrow on 415-555-0132 | 12-01 10:00
en A | There are 20 of us, tomorrow at 2 is fine. | 12-01 14:00
en A | I called at nine. Call me back at three. | 11-30 15:00
en A | on my lunch break, between twelve and one | ?
en A | twelve thirty | 11-30 12:30
en A | midday | 11-30 12:00
en A | midnight | ?
en A | ten | ?
en A | eight | ?
en A | at six thirty in the evening | ?
en A | seven in the evening | ?
en A | on Saturday | ?
en A | over the weekend | ?
en B | tomorrow | ?
en B | Monday morning | 12-07 09:00
en B | next Monday | 12-07 09:00
en B | next week | 12-07 09:00
en B | end of the day | 12-04 16:40
en B | in two hours | ?
en B | at five | 12-04 17:00
en B | at half past five | 12-04 17:30
en B | later | 12-04 17:40
en B | on Friday | 12-04 16:40
en B | next Friday | 12-11 09:00
en B | in three days | 12-07 09:00
en B | first thing | ?
en C | now | 12-07 09:00
en C | tomorrow morning | ?
en C | Monday at ten | 12-07 10:00
en C | next week Tuesday | 12-08 09:00
en C | this Wednesday | ?
en C | not Monday | ?
en C | the day after tomorrow | 12-07 09:00
en D | tomorrow morning | 12-31 09:00
en D | in two days | 01-01 09:00
en D | on January 4th | 01-04 09:00
en D | next year | ?
en D | after New Year | ?
en D | the day after tomorrow at ten | 01-01 10:00
en D | next Monday | 01-04 09:00
en D | in ten hours | 12-31 09:30
en D | on the fourth at nine thirty | 01-04 09:30
en G | tomorrow morning | ?
en G | this morning at ten | ?
en G | today at nine | ?
en nights | in two hours | 10-25 02:30
en nights | in half an hour | 10-25 02:00
en nights | tomorrow at nine | ?
en F | on Monday at nine | 03-29 09:00
en F | in four days at nine | 03-29 09:00
zh A | 明天下午2.1克。 | 12-01 14:15
zh A | 明天下午两点一颗 | 12-01 14:15
zh A | 明早九点半 | 12-01 09:30
zh A | 明早九點半 | 12-01 09:30
zh A | 明照九点半 | 12-01 09:30
zh A | 零噪九点半 | 12-01 09:30
zh A | 名天上午九点 | 12-01 09:00
zh A | 后田下午三点 | 12-02 15:00
zh A | 明天早上9点半 | 12-01 09:30
zh A | 明天上午9:30 | 12-01 09:30
zh A | 后天下午三点以后 | 12-02 15:00
zh A | 後天下午三點以後 | 12-02 15:00
zh A | 下周三上午 | 12-09 09:00-12:00
zh A | 除了周一都行 | 12-01 09:00
zh A | 周一除外,其他时间都可以 | 12-01 09:00
zh A | 月底 | ?
zh A | 大后天 | 12-03 09:00
zh A | 大后天下午两点 | 12-03 14:00
zh A | 晚上八点一刻 | ?
zh A | 下午两点一刻 | 11-30 14:15
zh A | 下午二点 | 11-30 14:00
zh A | 下午2点 | 11-30 14:00
zh A | 下午三点三刻 | 11-30 15:45
zh A | 差一刻三点 | 11-30 14:45
zh A | 三点差五分 | 11-30 14:55
zh A | 下午差十分三点 | 11-30 14:50
zh A | 下午三点多 | ?
zh A | 下午三点左右 | 11-30 15:00
zh A | 下午三四点 | ?
zh A | 下午三点到五点之间 | 11-30 15:00-17:00
zh A | 下午3点-5点 | 11-30 15:00-17:00
zh A | 明天九点到十一点半 | 12-01 09:00-11:30
zh A | 明天上午十点之前 | 12-01 09:00-10:00
zh A | 明天十点以后 | 12-01 10:00
zh A | 明天不要早于十点 | 12-01 10:00
zh A | 十点以后,十二点以前 | 11-30 10:20-12:00
zh A | 一个小时以后 | 11-30 11:20
zh A | 半小时后 | 11-30 10:50
zh A | 半个钟头以后 | 11-30 10:50
zh A | 过一个半小时 | 11-30 11:50
zh A | 两个小时后 | 11-30 12:20
zh A | 二十分钟以后 | 11-30 10:40
zh A | 20分钟后 | 11-30 10:40
zh A | 过一刻钟 | 11-30 10:35
zh A | 三刻钟以后 | 11-30 11:05
zh A | 两天后 | 12-02 09:00
zh A | 两天以后上午 | 12-02 09:00
zh A | 过两天 | ?
zh A | 过几天 | ?
zh A | 一个星期后 | ?
zh A | 明天 | 12-01 09:00
zh A | 明天中午 | 12-01 12:00
zh A | 明天中午十二点半 | 12-01 12:30
zh A | 中午十一点半 | 11-30 11:30
zh A | 中午一点 | 11-30 13:00
zh A | 午饭后 | 11-30 12:00
zh A | 吃完午饭 | 11-30 12:00
zh A | 明天一早 | 12-01 09:00
zh A | 一上班就打 | ?
zh A | 明天一上班 | 12-01 09:00
zh A | 下班以后 | ?
zh A | 下班前 | 11-30 16:00
zh A | 五点下班，之前都行 | ?
zh A | 今天不行，明天 | 12-01 09:00
zh A | 今天不行，明天下午三点 | 12-01 15:00
zh A | 不要今天,明天 | 12-01 09:00
zh A | 不是明天，是后天 | 12-02 09:00
zh A | 明天，不对，后天上午 | 12-02 09:00-12:00
zh A | 明天九点，不对，十点 | 12-01 10:00
zh A | 明天九点,哦不,十点 | 12-01 10:00
zh A | 明天九点，说错了，十点 | 12-01 10:00
zh A | 不是周三，是下周四 | 12-10 09:00
zh A | 周三不行，下周四吧 | 12-10 09:00
zh A | 周三或者周四下午 | 12-02 12:00
zh A | 周三周四都可以 | ?
zh A | 礼拜三下午 | 12-02 12:00
zh A | 星期三 | 12-02 09:00
zh A | 这周五 | 12-04 09:00
zh A | 这个星期五下午四点 | 12-04 16:00
zh A | 下礼拜一 | 12-07 09:00
zh A | 下周 | 12-07 09:00
zh A | 下下周一 | 12-14 09:00
zh A | 周末 | ?
zh A | 工作日下午 | 11-30 12:00
zh A | 上午都行 | 11-30 10:20
zh A | 下午都可以 | 11-30 12:00
zh A | 上午不行 | ?
zh A | 上午没空,下午两点以后 | 11-30 14:00
zh A | 尽快 | 11-30 10:20
zh A | 越快越好 | 11-30 10:20
zh A | 现在就打 | 11-30 10:20
zh A | 随时 | 11-30 10:20
zh A | 什么时候都行 | 11-30 10:20
zh A | 现在不方便,晚点 | 11-30 11:20
zh A | 等会儿 | 11-30 11:20
zh A | 我两点开会,三点以后 | 11-30 15:00
zh A | 我三点前在开会 | ?
zh A | 开完会以后 | ?
zh A | 十二月三号 | 12-03 09:00
zh A | 12月3号上午10点 | 12-03 10:00
zh A | 三号下午 | 12-03 12:00
zh A | 十五号 | 12-15 09:00
zh A | 本月十五号上午 | 12-15 09:00
zh A | 下个月三号 | 12-03 09:00
zh A | 十点 | ?
zh A | 十点吧 | ?
zh A | 明天十点吧 | ?
zh A | 明天上午十点半吧 | 12-01 10:30
zh A | 八点 | ?
zh A | 下午一点半 | 11-30 13:30
zh A | 13点30分 | 11-30 13:30
zh A | 十四点 | 11-30 14:00
zh A | 十四点三十 | 11-30 14:30
zh A | 明天下午2:30 | 12-01 14:30
zh A | 明天下午两点二十 | 12-01 14:20
zh A | 明天下午两点零五分 | 12-01 14:05
zh A | 坏了三天了，明天上午十点给我打 | 12-01 10:00
zh A | 我在305房间,明天上午十点 | 12-01 10:00
zh A | 我有三台电脑,明天下午打 | 12-01 12:00
zh A | 明后天都行 | 12-01 09:00
zh A | 明天或后天 | 12-01 09:00
zh A | 今明两天 | 11-30 10:20
zh A | 明天晚一点 | ?
zh A | 明天傍晚 | ?
zh A | 每天下午三点 | 11-30 15:00
zh A | 十分钟以内 | 11-30 10:20
zh A | 三天之内 | 11-30 10:20
zh A | 下周的周三 | 12-09 09:00
zh A | 下周初 | ?
zh A | 这周末之前 | ?
zh A | 周五之前 | 11-30 10:20
zh A | 周三以后 | 12-03 09:00
zh A | 从周三开始 | 12-02 09:00
zh A | 明天除了中午都行 | 12-01 09:00
zh A | 明天上午除了十点 | 12-01 09:00
zh A | 不要太早,十点以后 | 11-30 10:20
zh A | 明天别太早 | ?
zh B | 明天 | ?
zh B | 下周一 | 12-07 09:00
zh B | 周一上午 | 12-07 09:00-12:00
zh B | 下班前 | 12-04 16:40
zh B | 五点半 | 12-04 17:30
zh B | 周五 | 12-04 16:40
zh B | 两个小时以后 | ?
zh C | 现在 | 12-07 09:00
zh C | 后天上午 | 12-07 09:00
zh C | 周三 | 12-09 09:00
zh C | 这周三 | ?
zh C | 周一不行 | ?
zh D | 明天上午 | 12-31 09:00
zh D | 后天 | 01-01 09:00
zh D | 一月四号 | 01-04 09:00
zh D | 明年 | ?
zh D | 元旦以后 | ?
zh D | 下周一 | 01-04 09:00
zh D | 四号上午 | 01-04 09:00
zh G | 明天上午 | ?
zh G | 今天上午十点 | ?
zh F | 下周一九点 | 03-29 09:00
zh nights | 两个小时后 | 10-25 02:30
ko A | 모레 오후 세 시 이후 | 12-02 15:00
ko A | 월요일 빼고 | ?
ko A | 월요일 빼고 아무 때나요 | 12-01 09:00
ko A | 월요일만 빼고 다 괜찮아요 | 12-01 09:00
ko A | 다음 주 목요일 | 12-10 09:00
ko A | 다음주 목요일 오전 10시 | 12-10 10:00
ko A | 내일 아침 아홉 시 반 | 12-01 09:30
ko A | 내일 아침 9시 반이요 | 12-01 09:30
ko A | 내일 오전 9시 30분 | 12-01 09:30
ko A | 내일 오전 9:30 | 12-01 09:30
ko A | 오늘 말고 내일이요 | 12-01 09:00
ko A | 오늘은 안 되고 내일 오후요 | 12-01 12:00
ko A | 수요일 말고 다음 주 목요일 | 12-10 09:00
ko A | 수요일은 안 돼요 목요일에 주세요 | 12-03 09:00
ko A | 내일, 아니 모레요 | 12-02 09:00
ko A | 내일 아홉 시, 아니 열 시요 | 12-01 10:00
ko A | 내일 9시, 아니요, 10시에요 | 12-01 10:00
ko A | 이틀 뒤에요 | 12-02 09:00
ko A | 이틀 후 오전 | 12-02 09:00
ko A | 사흘 뒤 | 12-03 09:00
ko A | 3일 뒤 | 12-03 09:00
ko A | 한 시간 뒤에 | 11-30 11:20
ko A | 한시간 후에요 | 11-30 11:20
ko A | 1시간 뒤에 | 11-30 11:20
ko A | 한 시간 반 뒤 | 11-30 11:50
ko A | 삼십 분 뒤 | 11-30 10:50
ko A | 30분 후에 전화 주세요 | 11-30 10:50
ko A | 반 시간 뒤 | 11-30 10:50
ko A | 십오 분 있다가 | 11-30 10:35
ko A | 오후 두 시 십오 분 | 11-30 14:15
ko A | 오후 2시 15분 | 11-30 14:15
ko A | 세 시 십 분 전 | 11-30 14:50
ko A | 오후 세 시쯤 | 11-30 15:00
ko A | 세 시에서 다섯 시 사이 | 11-30 15:00-17:00
ko A | 오후 3시부터 5시까지 | 11-30 15:00-17:00
ko A | 내일 아홉 시부터 열한 시 반 사이 | 12-01 09:00-11:30
ko A | 내일 열 시 이후 | 12-01 10:00
ko A | 내일 열 시 전에 | 12-01 09:00-10:00
ko A | 내일 열 시 전에는 안 돼요 | ?
ko A | 점심 먹고 나서 | 11-30 12:00
ko A | 점심시간 이후 | 11-30 12:00
ko A | 점심 이후에요 | 11-30 12:00
ko A | 점심시간만 빼고요 | ?
ko A | 내일 아침 일찍 | 12-01 09:00
ko A | 내일 출근하자마자 | 12-01 09:00
ko A | 퇴근 전에 | 11-30 16:00
ko A | 퇴근 후에 | ?
ko A | 내일 정오 | 12-01 12:00
ko A | 내일 낮 열두 시 반 | 12-01 12:30
ko A | 낮 한 시 | 11-30 13:00
ko A | 저녁 여덟 시 | ?
ko A | 글피 | 12-03 09:00
ko A | 내일모레 | 12-02 09:00
ko A | 낼 오후에 | 12-01 12:00
ko A | 이번 주 금요일 | 12-04 09:00
ko A | 금요일 오후 네 시 | 12-04 16:00
ko A | 수요일이나 목요일 오후 | 12-02 12:00
ko A | 수요일 오전 아니면 목요일 오후 | 12-02 09:00
ko A | 주말에 | ?
ko A | 평일 오후 | 11-30 12:00
ko A | 오전 말고 오후에 | 11-30 12:00
ko A | 오전에는 회의가 있어서 오후에요 | 11-30 12:00
ko A | 두 시에 회의가 있으니까 세 시 이후에 | 11-30 15:00
ko A | 세 시까지 회의예요 | ?
ko A | 지금 바로요 | 11-30 10:20
ko A | 최대한 빨리요 | 11-30 10:20
ko A | 아무 때나 괜찮아요 | 11-30 10:20
ko A | 언제든지요 | 11-30 10:20
ko A | 지금은 안 되고 나중에요 | 11-30 11:20
ko A | 이따가요 | 11-30 11:20
ko A | 오늘은 안 돼요 | ?
ko A | 12월 3일 오전 10시 | 12-03 10:00
ko A | 십이월 삼일 | 12-03 09:00
ko A | 3일 오후 | 12-03 12:00
ko A | 15일에 | 12-15 09:00
ko A | 월말에 | ?
ko A | 이번 달 말 | ?
ko A | 주말 전에 | ?
ko A | 금요일까지 | 11-30 10:20
ko A | 수요일부터 | 12-02 09:00
ko A | 다음 주 | 12-07 09:00
ko A | 다음 주 초 | ?
ko A | 다다음 주 월요일 | 12-14 09:00
ko A | 일주일 뒤 | ?
ko A | 열 시 | ?
ko A | 10시요 | ?
ko A | 여덟 시 | ?
ko A | 오후 한 시 반 | 11-30 13:30
ko A | 십삼 시 삼십 분 | 11-30 13:30
ko A | 14시 | 11-30 14:00
ko A | 14시 30분 | 11-30 14:30
ko A | 두시 | 11-30 14:00
ko A | 두시 반 | 11-30 14:30
ko A | 3일째 안 돼요 내일 10시에 전화 주세요 | 12-01 10:00
ko A | 305호예요 내일 오전 열 시에요 | 12-01 10:00
ko A | 직원 스무 명이 기다려요 오후 두 시에 주세요 | 11-30 14:00
ko A | 내일 너무 일찍 말고요 | ?
ko A | 내일 오전 중으로 | 12-01 09:00
ko A | 오늘 중으로 | 11-30 10:20
ko A | 내일이나 모레 | 12-01 09:00
ko A | 내일도 되고 모레도 돼요 | ?
ko A | 내일은 좀 그렇고 모레 어때요 | ?
ko B | 내일 | ?
ko B | 다음 주 월요일 | 12-07 09:00
ko B | 월요일 아침 | 12-07 09:00
ko B | 퇴근 전에 | 12-04 16:40
ko B | 다섯 시 반 | 12-04 17:30
ko B | 두 시간 뒤 | ?
ko B | 금요일 | 12-04 16:40
ko C | 지금 | 12-07 09:00
ko C | 모레 오전 | 12-07 09:00
ko C | 수요일 | 12-09 09:00
ko C | 이번 주 수요일 | ?
ko D | 내일 오전 | 12-31 09:00
ko D | 모레 | 01-01 09:00
ko D | 1월 4일 | 01-04 09:00
ko D | 내년 | ?
ko D | 다음 주 월요일 | 01-04 09:00
ko G | 내일 오전 | ?
ko G | 오늘 오전 열 시 | ?
ko F | 월요일 아홉 시 | 03-29 09:00
ko nights | 두 시간 뒤 | 10-25 02:30
en A | Tomorrow is fine, say half ten. | 12-01 10:30
en A | any day but Tuesday | 11-30 10:20
en A | Not before noon on Wednesday. | 12-02 12:00
en A | Wednesday, not before noon | 12-02 12:00
en A | Thursday or Friday, whichever, after one | 12-03 13:00
en A | in two or three days | ?
en A | in three days at ten | 12-03 10:00
en A | tomorrow 10 to 12 | ?
en A | tomorrow five to ten | ?
en A | from one o'clock on | 11-30 13:00
en A | after 1 but before 3 | 11-30 13:00-15:00
en A | after one and before three thirty | 11-30 13:00-15:30
en A | before eleven or after four | 11-30 10:20
en A | early afternoon | 11-30 12:00
en A | early tomorrow afternoon | 12-01 12:00
en A | late tomorrow morning | 12-01 09:00
en A | late morning on Thursday | 12-03 09:00
en A | next Tuesday at eleven | ?
en A | not this Thursday, next Thursday | ?
en A | not this week, next week Wednesday | 12-09 09:00
en A | I can't do mornings | ?
en A | mornings are bad, afternoons are fine | 11-30 12:00
en A | only on Wednesdays | 12-02 09:00
en A | from tomorrow on | 12-01 09:00
en A | starting tomorrow | 12-01 09:00
en A | not until tomorrow | 12-01 09:00
en A | before tomorrow | ?
en A | by tomorrow noon | ?
en A | at noon | 11-30 12:00
en A | at 10 | ?
en A | 10:15 | ?
en A | quarter past four this afternoon | 11-30 16:15
en A | at a quarter to | ?
en A | 9 sharp tomorrow | 12-01 09:00
en A | sometime tomorrow afternoon, not after four | 12-01 12:00-16:00
en A | tomorrow, I'm out until two | 12-01 14:00
en A | today's no good, how about tomorrow | 12-01 09:00
en A | two hours from now | 11-30 12:20
en A | after the weekend | ?
en A | before the weekend | ?
en A | tomorrow evening | ?
en A | at lunchtime tomorrow | 12-01 12:00
en A | the first of December | 12-01 09:00
en A | twenty to four | ?
en A | at twenty five past two | 11-30 14:25
en B | tomorrow at ten | ?
en B | in an hour | 12-04 17:40
en C | Tuesday after lunch | 12-08 12:00
en D | this week | ?
zh A | 明儿上午十点 | 12-01 10:00
zh A | 后天上午九点一刻 | 12-02 09:15
zh A | 后天上午差五分十点 | 12-02 09:55
zh A | 后天上午十点差五分 | 12-02 09:55
zh A | 除了周二上午都可以 | 11-30 10:20
zh A | 周二以外都行 | 11-30 10:20
zh A | 明天两三点 | ?
zh A | 下午四五点钟 | ?
zh A | 一点以后四点以前 | 11-30 13:00-16:00
zh A | 一点到四点都行 | 11-30 13:00-16:00
zh A | 今天下午一点~四点 | 11-30 13:00-16:00
zh A | 不是明天,后天 | 12-02 09:00
zh A | 明天不行,下周二吧 | 12-08 09:00
zh A | 下下周三下午 | 12-16 12:00
zh A | 四十五分钟后 | 11-30 11:05
zh A | 三刻钟后 | 11-30 11:05
zh A | 一个半小时之后 | 11-30 11:50
zh A | 两个半小时后 | 11-30 12:50
zh A | 中午十二点 | 11-30 12:00
zh A | 中午两点 | 11-30 14:00
zh A | 十点钟 | ?
zh A | 明天九点四十 | 12-01 09:40
zh A | 明天九点过五分 | 12-01 09:05
zh A | 周四我不在，周五可以 | 12-04 09:00
zh A | 我下午在外面，明天吧 | 12-01 09:00
zh A | 我下午要出去,上午打 | 11-30 10:20
zh A | 我两点到三点在开会 | ?
zh A | 星期四晚上八点 | ?
zh A | 明天之前 | ?
zh A | 明天以后 | 12-02 09:00
zh A | 从明天开始 | 12-01 09:00
zh A | 年底 | ?
zh A | 国庆以后 | ?
zh A | 周三早上九点半到十一点 | 12-02 09:30-11:00
zh A | 今天不方便,改明天中午吧 | 12-01 12:00
zh A | 三天后下午两点 | 12-03 14:00
ko A | 내일모레 오후 네 시 반 | 12-02 16:30
ko A | 화요일 말고는 다 돼요 | 11-30 10:20
ko A | 화요일 오전만 아니면 돼요 | ?
ko A | 한 시부터 네 시까지 | 11-30 13:00-16:00
ko A | 한 시 이후 네 시 이전 | 11-30 13:00-16:00
ko A | 오후 1시~4시 | 11-30 13:00-16:00
ko A | 네 시 오 분 전 | 11-30 15:55
ko A | 오늘 오후 두세 시쯤 | ?
ko A | 점심 열한 시 반 | 11-30 11:30
ko A | 다음 주 화요일 두 시 | 12-08 14:00
ko A | 이번 주 말고 다음 주 수요일 | 12-09 09:00
ko A | 45분 뒤 | 11-30 11:05
ko A | 두 시간 반 뒤에 | 11-30 12:50
ko A | 내일 이후 | 12-01 09:00
ko A | 내일부터 | 12-01 09:00
ko A | 내일까지 | ?
ko A | 열 시 정각 | ?
ko A | 오전은 바빠요 오후에 주세요 | 11-30 12:00
ko A | 사흘 뒤 오후 두 시 | 12-03 14:00
ko A | 목요일 오전 열 시에서 열두 시 사이 | 12-03 10:00-12:00
ko A | 연말에 | ?
ko A | 내일 늦게 | 12-01 09:00
ko A | 오늘은 회의가 많아서 내일 오전이 좋아요 | 12-01 09:00
ko A | 금요일 저녁 여덟 시 | ?
"""
"""Language and moment, words, and when the window begins (and ends); with "?" it is asked, or moved."""


@pytest.mark.parametrize("line", WISHED.strip().split("\n"))
def test_a_wished_time(line: str) -> None:
    of, said, meant = line.split(" | ")
    language, moment = of.split()
    now = MOMENTS[moment].replace(tzinfo=ZoneInfo("Europe/Berlin"))
    context = SlotContext(now=now, hours=None if moment == "nights" else HOURS, confidence=1.0)
    found = understand("callback_time", said, (), language, context)
    if meant == "?":
        assert (
            found is None
            or found.confidence <= 0.5
            or (isinstance(found.value, CallWindow) and found.value.moved)
        )
        return
    assert found is not None
    assert found.confidence > 0.5
    assert isinstance(found.value, CallWindow)
    assert not found.value.moved
    assert f"{found.value.start:%m-%d %H:%M}-{found.value.end:%H:%M}".startswith(meant)
