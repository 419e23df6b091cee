"""A web server on this machine."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    """What answers a request: a test defines ``respond``, which calls ``answer`` or ``send_error``."""

    def do_GET(self):
        self.respond()

    def answer(self, body, status=200, n_sent=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:n_sent])

    def log_message(self, *_):
        pass


@contextmanager
def running(server):
    with server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
