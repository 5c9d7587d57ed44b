"""tls.py - the same over https: what a new connection upstream and a stream cost.

The provider stands behind a lighttpd of its own that does TLS, once keeping connections and
once closing each; the worker checks its certificate as it does everybody's.
"""
import json
import os
import subprocess
import tempfile
import threading
import types

from measure import ANSWER, ROUNDS, Series, Side, anonymous_kb, load, show, whole

STREAMS = int(os.environ.get("BENCH_TLS_STREAMS", "500"))
BEAT_MS, WORDS = 250, 40
CONF = """
server.modules = ( "mod_openssl", "mod_proxy" )
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {kept}
server.errorlog = "{folder}/tls.log"
server.max-fds = 16384
server.max-connections = 8192
server.listen-backlog = 4096
server.stream-response-body = 2
server.max-keep-alive-requests = 1000000
ssl.engine = "enable"
ssl.pemfile = "{folder}/server.pem"
proxy.server = ( "" => ( ( "host" => "127.0.0.1", "port" => {sim} ) ) )
$SERVER["socket"] == "127.0.0.1:{closed}" {{
    ssl.engine = "enable"
    ssl.pemfile = "{folder}/server.pem"
    server.max-keep-alive-requests = 0
}}
"""


class Terminator:
    """TLS in front of the simulated provider: one port keeps connections, one closes them."""

    def __init__(self, folder, sim_port):
        self.folder = folder
        self.kept, self.closed = whole.free_port(), whole.free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", f"{folder}/key.pem", "-out", f"{folder}/ca.pem"],
                       check=True, capture_output=True)
        with open(f"{folder}/server.pem", "w", encoding="ascii") as out:
            for part in ("key.pem", "ca.pem"):
                with open(f"{folder}/{part}", encoding="ascii") as f:
                    out.write(f.read())
        with open(f"{folder}/tls.conf", "w", encoding="utf-8") as f:
            f.write(CONF.format(folder=folder, kept=self.kept, closed=self.closed, sim=sim_port))
        self.process = subprocess.Popen([whole.find_server("lighttpd"), "-D", "-f", f"{folder}/tls.conf"])

    def stop(self):
        whole.end(self.process)


def provider(name, port, folder, model):
    at = types.SimpleNamespace(url=f"https://127.0.0.1:{port}")
    return whole.provider(name, at, "openai", models=(model,), inner="\tquirks { clean = yes }\n",
                          ca_file=f'"{folder}/ca.pem"')


def run(targets):
    with tempfile.TemporaryDirectory(prefix="switchyard-tls-") as folder:
        held = {}

        def configuration(sim):
            held["tls"] = Terminator(folder, sim.port)
            return (whole.gateway(first="60s", idle="60s").replace("stream = 60s", "stream = 600s") +
                    provider("kept", held["tls"].kept, folder, "m") +
                    provider("closed", held["tls"].closed, folder, "m") +
                    provider("paced", held["tls"].kept, folder, "lorem"))

        try:
            with whole.Rig(configuration, secrets=("kept", "closed", "paced"), sim_log=False) as rig:
                connections(rig, folder, targets)
                streams(rig, folder, targets)
        finally:
            held["tls"].stop()


def connections(rig, folder, targets):
    for site in ("kept", "closed"):
        rig.sim.site(site, then={"body": ANSWER, "unread": True})
    sides = [Side(n, rig.web.port, "/v1/chat/completions", rig.key, f"{n}:m", [rig.web.process.pid],
                  rig.web.workers()) for n in ("kept", "closed")]
    series = Series(sides, folder, 1000, 16)
    show(f"https upstream, 16 at a time, medians of {ROUNDS}", series, ["kept", "closed"])
    targets.line("CPU of a new https connection upstream, ms",
                 (series.median("closed", "app_us") - series.median("kept", "app_us")) / 1000, 1)


def streams(rig, folder, targets):
    rig.sim.site("paced", then={"event_delay_ms": BEAT_MS, "words": WORDS})
    path = os.path.join(folder, "stream.json")
    with open(path, "w", encoding="ascii") as f:
        json.dump({"model": "paced:lorem", "stream": True, "messages": [
            {"role": "user", "content": "go"}], "stream_options": {"include_usage": True}}, f)
    worker = rig.web.workers()[0]
    empty, full = anonymous_kb(worker), []
    sampler = threading.Timer(BEAT_MS * WORDS / 1000 * .8, lambda: full.append(anonymous_kb(worker)))
    sampler.start()
    got = load("streams", rig.web.port, "/v1/chat/completions", rig.key, path, STREAMS, 4000, BEAT_MS)
    sampler.join()
    print(f"\n{STREAMS} streams over https: whole {got['whole']}, failed {got['failed']}, "
          f"p99 of an event's delay {got['p99_ms']:.2f} ms")
    targets.line("https streams that were not whole", STREAMS - got["whole"], 0)
    targets.line("anonymous memory a stream over https, KB", (full[0] - empty) / STREAMS, 90)
