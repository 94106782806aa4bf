"""What a free sentence tells of the things that a site asks for, in three languages, on a Monday morning."""

from __future__ import annotations

from datetime import datetime, time
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from asr.slots.gather import FactKind, gather
from asr.slots.values import CallWindow, SlotContext
from asr.text import tidy
from config.business_hours import OpeningHours

_DAY = ((time(9), time(18)),)
HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))
NOW = datetime(2026, 11, 30, 10, 20, tzinfo=ZoneInfo("Europe/Berlin"))
KINDS: tuple[FactKind, ...] = get_args(FactKind)

TOLD = """
en | My name is Alex Brown and my printer is broken. | name=Alex Brown
en | this is Al Brown from Acme, mail is down since Friday. | name=Al Brown; company=Acme; since=2026-11-27
en | hello this is maria lopez calling, the scanner does not work | name=Maria Lopez
en | Call me tomorrow at nine on oh four oh, three six two. | callback_time=01 09:00; phone_number=040362
en | The screen is black for three days, please call back at noon. | since=2026-11-27; callback_time=30 12:00
en | My order number is four seven one one and it never arrived. | order_number=4711
en | It's about order A-10442, the wrong colour. | order_number=A-10442
en | My client ID is 88 12 34 and my number is 555 123 4567. | customer_number=881234; phone_number=5551234567
en | Five of us cannot print since this morning. | affected=5; since=2026-11-30
en | It's only me, nobody else has that. | affected=1
en | About 20 people can't log in, it started two hours ago. | affected=20; since=2026-11-30T08:20
en | I get error code 0x80070005 in version 3.2.1. | error_code=0X80070005; version=3.2.1
en | You can reach me at 555 123 4567, not after six. | phone_number=5551234567; callback_time=30 10:20
en | I called yesterday at nine and nobody answered. |
en | This is urgent, my manager cannot open the report. |
en | I'm calling about my laptop. |
en | The printer on the second floor is broken since last Friday. | since=2026-11-27
en | Please call back after three. | callback_time=30 15:00
en | The best time would be Wednesday morning. | callback_time=02 09:00
zh | 我姓王，电话是零四零三六二，明早九点打给我。 | name=王; phone_number=040362; callback_time=01 09:00
zh | 我叫李小明，打印机从昨天开始就坏了。 | name=李小明; since=2026-11-29
zh | 我是大华公司的张伟，订单号是四七一一。 | name=张伟; company=大华公司; order_number=4711
zh | 我们部门有五个人上不了网，已经三天了。 | affected=5; since=2026-11-27
zh | 就我一个人有这个问题。 | affected=1
zh | 客户编号八八一二三四，版本号3.2。 | customer_number=881234; version=3.2
zh | 错误代码是四零四。 | error_code=404
zh | 我昨天打过电话。 |
zh | 電話是零四零三六二九八八，後天下午給我打電話 | phone_number=040362988; callback_time=02 12:00
ko | 제 이름은 김철수입니다. 프린터가 어제부터 안 돼요. | name=김철수; since=2026-11-29
ko | 저는 박영희라고 합니다. 번호는 공일공 일이삼사 오육칠팔이에요. | name=박영희; phone_number=01012345678
ko | 직원 다섯 명이 로그인을 못 해요. | affected=5
ko | 주문 번호는 사칠일일이에요. 내일 오전에 전화해 주세요. | order_number=4711; callback_time=01 09:00
ko | 저만 그래요. 사흘 전부터요. | affected=1; since=2026-11-27
"""


def _shown(value: object) -> str:
    return f"{value.start:%d %H:%M}" if isinstance(value, CallWindow) else str(value)


@pytest.mark.parametrize("line", TOLD.strip().split("\n"))
def test_what_is_told(line: str) -> None:
    language, said, expected = (part.strip() for part in line.split("|"))
    facts = gather(said, language, SlotContext(now=NOW, hours=HOURS, confidence=0.9), KINDS)
    found = {fact.kind: _shown(fact.understood.value) for fact in facts}
    assert found == dict(pair.split("=") for pair in expected.split("; ") if pair)
    for fact in facts:
        assert tidy(said, language)[fact.start : fact.end]


def test_only_what_is_wanted_is_looked_for() -> None:
    said = "My name is Alex Brown, call me tomorrow at nine on 555 123 4567."
    facts = gather(said, "en", SlotContext(now=NOW), ["phone_number"])
    assert [fact.kind for fact in facts] == ["phone_number"]
    assert gather(said, "en", SlotContext(now=NOW), []) == []
    assert [fact.kind for fact in gather(said, "en", SlotContext(), KINDS)] == ["phone_number", "name"]


def test_the_later_number_counts() -> None:
    said = "My number is 555 123 4567. No, sorry, my number is 555 123 9999."
    facts = gather(said, "en", SlotContext(), ["phone_number"])
    assert [fact.understood.value for fact in facts] == ["5551239999"]


def test_a_vague_beginning_is_doubtful() -> None:
    for said, doubtful in (("since yesterday", False), ("since last week", True), ("for a few days", True)):
        (fact,) = gather(said, "en", SlotContext(now=NOW, confidence=0.9), ["since"])
        assert (fact.understood.confidence < 0.6) is doubtful, said
