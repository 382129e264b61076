"""meltanolabs-target-postgres, but for the way of a RECORD into its table.

A record is not decoded, checked and built anew: its values go from the line into a COPY as they are written there, and
one statement puts a batch into the table. Everything else is the parent's: settings, connections, schemas, states,
and whatever a stream asks for that this way does not know.
"""
