"""`qatui sandbox`: a GitHub of one's own on loopback."""

import shlex
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qatui.cli import diagnostics, output
from qatui.cli.session import Session, pass_session
from qatui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from qatui.sandbox.ready import Ready


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port; default: a free one.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="D",
    help="Keep everything in D, and go on from what is there. Default: thrown away at the end.",
)
@pass_session
def sandbox(session: Session, port: int, directory: Path | None) -> int:
    """Serve a look-alike of GitHub on loopback, to try everything on without a token of yours.

    It has a ready repository with issues and a pull request, a private one, and the tokens of a maintainer and of
    somebody who may only read. What git does there is real. Ctrl-C ends it.
    """
    # Ctrl-C ends it also where a shell that started it in the background said otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The end of its terminal too, but under nohup: tokens are in what is thrown away.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        _serve(session, port, directory)
    except KeyboardInterrupt:
        diagnostics.say("The sandbox has ended.", quiet=session.quiet or session.json)
    return ExitCode.DONE


def _serve(session: Session, port: int, directory: Path | None) -> None:
    """Serve until a signal ends it, as KeyboardInterrupt."""
    from qatui.sandbox.ready import ready

    with ExitStack() as kept:
        place = session.directory / directory if directory else Path(kept.enter_context(_thrown_away()))
        try:
            served = kept.enter_context(ready(place, keep=directory is not None, port=port))
        except OSError as error:
            what = f"{place}" if error.filename else f"port {port}"
            raise UsageError(f"The sandbox cannot start with {what}: {error.strerror}.", "Name another one.") from error
        _tell(session, served)
        threading.Event().wait()


def _thrown_away() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="qatui-sandbox-", ignore_cleanup_errors=True)


def _tell(session: Session, served: "Ready") -> None:
    """Where it is and who one can be; as JSON one line, which programs wait for."""
    if session.json:
        output.emit(
            {
                "api_url": served.api_url,
                "tokens": {"maintainer": served.maintainer, "reader": served.reader},
                "repository": served.repository,
                "private_repository": served.private_repository,
            }
        )
        return
    output.table(
        [
            ("api_url", served.api_url),
            ("repository", served.repository),
            ("private repository", served.private_repository),
            ("maintainer's token", served.maintainer),
            ("reader's token", served.reader),
        ],
        masked=False,
    )
    output.line()
    for line in _commands(served):
        output.line(line, masked=False)
    output.flush()


def _commands(served: "Ready") -> Iterator[str]:
    """What to begin with, as lines for a shell: each works when those before it have been run."""
    place = served.api_url.replace("://", f"://x-access-token:{served.maintainer}@", 1)
    yield "# In another terminal:"
    yield shlex.join(["export", f"API={served.api_url}", f"GH_ENTERPRISE_TOKEN={served.maintainer}"])
    # A clone leads here by its remote; settings of one's own that name another API come before that.
    yield "export QATUI_API_URL=$API"
    yield shlex.join(["git", "clone", f"{place}/{served.repository}.git"])
    yield shlex.join(["cd", served.repository.partition("/")[2]])
    yield "qatui doctor"
    yield f'curl -H "Authorization: Bearer $GH_ENTERPRISE_TOKEN" $API/repos/{served.repository}/issues'


COMMANDS: tuple[click.Command, ...] = (sandbox,)
