#!/usr/bin/env python3
"""sdk_responses.py - the Responses API of the official openai clients against the whole gateway.

The cases are in sdk/responses*; the targets are those of sdk.py.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sdk  # noqa: E402

if __name__ == "__main__":
    sys.exit(sdk.main("responses.test.mjs", "responses_test.py"))
