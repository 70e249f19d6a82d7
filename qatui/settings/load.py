"""Reads the two settings files, and the environment over the reviewer's one.

The rule for the environment: every setting of the reviewer that is a single value has a variable, QATUI_ and
the setting's own name in capitals, whatever it is nested in: `theme` is QATUI_THEME, `identity.login` is
QATUI_LOGIN. An empty variable counts as unset.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct, structs

from qatui import paths
from qatui.errors import ConfigError
from qatui.settings import check
from qatui.settings.types import TEAM_FILE, Settings, Team, User

T = TypeVar("T", Team, User)


def load_config(
    team: bytes | None, place: str = TEAM_FILE, file: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Both files together: `load_team(team, place)` and `load_user(file, environ)`."""
    return Settings(team=load_team(team, place), user=load_user(file, environ))


def load_team(data: bytes | None, place: str = TEAM_FILE) -> Team:
    """The team's settings from the bytes of `qatui.yaml`; defaults where there is none.

    `place` is what refusals call the file, such as `qatui.yaml on main`. Raises ConfigError.
    """
    return Team() if data is None else _read(data, place, Team)


def load_user(file: Path | None = None, environ: Mapping[str, str] = os.environ) -> User:
    """The reviewer's settings: `file`, else what QATUI_CONFIG names, else the usual place; then the environment.

    A file that was named must be there; the usual one need not. Raises ConfigError.
    """
    path = file or paths.config_file(environ)
    named = file is not None or bool(environ.get(paths.CONFIG_VARIABLE))
    user = User()
    try:
        user = _read(_bytes(path), str(path), User)
    except FileNotFoundError:
        if named:
            raise ConfigError(f"There is no settings file {path}.", "Make it, or name another one.") from None
    except OSError as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    if user.database and "://" not in user.database and not user.database.startswith("~"):
        # A relative file lies beside the settings that name it, wherever qatui is started.
        user = structs.replace(user, database=str(path.parent.absolute() / user.database))
    return _overridden(user, environ)


def _bytes(path: Path) -> bytes:
    """The file's bytes, one more than settings may have at most; raises OSError, ConfigError for no plain file."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise ConfigError(f"The settings file {path} is no plain file.", "Name another one.")
        from qatui.settings.document import LARGEST

        return stream.read(LARGEST + 1)


def variables(type_: type[Struct] = User, where: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """Every override of the environment: the variable, the names that lead to its setting, the setting's type."""
    for field in structs.fields(type_):
        path = (*where, field.name)
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from variables(field.type, path)
        elif getattr(field.type, "__origin__", None) is not dict:
            yield f"QATUI_{field.name.upper()}", path, field.type


def _overridden(user: User, environ: Mapping[str, str]) -> User:
    from qatui.settings import scalars

    changed = user
    for variable, path, type_ in variables():
        text = environ.get(variable)
        if not text:
            continue
        try:
            value = scalars.read(text, type_)
        except scalars.Wrong as error:
            raise ConfigError(
                f"The variable {variable} wants {error.wanted}, not “{scalars.short(text)}”.", error.hint
            ) from None
        changed = _with(changed, path, value)
    try:
        check.user(changed)
    except check.Unsound as error:
        variable = next(name for name, path, _ in variables() if path == error.where)
        raise ConfigError(f"The variable {variable}: {error.message}", error.hint) from None
    return changed


def _with(struct: Any, path: tuple[str, ...], value: Any) -> Any:
    """`struct` with the value at `path` in place of what was there."""
    name, *rest = path
    inner = _with(getattr(struct, name), tuple(rest), value) if rest else value
    return structs.replace(struct, **{name: inner})


def _read(data: bytes, place: str, type_: type[T]) -> T:
    # YAML is imported only where there is a file to read: most starts have none.
    from qatui.settings.document import Document

    document = Document(place)
    read = document.read(data, type_)
    try:
        check.team(read) if isinstance(read, Team) else check.user(read)
    except check.Unsound as error:
        raise document.wrong(error.where, error.message, error.hint) from None
    return read
