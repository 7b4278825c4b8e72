"""Each kind of text with other words than `mixed_text.jsonl` has."""

import pytest
from cases import Case, check, read_cases
from conftest import Opened

CASES = read_cases("text_kinds.jsonl")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_text_kind(case: Case, opened: Opened) -> None:
    check(case, opened)
