"""Where the program begins, as `qatui` and as `python -m qatui`: screens start their children this way."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the program and leave with its exit code."""
    try:
        from qatui.cli.main import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line's own edge stands
        status = 130
    _leave_at_once()
    sys.exit(status)


def _leave_at_once() -> None:
    """Have nobody wait at the very end, when Python's own way with an interrupt is a traceback."""
    from qatui.cli.interrupts import leaving

    leaving()


if __name__ == "__main__":
    main()
