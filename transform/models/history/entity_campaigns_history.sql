{{ versions_view('entity_campaigns') }}
