"""A web site that models can be had from, for tests: it counts what it sends and can break off."""

from __future__ import annotations

import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asr.models.catalogue import ArchiveMember, CatalogueModel, Source


class Site:
    """A web site with files, which counts what it sends and can break off."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges: list[str | None] = []
        self.break_after: int | None = None
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = site.files.get(self.path)
                wanted_range = self.headers["Range"]
                site.ranges.append(wanted_range)
                if content is None:
                    self.send_error(404)
                    return
                begin = int(wanted_range.removeprefix("bytes=").rstrip("-")) if wanted_range else 0
                if begin >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206 if begin else 200)
                self.send_header("Content-Length", str(len(content) - begin))
                self.end_headers()
                self.wfile.write(content[begin : site.break_after])

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def zipped(**files: str) -> bytes:
    """An archive; two underscores in a name stand for a slash, one at its end for nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def entry(
    site: Site, content: bytes, *members: ArchiveMember, sha256: str | None = None, name: str = "m"
) -> CatalogueModel:
    """A model in one archive on the site."""
    site.files["/m.zip"] = content
    source = Source(len(content), members, url=f"{site.url}/m.zip", sha256=sha256)
    return CatalogueModel(name, "vosk", ("ko",), "a model", "MIT", (source,))
