"""The built pages: files as they are, and the application's page for every other address."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from openseat.platform.problems import Problem

_FOREVER = "public, max-age=31536000, immutable"
_NOT_BUILT = "The pages are not built. Run bin/up.\n"


class Pages:
    """Serves a folder that ``vite build`` made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def answer(self, request: Request) -> Response:
        """Answer one GET."""
        path = request.path_params.get("path", "")
        if path.startswith(("api/", "metrics")):
            raise Problem("not_found", kind="address", id="")
        file = self._file(path)
        if file is not None:
            # Vite puts a hash into the names of everything under assets/.
            cached = _FOREVER if path.startswith("assets/") else "no-cache"
            return FileResponse(file, headers={"Cache-Control": cached})
        index = self._folder / "index.html"
        if "." in path.rpartition("/")[2]:
            raise Problem("not_found", kind="address", id="")
        if not index.is_file():
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    def _file(self, path: str) -> Path | None:
        if not path or "\x00" in path:
            return None
        try:
            file = (self._folder / path).resolve()
            inside = file.is_relative_to(self._folder) and file.is_file()
        except OSError:
            # Too long for a file name, for example: then it is none of ours.
            return None
        return file if inside else None
