"""A page in the person's browser, which must not come up in the terminal that the screen is drawn in."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping


def opener(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str | None:
    """The platform's program that opens an address; None where there is no desktop, as over ssh."""
    if platform == "darwin":
        return "open"
    if "WSL_DISTRO_NAME" in environ and shutil.which("wslview", path=environ.get("PATH")):
        return "wslview"
    if environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY"):
        return shutil.which("xdg-open", path=environ.get("PATH"))
    return None


def open_page(url: str) -> bool:
    """Open an address of the web; False where it is none, or there is no browser to open it in."""
    program = opener()
    if program is None or not url.startswith(("https://", "http://")) or not url.isprintable():
        return False
    try:
        running = subprocess.Popen(
            [program, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    threading.Thread(target=running.wait, daemon=True).start()  # some end at once, some with the browser
    return True
