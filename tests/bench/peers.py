#!/usr/bin/env python3
"""peers.py - requests a second against Portkey's gateway, the same request to the same provider.

script/bench peers.  Installs the peer from npm into the build folder, once.  It runs as its own
documents say, with the versions of its lock file; the gateway with everything on, the peer bare.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from measure import ANSWER, Series, Side, Targets, show, whole  # noqa: E402

# Newer ones of these answer streams with an error.
PACKAGE = {"private": True, "dependencies": {"@portkey-ai/gateway": "1.15.2"},
           "overrides": {"hono": "4.9.7", "@hono/node-server": "1.13.5"}}


class PeerSide(Side):
    """A side whose requests carry what this peer wants to know in headers."""

    def lua(self, folder, size):
        return super().lua(folder, size) + "".join(
            f'wrk.headers["{name}"]="{value}"\n' for name, value in self.headers.items())


def install():
    folder = os.path.join(whole.BUILD, "peers")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "package.json"), "w", encoding="ascii") as f:
        json.dump(PACKAGE, f)
    subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit"], cwd=folder, check=True)
    return os.path.join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js")


def configuration(sim):
    return whole.gateway() + whole.provider("same", sim, "openai", inner="\tquirks { clean = yes }\n")


def answers(port):
    return subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{port}/"],
                          check=False).returncode == 0


def main():
    whole.need("lighttpd", "wrk", "npm", "curl")
    script, targets, port = install(), Targets(), whole.free_port()
    peer = subprocess.Popen(["node", script, f"--port={port}", "--headless"],
                            stdout=subprocess.DEVNULL, env={**os.environ, "NODE_ENV": "production"})
    try:
        with tempfile.TemporaryDirectory(prefix="switchyard-peers-") as folder, \
                whole.Rig(configuration, secrets=("same",), sim_log=False) as rig:
            rig.sim.site("same", then={"body": ANSWER, "unread": True})
            whole.wait_for("the peer", lambda: answers(port), 30)
            path = "/v1/chat/completions"
            other = PeerSide("portkey", port, path, "x", "m", (), [peer.pid])
            other.headers = {"x-portkey-provider": "openai",
                             "x-portkey-custom-host": f"http://127.0.0.1:{rig.sim.port}/same/v1"}
            ours = Side("switchyard", rig.web.port, path, rig.key, "same:m", [rig.web.process.pid],
                        rig.web.workers())
            series = Series([ours, other], folder, 1000, 16)
            show("chat, 1000 bytes of prompt, 16 at a time", series, ["switchyard", "portkey"])
            targets.line("requests a second against Portkey, c=16",
                         series.median("switchyard", "rate") / series.median("portkey", "rate"), 12, True)
    finally:
        whole.end(peer)
    sys.exit(1 if targets.missed or series.total("portkey", "bad") else 0)


main()
