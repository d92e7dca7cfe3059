"""The frozen dataclasses of the hook path behave as the standard library's do."""

import copy
import dataclasses
import pickle

import pytest

from byline import frozen
from byline.patch import TouchedLine


@frozen.dataclass(frozen=True, slots=True)
class Ours:
    """A value."""

    name: str
    size: int = 3
    hidden: str | None = frozen.field(default=None, repr=False)

    @property
    def double(self) -> int:
        """Twice the size."""
        return self.size * 2


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same by the standard library."""

    name: str
    size: int = 3
    hidden: str | None = dataclasses.field(default=None, repr=False)


def test_values_are_made_shown_compared_and_hashed_alike() -> None:
    ours, theirs = Ours("a", hidden="x"), Theirs("a", hidden="x")
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert hash(ours) == hash(theirs)
    assert ours == Ours("a", 3, "x")
    assert ours != Ours("a", 4, "x")
    assert ours != theirs
    assert ours.double == 6
    assert not hasattr(ours, "__dict__")


@pytest.mark.parametrize("made", [Ours, Theirs])
def test_a_missing_and_an_unknown_word_are_refused_alike(made: type) -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        made()
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        made("a", colour=1)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Ours("a").name = "b"  # type: ignore[misc] # what is refused
    with pytest.raises(dataclasses.FrozenInstanceError):
        del Ours("a").name


def test_the_standard_library_takes_them_for_dataclasses() -> None:
    value = Ours("a", hidden="x")
    assert dataclasses.is_dataclass(value)
    assert dataclasses.replace(value, size=5) == Ours("a", 5, "x") == frozen.replace(value, size=5)
    assert dataclasses.asdict(value) == {"name": "a", "size": 3, "hidden": "x"}
    assert [each.name for each in dataclasses.fields(value)] == ["name", "size", "hidden"]
    assert [each.repr for each in dataclasses.fields(Ours)] == [True, True, False]


def test_they_can_be_matched_copied_and_pickled() -> None:
    line = TouchedLine("added", 3, "x", "cc_1")
    match line:
        case TouchedLine(kind, number):
            assert (kind, number) == ("added", 3)
    assert copy.deepcopy(line) == line
    assert pickle.loads(pickle.dumps(line)) == line  # noqa: S301 - our own


def test_other_kinds_of_dataclass_are_refused() -> None:
    with pytest.raises(TypeError, match="frozen, slotted"):
        frozen.dataclass(frozen=False, slots=True)
