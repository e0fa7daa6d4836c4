"""What a process under a supervisor does about its own memory."""

import gc
import weakref

from server.child_process import look_for_garbage_seldom


class _Circle:
    """Something that holds itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_looked_for_seldom_and_still_goes_by_itself() -> None:
    before = gc.get_threshold()
    try:
        look_for_garbage_seldom()
        assert gc.get_freeze_count()
        gc.collect()
        seldom, *_ = gc.get_threshold()
        gone = weakref.ref(_Circle())
        few = [[] for _ in range(seldom // 2)]
        assert gone() is not None
        many = [[] for _ in range(seldom)]
        assert len(few) + len(many) > seldom
        assert gone() is None
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
