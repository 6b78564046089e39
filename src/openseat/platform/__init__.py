"""What every area stands on: settings, processes, database, web application."""
