"""What a Singer tap is made of: streams, schemas, slices, bookmarks, the run log, messages, the SDK's seams.

The only room that knows singer-sdk. Streams see the tap through `run.HasRun`: imports nothing from `tap`.
"""
