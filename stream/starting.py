"""Where the program begins: the command line takes a moment to import, and Ctrl-C may come in that moment, too."""

from __future__ import annotations

import sys

#: As shells have it: 128, and the number of SIGINT.
_INTERRUPTED = 130


def main() -> None:
    """Entry point: the command line, which ends without a word where it is interrupted."""
    try:
        from stream.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
