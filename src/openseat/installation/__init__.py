"""One machine's installation: which processes it has, how they are prepared, checked and shown."""
