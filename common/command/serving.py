"""`python -m lessons site`: the web site, served on loopback only."""

import contextlib
import functools
import gzip
import http.server
import io
import webbrowser
from pathlib import Path

from common import files
from common.command import opening
from common.command.choosing import bare_parser
from common.errors import CourseError
from common.language import current, say

_TEXT = (".html", ".css", ".js", ".svg", ".ipynb", ".py")  # what is worth packing


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder's files; text is packed, as hosts of static pages do it."""

    def send_head(self):
        path = Path(self.translate_path(self.path))
        packed = "gzip" in self.headers.get("Accept-Encoding", "") and path.suffix in _TEXT
        if not (packed and path.is_file()):
            return super().send_head()
        content = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def log_message(self, *words):
        pass


def site(argv):
    """Serve the course's web site until Ctrl-C."""
    parser = bare_parser(
        "site",
        "Show the course as a web site (on this machine only: 127.0.0.1). `make site` makes it.",
        ["", "--port 8001"],
    )
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="where the site is (default: site)"
    )
    parser.add_argument(
        "--port", type=opening.port, default=8000, help="0 takes any that is free (default 8000)"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options = parser.parse_args(argv)
    folder = Path(options.folder) if options.folder else files.ROOT / "site"
    if not (folder / current() / "index.html").is_file():
        raise CourseError(f"There is no web site in {files.shown(folder)}: `make site` makes one.")
    opening.check_port("The web site", options.port)
    handler = functools.partial(_Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", options.port), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/{current()}/index.html"
        say(f"The course is at {address}; Ctrl-C ends it.", flush=True)
        if not options.no_browser:
            webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0
