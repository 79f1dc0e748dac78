"""What a person pasted -> the message in it: out of a traceback, a warning as Python prints it, or "SomeError: …".

In: text. Out: the message, the type it was given, and the frames of the traceback. Pure; knows no message.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ERROR = re.compile(r"^\s*(?:[\w.]+\.)?(\w*(?:Error|Exception|Warning|Interrupt))\s*:\s*(.*)$", re.IGNORECASE)
_WARNING = re.compile(r"^.*?\.py:\d+:\s+(\w*Warning):\s*(.*)$", re.IGNORECASE)
_FRAME = re.compile(r'^\s*File "(.+)", line \d+, in (\S+)')
_RULE = re.compile(r"^\s*[\^~\-]+\s*$")


class Frame(NamedTuple):
    """One frame of a traceback."""

    file: str
    """Relative to the folder that holds `torch/` where it is torch's."""
    function: str


class Pasted(NamedTuple):
    """What was read of a text."""

    message: str
    error: str
    """Type of the error or warning; "" where it is not said."""
    frames: tuple[Frame, ...]


def read(text: str) -> Pasted:
    """The message after the last "SomethingError:" of a traceback, else the whole text."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    frames = tuple(Frame(_relative(match[1]), match[2]) for line in lines if (match := _FRAME.match(line)))
    for place in range(len(lines) - 1, -1, -1):
        warning = _WARNING.match(lines[place])
        found = warning or _ERROR.match(lines[place])
        if found:
            rest = lines[place + 1 :]
            # Python prints the line of source that warned below a warning, indented by two spaces.
            kept = [line for line in rest if not line.startswith("  ")] if warning else rest
            return Pasted("\n".join([found[2], *(line for line in kept if not _RULE.match(line))]).strip(), found[1], frames)
    return Pasted(text.strip(), "", frames)


def _relative(file: str) -> str:
    """`torch/nn/functional.py` for a file of torch, wherever it is installed; the name as it stands for any other."""
    at = file.replace("\\", "/").rpartition("/torch/")
    return f"torch/{at[2]}" if at[1] else file
