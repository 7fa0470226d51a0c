"""The command line: ``seatrial check``, ``replay``, ``show``, ``list``, ``guarantees``, ``conform``.

Lives here: the application, and what an error becomes: one message on standard error and an exit status.

- 0  nothing violated, everything as recorded
- 1  a promise is violated, or something is not as recorded
- 2  bad usage or bad input
- 3  stopped by a signal, or by a limit that nobody asked for

Must not know: what the commands do (one file each).
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from seatrial.model.errors import SeatrialError

from .check import EPILOG, check
from .conform import conform
from .guarantees import guarantees
from .listing import list_
from .output import complain, print_plain
from .replay import replay
from .show import show
from .status import BAD_INPUT, STOPPED


class Commands(TyperGroup):
    """The commands; whatever goes wrong in one is told in a line, with an exit status that says what it was."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return self._invoked(ctx)
        except SeatrialError as error:
            complain(str(error))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(STOPPED) from None
        except MemoryError:
            complain("out of memory; bound the search with --max-states, or take a smaller scenario")
            raise typer.Exit(STOPPED) from None
        except BrokenPipeError:
            # Nobody reads any more. What is still buffered must not be complained about at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(STOPPED) from None

    def _invoked(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, SeatrialError, MemoryError, BrokenPipeError):
            raise
        except Exception as error:
            if type(error).__module__.startswith(("click.", "typer.")):
                raise
            traceback.print_exc()
            complain("this is a bug of Seatrial: please report it, with the lines above")
            raise typer.Exit(STOPPED) from None
        finally:
            sys.stdout.flush()


app = typer.Typer(
    name="seatrial",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A sea trial for control planes: check Kubernetes' promises, and those of your controllers, in every "
    "interleaving, crash, lost answer and stale cache.",
    epilog="Exit status: 0 nothing violated; 1 violated, or not as recorded; 2 bad usage or input; 3 stopped by a "
    "signal, or a limit that was not asked for.",
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from seatrial import __version__  # noqa: PLC0415 - the package may be importing this module

        print_plain(f"seatrial {__version__}")
        raise typer.Exit


@app.callback()
def _seatrial(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What all commands share."""
    del version


app.command("check", epilog=EPILOG)(check)
app.command("replay")(replay)
app.command("show")(show)
app.command("list")(list_)
app.command("guarantees")(guarantees)
app.command("conform")(conform)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Being told to end is the same as Ctrl-C: what was found so far is shown."""
    del number, frame
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that cannot show `…` shows `?`
    app()
