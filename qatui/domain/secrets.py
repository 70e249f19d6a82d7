"""Secrets in a text that is shown: where they stand, so that they can be masked.

For display, not for judgement: a documented example is masked like a live token, and one key shows it. The formats
are those that the issuers give their tokens so that they can be found: https://docs.github.com/en/code-security/
secret-scanning/introduction/supported-secret-scanning-patterns and each issuer's own pages.

Every pattern is linear: a part that repeats without limit is either the last of its pattern, or cannot contain what
another match could begin with.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from qatui.domain.intraline import Spans

MASK = "••••••••"
"""Stands for a secret, whatever its length."""
KEY_LINES = 400
"""Lines that the longest private key may have."""

_ISSUERS = (
    (r"gh[oprsu]_", r"[A-Za-z0-9_.-]{36,}"),  # GitHub
    (r"github_pat_", r"[A-Za-z0-9_]{22,}"),
    (r"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|oas)-", r"[\w-]{20,}"),  # GitLab
    (r"A(?:KIA|SIA|BIA|CCA)", r"[A-Z2-7]{16}(?![A-Za-z0-9])"),  # Amazon: the id of a key
    (r"(?i:aws_?secret_?access_?key)[\"']?\s{0,4}[:=]\s{0,4}[\"']?", r"[A-Za-z0-9/+]{40}"),
    (r"AIza", r"[\w-]{35,}"),  # Google
    (r"GOCSPX-", r"[\w-]{20,}"),
    (r"ya29\.", r"[\w.-]{20,}"),
    (r"xox[abceoprs]-", r"[A-Za-z0-9.-]{10,}"),  # Slack
    (r"xapp-", r"[A-Za-z0-9-]{20,}"),
    (r"hooks\.slack\.com/(?:services|workflows|triggers)/", r"[A-Za-z0-9_/+]{20,}"),
    (r"[rs]k_(?:live|test|prod)_", r"[A-Za-z0-9]{10,}"),  # Stripe
    (r"whsec_", r"[A-Za-z0-9+/=]{24,}"),
    (r"npm_", r"[A-Za-z0-9]{36,}"),
    (r"pypi-Ag", r"[\w-]{40,}"),
    (r"sk-(?:ant-|proj-|svcacct-|admin-|or-)?", r"[A-Za-z0-9_-]{32,}"),  # Anthropic, OpenAI and others
    (r"SG\.", r"[\w-]{16,32}\.[\w-]{16,}"),  # SendGrid
    (r"SK", r"[0-9a-f]{32}(?![A-Za-z0-9])"),  # Twilio
    (r"(?i:AccountKey|SharedAccessKey)=", r"[A-Za-z0-9+/]{40,}={0,2}"),  # Azure
    (r"(?i:[?&;]sig)=", r"[A-Za-z0-9%+/]{40,}"),
    (r"(?<![\w.~-])(?=[\w.~]{3}\dQ~)", r"[\w.~-]{34,40}(?![\w.~-])"),
    (r"hf_", r"[A-Za-z0-9]{30,}"),  # Hugging Face
    (r"do[opr]_v1_", r"[0-9a-f]{64}"),  # DigitalOcean
    (r"dckr_(?:pat|oat)_", r"[\w-]{20,}"),  # Docker
    (r"dapi", r"[0-9a-f]{32}"),  # Databricks
    (r"hv[bs]\.", r"[\w-]{24,}"),  # Vault
    (r"shp(?:at|ca|pa|ss)_", r"[0-9A-Fa-f]{32}"),  # Shopify
    (r"ATATT3|ATBB|ATCTT3", r"[\w=-]{20,}"),  # Atlassian
    (r"lin_api_", r"[A-Za-z0-9]{32,}"),  # Linear
    (r"glsa_|glc_", r"[A-Za-z0-9_+/=]{32,}"),  # Grafana
    (r"NRAK-|PMAK-", r"[A-Za-z0-9-]{24,}"),  # New Relic, Postman
    (r"rubygems_", r"[0-9a-f]{48}"),
    (r"AGE-SECRET-KEY-1", r"[0-9A-Z]{58}"),
    (r"(?<!\d)\d{8,10}:AA", r"[\w-]{33}(?![\w-])"),  # Telegram
    (r"(?:(?<![\w-])|(?<=\\[nrt]))eyJ", r"[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"),  # a JSON web token
)
"""What the tokens of an issuer begin with, which stays to be seen, and the rest, which does not."""
_LONG = re.compile(r"[\w./+=~:-]{20}", re.ASCII)
"""No token is shorter."""

_NO_VALUE = r"(?![{$<%*•\[]|\.\.\.|[\"']|(?i:none|null|true|false|undefined)\b)"
"""A value that is filled in elsewhere, or masked already, is none."""
_PASSWORD = (
    r"(?i)(?:passw(?:or)?d|passphrase|\bpwd|_pwd)\w{0,24}[\"'`]?\]?\s{0,8}(?::\s{0,4}\w{1,24}\s{0,4})?(?:=>|:=|={1,3}|:|,)"
    rf"\s{{0,8}}[bfru]{{0,2}}[\"'`]{{1,3}}{_NO_VALUE}([^\"'`\s]{{4,}})"
)
_KEY = (
    r"(?i)(?:secret|token|api_?key|access_?key|auth_?key|credentials?)\w{0,24}[\"'`]?\]?\s{0,8}(?::\s{0,4}\w{1,24}\s{0,4})?"
    rf"(?:=>|:=|={{1,3}}|:|,)\s{{0,8}}[bfru]{{0,2}}[\"'`]{{1,3}}{_NO_VALUE}"
    r"(?=[^\"'`\s]{0,64}\d)(?=[^\"'`\s]{0,64}[A-Za-z])([\w+/=.~-]{16,})"
)
_VARIABLE = (
    r"^\s{0,40}(?:export\s{1,4}|ENV\s{1,4}|-\s{1,4})?[A-Z0-9_]{0,60}"
    r"(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_KEY)[A-Z0-9_]{0,24}"
    rf"(?:=|:\s{{1,4}}){_NO_VALUE}([^\s\"'`#;()]{{6,}})(?=\s|$)"
)
_ADDRESS = rf"://[^\s/:@\"'<>]*:{_NO_VALUE}([^\s/@\"'<>]+)@"
_UNFINISHED = (rf"{_ADDRESS.removesuffix('@')}\Z", r"(?:(?<![\w-])|(?<=\\[nrt]))eyJ([\w-]{8,}(?:\.[\w-]{0,7})?)\Z")
"""Those that are known by what follows them, however far behind: at the end of a line that was cut."""
_WORDS = ("passw", "passphrase", "pwd", "secret", "token", "key", "credential")

_FENCE = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_INLINE = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----([^-]{16,})")
_BODY = re.compile(r"[^A-Za-z0-9+/=]{0,40}(?:[A-Za-z0-9+/=]{16,}|[A-Za-z0-9+/]{2,16}={1,2}|[A-Z][A-Za-z-]+: |$)")
"""How a line inside a private key begins: base64, a header, or nothing; quotes and comment signs may come before."""


class _Patterns(NamedTuple):
    token: re.Pattern[str]
    assignments: tuple[re.Pattern[str], ...]
    """The last one is of values without quotes."""
    address: re.Pattern[str]
    unfinished: re.Pattern[str]
    """What may become a secret by what stands behind the end."""


@cache
def _patterns() -> _Patterns:
    """Compiled when the first text is long enough: every command loads this module, few need it."""
    token = "|".join(f"(?:{prefix})({body})" for prefix, body in _ISSUERS)
    assignments = tuple(re.compile(each, re.ASCII) for each in (_PASSWORD, _KEY, _VARIABLE))
    return _Patterns(
        re.compile(token, re.ASCII), assignments, re.compile(_ADDRESS), re.compile("|".join(_UNFINISHED), re.ASCII)
    )


def masked(line: str, *, cut: bool = False) -> Spans:
    """Where secrets stand in a line: what to hide of each, its issuer's prefix not among it.

    `cut`: the line goes on; what could become a secret by that is one.
    """
    if len(line) < 8:
        return ()
    tokens: list[tuple[int, int]] = []
    values: list[tuple[int, int]] = []
    if _LONG.search(line):
        tokens += (token.span(token.lastindex or 0) for token in _patterns().token.finditer(line))
        if "PRIVATE KEY" in line:
            values += (inline.span(1) for inline in _INLINE.finditer(line))
    lowered = line.lower()
    if any(word in lowered for word in _WORDS):
        quoted = any(quote in line for quote in "\"'`")
        for pattern in _patterns().assignments[0 if quoted else -1 :]:
            values += (value.span(1) for value in pattern.finditer(line))
    if "://" in line and "@" in line:
        values += (password.span(1) for password in _patterns().address.finditer(line))
    if cut and (unfinished := _patterns().unfinished.search(line)):
        values.append(unfinished.span(unfinished.lastindex or 0))
    if tokens and values:  # of a token the prefix is seen, wherever it stands
        values = [each for each in values if bisect_left(tokens, each[:1]) == bisect_left(tokens, each[1:])]
    return _joined(tokens + values)


def _joined(found: list[tuple[int, int]]) -> Spans:
    """Stretches in order, those that meet as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def key_lines(lines: Sequence[str]) -> tuple[range, ...]:
    """The lines inside private keys, in order: from behind the line that begins one to before its end.

    A key without an end goes on as long as its lines look like one.
    """
    fences = [
        (number, found[1]) for number, line in enumerate(lines) if "PRIVATE KEY" in line for found in _fence(line)
    ]
    ranges = []
    for at, (number, sort) in enumerate(fences):
        if sort != "BEGIN":
            continue
        last = min(len(lines), number + 1 + KEY_LINES)
        after, ends = fences[at + 1] if at + 1 < len(fences) else (last, "")
        end = after if ends == "END" and after <= last else number + 1
        while end < min(last, after) and _BODY.match(lines[end]):
            end += 1
        if end > number + 1:
            ranges.append(range(number + 1, end))
    return tuple(ranges)


