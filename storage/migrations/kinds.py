"""Column types that the steps share, and that never change."""

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import DATETIME

# MySQL keeps whole seconds unless told otherwise; order within a second matters here.
MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
