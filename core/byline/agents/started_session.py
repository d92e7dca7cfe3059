"""A call that started a sub-agent says which: readers of the conversation go from one to the other by it."""


def naming_session(output: str, key: str, session: str | None) -> str:
    """A call's output, with the native id of the session that it started where it does not say it itself.

    ``key`` is what the agent calls such an id.
    """
    if not session or session in output:
        return output
    return f"{output}\n\n{key}: {session}".lstrip("\n")
