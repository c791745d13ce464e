"""Set the throwaway database's address wherever the project may read it, and let the trip begin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory

from .deploys import deploy
from .failures import Places
from .modules import Modules
from .runs import Trip
from .settings import configuration, scheme, section_of
from .traces import Traces

if TYPE_CHECKING:
    from alembic.config import Config

    from .channel import Channel, Message


def travel(channel: Channel, setup: Message) -> None:
    """Take orders until the last.

    Args:
        channel: Where they come from.
        setup: The first of them.
    """
    traces = _traces(setup) if setup["traced"] else None
    setup = {**setup, "section": section_of(configuration(setup), setup["directory"])}
    url = scheme(configuration(setup), setup["driver"], _env_py(setup)) + setup["url"]
    os.environ.update({name: value.replace("{url}", url) for name, value in setup["env"].items()})

    def configure() -> Config:
        return configuration(setup, url)

    script = ScriptDirectory.from_config(configure())
    modules = Modules(setup["root"], setup["home"])
    places = Places(setup["root"])
    if setup["deploy"]:
        channel.read()
        deploy(channel, places, configure, script)
        return
    trip = Trip(channel, places, modules, configure, script, by_search=setup["by_search"])
    trip.traces, trip.engine = traces, setup["engine"]
    trip.go()


def _traces(setup: Message) -> Traces:
    """Note what is read from now on; what leads to the database is no news."""
    traces = Traces(setup["root"], set(setup["env"]), {setup["port"]})
    traces.install()
    return traces


def _env_py(setup: Message) -> str:
    try:
        return Path(setup["directory"], "env.py").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
