{{ versions_view('entity_targets') }}
