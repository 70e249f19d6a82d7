"""Secrets are found in the forms that their issuers give them, and no text makes the search slow."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.secrets import KEY_LINES, MASK, Secrets, key_lines, masked, without_secrets

LONG = "a1B2c3D4e5F6g7H8i9J0" * 5
HEX = "0123456789abcdef" * 4
BASE32 = "ABCDEFGHIJ234567"


def hidden(line: str) -> list[str]:
    return [line[start:end] for start, end in masked(line)]


@pytest.mark.parametrize(
    ("prefix", "rest"),
    [
        ("ghp_", LONG[:36]),
        ("ghs_", LONG[:36]),
        ("github_pat_", LONG[:22] + "_" + LONG[:59]),
        ("glpat-", LONG[:20]),
        ("AKIA", BASE32),
        ("ASIA", BASE32),
        ("aws_secret_access_key = ", LONG[:40]),
        ("AIza", LONG[:35]),
        ("GOCSPX-", LONG[:28]),
        ("ya29.", LONG[:60]),
        ("xoxb-", "123456789012-123456789012-" + LONG[:24]),
        ("xapp-", "1-A0123-456-" + HEX),
        ("https://hooks.slack.com/services/", "T0123456/B0123456/" + LONG[:24]),
        ("sk_live_", LONG[:24]),
        ("rk_test_", LONG[:24]),
        ("whsec_", LONG[:32]),
        ("npm_", LONG[:36]),
        ("pypi-Ag", "EIcHlwaS5vcmc" + LONG[:60]),
        ("sk-ant-", "api03-" + LONG[:80]),
        ("sk-proj-", LONG[:48]),
        ("sk-", LONG[:48]),
        ("SG.", LONG[:22] + "." + LONG[:43]),
        ("SK", HEX[:32]),
        ("AccountKey=", LONG[:86] + "=="),
        ("?sig=", LONG[:44]),
        ("hf_", LONG[:34]),
        ("dop_v1_", HEX),
        ("dckr_pat_", LONG[:27]),
        ("dapi", HEX[:32]),
        ("hvs.", LONG[:24]),
        ("shpat_", HEX[:32]),
        ("ATATT3", LONG[:60]),
        ("glsa_", LONG[:32]),
        ("NRAK-", LONG[:27].upper()),
        ("rubygems_", HEX[:48]),
        ("123456789:AA", LONG[:33]),
        ("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + LONG[:43]),
    ],
)
def test_tokens_of_issuers_are_masked_behind_their_prefix(prefix: str, rest: str) -> None:
    for line in (
        f"{prefix}{rest}",
        f'    header = "{prefix}{rest}"',
        f'"\\n{prefix}{rest}\\n"',
        f"({prefix}{rest}) # x",
    ):
        assert hidden(line) == [rest]
        assert without_secrets(line) == line.replace(rest, MASK)


def test_an_azure_client_secret_has_no_prefix() -> None:
    secret = "abc8Q~" + LONG[:34]
    assert hidden(f"client = '{secret}'") == [secret]


@pytest.mark.parametrize(
    ("line", "secrets"),
    [
        ("postgres://kim:hunter2@db.example.com/x", ["hunter2"]),
        ("redis://:hunter2@cache:6379", ["hunter2"]),
        ("a=http://u:p@x b=http://v:q@y", ["p", "q"]),
        ('password = "hunter2"', ["hunter2"]),
        ("PASSWORD: 'hunter2',", ["hunter2"]),
        ('db_password: str = "hunter2"', ["hunter2"]),
        ('login(user="kim", password="hunter2")', ["hunter2"]),
        ('{"passwd": "hunter2", "x": 1}', ["hunter2"]),
        ('cfg["password"] = b"hunter2"', ["hunter2"]),
        ('setenv("DB_PASSWORD", "hunter2")', ["hunter2"]),
        ("password => 'hunter2'", ["hunter2"]),
        ("const pwd = `hunter2`", ["hunter2"]),
        ('if password == "hunter2":', ["hunter2"]),
        ("DB_PASSWORD=hunter2", ["hunter2"]),
        ("export API_TOKEN=f00bar9x", ["f00bar9x"]),
        ("  - MYSQL_ROOT_PASSWORD=hunter2", ["hunter2"]),
        ("  SECRET_KEY: dj4ng0-x7", ["dj4ng0-x7"]),
        ('api_key = "0123456789abcdef0123"', ["0123456789abcdef0123"]),
        ('client_secret: "0123456789abcdef0123"', ["0123456789abcdef0123"]),
        ('password = "aa" + "hunter2', []),
        (f'password = "ghp_{LONG[:36]}"', [LONG[:36]]),
        (f"API_TOKEN=ghp_{LONG[:36]}", [LONG[:36]]),
    ],
)
def test_passwords_in_addresses_and_assignments_are_masked(line: str, secrets: list[str]) -> None:
    assert hidden(line) == secrets


@pytest.mark.parametrize(
    "line",
    [
        "",
        "password = get_password()",
        'password = os.environ["PASSWORD"]',
        'password = f"{secret}"',
        'password = "${PASSWORD}"',
        'password = "<your password>"',
        'password = ""',
        'label = "Password is required"',
        "password: str",
        'token = "IDENT"',
        'token = next(tokens, "end")',
        "TOKEN=$(cat token)",
        "TOKEN=getToken()",
        "PASSWORD = None",
        "https://user:{password}@example.com/",
        "https://example.com:8080/a@b",
        "see https://docs.example.com/password-policy#tokens",
        "assert sk_live_mode and npm_config and ghp_short",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "the_longest_name_of_a_test_function_that_ever_was_written_by_a_generator_of_tests()",
        "import aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_what_is_no_secret_is_shown(line: str) -> None:
    assert hidden(line) == []


def test_what_is_masked_is_not_masked_again() -> None:
    for line in (f'password = "{MASK}"', f"ghp_{MASK}", f"https://u:{MASK}@x"):
        assert hidden(line) == []


BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
BODY = ["MIIEpAIBAAKCAQEA7bq", "Zm9vYmFyYmF6cXV4Zm8=", ""]


@pytest.mark.parametrize(
    ("lines", "ranges"),
    [
        (["a", BEGIN, *BODY, END, "b"], [range(2, 5)]),
        ([BEGIN, END], []),
        ([f'k = """{BEGIN}', *BODY, f'{END}"""', "x = 1"], [range(1, 4)]),
        ([f'"{BEGIN}\\n"', *[f'"{each}\\n"' for each in BODY], f'"{END}"'], [range(1, 4)]),
        ([BEGIN.replace("RSA ", ""), "anything", END.replace("RSA ", "")], [range(1, 2)]),
        (["-----BEGIN PGP PRIVATE KEY BLOCK-----", "Version: 1", "", BODY[0]], [range(1, 4)]),
        ([BEGIN, BODY[0], BODY[1], "def test(): pass", BODY[0]], [range(1, 3)]),
        ([BEGIN, BEGIN, BODY[0], END, END], [range(2, 3)]),
        ([END, BODY[0], BEGIN], []),
        ([BEGIN, *["x y"] * (KEY_LINES + 1), END], []),
        (["-----BEGIN PUBLIC KEY-----", *BODY], []),
    ],
)
def test_the_lines_inside_private_keys(lines: list[str], ranges: list[range]) -> None:
    assert list(key_lines(lines)) == ranges


def test_a_key_on_one_line_is_masked() -> None:
    inside = "\\nMIIEpAIBAAKCAQEA7bq/Zm9v+\\n"
    assert hidden(f'key = "{BEGIN}{inside}{END}"') == [inside]


def test_the_lines_of_a_text_are_masked_one_by_one() -> None:
    secrets = Secrets(["x", BEGIN, f"  {BODY[0]} ", "", END, "password='hunter2'", "y" * 5000 + "ghp_" + LONG[:36]])
    assert [secrets.of(number) for number in range(6)] == [(), (), ((2, 21),), (), (), ((10, 17),)]
    assert secrets.of(6) == ((5004, 5040),)
    assert secrets.of(6, until=5004) == ((5004, 5040),)
    assert secrets.of(6, until=100) == ()


PARTS = [
    *["eyJ", "eyJa.", "ghp_", "sk-", "sk-ant-", "://", "://a:", "@", "SG.a", "xoxb-", "AKIA", "Q~", "12345678:AA"],
    *["password", "=", '"', "'", ": ", "token", "secret", "_KEY", "export ", "\\n", "-----BEGIN A PRIVATE KEY-----"],
    *[" ", "a", "1", ".", "-", "_", "/", "A", "{", "\u202e", "é"],
]


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_stretches_are_in_order_and_apart(line: str) -> None:
    places = [place for span in masked(line) for place in span]
    assert places == sorted(set(places))
    assert all(0 <= place <= len(line) for place in places)
    assert without_secrets(line).count(MASK) == len(masked(line))


@given(
    st.lists(st.one_of(st.sampled_from(PARTS), st.sampled_from(["a" * 350, "A1" * 200, "x " * 50])), max_size=12),
    st.integers(1, 1_500),
)
def test_what_is_read_of_a_long_line_hides_what_the_whole_line_hides(parts: list[str], until: int) -> None:
    secrets = Secrets(["".join(parts)])
    whole, part = (
        {place for start, end in spans for place in range(start, end)}
        for spans in (secrets.of(0), secrets.of(0, until))
    )
    assert {place for place in whole if place < until} <= part


@pytest.mark.parametrize("seed", range(8))
def test_no_line_is_searched_more_than_a_few_times(seed: int) -> None:
    """A pattern that reads the rest of the line at every place takes hours here: the time limit of a test ends it."""
    draw = random.Random(seed)
    line = "".join(draw.choices(PARTS, k=draw.choice([1, 2, 3]))) or "a"
    masked(line * (200_000 // len(line)), cut=True)


def test_no_pattern_has_a_repetition_without_end_inside_another() -> None:
    from qatui.domain import secrets

    made = secrets._patterns()
    patterns = [
        each.pattern for each in (made.token, made.address, made.unfinished, *made.assignments, *_compiled(secrets))
    ]
    assert len(patterns) >= 9
    assert not [each for each in patterns if re.search(r"[+*}]\)[+*]|[+*}]\)\{\d+,\}", each)]


def _compiled(module: object) -> list[re.Pattern[str]]:
    return [value for value in vars(module).values() if isinstance(value, re.Pattern)]


def test_a_long_text_without_a_key_is_read_once() -> None:
    assert key_lines(["x = 1"] * 200_000) == ()
    assert len(key_lines([BEGIN] * 50_000)) == 0
    assert len(key_lines([BEGIN, BODY[0]] * 50_000)) == 50_000
