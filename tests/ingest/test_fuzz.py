"""Whatever is sent, by whomever: never a traceback, and always accounted for."""

import json
import random
import subprocess
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payload_account import ODD, PAYLOADS, account_of, broken, places

from byline.config import read_config
from byline.ingest.payloads import Call, store_call
from byline.ingest.retry import patience
from byline.store.connection import connect

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[Any, ...]]]

FIXTURES = Path(__file__).parent / "fixtures"
RECORDED: list[tuple[str, dict[str, object]]] = [
    (f"hook --agent {path.name.partition('-')[0]}", json.loads(line))
    for path in sorted(FIXTURES.glob("*.jsonl"))
    for line in path.read_text().splitlines()
]
KINDS = sorted({kind for kind, _ in PAYLOADS})
CALL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.text(max_size=8) | st.sampled_from(["", " ", "user", "message", "pi", "\udc80", "\0", "😀"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, object]:
    """A payload with up to three values anywhere in it replaced, or removed."""
    kind, payload = draw(st.sampled_from([*PAYLOADS, *RECORDED]))
    whole = json.loads(json.dumps(payload))
    for _ in range(draw(st.integers(1, 3))):
        there = list(places(whole))
        if not there:
            break
        holder, key = draw(st.sampled_from(there))
        if draw(st.booleans()):
            del holder[key]
        else:
            # A copy: what is put in twice would be changed twice.
            holder[key] = deepcopy(draw(st.sampled_from(ODD) | values))
    return kind, whole


anything = st.tuples(st.sampled_from(KINDS), values) | mutated()


@pytest.mark.parametrize(("kind", "payload"), PAYLOADS)
def test_the_payloads_that_are_mutated_are_right_to_begin_with(
    run: Run, kind: str, payload: dict[str, object]
) -> None:
    said = run(*kind.split(" "), "--strict", stdin=json.dumps(payload).encode())
    assert (said.returncode, said.stderr) == (0, b"")


@settings(CALL, max_examples=250)
@given(sent=anything)
def test_whatever_is_sent_is_stored_or_kept(
    tmp_path_factory: pytest.TempPathFactory, sent: tuple[str, object]
) -> None:
    kind, value = sent
    database = tmp_path_factory.getbasetemp() / "fuzz.db"
    data = json.dumps(value).encode()
    result = store_call(Call(kind, data, 1), str(database), patience(read_config("", ""), 60_000))
    assert not any("internal error" in complaint for complaint in result.complaints), result
    with closing(connect(database)) as store:
        kept = store.execute("SELECT count(*) FROM rejected_payloads").fetchone()[0]
        store.execute("DELETE FROM rejected_payloads")
    assert bool(kept) == bool(result.complaints)


@settings(CALL, max_examples=15)
@given(sent=anything, cut=st.integers(0, 400))
def test_the_process_accounts_for_documents_that_hypothesis_makes(
    run: Run, sent: tuple[str, object], cut: int
) -> None:
    kind, value = sent
    said = run(*kind.split(" "), "--strict", stdin=json.dumps(value).encode()[: 400 - cut])
    assert account_of(said) is None


def test_the_process_accounts_for_payloads_with_one_thing_wrong(run: Run, rows: Rows) -> None:
    kept = 0
    for kind, data in broken(25, random.Random(7)):
        said = run(*kind.split(" "), "--strict", stdin=data)
        assert account_of(said) is None, (kind, data)
        of_kind = "SELECT count(*) FROM rejected_payloads WHERE kind = ?"
        assert said.returncode == 0 or rows(of_kind, kind) > [(0,)]
        kept += said.returncode == 3
    # The same payload is kept once.
    assert 0 < rows("SELECT count(*) FROM rejected_payloads")[0][0] <= kept
