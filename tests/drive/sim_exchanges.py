"""Replays every recorded exchange through the simulator, whole and in slices.

usage: sim_exchanges.py URL FOLDER
"""
import base64
import http.client
import json
import pathlib
import sys

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}]})


def play(connection, name, slice_bytes):
    step = {"exchange": name}
    if slice_bytes:
        step["slice"] = slice_bytes
    connection.request("POST", "/x/v1/chat/completions", BODY, {"x-sim": json.dumps(step)})
    response = connection.getresponse()
    return response.status, response.getheader("content-type"), response.read()


def main(url, folder):
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    wrong = played = 0
    for path in sorted(pathlib.Path(folder).glob("*/*.json")):
        recorded = json.loads(path.read_text("utf-8"))["response"]
        body = recorded["body"].encode("utf-8")
        if recorded["body_encoding"] == "base64":
            body = base64.b64decode(recorded["body"])
        expected = (recorded["status"], recorded["headers"].get("content-type"), body)
        name = str(path.relative_to(folder))
        for slice_bytes in (0, 7, 1000):
            played += 1
            if play(connection, name, slice_bytes) != expected:
                wrong += 1
                print("differs:", name, "in slices of", slice_bytes)
    print("all as recorded:" if wrong == 0 and played > 0 else "NOT as recorded:", played, "played")


main(*sys.argv[1:])
