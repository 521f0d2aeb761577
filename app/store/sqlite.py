"""The SQLite that the store speaks to: a build with encryption in it, the same for plain files and for locked ones.

Its module has the names of the standard library's, which is why it is typed as that. One build everywhere also means
one version of full-text search, whatever Python was compiled against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlcipher3 import dbapi2 as sqlite3

__all__ = ["sqlite3"]
