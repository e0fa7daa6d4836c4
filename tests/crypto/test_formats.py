"""docs/formats.md is checked against the code it describes."""

import re
from pathlib import Path

import pytest

from crypto import locks, record, statement
from crypto.errors import RefusedReason

ROOT = Path(__file__).parents[2]
FORMATS = (ROOT / "docs" / "formats.md").read_text()


@pytest.mark.parametrize("reason", list(RefusedReason))
def test_every_reason_is_in_the_document(reason):
    assert f"| `{reason.name}` | {reason.value}" in FORMATS


def test_every_domain_string_of_the_code_is_in_the_document():
    code = "".join(path.read_text() for path in (ROOT / "crypto").glob("*.py"))
    domains = set(re.findall(r'b"(cf-[a-z0-9-]+)"', code))
    domains |= {statement._person(kind).decode() for kind in statement._NUMBERS}

    assert domains
    assert {
        domain
        for domain in domains
        if f"`{domain}`" not in FORMATS and f'"{domain}"' not in FORMATS
    } == set()
    assert all(len(domain) <= 16 for domain in domains)


def test_every_kind_of_statement_has_its_number_in_the_document():
    for number, kind in statement._KINDS.items():
        person = statement._person(kind).decode()
        assert f"| {number} | `{kind}` | `{person}` |" in FORMATS


def test_the_sizes_in_the_document_are_those_of_the_code():
    assert f"a stub of {record.STUB_BYTES} bytes" in FORMATS
    assert f"{locks.ARGON2_BYTES:,}" in FORMATS
    assert locks.LOCK_BYTES == 56 + 48
    assert locks.PAPER_LOCK_BYTES == 4 + 24 + 48
