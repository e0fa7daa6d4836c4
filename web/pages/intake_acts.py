"""What a coordinator does with a case of the intake; each button says what follows from it."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from server.meeting import deciding, intake
from server.meeting import motions as put_to_team
from server.node.desk import Desk
from web.forms import Mistakes, Slip, Typed, typed
from web.workplace import AnyRequest, AtWork, go, once

_BASIS = "basis-"


async def _take_up(ref: str, form: Typed, desk: Desk) -> str:
    bases = {
        name.removeprefix(_BASIS): form.whole(name).strip()
        for name in form.fields
        if name.startswith(_BASIS) and form.whole(name).strip()
    }
    await intake.take_up(ref, desk, bases)
    return "Taken up. Every agency she lets receive the plan will see that."


async def _accept(ref: str, _: Typed, desk: Desk) -> str:
    await deciding.accept(ref, desk)
    return "Accepted for hearing. The agencies are not asked yet."


async def _decline(ref: str, form: Typed, desk: Desk) -> str:
    await deciding.decline(ref, _reasons(form, "Say why: the reasons go back."), desk)
    return "Not accepted. The reasons are on their way back."


async def _ask(ref: str, _: Typed, desk: Desk) -> str:
    await intake.ask(ref, desk)
    return "The agencies are asked."


async def _close(ref: str, form: Typed, desk: Desk) -> str:
    await deciding.close(ref, form.whole("reasons"), desk)
    return "Closed. Every agency that receives the plan will see that."


async def _reopen(ref: str, form: Typed, desk: Desk) -> str:
    await intake.reopen(ref, _reasons(form, "Say what has changed."), desk)
    return "Reopened. Whether it is accepted is decided anew."


async def _put(ref: str, form: Typed, desk: Desk) -> str:
    await put_to_team.put(ref, form.word("question"), desk)
    return "Put to the team. Every agency that may vote will see it."


_STEPS: dict[str, Callable[[str, Typed, Desk], Awaitable[str]]] = {
    "take-up": _take_up,
    "accept": _accept,
    "decline": _decline,
    "ask": _ask,
    "close": _close,
    "reopen": _reopen,
    "put": _put,
}


@post([f"/intake/{{ref:str}}/{step}" for step in _STEPS])
async def step(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take the step whose button was pressed."""
    form = await typed(request)
    wanted = request.url.path.rsplit("/", 1)[-1]

    async def act() -> Response[Any]:
        return go(request, f"/intake/{ref}", await _STEPS[wanted](ref, form, desk))

    return await once(request, form, act)


def _reasons(form: Typed, sentence: str) -> str:
    words = form.whole("reasons").strip()
    if not words:
        raise Mistakes(Slip("reasons", sentence))
    return words


handlers = (step,)
