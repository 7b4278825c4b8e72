"""What do several commands take, and how is it read?"""

from __future__ import annotations

import click

with_index = click.option(
    "--index",
    metavar="DIR",
    type=click.Path(),
    help="Folder of the index.  [default: index]",
)
