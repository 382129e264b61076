{{ versions_view('entity_ad_extensions') }}
