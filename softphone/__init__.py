"""A scripted softphone: places or takes one call, speaks, presses keys, records what it hears, tells facts.

It stands on pyVoIP 1.6.8, which is GPLv3. So this package is the optional extra `softphone`, runs in a
process of its own (`python -m softphone`, started by `hotline phone`), and nothing of the switch
imports it.

    script.py      what the phone is asked to do, as data
    facts.py       one line per thing that happened
    sound.py       WAV files, tones, levels
    message.py     pyVoIP's message parser, made to survive real traffic
    sip_client.py  pyVoIP's SIP client with transactions, credentials and dialogs that hold up
    media.py       pyVoIP's RTP client with 16-bit audio, even pacing and RFC 4733 keys
    device.py      pyVoIP's phone and call, joined to the two above
    performer.py   carries a script out step by step
"""
