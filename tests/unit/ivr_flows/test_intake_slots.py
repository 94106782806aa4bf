"""Intakes with a list of slots, as a site writes them: filled by the way, corrected, confirmed together."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr.intake.values import OpenTicket
from tests.unit.ivr_flows.sites import call, make
from tests.unit.ivr_flows.test_verbs_that_act import say

SITE = """
languages: [en, zh, ko]
steps:
  problem:
    intake:
      queue: support
      if_human: agent
      otherwise: agent
      slots:
        - problem
        - {name: name, required: true}
        - company
        - name: product
          required: true
          values:
            - value: scanner
              words: {en: [scanner, ScanJet, scan jet], zh: [扫描仪], ko: [스캐너]}
            - value: printer
              words: {en: [printer, LaserMax, laser max], zh: [打印机], ko: [프린터]}
            - value: router
              words: {en: [router, box], zh: [路由器], ko: [공유기]}
        - version
        - {name: error_code, when: 'product != "router"'}
        - since
        - affected
        - {name: urgency, when: affected > 5}
        - order_number
        - name: backup
          kind: yes_no
          ask: {en: Do you have a backup?, zh: 有备份吗？, ko: 백업이 있나요?}
          required: false
        - name: tried
          kind: free_text
          ask: {en: What have you tried so far?, zh: 您已经试过什么办法？, ko: 무엇을 해 보셨나요?}
          required: false
          confirm: never
          when: affected > 20
        - callback_number
        - callback_time
      ticket:
        title: "{product} {error_code}: {problem}"
        rules:
          - {when: affected > 20, severity: 1}
          - {when: 'product == "printer" and error_code != ""', severity: 2}
          - {when: 'product == "scanner"', queue: sales}
  end:
    hangup:
  agent:
    hangup:
"""

CALLS = {
    "en": (
        "Hi, this is Anna Miller from Acme. Our scanner shows error 5 since yesterday, version two point one,"
        " eight people are affected.",
        "no",
        "no order number",
        "we do",
        "No, please use 415 555 0132",
        "tomorrow at ten",
        "No, it's version two point two",
        "yes",
    ),
    "zh": (
        "你好，我叫王伟，我是星辰公司的，我们的扫描仪从昨天开始报错误五，版本二点一，八个人受影响。",
        "不急",
        "没有订单号",
        "有",
        "不要打这个，打4155550132",
        "明天上午十点",
        "不对，版本是二点二",
        "对",
    ),
    "ko": (
        "안녕하세요, 제 이름은 김민수이고 한국전자에서 전화드립니다. 스캐너에서 어제부터 오류 5가 나요."
        " 버전은 2.1이고 여덟 명이 영향을 받고 있어요.",
        "아니요",
        "주문번호는 없어요",
        "있어요",
        "아니요, 415 555 0132로 해 주세요",
        "내일 오전 열 시",
        "아니요, 버전은 2.2예요",
        "네",
    ),
}
WHO = {"en": ("Anna Miller", "Acme"), "zh": ("王伟", "星辰公司"), "ko": ("김민수", "한국전자")}


def _ticket(tmp_path: Path, language: str, *answers: str) -> tuple[OpenTicket, list[str]]:
    one = call(make(tmp_path, SITE), *map(say, answers), language=language, caller="+4930123456")
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    return ticket, one.said


@pytest.mark.parametrize("language", CALLS)
def test_one_sentence_fills_many_slots_and_what_is_known_is_not_asked(tmp_path: Path, language: str) -> None:
    ticket, said = _ticket(tmp_path, language, *CALLS[language])
    values = {slot.name: slot.value for slot in ticket.slots if slot.name != "problem"}
    name, company = WHO[language]
    assert values.pop("callback_time").startswith("2026-11-26T10:00")
    assert values.pop("order_number", "") == ""
    assert values == {
        "name": name,
        "company": company,
        "product": "scanner",
        "version": "2.2",
        "error_code": "5",
        "since": "2026-11-24",
        "affected": "8",
        "urgency": "normal",
        "backup": "yes",
        "callback_number": "4155550132",
    }
    assert (ticket.progress, ticket.queue, ticket.severity) == ("confirmed", "sales", 0)
    assert len(said) == len(CALLS[language]) + 1, "each answer was understood at once"


def test_what_was_corrected_alone_is_read_back_again(tmp_path: Path) -> None:
    _, said = _ticket(tmp_path, "en", *CALLS["en"])
    assert said[-2] == "I have: version 2.2 Is that right?"


def test_a_condition_opens_a_question_and_rules_say_what_the_ticket_is(tmp_path: Path) -> None:
    ticket, said = _ticket(
        tmp_path, "en", "The laser max does not print", "Anna Miller", "Acme", "three point one", "E 42",
        "since Monday", "twenty five", "yes", "4 7 1 1", "no", "we restarted it twice", "yes", "asap", "yes",
    )  # fmt: skip
    assert any("What have you tried" in question for question in said)
    values = {slot.name: slot.value for slot in ticket.slots}
    assert (values["tried"], values["problem"]) == ("we restarted it twice", "The laser max does not print")
    assert (values["urgency"], values["affected"], values["backup"]) == ("high", "25", "no")
    assert (ticket.progress, ticket.severity, ticket.queue) == ("confirmed", 1, "support")
    assert ticket.title == "printer E42: The laser max does not print"


def test_a_later_sentence_corrects_and_answers_at_once(tmp_path: Path) -> None:
    ticket, said = _ticket(
        tmp_path, "en", "our printer shows error 5",
        "Anna Miller, and sorry it's not the printer it's the router",
    )  # fmt: skip
    values = {slot.name: slot.value for slot in ticket.slots}
    assert values["name"] == "Anna Miller"
    assert (values["product"], values["problem"]) == ("router", "our router shows error 5")
    assert said[-1].endswith("Which company are you calling from?")
