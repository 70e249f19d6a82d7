"""The program: global options, the families of commands, and the edge where errors become exit codes."""

import os
import signal
import sys
from pathlib import Path

import click

from qatui import __version__
from qatui.cli import diagnostics, interrupts
from qatui.cli.families import Families
from qatui.cli.session import Session
from qatui.errors import QatuiError

_COMPLETING = "_QATUI_COMPLETE"
"""The variable by which a shell asks for completion."""
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group(
    cls=Families,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("-C", "directory", type=_FOLDER, default=Path(), help="Work in DIR.", metavar="DIR")
@click.option("--config", "user_file", type=click.Path(path_type=Path), help="Your settings, instead of your own file.")
@click.option("--json", "as_json", is_flag=True, help="Print data as JSON, errors too.")
@click.option("-q", "--quiet", is_flag=True, help="Say less on stderr.")
@click.option("-v", "--verbose", is_flag=True, help="Show the commands of git, and what it says, on stderr.")
@click.option("--no-color", is_flag=True, help="No colours, whatever the terminal can.")
@click.version_option(__version__, prog_name="qatui", message="%(prog)s %(version)s")
@click.pass_context
def qatui(
    context: click.Context,
    directory: Path,
    user_file: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    no_color: bool,
) -> None:
    """Judge machine-written tests in a terminal and publish what you approved.

    Without a command: the workstation for the repository in this folder.
    """
    context.obj = Session(directory, user_file, as_json, quiet, False if no_color else None)
    context.call_on_close(context.obj.close)
    if verbose and context.invoked_subcommand is not None:
        context.with_resource(diagnostics.showing_git())  # not over the workstation's screen
    if context.invoked_subcommand is None:
        from qatui.cli.workstation import run

        context.exit(run(context.obj))


def run(args: list[str]) -> int:
    """Run the program; the exit code. The third edge: nothing gets past it."""
    as_json = "--json" in args
    diagnostics.open_missing_streams()
    try:
        interrupts.listen()
        result = _complete() if _COMPLETING in os.environ else _invoke(args)
        sys.stdout.flush()
        return int(result or 0)
    except click.exceptions.Exit as left:
        return left.exit_code
    except (KeyboardInterrupt, click.Abort):
        return diagnostics.interrupted(as_json=as_json)
    except click.ClickException as error:
        return diagnostics.wrong_usage(error, as_json=as_json)
    except QatuiError as error:
        return diagnostics.fail(error, as_json=as_json)
    except BrokenPipeError:
        diagnostics.silence_stdout()
        return 128 + signal.SIGPIPE
    except OSError as error:
        return diagnostics.system_fault(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the command line's edge
        return diagnostics.bug(error, as_json=as_json)


def _invoke(args: list[str]) -> int | None:
    # Not `qatui.main`: click would end with 1 there when the reader of a pipe has gone.
    with qatui.make_context("qatui", list(args)) as context:
        result: int | None = qatui.invoke(context)
        return result


def _complete() -> int:
    """What the shell's completion asks (https://click.palletsprojects.com/shell-completion)."""
    from click.shell_completion import shell_complete

    return shell_complete(qatui, {}, "qatui", _COMPLETING, os.environ[_COMPLETING])
