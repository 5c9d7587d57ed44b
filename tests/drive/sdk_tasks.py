#!/usr/bin/env python3
"""sdk_tasks.py - what is no chat, by the official clients of OpenAI (npm, PyPI) and Cohere (PyPI).

The cases are in sdk_tasks/; the targets are those of sdk.py.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import sdk  # noqa: E402

if __name__ == "__main__":
    sys.exit(sdk.main("tasks.test.mjs", "tasks_test.py", os.path.join(HERE, "sdk_tasks")))
