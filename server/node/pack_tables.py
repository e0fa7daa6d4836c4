"""The protocol packs a node has worked by: a table."""

from piccolo.columns import BigInt, Serial, Text, Varchar
from piccolo.table import Table


class PackRow(Table):
    """A pack taken in after init, or worked by until another was; none is ever forgotten."""

    id: Serial
    digest = Varchar(length=64, unique=True)  # as a signed directory names it
    label = Varchar(length=120, unique=True)  # id and version, as a consent names it
    texts = Text()  # JSON [[name, text], …]: the pack and its parents
    kept_at = BigInt(default=0)


ALL = (PackRow,)
