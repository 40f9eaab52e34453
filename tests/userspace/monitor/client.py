# SPDX-License-Identifier: GPL-2.0-or-later
"""A running monitor, and how its answers are asked for."""

import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[3]
BUILD = TOP / os.environ.get("BUILD", "build")
MONITOR = BUILD / "clocklink-monitor"
START_S = 20


class Answer:
    """Status, headers and body of an answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        """The body as JSON, None if it is none."""
        if self.headers.get_content_type() != "application/json":
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Monitor:
    """A monitor that plays a record; to be used in a with statement."""

    def __init__(self, record, *options, tls=None):
        self.tls = tls
        self.process = subprocess.Popen(
            [MONITOR, "--play", record, "--listen", "127.0.0.1:0", *options],
            stderr=subprocess.PIPE, text=True)
        self.log = ""
        for line in self.process.stderr:
            self.log += line
            if found := re.search(r"listens on port (\d+)", line):
                self.port = int(found[1])
                return
        raise RuntimeError(f"the monitor does not start: {self.log}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.status = self.process.wait(10)
        self.process.stderr.close()

    def connect(self):
        """A connection to it."""
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10,
                                               context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def ask(self, path, method="GET", headers=None, body=None):
        """Its answer to one request."""
        connection = self.connect()
        connection.request(method, path, body, headers or {})
        answer = Answer(connection.getresponse())
        connection.close()
        return answer


def make_record(path, nodes, seconds, *more):
    """A record of a cluster that never was."""
    subprocess.run([BUILD / "monitor/make-record", path, str(nodes), str(seconds), *more],
                   check=True)
    return path


def refusal(*options):
    """Exit status and words of a monitor that does not start."""
    done = subprocess.run([MONITOR, *options], capture_output=True, text=True,
                          timeout=START_S, check=False)
    return done.returncode, done.stderr


def certificate(directory):
    """Files of a certificate for 127.0.0.1 and its key, and a context that trusts it."""
    cert, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key, ssl.create_default_context(cafile=cert)
