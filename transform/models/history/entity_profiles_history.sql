{{ versions_view('entity_profiles') }}
