"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# How often each property is tried; no machine is too slow for a trial, and what failed is printed and not kept.
settings.register_profile(
    "raidkeep",
    max_examples=int(os.environ.get("RAIDKEEP_RUNS", "100")),
    deadline=None,
    database=None,
    print_blob=True,
)
settings.load_profile("raidkeep")
