#!/usr/bin/env python3
"""sdk_anthropic.py - the official Anthropic clients of npm and PyPI against the whole gateway.

The cases are in anthropic/; beside the targets of sdk.py there is one of the clients' own
dialect whose answers pass verbatim.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import sdk  # noqa: E402

if __name__ == "__main__":
    sys.exit(sdk.main("anthropic.test.mjs", "anthropic_test.py", os.path.join(HERE, "anthropic"),
                      {**sdk.DIALECTS, "ac": "anthropic"}))
