"""Agent Trace records: build them, line by line or hunk by hunk, and validate them.

See ``design.md`` "byline show REV --trace". This room knows neither store nor git nor reviews.
"""

from byline.trace.hunk_level import HunkTraceHead, build_hunk_trace
from byline.trace.model_id import normalised_model
from byline.trace.murmur3 import content_hash, murmur3_32
from byline.trace.record import (
    SESSION_URL,
    TracedCommit,
    TracedFile,
    build_trace,
    rfc3339,
    session_url,
    trace_id,
)
from byline.trace.validate import validate_trace

__all__ = [
    "SESSION_URL",
    "HunkTraceHead",
    "TracedCommit",
    "TracedFile",
    "build_hunk_trace",
    "build_trace",
    "content_hash",
    "murmur3_32",
    "normalised_model",
    "rfc3339",
    "session_url",
    "trace_id",
    "validate_trace",
]
