"""A certificate authority of the test's own, and the TLS servers that show its certificates."""

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

# Leads to this machine, but is not known to: the program asks for packed answers only of others.
HOST = "0.0.0.0"


class Authority:
    """Issues certificates as PEM files NAME.crt, NAME.key into one folder; its own is ca.crt."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key",
                      "-out", "ca.crt", "-days", "2", "-subj", "/CN=authority of a test")
        self.certificate = folder / "ca.crt"

    def issue(self, name: str, subject: str, days: int = 2) -> Path:
        """`subject` as in IP:127.0.0.1 or DNS:host; negative days are over already."""
        (self.folder / "subject").write_text(f"subjectAltName={subject}\n", encoding="ascii")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key",
                      "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                      "-CAcreateserial", "-days", str(days), "-extfile", "subject",
                      "-out", f"{name}.crt")
        return self.folder / f"{name}.crt"

    def _openssl(self, *words: str):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


class Front:
    """TLS over HTTP/1.1 in front of a plain server on this machine; keeps what that answered."""

    def __init__(self, certificate: Path, port_behind: int):
        self.answered = bytearray()
        self._behind = ("127.0.0.1", port_behind)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self._context.set_alpn_protocols(["http/1.1"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://{HOST}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket):
        with contextlib.suppress(OSError):  # a caller that does not trust us hangs up
            caller = self._context.wrap_socket(connection, server_side=True)
            with caller, socket.create_connection(self._behind) as behind:
                threading.Thread(target=self._back, args=(behind, caller), daemon=True).start()
                while piece := caller.recv(65536):
                    behind.sendall(piece)
                behind.shutdown(socket.SHUT_WR)

    def _back(self, behind: socket.socket, caller: ssl.SSLSocket):
        with contextlib.suppress(OSError):
            while piece := behind.recv(65536):
                self.answered += piece
                caller.sendall(piece)

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Http2Server:
    """nghttpd, which speaks HTTP/2 only: serves one envelope at /API and logs every frame."""

    def __init__(self, certificate: Path, folder: Path, api: str, envelope: dict):
        nghttpd = shutil.which("nghttpd", path=os.environ["PATH"] + ":/usr/sbin")
        assert nghttpd, "nghttpd is missing: run tools/setup (Debian: nghttp2-server)"
        folder.mkdir()
        (folder / api).write_text(json.dumps(envelope), encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"https://{HOST}:{port}"
        self._process = subprocess.Popen(
            ["stdbuf", "-oL", nghttpd, "-v", "--address=127.0.0.1", "-d", folder, str(port),
             certificate.with_suffix(".key"), certificate],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._process.stdout.readline()  # "IPv4: listen …"

    def stop(self) -> str:
        """Ends it; all that it logged."""
        self._process.terminate()
        return self._process.communicate(timeout=30)[0]
