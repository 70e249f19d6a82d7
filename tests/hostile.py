"""What a hostile candidate may hold, and how to see on the bytes of an output that nothing of it came through.

Each sequence that takes numbers has `CANARY` among them: what a terminal is sent by qatui itself never has.
"""

import json
import re

from qatui.domain.marks import HIDDEN

CANARY = "7331"

SEQUENCES = {
    "osc 0: icon and title": f"\x1b]0;{CANARY}\x07",
    "osc 2: title": f"\x1b]2;{CANARY}\x1b\\",
    "osc 4: palette": f"\x1b]4;1;rgb:73/31/{CANARY}\x07",
    "osc 7: folder": f"\x1b]7;file:///{CANARY}\x07",
    "osc 8: link": f"\x1b]8;id={CANARY};https://evil.example/{CANARY}\x1b\\safe.example\x1b]8;;\x1b\\",
    "osc 9: notification": f"\x1b]9;{CANARY}\x07",
    "osc 10: asks for the colour": f"\x1b]10;?{CANARY}\x07",
    "osc 50: font": f"\x1b]50;{CANARY}\x07",
    "osc 52: clipboard": f"\x1b]52;c;{CANARY}\x07",
    "osc 1337: a file": f"\x1b]1337;File=name={CANARY}:AAAA\x07",
    "csi: colours": f"\x1b[38;5;{CANARY}m",
    "csi: hidden text": f"\x1b[8;{CANARY}mhidden\x1b[28m",
    "csi: cursor": f"\x1b[{CANARY};1H\x1b[{CANARY}A",
    "csi: clear": "\x1b[2J\x1b[3J\x1b[1K",
    "csi: back and over": "approve\x1b[7Dreject ",
    "csi: scroll region": f"\x1b[1;{CANARY}r",
    "csi: insert lines": f"\x1b[{CANARY}L",
    "csi: asks for the cursor": "\x1b[6n",
    "csi: asks for attributes": "\x1b[0c\x1b[>c",
    "csi: asks for the title": "\x1b[21t",
    "csi: window": f"\x1b[8;{CANARY};{CANARY}t",
    "csi: alternate screen": f"\x1b[?1049;{CANARY}l",
    "csi: mouse": f"\x1b[?1003;{CANARY}h",
    "csi: end of bracketed paste": "\x1b[201~",
    "csi: repeat": f"a\x1b[{CANARY}b",
    "csi: cursor gone": f"\x1b[?25;{CANARY}l",
    "dcs: settings": f"\x1bP$q{CANARY}\x1b\\",
    "dcs: sixel": f"\x1bPq#{CANARY}\x1b\\",
    "dcs: tmux": f"\x1bPtmux;{CANARY}\x1b\\",
    "apc: kitty picture": f"\x1b_Ga=T,i={CANARY};AAAA\x1b\\",
    "pm": f"\x1b^{CANARY}\x1b\\",
    "sos": f"\x1bX{CANARY}\x1b\\",
    "title of screen": f"\x1bk{CANARY}\x1b\\",
    "escape: save, restore, reset": "\x1b7\x1b8\x1bc",
    "escape: character set": "\x1b(0\x1b)0lqk",
    "escape: double height": "\x1b#3\x1b#8",
    "an escape that the next text ends": "\x1b",
    "an escape without its end": f"\x1b]0;{CANARY}",
    "c1 csi": f"\x9b{CANARY}m",
    "c1 osc": f"\x9d0;{CANARY}\x9c",
    "c1 dcs, apc, pm, sos": f"\x90{CANARY}\x9c\x9f{CANARY}\x9c\x9e\x98",
    "c1 next line, index": "\x85\x84\x8d",
    "bell": "\x07",
    "shift out and in": "\x0e\x0f",
    "carriage return over the line": "approve\rreject ",
    "backspaces": "approve\b\b\b\b\b\b\breject ",
    "vertical tab and form feed": "\x0b\x0c",
    "delete and enquiry": "\x7f\x05",
    "line and paragraph separators": "\u2028\u2029",
}
"""Each is what a text of a candidate may hold: one line, no NUL."""

RAW = {
    "c1 csi as a byte": b"\x9b" + CANARY.encode() + b"m",
    "c1 osc as a byte": b"\x9d0;" + CANARY.encode() + b"\x9c",
    "an escape in an overlong form": b"\xc0\x9b[" + CANARY.encode() + b"m",
    "a surrogate": b"\xed\xa0\x80",
    "the start of a character": b"\xe2\x80",
    "no byte of UTF-8": b"\xff\xfe",
}
"""Bytes that only a file can hold."""

