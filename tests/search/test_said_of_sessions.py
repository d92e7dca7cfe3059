"""Stars, labels, titles and hiding: what a person says of sessions, which imports leave alone."""

from pathlib import Path

from claude_records import ClaudeTranscript
from talk import Talk

from byline.history.imports import import_histories


def test_stars_are_given_and_taken(talk: Talk) -> None:
    talk.session(1)
    talk.session(2)
    talk.store.sessions.star(["cc_1", "cc_2", "cc_none"])
    talk.store.sessions.star(["cc_2"], starred=False)
    assert [row.starred for row in talk.store.sessions.rows(["cc_1", "cc_2"])] == [True, False]


def test_labels_are_kept_once_in_order_and_without_regard_to_case(talk: Talk) -> None:
    talk.session(1)
    talk.session(2)
    talk.store.sessions.label(["cc_1", "cc_2"], add=[" to do ", "Alpha", "", "TO DO", "\ud800"])
    talk.store.sessions.label(["cc_2"], add=["beta"], remove=["ALPHA"])
    rows = talk.store.sessions.rows(["cc_1", "cc_2"])
    assert [row.labels for row in rows] == [("Alpha", "to do", "\ufffd"), ("beta", "to do", "\ufffd")]


def test_what_is_hidden_can_be_shown_again(talk: Talk) -> None:
    talk.session(1)
    talk.store.sessions.hide(["cc_1"])
    assert talk.store.sessions.rows(["cc_1"])[0].hidden
    assert talk.ids("") == []
    talk.store.sessions.hide(["cc_1"], hidden=False)
    assert talk.ids("") == ["cc_1"]


def test_an_empty_name_gives_the_first_prompt_back(talk: Talk) -> None:
    talk.says(1, "make uploads\nsurvive", "then test")
    talk.store.sessions.rename("cc_1", "  my\n upload\tsession ")
    assert talk.store.sessions.rows(["cc_1"])[0].title == "my upload session"
    talk.store.sessions.rename("cc_1", " ")
    assert talk.store.sessions.rows(["cc_1"])[0].title == "make uploads"
    talk.session(2, title="x")
    talk.store.sessions.rename("cc_2", "")
    assert talk.store.sessions.rows(["cc_2"])[0].title is None


def test_an_import_leaves_all_of_it_as_it_is(talk: Talk, tmp_path: Path) -> None:
    transcript = ClaudeTranscript(tmp_path / "s1.jsonl")
    transcript.prompt("make uploads survive")
    transcript.said("I will", "m1")
    import_histories(talk.store, [transcript.path])
    [key] = talk.ids("uploads")
    sessions = talk.store.sessions
    sessions.star([key])
    sessions.label([key], add=["keep"])
    sessions.rename(key, "Renamed")
    sessions.hide([key])
    transcript.prompt("and test it")
    transcript.line({"type": "summary", "summary": "A title of the agent's", "leafUuid": "s1-1"})
    import_histories(talk.store, [transcript.path])
    [row] = sessions.rows([key])
    assert (row.title, row.starred, row.labels, row.hidden) == ("Renamed", True, ("keep",), True)
    assert row.prompts == 2
