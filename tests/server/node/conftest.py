"""A coordinating node and an agency that is about to be enrolled."""

import pytest

from tests.nodes import TestedNode


@pytest.fixture
def pair(new_node) -> tuple[TestedNode, TestedNode]:
    return new_node(), new_node(coordinating=True)
