"""Names are those of the field, and one name means one thing: what was given up stays given up.

Prose may use these words as English does; names of modules, classes, functions and settings may not.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.docs.test_layering import SOURCES
from tests.support.paths import ROOT

GIVEN_UP = {
    "house": "services",
    "floor": "distributor, or overview",
    "board": "roster",
    "doorkeeper": "admission",
    "doorkeepers": "admission",
    "takes": "recordings",
    "saying": "prompt",
    "sayings": "prompts",
    "beside": "agent announcement",
    "about": "agent announcement",
    "point": "fault point",
    "points": "fault points",
    "reoffer": "re-INVITE",
    "reoffers": "re-INVITEs",
}
# Names that have such a word in them and mean something else.
OTHERWISE = re.compile(r"(?:fault|code|entry|decimal)_points?|noise_floor|complain_about")
# Settings and columns may have these: the points that an agent scores, what a setting takes.
IN_FIELDS = frozenset({"points", "takes"})

# A name that two rooms would use for two things. Elsewhere a class of one of these names is prefixed.
ONE_ROOM_EACH = frozenset(
    {"CallEnded", "Connection", "Customer", "Direction", "Entry", "Lease", "Listener", "Place", "State"}
)


def words(name: str) -> list[str]:
    """The words of a name in snake_case or CamelCase, in lower case.

    Those that mean something else together are left out.
    """
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")
    return OTHERWISE.sub("", snake).split("_")


def names(path: Path, text: str) -> Iterator[tuple[str, int, bool]]:
    """What a file and its folders are called, and every class, function and field that its text defines.

    Each with its line, and whether it is a field: a setting, a column, what an object keeps.
    """
    yield from ((part.removesuffix(".py"), 1, False) for part in path.parts)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, False
        if isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    yield field.target.id, field.lineno, True


def given_up(path: Path, text: str) -> list[str]:
    """Each name in a file that has a given-up word in it, and what to call it."""
    return [
        f"{path}:{line}: {name}: say {GIVEN_UP[word]}, not {word}"
        for name, line, is_field in names(path, text)
        for word in words(name)
        if word in GIVEN_UP and not (is_field and word in IN_FIELDS)
    ]


def test_given_up_words_are_found_in_names_of_every_kind() -> None:
    text = """
class SpeechHouse:
    noise_floor: int
    floor: int
    points: int

    def pass_points(self) -> None: ...

async def reoffer(): return "a house beside the point"
def take_break(): switchboard = 1
class FaultPoint: ...
class DecimalPoints: ...
def endpointing(): ...
"""
    found = given_up(Path("telephony/doorkeeper/agent_board.py"), text)
    assert [line.split(": ")[1] for line in found] == [
        "doorkeeper",
        "agent_board",
        "SpeechHouse",
        "floor",
        "reoffer",
        "pass_points",
    ]


def test_names_use_no_word_that_was_given_up() -> None:
    found = [
        line
        for path in SOURCES
        for line in given_up(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(["", *found])


def test_names_that_could_mean_two_things_are_defined_in_one_room_only() -> None:
    rooms: dict[str, set[str]] = defaultdict(set)
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name in ONE_ROOM_EACH:
                rooms[node.name].add(path.relative_to(ROOT).parts[0])
    found = {name: sorted(where) for name, where in rooms.items() if len(where) > 1}
    assert not found, found
