"""A number with its noun, as a sentence needs it."""


def agree(count: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 section, 4 sections."""
    return f"{count} {one if count == 1 else many or one + 's'}"
