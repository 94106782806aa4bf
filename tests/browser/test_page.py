"""The page in a real browser, on a console that runs: live, audible, in two languages, for everybody."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.window import FAINT, PATIENCE, window
from tests.console import story
from tests.console.stage import Stage
from tests.support.ports import wait_for

NOW = time.time()
EVIL = '<img src=x onerror=alert(1)> & "friends"'


@pytest.fixture(scope="module")
def told(stage: Stage) -> Stage:
    """A few calls, and a ticket with sound."""
    for call in ("t1", "t2", "t4"):
        for file, seconds in (("problem", 3.4), ("confirm", 0.8), ("whole", 9.0)):
            stage.record(f"{call}/{file}.wav", seconds)
    stage.record("c1.wav", 4.0)
    stage.tell(
        *story.handled("c1", NOW - 300),
        *story.abandoned("c2", NOW - 200, caller="+4930123456"),
        *story.arrival("t1", NOW - 100),
        story.ticket("100001", "t1", NOW - 50),
        story.callback("100001", "t1", NOW - 50, due=NOW + 3600),
        *story.ended("t1", NOW - 49),
    )
    stage.when("/api/v1/calls/t1", lambda call: call["ended"], "the calls")
    return stage


def test_a_wrong_token_is_refused_and_a_right_one_lets_in(told: Stage, chromium: Browser) -> None:
    with window(chromium, told, None) as page:
        page.fill("#token", "hotline_wrong")
        page.click("button.main")
        expect(page.get_by_role("alert")).to_contain_text("This token is not valid")
        page.fill("#token", told.tokens["supervisor"])
        page.keyboard.press("Enter")
        expect(page.locator(".tile")).to_have_count(6)
        assert page.evaluate("document.cookie") == ""  # nothing for scripts to steal
        page.get_by_role("button", name="Log out").last.click()
        expect(page.locator("#token")).to_be_visible()


def test_a_queue_fills_and_empties_before_ones_eyes(told: Stage, chromium: Browser) -> None:
    with window(chromium, told) as page:
        expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
        told.switch.waiting["support"] = [
            story.waiting("w1", "w1", 75.0, number="+8613800138000"),
            story.waiting("w2", "w2", 5.0, position=2, tier="vip"),
        ]
        row = page.get_by_role("row").filter(has_text="+8613800138000")
        expect(row).to_contain_text("1:")
        before = row.locator("time").inner_text()
        expect(row.locator("time")).not_to_have_text(before)  # the clock runs
        expect(tile(page, "Waiting")).to_have_text("2")
        expect(page.locator(".badge.vip")).to_be_visible()
        told.switch.waiting["support"] = []
        expect(page.get_by_text("Nobody is waiting.")).to_be_visible()


def tile(page: Page, name: str):  # type: ignore[no-untyped-def]
    """The value of a figure on top."""
    return page.locator(".tile").filter(has=page.get_by_text(name, exact=True)).locator("strong")


def test_a_ticket_appears_as_it_is_opened(told: Stage, chromium: Browser) -> None:
    with window(chromium, told, view="tickets") as page:
        expect(page.get_by_role("link", name="#100001")).to_be_visible()
        now = time.time()
        told.tell(
            *story.arrival("t2", now, "+447700900321"),
            story.ticket("100002", "t2", now, title="Second monitor stays dark", caller="+447700900321"),
            *story.ended("t2", now),
        )
        expect(page.get_by_text("Second monitor stays dark")).to_be_visible()
        page.get_by_role("link", name="#100002").click()
        expect(page.get_by_role("heading", name="#100002")).to_be_visible()


def test_the_sound_of_a_ticket_plays_and_each_word_from_where_it_was_said(
    told: Stage, chromium: Browser
) -> None:
    with window(chromium, told, view="tickets/100001") as page:
        audio = page.locator(".utterances audio").first
        audio.evaluate("audio => audio.readyState || new Promise(ready => audio.onloadedmetadata = ready)")
        assert audio.evaluate("audio => audio.duration") == pytest.approx(3.4, abs=0.05)
        doubtful = page.locator(".word.doubt")
        assert doubtful.all_inner_texts() == ["free"]
        page.get_by_role("button", name="jammed").click()
        wait_for(lambda: audio.evaluate("audio => audio.currentTime") > 2.8, "the word to be played")
        expect(page.locator(".word.heard")).to_have_text("jammed")
        wait_for(lambda: audio.evaluate("audio => audio.ended"), "the end of the recording")
        assert page.locator("audio").count() == 3


def test_a_ticket_is_worked_on(told: Stage, chromium: Browser) -> None:
    with window(chromium, told, "agent", "tickets/100001") as page:
        page.get_by_role("button", name="Take it").click()
        expect(page.get_by_label("Owner")).to_have_value("1001")
        expect(page.locator(".ticket .badge").first).to_have_text("assigned")
        page.get_by_label("Note").fill("Ask for the model & <b>serial</b> number.")
        page.get_by_role("button", name="Add note").click()
        expect(page.locator(".timeline .note")).to_have_text("Ask for the model & <b>serial</b> number.")
        expect(page.get_by_label("Note")).to_have_value("")
        expect(page.locator(".clock time[data-state=fine]")).to_have_count(2)


def test_a_callback_is_moved_and_cancelled(told: Stage, chromium: Browser) -> None:
    now = time.time()
    told.tell(
        *story.arrival("t3", now),
        story.callback("100003", "t3", now, due=now + 3600),
        *story.ended("t3", now),
    )
    with window(chromium, told, view="callbacks") as page:
        row = page.get_by_role("row").filter(has_text="#100003")
        expect(row).to_contain_text("left")
        row.get_by_role("button", name="Call now").click()
        expect(row).to_contain_text("overdue")
        row.get_by_role("button", name="Move").click()
        row.get_by_label("Call at").fill("2040-05-17T09:30")
        row.get_by_role("button", name="Save").click()
        expect(row).to_contain_text(" d ")
        page.once("dialog", lambda dialog: dialog.accept())
        row.get_by_role("button", name="Cancel").click()
        expect(row).to_have_count(0)
        page.get_by_label("State").select_option("closed")
        expect(page.get_by_role("row").filter(has_text="#100003")).to_contain_text("cancelled")


def test_an_agent_is_logged_in_and_sent_to_lunch(told: Stage, chromium: Browser) -> None:
    with window(chromium, told) as page:
        agent = page.locator(".agent").filter(has_text="1003")
        agent.get_by_role("button", name="Log in").click()
        expect(agent.locator(".badge")).to_have_text("free")
        agent.get_by_label("Break reason").select_option("lunch")
        expect(agent).to_have_attribute("data-state", "break")
        expect(agent).to_contain_text("lunch · break by a supervisor")
        agent.get_by_role("button", name="Ready").click()
        expect(agent.locator(".badge")).to_have_text("free")
    with window(chromium, told, "agent") as page:
        expect(page.locator(".agent").filter(has_text="1001").get_by_role("button")).not_to_have_count(0)
        expect(page.locator(".agent").filter(has_text="1003").get_by_role("button")).to_have_count(0)


def test_every_figure_leads_to_the_calls_behind_it(told: Stage, chromium: Browser) -> None:
    with window(chromium, told) as page:
        row = page.get_by_role("row").filter(has_text="support").first
        expect(row).to_contain_text("%")
        abandoned = row.get_by_role("cell").nth(5)
        expect(abandoned).to_have_text("1")
        abandoned.get_by_role("link").click()
        expect(page.locator(".chip")).to_contain_text("Abandoned of Queue support")
        expect(page.locator(".list tbody tr")).to_have_count(1)
        expect(page.locator(".list tbody tr")).to_contain_text("+4930123456")
        page.locator(".list tbody a").click()
        expect(page.locator(".segments")).to_be_visible()
        expect(page.locator(".timeline li").first).to_contain_text("call came in")


def test_a_chinese_browser_gets_a_chinese_page_and_keeps_its_place_when_switched(
    told: Stage, chromium: Browser
) -> None:
    with window(chromium, told, view="tickets/100001", locale="zh-CN") as page:
        assert page.locator("html").get_attribute("lang") == "zh"
        expect(page.locator("#tabs a").first).to_have_text("总览")
        expect(page.get_by_role("heading", name="逐字稿")).to_be_visible()
        page.locator("#language").click()
        expect(page.locator("#tabs a").first).to_have_text("Overview")
        expect(page.get_by_role("heading", name="#100001")).to_be_visible()


def test_both_languages_have_the_same_texts(told: Stage, chromium: Browser) -> None:
    with window(chromium, told) as page:
        keys = page.evaluate(
            "async () => Promise.all(['en', 'zh'].map(async (name) => "
            "Object.keys((await import(`/static/js/texts-${name}.js`)).default).sort()))"
        )
    assert keys[0] == keys[1]


def test_what_people_say_stays_text(told: Stage, chromium: Browser) -> None:
    now = time.time()
    told.tell(
        *story.arrival("t4", now, EVIL),
        story.ticket("100004", "t4", now, title=EVIL, caller="+447700900322"),
        *story.ended("t4", now),
    )
    with window(chromium, told, view="tickets") as page:
        expect(page.get_by_text(EVIL).first).to_be_visible()
        page.get_by_role("link", name="#100004").click()
        expect(page.locator(".ticket-title")).to_have_text(EVIL)
        assert page.locator("main img").count() == 0


def test_it_comes_back_by_itself_when_the_console_was_away(told: Stage, chromium: Browser) -> None:
    with window(chromium, told) as page:
        told.stop_process("console")
        expect(page.locator("#link")).to_have_attribute("data-state", "lost")
        told.start("console")
        expect(page.locator("#link")).to_have_attribute("data-state", "live", timeout=2 * PATIENCE)
        told.stop_switch()
        expect(page.get_by_text("The switch does not answer")).to_be_visible()
        told.start_switch()
        expect(page.get_by_text("The switch does not answer")).to_be_hidden()


def test_it_is_used_with_the_keyboard_alone(told: Stage, chromium: Browser) -> None:
    with window(chromium, told) as page:
        expect(page.locator(".tile")).to_have_count(6)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        for name in ("hotline", "Overview", "Tickets"):
            page.keyboard.press("Tab")
            expect(page.get_by_role("link", name=name, exact=True).first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Tickets")).to_be_visible()
        # Focus stays where it is while things change around it.
        ticket = page.get_by_role("link", name="#100001")
        ticket.focus()
        now = time.time()
        told.tell(
            *story.arrival("t5", now),
            story.ticket("100005", "t5", now, caller="+447700900323"),
            *story.ended("t5", now),
        )
        expect(page.get_by_role("link", name="#100005")).to_be_visible()
        expect(ticket).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(
    told: Stage, chromium: Browser, scheme: str, tmp_path: Path
) -> None:
    told.switch.waiting["support"] = [story.waiting("w1", "w1", 75.0, number="+8613800138000", tier="vip")]
    states = ("on_call", "wrap_up", "ringing")
    for number, state in zip(("1001", "1002", "1003"), states, strict=True):
        told.switch.agents[number] |= {"state": state, "why": "for the test"}
    with window(chromium, told, color_scheme=scheme) as page:
        expect(page.locator(".badge.vip")).to_be_visible()
        for view in ("overview", "tickets/100001", "callbacks", "calls/c1?period=all", "figures"):
            page.evaluate(f"location.hash = '#/{view}'")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(700)  # what arrives is lit up for a moment
            assert page.evaluate(FAINT) == [], view
            page.screenshot(path=tmp_path / f"{view.partition('?')[0].replace('/', '-')}.png")
    told.switch.waiting["support"] = []


def test_it_fits_a_telephone(told: Stage, chromium: Browser) -> None:
    with window(chromium, told) as page:
        page.set_viewport_size({"width": 360, "height": 740})
        for view in ("overview", "tickets", "tickets/100001", "callbacks", "calls", "figures"):
            page.evaluate(f"location.hash = '#/{view}'")
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, view
