#!/bin/sh
# edge.sh - what real web servers make of requests before they reach the worker.
#
# The worker is tests/double/worker, whose relay only tells what it was given.  A web server
# that is not installed is left out, and said so.

command -v python3 >/dev/null || { echo "edge.sh: python3 is missing"; exit 77; }
exec python3 "${srcdir:-.}/tests/drive/edge.py" "$PWD/tests/double/worker"
