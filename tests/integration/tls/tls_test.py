"""HTTPS to the source: checked certificates, packed answers, HTTP/2 where it is offered."""

import json
import tempfile
import unittest
import urllib.request
from pathlib import Path

from program import Program
from tls_servers import HOST, Authority, Front, Http2Server

CLOCK = "2024-07-10T18:00:00+08:00"
TABLE = "trade_cal"
WORDS = (TABLE, "--from", "20230103", "--to", "20240628")
DAYS = 543  # of WORDS, on each of two exchanges
# One call, so that a server of files can answer it.
ONE_CALL = ("moneyflow_hsgt", "--from", "20240603", "--to", "20240604")


def envelope(url: str) -> dict:
    """What the simulator answers to ONE_CALL."""
    body = json.dumps({"api_name": ONE_CALL[0], "token": "x", "fields": "",
                       "params": {"start_date": ONE_CALL[2], "end_date": ONE_CALL[4]}}).encode()
    with urllib.request.urlopen(url, body, timeout=60) as answer:
        return json.load(answer)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="kanpan-tls-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.authority = Authority(cls.folder)
        cls.trusted = cls.authority.issue("right", f"IP:{HOST}")
        cls.plain = Program(CLOCK, "--codes", "20")
        cls.addClassCleanup(cls.plain.stop)

    def program(self, url: str, **settings) -> Program:
        program = Program(CLOCK, "--codes", "1", SOURCE_URL=url, **settings)
        self.addCleanup(program.stop)
        return program

    def front(self, certificate: Path) -> Front:
        front = Front(certificate, int(self.plain.sim.url.rsplit(":", 1)[1]))
        self.addCleanup(front.stop)
        return front

    def trusting(self, url: str, **more) -> Program:
        return self.program(url, SOURCE_AUTHORITIES=str(self.authority.certificate), **more)

    def rows(self, program: Program, table: str = TABLE) -> int:
        return int(program.run("get", table, "--count").stdout)

    def refused(self, program: Program, *reasons: str):
        done = program.run("collect", *WORDS)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        for reason in reasons:
            self.assertIn(reason, done.stderr)
        self.assertEqual(self.rows(program), 0)

    def test_a_trusted_certificate_is_accepted_and_answers_are_packed(self):
        front = self.front(self.trusted)
        program = self.trusting(front.url)
        program.collect(*WORDS)
        self.assertEqual(self.rows(program), 2 * DAYS)
        head, _, packed = bytes(front.answered).partition(b"\r\n\r\n")
        self.assertIn(b"content-encoding: gzip", head.lower())
        self.assertTrue(packed.startswith(b"\x1f\x8b"))

    def test_an_unknown_authority_is_refused(self):
        front = self.front(self.trusted)
        self.refused(self.program(front.url), front.url, "unable to get local issuer certificate",
                     "source.authorities")
        self.assertEqual(front.answered, b"")

    def test_a_certificate_of_another_host_is_refused(self):
        front = self.front(self.authority.issue("other", "DNS:other.example"))
        self.refused(self.trusting(front.url), front.url,
                     f"no alternative certificate subject name matches target host name '{HOST}'")
        self.assertEqual(front.answered, b"")

    def test_an_expired_certificate_is_refused(self):
        front = self.front(self.authority.issue("expired", f"IP:{HOST}", days=-1))
        self.refused(self.trusting(front.url), front.url, "certificate has expired")
        self.assertEqual(front.answered, b"")

    def test_a_file_of_authorities_that_is_none_is_named(self):
        front = self.front(self.trusted)
        for name, text in (("absent.crt", None), ("empty.crt", "no certificate\n")):
            with self.subTest(name):
                file = self.folder / name
                if text:
                    file.write_text(text, encoding="ascii")
                program = self.program(front.url, SOURCE_AUTHORITIES=str(file))
                self.refused(program, front.url, f"source.authorities '{file}'")

    def test_http2_is_spoken_where_it_is_offered(self):
        table = ONE_CALL[0]
        page = envelope(self.plain.sim.url)
        server = Http2Server(self.trusted, self.folder / "http2", table, page)
        try:
            program = self.trusting(server.url, SOURCE_PATH_PER_API="true")
            program.collect(*ONE_CALL)
            self.assertEqual(self.rows(program, table), len(page["data"]["items"]))
        finally:
            log = server.stop()
        self.assertIn("The negotiated protocol: h2", log)
        self.assertIn(f":path: /{table}", log)
        self.assertIn("content-type: application/json", log)


if __name__ == "__main__":
    unittest.main()
