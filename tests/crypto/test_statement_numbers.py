import json

import pytest

from crypto.errors import Malformed
from crypto.statement import MAX_NUMBER, read, sign
from tests.crypto.agencies import HARBOUR
from tests.crypto.test_statement import signed_as_written


@pytest.mark.parametrize("number", [MAX_NUMBER, -MAX_NUMBER, 0, True])
def test_a_number_that_a_database_keeps_is_read(number: int) -> None:
    assert read(sign("entry", {"number": number}, HARBOUR)).body == {"number": number}


@pytest.mark.parametrize("number", [MAX_NUMBER + 1, -MAX_NUMBER - 1, 10**900])
def test_a_number_that_no_database_keeps_is_refused(number: int) -> None:
    for body in ({"number": number}, {"deep": [{"at": number}]}):
        content = json.dumps(body, separators=(",", ":")).encode()
        with pytest.raises(Malformed):
            read(signed_as_written(content, "entry"))
        with pytest.raises(Malformed):
            sign("entry", body, HARBOUR)
