"""Words that the steps share, and that never change."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

# MySQL keeps whole seconds unless told otherwise; order within a second matters here.
MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
# MySQL's own TEXT ends at 64 KiB.
LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
# The number of a row in a table that never ends. SQLite counts by itself only in an INTEGER, of 64 bits there.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Elsewhere "a" is not "A", and an event's id is another when its case is; MySQL sees neither unless told so.
IN_MYSQL: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}
