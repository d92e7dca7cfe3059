"""How git is told to speak: the settings and environment that keep everyone else's out. Loads ``os``."""

import os

LARGEST = 256 << 20
"""Bytes from which on git is told to take a file for binary: its lines are not read at all."""

# What users set for their own eyes; attributes and textconv can hide text, quoting changes names.
SETTINGS = (
    "-c", "core.quotePath=false",
    "-c", "core.attributesFile=/dev/null",
    "-c", "diff.indentHeuristic=true",
    "-c", "diff.suppressBlankEmpty=false",
    "-c", "diff.algorithm=myers",
    "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "log.showSignature=false",
    "-c", "core.fsmonitor=false",
    "-c", "diff.ignoreSubmodules=none",
    # Else git writes the index, and runs the hook for that.
    "-c", "diff.autoRefreshIndex=false",
    "-c", f"core.bigFileThreshold={LARGEST}",
)  # fmt: skip
_UNSET = (
    "GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
)  # fmt: skip
# What names one repository: `git rev-parse --local-env-vars`, without the configuration.
_LOCAL = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
)  # fmt: skip


def environment_of(*, is_here: bool) -> dict[str, str]:
    """The environment that git runs in.

    ``is_here``: the repository is the one that ``GIT_DIR`` and its like speak of, if they are set.
    """
    unset = {*_UNSET, *(() if is_here else _LOCAL)}
    # Traces would stand among the messages on standard error.
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in unset and not key.startswith("GIT_TRACE")
    }
    # Replacements and grafts are how somebody wants to see a history, and not what was committed.
    return environment | {
        "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": f"{os.devnull}/none",
        "LC_ALL": "C",
    }  # fmt: skip
