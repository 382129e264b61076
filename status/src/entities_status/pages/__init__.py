"""What a view shows: from answers of the database to what its template needs."""
