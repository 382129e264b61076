{{ versions_view('entity_portfolios') }}
