"""A stand-in for the API, so that pages can be seen full, empty, slow and failing."""
