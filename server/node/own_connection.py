"""How an act of a node begins and ends on its database, whichever kind it is."""

from typing import Any


class OwnConnection:
    """How a node's transaction begins and ends: alone on a connection, given back whatever happens.

    Within another it is that other one, which ends for both.
    """

    # What Piccolo's transactions bring; both engines' have the same.
    engine: Any
    connection: Any
    context: Any
    _parent: Any
    get_connection: Any
    begin: Any
    commit: Any
    rollback: Any

    async def __aenter__(self) -> Any:
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()
        try:
            await self.begin()
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if self._parent is not None:
            return False
        try:
            if kind is not None:
                await self.rollback()
            else:
                await self.commit()
        finally:
            # Giving the connection back undoes what a failed commit left open.
            self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return False

    async def _give_back(self) -> None:
        await self.connection.close()