TROJANS = {
    "early return": "    '''Subtract.\u202e\u2066''' ;return\u2069\u2066\n",
    "commenting out": "    #\u202e \u2066if is_admin:\u2069 \u2066 begin admins only\n",
    "stretched string": '    if access_level != "user\u202e \u2066// Check if admin\u2069 \u2066":\n',
    "invisible function": "def is\u200b_admin(): return True\ndef is_admin(): return False\n",
    "homoglyph": "def s\u0430yHello(): pass\ndef sayHello(): pass\n",
    "invisible variable": "const { timeout,\u3164} = req.query;\n",
    "homoglyph operator": "if(environment\u01c3=ENV_PROD){\n",
    "joined words": "is\u2060Admin = is\u00adAdmin = is\ufeffAdmin = is\u034fAdmin\n",
    "tags": "x = 'a\U000e0061\U000e0064\U000e006d\U000e007f'\n",
    "selectors that carry bytes": "x = 'a\ufe00\ufe01\U000e0100\U000e01ef'\n",
    "odd blanks": "if\u00a0a\u2003and\u3000b:\u2028    pass\n",
    "bidi marks": "x = 'a\u200eb\u200fc\u061cd'\n",
}
"""Samples after https://trojansource.codes and https://github.com/nickboucher/trojan-source."""

SEQUENCE = " ".join(SEQUENCES.values())
"""All sequences on one line."""
LINE = f"{SEQUENCE} {' '.join(''.join(TROJANS.values()).splitlines())}"
"""All that may stand on a line, as a title or a note."""
SHORT = f"\x1b]0;{CANARY}\x07\x9b{CANARY}m\u202e\u200b\u00ad\x07x"
"""Something of each kind, for what has a limit."""
NO_CONTROLS = "\u202e\u2066admin\u2069\u200b\u00ad\ufeff\u3164\U000e0061 x"
"""The same where control characters are refused."""
BODY = f"{LINE}\n" + "".join(TROJANS.values()) + "\n".join(SEQUENCES.values())
"""All of it on many lines, as a comment."""
CONTENT = BODY.encode() + b"\n" + b"\n".join(RAW.values()) + b"\n"
"""All of it as a file."""

TOKEN = "ghp_" + "a1B2" * 9
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *["MIIEpAIBAAKCAQEA7bq0" * 3] * 3, "-----END RSA PRIVATE KEY-----"])
PASSWORD = "hunter2-" + CANARY
SECRETS = f"token = '{TOKEN}'\npassword = '{PASSWORD}'\nurl = 'https://kim:{PASSWORD}@db.example'\n{KEY}\n"
"""What must be masked."""


def leaks(data: bytes | str) -> list[str]:
    """The hidden characters in an output that is no terminal's, but for the ends of its lines."""
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data
    return sorted({f"U+{ord(found):04X}" for found in HIDDEN.findall(text.replace("\n", ""))})


def revealed(data: bytes | str) -> list[str]:
    """The secrets in an output that are not masked."""
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data
    return [each for each in (TOKEN, PASSWORD, "MIIEpAIBAAKCAQEA7bq0") if each in text]


def assert_json(text: str) -> None:
    """JSON objects with their schema and nothing else, in lines of printable ASCII."""
    assert all(line.isascii() and line.isprintable() for line in text.split("\n")), text
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        assert value["schema"] == 1
        at = end + len(text[end:]) - len(text[end:].lstrip())


_OURS = re.compile(
    rb"\x1b\[[0-9;:]*m"  # colours
    rb"|\x1b\[[0-9;]*[ABCDHJK]"  # the cursor, clearing
    rb"|\x1b\[[?=<>][0-9;]*[hlu]"  # modes of the screen, the mouse, the keyboard
    rb"|\x1b\[\?[0-9;]*\$p"  # which of them there are
    rb"|\x1b\[[0-9;]*t"  # the size of the window
    rb"|\x1b\[>[0-9;]*[cq]"
    rb"|\x1b[78]"
    rb"|\x1b\]22;[a-z-]*\x07"  # the shape of the pointer
    rb"|\r\n|\r|\n"
)
"""What Textual's driver sends (textual/drivers/linux_driver.py) and rich's segments."""


_CANARY = re.compile(rb"\x1b(?:\[[0-9;:?<>=]*|[\]PX^_k][^\x1b\x07]{0,60}?)" + CANARY.encode())
"""In a sequence, before its end."""


def terminal_leaks(data: bytes) -> list[str]:
    """What was sent to a terminal that is neither text to see nor a sequence of Textual's own."""
    found = [f"{each[0]!r}" for each in _CANARY.finditer(data)]
    return found + leaks(_OURS.sub(b"", data))
