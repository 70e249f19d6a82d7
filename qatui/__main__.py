"""`python -m qatui`: the same program as the `qatui` command; screens start their children this way."""

from qatui.cli.main import main

if __name__ == "__main__":
    main()
