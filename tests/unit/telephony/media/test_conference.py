"""Three telephones and more that hear each other."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.media import tones
from telephony.media.interface import MediaError
from telephony.media.mixer import mix
from tests.unit.telephony.media.far_end import FarEnd, a_rig, level, on_loop, sine

TONES = (400.0, 700.0, 1100.0, 1500.0)


def hears(far: FarEnd, last: int = 20) -> list[bool]:
    """Which of the tones are in what it heard lately."""
    samples = far.heard()[-last * 160 :]
    return [level(samples, hertz) > -40 for hertz in TONES]


def test_mixing_limits_and_leaves_oneself_out() -> None:
    frames = np.array([[20000, -20000], [20000, -20000], [100, 100]], np.int32)
    hears_others = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]], np.int32)
    assert mix(frames, hears_others).tolist() == [[20100, -19900], [20100, -19900], [32767, -32768]]


@on_loop
async def test_each_of_three_hears_the_other_two_and_not_itself() -> None:
    async with a_rig() as rig:
        calls = [rig.call(codec) for codec in ("PCMU", "PCMA", "PCMU")]
        room = rig.engine.conference([leg for leg, _ in calls])
        for (_, far), hertz in zip(calls, TONES, strict=False):
            far.talk(sine(hertz, 1.2, -20.0))
        for _, far in calls:
            await far.until(lambda far=far: len(far.received) >= 40)
        for number, (_, far) in enumerate(calls):
            assert hears(far)[:3] == [other != number for other in range(3)]
            assert len({packet.ssrc for packet in far.received}) == 1
            own = [level(far.heard()[-3200:], hertz) for hertz in TONES[:3]]
            assert all(abs(own[other] - -20.0) < 1.0 for other in range(3) if other != number)
        assert [leg for leg, _ in calls] == list(room.members)


@on_loop
async def test_listening_in_and_whispering_are_rows_of_who_hears_whom() -> None:
    async with a_rig() as rig:
        (caller, caller_far), (agent, agent_far), (boss, boss_far) = (rig.call() for _ in range(3))
        room = rig.engine.conference([caller, agent, boss])
        room.set_hears(caller, {agent})
        fars = (caller_far, agent_far, boss_far)
        for far, hertz in zip(fars, TONES, strict=False):
            far.talk(sine(hertz, 3.0, -20.0))
        for far in fars:
            await far.until(lambda far=far: len(far.received) >= 35)
        assert hears(caller_far)[:3] == [False, True, False]  # the boss whispers to the agent
        assert hears(agent_far)[:3] == [True, False, True]
        assert hears(boss_far)[:3] == [True, True, False]
        room.set_hears(caller, None)
        room.set_hears(agent, {caller})
        begun = [len(far.received) for far in fars]
        for far, before in zip(fars, begun, strict=True):
            await far.until(lambda far=far, before=before: len(far.received) >= before + 28)
        assert hears(caller_far)[:3] == [False, True, True]
        assert hears(agent_far)[:3] == [True, False, False]
        with pytest.raises(MediaError):
            room.set_hears(rig.call()[0], None)


@on_loop
async def test_members_come_and_go_and_a_closed_leg_has_left() -> None:
    async with a_rig() as rig:
        (one, one_far), (two, two_far), (three, three_far) = (rig.call() for _ in range(3))
        room = rig.engine.conference([one, two])
        two_far.talk(sine(700.0, 5.0, -20.0))
        three_far.talk(sine(1100.0, 5.0, -20.0))
        await one_far.until(lambda: len(one_far.received) >= 40)
        assert hears(one_far)[:3] == [False, True, False]
        room.add(three)
        before = len(one_far.received)
        await one_far.until(lambda: len(one_far.received) >= before + 35)
        assert hears(one_far)[:3] == [False, True, True]
        two.close()
        before = len(one_far.received)
        await one_far.until(lambda: len(one_far.received) >= before + 28)
        assert hears(one_far)[:3] == [False, False, True]
        assert set(room.members) == {one, three}
        with pytest.raises(MediaError):
            rig.engine.bridge(one, three)
        room.close()
        room.close()
        rig.engine.bridge(one, three)
        assert two_far.received


@on_loop
async def test_a_prompt_to_one_member_is_heard_by_that_one_only() -> None:
    async with a_rig() as rig:
        (one, one_far), (two, two_far), (three, three_far) = (rig.call() for _ in range(3))
        rig.engine.conference([one, two, three]).set_hears(three, [two])
        one_far.talk(sine(400.0, 2.0, -20.0))
        two_far.talk(sine(700.0, 2.0, -20.0))
        await three_far.until(lambda: len(three_far.received) >= 40)
        assert hears(three_far)[:2] == [False, True]
        playback = three.play(tones.sine(1500.0), loop=True)
        before = len(three_far.received)
        await three_far.until(lambda: len(three_far.received) >= before + 28)
        assert hears(three_far) == [False, False, False, True]
        playback.stop()
        assert hears(one_far) == [False, True, False, False]


@on_loop
async def test_if_one_cannot_join_none_does() -> None:
    async with a_rig() as rig:
        legs = [rig.call()[0] for _ in range(4)]
        rig.engine.bridge(legs[2], legs[3])
        with pytest.raises(MediaError):
            rig.engine.conference(legs[:3])
        rig.engine.bridge(legs[0], legs[1])
        assert legs[0].receiver.stream is None
