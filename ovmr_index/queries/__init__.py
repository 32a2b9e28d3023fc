"""Functions that return a query; no session, no loop over rows."""

from typing import Any

from sqlalchemy import Select

Query = Select[*tuple[Any, ...]]
