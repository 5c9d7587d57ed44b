"""wire.py - a client that believes nothing: HTTP/1.1 by hand, server-sent events read strictly.

Whatever a lenient reader would forgive becomes a line in `faults`; how the answer ended
(whole or cut) is told apart from what it says.
"""
import http.client
import json
import socket
import struct
import time

JSON = "application/json"


class Events:
    """Cuts a stream into events.  OpenAI's end is data: [DONE], Anthropic's message_stop."""

    def __init__(self):
        self.list = []  # (name or None, text)
        self.times = []
        self.comments = 0
        self.faults = []
        self.rest = b""
        self.name, self.data = None, None

    def feed(self, piece):
        self.rest += piece
        fresh = []
        while b"\n" in self.rest:
            line, self.rest = self.rest.split(b"\n", 1)
            event = self._line(line)
            if event is not None:
                fresh.append(event)
        return fresh

    def end(self):
        if self.rest or self.data is not None:
            self.faults.append("the stream ends inside an event")

    def _line(self, line):
        try:
            line = line.decode("utf-8")
        except UnicodeDecodeError:
            self.faults.append(f"a line is no UTF-8: {line!r}")
            return None
        if line.endswith("\r"):
            self.faults.append("a line ends in CR LF")
            line = line[:-1]
        if line == "":
            return self._dispatch()
        if line.startswith(":"):
            self.comments += 1
        elif line.startswith("data: "):
            if self.data is not None:
                self.faults.append("an event has two data lines")
            self.data = line[6:]
        elif line.startswith("event: "):
            self.name = line[7:]
        else:
            self.faults.append(f"an unknown line: {line[:80]!r}")
        return None

    def _dispatch(self):
        if self.data is None:  # a blank line after a comment
            return None
        event = (self.name, self.data)
        if any(data == "[DONE]" for _, data in self.list):
            self.faults.append("something follows [DONE]")
        self.name, self.data = None, None
        self.list.append(event)
        self.times.append(time.monotonic())
        return event


class Answer:
    """What came back."""

    def __init__(self, status, headers):
        self.status, self.headers = status, headers
        self.body = b""
        self.cut = False  # the transport ended before its own end
        self.events = Events()
        self.began = self.first = self.ended = 0.0

    @property
    def streams(self):
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def chunks(self):
        """The stream's JSON objects; what is no JSON becomes a fault."""
        out = []
        for _, data in self.events.list:
            if data == "[DONE]":
                continue
            try:
                out.append(json.loads(data))
            except ValueError:
                self.events.faults.append(f"an event is no JSON: {data[:80]!r}")
        return out

    @property
    def done(self):
        return bool(self.events.list) and self.events.list[-1][1] == "[DONE]"

    @property
    def error(self):
        for object_ in self.chunks if self.streams else [self.json]:
            if isinstance(object_, dict) and "error" in object_:
                return object_["error"]
        return None

    def _choices(self):
        if self.streams:
            return [(c, c.get("delta") or {}) for k in self.chunks for c in k.get("choices") or []]
        return [(c, c.get("message") or {}) for c in (self.json or {}).get("choices") or []]

    @property
    def text(self):
        return "".join(said.get("content") or "" for _, said in self._choices())

    @property
    def finish(self):
        reasons = [c["finish_reason"] for c, _ in self._choices() if c.get("finish_reason")]
        return reasons[0] if len(reasons) == 1 else reasons or None

    @property
    def usage(self):
        for object_ in reversed(self.chunks) if self.streams else [self.json or {}]:
            if object_.get("usage"):
                return object_["usage"]
        return None

    @property
    def model(self):
        objects = self.chunks if self.streams else [self.json or {}]
        return next((o["model"] for o in objects if o.get("model")), None)

    @property
    def seconds(self):
        return self.ended - self.began

    def __repr__(self):
        tail = self.body[-300:].decode("utf-8", "replace")
        return f"<{self.status}{' cut' if self.cut else ''} {tail!r}>"


class Exchange:
    """One request under way; iterate for its events, or take the whole of it."""

    def __init__(self, host, port, method, path, body, headers, timeout):
        self.connection = http.client.HTTPConnection(host, port, timeout=timeout)
        began = time.monotonic()
        self.connection.request(method, path, body, headers)
        self.socket = self.connection.sock
        self.response = self.connection.getresponse()
        self.answer = Answer(self.response.status,
                             {k.lower(): v for k, v in self.response.getheaders()})
        self.answer.began = began

    def __iter__(self):
        """Pieces of the answer, each a list of the events that it brought."""
        a = self.answer
        try:
            while piece := self.response.read1(65536):
                a.first = a.first or time.monotonic()
                a.body += piece
                yield a.events.feed(piece) if a.streams else []
        except (http.client.IncompleteRead, ConnectionError, ValueError):
            a.cut = True
        if self.response.length:
            a.cut = True
        if a.streams:
            a.events.end()
        a.ended = time.monotonic()
        self.connection.close()

    def whole(self):
        for _ in self:
            pass
        return self.answer

    def leave(self):
        """Hangs up with a reset, as a killed client does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.response.close()
        self.connection.close()


class Client:
    def __init__(self, host, port, key, timeout=30):
        self.host, self.port, self.key, self.timeout = host, port, key, timeout

    def start(self, method, path, body=None, headers=None, key=None):
        sent = {"Connection": "close"}
        if body is not None:
            sent["Content-Type"] = JSON
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body)
        key = self.key if key is None else key
        if key:
            sent["Authorization"] = f"Bearer {key}"
        sent.update(headers or {})
        return Exchange(self.host, self.port, method, path, body, sent, self.timeout)

    def ask(self, method, path, body=None, headers=None, key=None):
        return self.start(method, path, body, headers, key).whole()

    def chat_start(self, model, say="one two three four", stream=True, headers=None, key=None,
                   **more):
        body = {"model": model, "messages": [{"role": "user", "content": say}], **more}
        if stream:
            body["stream"] = True
            body.setdefault("stream_options", {"include_usage": True})
        return self.start("POST", "/v1/chat/completions", body, headers, key)

    def chat(self, *args, **more):
        return self.chat_start(*args, **more).whole()
