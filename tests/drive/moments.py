#!/usr/bin/env python3
"""moments.py - odd moments: clients that leave, providers that dawdle, workers that must go.

What the simulated provider does not do, a provider of this file's own does: a socket, and a
function for what is to happen on it.
"""
import json
import socket
import threading

from rig import Report, Rig, gateway, provider

report = Report()
check, equal = report.check, report.equal
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n%s\r\n"
STREAM, WHOLE = b"text/event-stream", b"application/json"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(text=None, finish=None):
    delta = {"role": "assistant", "content": text} if text is not None else {}
    return b"data: " + json.dumps({
        "id": "chatcmpl-odd", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).encode() + b"\n\n"


class Odd:
    """A provider that plays its part once a connection; `free` lets go of all that wait."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.free = threading.Event()
        self.parts = {}
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            name = head.split(b"/", 2)[1].decode()
            try:
                self.parts[name](connection, head)
            except OSError:
                pass


def read_body(connection, head):
    head, body = head.split(b"\r\n\r\n", 1)
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)


class Case:
    def __init__(self, rig, odd):
        self.rig, self.odd = rig, odd

    def plays(self, name, part):
        self.odd.free.clear()
        self.odd.parts[name] = part


def lingering(case):
    """The answer has ended; that the provider's connection has not is nobody's business."""
    def part(connection, head):
        read_body(connection, head)
        connection.sendall(HEAD % (STREAM, b"") + chunk(event("whole")) +
                           chunk(event(finish="stop")) + chunk(b"data: [DONE]\n\n"))
        case.odd.free.wait(30)
    case.plays("lingers", part)
    answer = case.rig.client.chat("lingers:m")
    check("it is whole", answer.done and answer.text == "whole", answer)
    check("before the provider let go", answer.seconds < 8, answer.seconds)
    case.odd.free.set()


def silent(case):
    """A body that stops half way is given up after idle, not after all the time there is."""
    def part(connection, head):
        read_body(connection, head)
        connection.sendall(HEAD % (WHOLE, b"") + chunk(b'{"id":"x","choices":['))
        case.odd.free.wait(30)
    case.plays("silent", part)
    answer = case.rig.client.chat("rescued", stream=False)
    equal("status", answer.status, 200)
    check("after the idle time", answer.seconds < 10, answer.seconds)
    case.odd.free.set()


def hurried(case):
    """A client's own deadline is no failure of the target: others may go on asking it."""
    def part(connection, head):
        read_body(connection, head)
        if case.odd.free.wait(5):
            connection.sendall(HEAD % (STREAM, b"") + chunk(event("whole")) +
                               chunk(event(finish="stop")) + chunk(b"data: [DONE]\n\n"))
    case.plays("hurried", part)
    for _ in range(8):
        answer = case.rig.client.chat("hurried:m", headers={"x-request-timeout-ms": "50"})
        equal("code", answer.error["code"], "upstream_timeout")
    case.odd.free.set()
    check("it answers all the same", case.rig.client.chat("hurried:m").done)


def main():
    odd = Odd()

    def configuration(sim):
        text = gateway(idle="1500ms", first="8s", whole="20s", drain="1500ms")
        for name in ("lingers", "silent", "hurried"):
            text += provider(name, odd, auth="none")
        text += provider("good", sim, auth="none")
        text += 'route rescued {\n\ttargets = {"silent:m"}\n\tfallback = {"good:m"}\n}\n'
        return text

    with Rig(configuration, secrets=()) as rig:
        case = Case(rig, odd)
        for moment in (lingering, silent, hurried):
            report.run(moment.__name__, moment, case)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    report.finish()


main()
