"""Scripted callers who talk with the intake bot by telephone, and what becomes of what they say.

    python -m bench.evaluation make   [--quick | --calls en-01 zh-02 ...]
    python -m bench.evaluation run    [--quick | --calls ...] --out results.jsonl
    python -m bench.evaluation report before.jsonl [after.jsonl]

`make` has the callers' voices speak (about half an hour on 2 cores the first time; every sound is kept in a
cache folder outside the checkout). `run` starts `hotline serve` on a fresh site, one for each language, and
plays the callers over RTP. `report` prints tables in Markdown for `bench/RESULTS.md`.

    data/        what each caller knows, says, and wants to find in the ticket
    script.py    the same as values, and how it is read and checked
    wording.py   what callers of a language say where nothing else is written
    caller.py    one caller's behaviour: a question goes in, an answer comes out; pure
    voices.py    who speaks: synthetic voices and people, in two halves, tuned and unseen
    synthesis.py how the synthetic ones do
    phrases.py   what a phrase sounds like on a caller's line
    line.py      what is between them: band, level, noise
    make.py, run.py, score.py, report.py    one for each thing that is done
"""
