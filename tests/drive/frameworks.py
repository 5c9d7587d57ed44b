#!/usr/bin/env python3
"""frameworks.py - what applications are written with, unmodified, against the whole gateway.

The `ai` package with its providers for OpenAI's chat, for what is compatible with it and for
Anthropic's messages, and LangChain's ChatOpenAI.  The cases are in frameworks/, of which
arguments choose files; the targets are those of sdk.py.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sdk  # noqa: E402

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "frameworks")

if __name__ == "__main__":
    cases = " ".join(sys.argv[1:]) or "ai.test.mjs langchain.test.mjs"
    sys.exit(sdk.main(cases, None, CASES))
