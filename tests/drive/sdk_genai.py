#!/usr/bin/env python3
"""sdk_genai.py - the official Google clients of npm and PyPI against the whole gateway.

The cases are in genai/; the targets are those of sdk.py.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import sdk  # noqa: E402

if __name__ == "__main__":
    sys.exit(sdk.main("genai.test.mjs", "genai_test.py", os.path.join(HERE, "genai")))
