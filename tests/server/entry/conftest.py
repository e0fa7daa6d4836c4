"""The invented coalition with real wires, for entries and the listing."""

from tests.server.sync.conftest import (
    agencies,
    by_http,
    coalition_original,
    pytest_generate_tests,
)

__all__ = ["agencies", "by_http", "coalition_original", "pytest_generate_tests"]
