"""The API process: HTTP, the realtime gateway and the built pages."""
