"""A node that shows its directory to anybody."""

from dataclasses import replace

import pytest

from server.node.keyholder import Keyholder
from server.sync import Syncer
from tests import nodes
from tests.web.asked import Pages
from web import app


@pytest.fixture
def public(node: nodes.TestedNode) -> Pages:
    """The pages of a node that shows its directory to anybody, asked by nobody it knows."""
    settings = replace(node.settings, public_directory=True)
    keyholder = Keyholder(settings.idle_minutes, lambda: None)
    made = app.create(settings, keyholder, Syncer(settings, keyholder), "http://127.0.0.1:8400")
    return Pages(made, keyholder)
