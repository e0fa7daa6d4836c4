"""The invented coalition, for what it does around its meetings."""

from tests.server.casework.conftest import agencies, coalition_original, pytest_generate_tests

__all__ = ["agencies", "coalition_original", "pytest_generate_tests"]
