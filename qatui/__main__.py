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
    sys.exit(status)


if __name__ == "__main__":
    main()