def _fence(line: str) -> list[re.Match[str]]:
    """The last sign on a line that a private key begins or ends; at most one."""
    return list(_FENCE.finditer(line))[-1:]


def without_secrets(text: str) -> str:
    """A text of any number of lines with each secret as `MASK`."""
    lines = text.split("\n")
    secrets = Secrets(lines)
    for number, line in enumerate(lines):
        if hidden := secrets.of(number):
            lines[number] = MASK.join(line[start:end] for start, end in gaps(hidden, 0, len(line)))
    return "\n".join(lines)


def gaps(stretches: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What `stretches` leave between `start` and `end`: one more than there are of them."""
    for begin, until in stretches:
        yield start, begin
        start = until
    yield start, end


class Secrets:
    """The secrets of a whole text, line by line; a line is read when it is asked for."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._keys = key_lines(lines)
        self._starts = [each.start for each in self._keys]

    def in_key(self, number: int) -> bool:
        """Whether line `number` is inside a private key: then it is hidden, whatever it says."""
        at = bisect_right(self._starts, number) - 1
        return at >= 0 and number in self._keys[at]

    def of(self, number: int, until: int | None = None) -> Spans:
        """What to hide of line `number`; of a very long one only up to about character `until`."""
        whole = self._lines[number]
        line = whole if until is None else whole[: until + SEEN_AHEAD]
        if not self.in_key(number):
            return masked(line, cut=len(line) < len(whole))
        start = len(line) - len(line.lstrip())
        end = len(line.rstrip())
        return ((start, end),) if start < end else ()


SEEN_AHEAD = 300
"""Characters beyond what is drawn that are read, so that a token at the edge is known: no pattern needs more, but those
that are never finished."""
