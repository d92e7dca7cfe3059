"""From recorded paths to paths of the repository."""

from byline.review.places import Place, Places
from byline.store.edits import EditRow
from byline.store.repositories import RepositoryRow

OWN = RepositoryRow(1, "github.com/a/b", None, None, ("/work/b",))
OTHER = RepositoryRow(2, "github.com/a/c", None, None, ("/work/b/vendor/c",))
TREE = ["README.md", "docs/README.md", "src/app.py", "src/deep/app.py", "LICENSE"]


def edit(path: str, cwd: str | None = None, repository_id: int | None = 1) -> EditRow:
    return EditRow(
        1,
        "cc_1",
        None,
        None,
        None,
        "Edit",
        0,
        0,
        path,
        cwd,
        "vendor_diff",
        None,
        None,
        repository_id,
        None,
        "{}",
    )


def resolved(row: EditRow, *recorded: str) -> Place | None:
    places = Places(OWN, [OWN, OTHER], ["/work/side"], lambda: TREE, lambda: recorded)
    return places.resolve([row]).get(1)


def test_a_known_checkout_or_worktree_is_taken_off() -> None:
    assert resolved(edit("/work/b/src/app.py")) == Place("/work/b", "src/app.py")
    assert resolved(edit("/work/side/src/app.py", repository_id=None)) == Place("/work/side", "src/app.py")


def test_a_file_of_another_repository_inside_this_one_is_not_this_ones() -> None:
    assert resolved(edit("/work/b/vendor/c/src/app.py")) is None


def test_a_session_of_another_or_unknown_repository_gives_nothing_by_its_suffix() -> None:
    assert resolved(edit("/home/x/b/src/app.py", repository_id=2)) is None
    assert resolved(edit("/home/x/b/src/app.py", repository_id=None)) is None


def test_an_absolute_path_of_another_machine_matches_by_its_longest_suffix() -> None:
    assert resolved(edit("/home/x/b/src/deep/app.py")) == Place("/home/x/b", "src/deep/app.py")
    assert resolved(edit("C:\\code\\b\\src\\app.py")) == Place("C:/code/b", "src/app.py")


def test_a_relative_path_never_matches_by_suffix() -> None:
    assert resolved(edit("app.py")) == Place("", "app.py")
    assert resolved(edit("app.py", cwd="/home/x/b/src")) == Place("/home/x/b", "src/app.py")


def test_a_single_component_matches_only_where_it_is_the_only_file_of_its_name() -> None:
    assert resolved(edit("/home/x/b/LICENSE")) == Place("/home/x/b", "LICENSE")
    assert resolved(edit("/home/x/b/README.md")) is None


def test_what_other_edits_tell_of_the_root_finds_a_file_at_the_top() -> None:
    assert resolved(edit("/home/x/b/README.md"), "/home/x/b/src/app.py") == Place("/home/x/b", "README.md")


def test_a_path_below_a_known_root_is_not_cut_shorter() -> None:
    row = edit("/home/x/b/packages/a/src/app.py")
    assert resolved(row, "/home/x/b/docs/README.md") == Place("/home/x/b", "packages/a/src/app.py")


def test_a_worktree_kept_inside_the_checkout_is_a_root_of_its_own() -> None:
    row = edit("/home/x/b/.claude/worktrees/w/src/app.py")
    assert resolved(row, "/home/x/b/src/app.py") == Place("/home/x/b/.claude/worktrees/w", "src/app.py")
