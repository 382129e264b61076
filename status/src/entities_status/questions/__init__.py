"""Every word of SQL that the page asks; {schema} stands for the schema, parameters go by name.

They ask tables and views that analysts may read, so that row-level security decides what anybody sees. Texts of the
account are cut here: a name may be a megabyte long.
"""
