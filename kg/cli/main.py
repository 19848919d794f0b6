"""The ``kg`` command: its group and its commands."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib.metadata import version
from typing import Any

import click

from kg.cli import (
    build,
    curate,
    evaluate,
    export,
    push,
    query,
    radar,
    resolve,
    serve,
    show,
    train,
    update,
)
from kg.cli.console import notes
from kg.printable import printable
from ontology.errors import KgError
from ontology.text import encodable

# Python's last search for garbage would go through millions of records that end with the process.
atexit.register(gc.freeze)

CONTINUED = {"build", "update", "remove"}
"""Commands whose next run takes up what an interrupted one has finished."""

INTERRUPTED_QUERY = "Query interrupted"
"""What DuckDB makes of Ctrl-C while it answers."""


class KgGroup(click.Group):
    """A group that prints any :class:`KgError` as one ``Error:`` line and exits with status 1."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an argument that is not UTF-8, unless it is the name of a file."""
        for one in args:
            if one != encodable(one) and not os.path.lexists(one):
                raise click.UsageError(
                    f"{printable(one)!r} is not UTF-8, and no file has this name"
                )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors of litkg become click's own."""
        try:
            return super().invoke(ctx)
        except KgError as error:
            raise click.ClickException(printable(" ".join(str(error).split()))) from error
        except KeyboardInterrupt:
            pass
        except RuntimeError as error:
            if str(error) != INTERRUPTED_QUERY:
                raise
        except BrokenPipeError:
            # The reader went away (kg ... | head): nothing is left to say.
            sys.stderr.close()
            sys.exit(141)
        # Out of the handler the frames of the command are gone, and with them its processes.
        kept = "; what is finished is kept, and the same command continues there"
        notes().print(f"interrupted{kept if ctx.invoked_subcommand in CONTINUED else ''}")
        raise click.exceptions.Exit(130)


@click.group(cls=KgGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("litkg"), prog_name="litkg")
def main() -> None:
    """Turn paper titles and abstracts into a literature knowledge graph.

    \b
    Example:
      kg build papers/ -o map/
      kg show map/ "flow matching"
      kg export map/ --format html -o map.html
    """


for command in (
    build.build_command,
    update.update_command,
    update.remove_command,
    update.diff_command,
    show.show_command,
    show.lookup_command,
    curate.merges_command,
    curate.curate_command,
    build.extract_command,
    resolve.resolve_command,
    evaluate.evaluate_command,
    query.query_command,
    radar.radar_command,
    export.export_command,
    push.push_command,
    serve.serve_command,
    query.validate_command,
    train.train_command,
):
    main.add_command(command)
