{{ versions_view('entity_ads') }}
