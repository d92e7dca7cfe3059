"""Frozen dataclasses that start fast, for the modules that a hook loads.

``import dataclasses`` costs over a third of a bare interpreter's start (it loads inspect, ast and dis), and
each class half a millisecond more. :func:`dataclass` here makes the same value for the one form Byline uses,
``@dataclass(frozen=True, slots=True)`` without inheritance: positional and keyword construction, equality,
hash, repr, matching, copying and pickling. What the standard library asks of a dataclass
(``__dataclass_fields__``) is made when it is asked for, so that its ``replace``, ``fields`` and ``asdict``
work as ever. Type checkers see the standard library's own.
"""

TYPE_CHECKING = False
"""Known to type checkers by its name; ``typing`` would cost as much again."""

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace

    __all__ = ["dataclass", "field", "replace"]
else:
    from operator import attrgetter

    class field:  # noqa: N801 - named as in dataclasses
        """A field's default, whether ``repr`` shows it, and whether equality and hash heed it."""

        __slots__ = ("compare", "default", "repr")

        def __init__(self, **words: object) -> None:
            self.repr = words.pop("repr", True)
            self.compare = words.pop("compare", True)
            if "default" in words:
                self.default = words.pop("default")
            if words:
                raise TypeError(
                    f"byline.frozen.field knows default, repr and compare, not {', '.join(words)}"
                )

    class _Fields:
        """``__dataclass_fields__``: what the standard library makes of the class as it was written."""

        def __init__(self, written: type) -> None:
            self._written = written

        def __get__(self, value: object, owner: type) -> dict[str, object]:
            import dataclasses  # noqa: PLC0415 - a hook loads what it needs

            for name, given in list(vars(self._written).items()):
                if isinstance(given, field):
                    words = {"default": given.default} if hasattr(given, "default") else {}
                    words |= {"repr": given.repr, "compare": given.compare}
                    setattr(self._written, name, dataclasses.field(**words))
            made = dataclasses.dataclass(frozen=True)(self._written).__dataclass_fields__
            owner.__dataclass_fields__ = made
            return made

    def dataclass(*, frozen: bool, slots: bool) -> object:
        """The decorator; both words must be true."""
        if not (frozen and slots):
            raise TypeError("byline.frozen makes frozen, slotted dataclasses only")
        return _made

    def replace(value: object, /, **changes: object) -> object:
        """A copy of the value with other values for some fields."""
        for name in value.__match_args__:
            if name not in changes:
                changes[name] = getattr(value, name)
        return type(value)(**changes)

    def _made(written: type) -> type:
        """The class again with slots and the methods of a frozen value."""
        names = tuple(written.__annotations__)
        given = {name: value for name, value in vars(written).items() if name in names}
        defaults = {
            name: value.default if isinstance(value, field) else value
            for name, value in given.items()
            if not isinstance(value, field) or hasattr(value, "default")
        }
        shown = [name for name in names if not isinstance(given.get(name), field) or given[name].repr]
        compared = [name for name in names if not isinstance(given.get(name), field) or given[name].compare]
        body = {
            name: value
            for name, value in vars(written).items()
            if name not in given and name not in {"__dict__", "__weakref__"}
        }
        body |= {"__slots__": names, "__match_args__": names, "__dataclass_fields__": _Fields(written)}
        made = type(written.__name__, written.__bases__, body)
        made.__qualname__ = written.__qualname__
        made.__init__ = _init(made, names, defaults)
        for name, method in _methods(names, shown, compared).items():
            setattr(made, name, method)
        return made

    def _init(made: type, names: tuple[str, ...], defaults: dict[str, object]) -> object:
        """``__init__`` as source: values are made by the million, and each slot is set without a loop."""
        words = ", ".join(f"{name}=_default_{name}" if name in defaults else name for name in names)
        lines = "".join(f"\n    _set_{name}(self, {name})" for name in names)
        scope = {f"_default_{name}": value for name, value in defaults.items()}
        scope |= {f"_set_{name}": getattr(made, name).__set__ for name in names}
        exec(f"def __init__(self, {words}):{lines}", scope)  # noqa: S102 - the names of our own fields
        init = scope["__init__"]
        init.__qualname__ = f"{made.__qualname__}.__init__"
        init.__module__ = made.__module__
        init.__annotations__ = {**made.__annotations__, "return": None}
        return init

    def _values(names: "tuple[str, ...] | list[str]") -> object:
        """What gives the tuple of these fields' values."""
        return attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, n) for n in names)

    def _methods(names: tuple[str, ...], shown: list[str], compared: list[str]) -> dict[str, object]:
        """The methods that need no source of their own."""
        values, told = _values(names), _values(compared)

        def eq(self: object, other: object) -> object:
            return told(self) == told(other) if other.__class__ is self.__class__ else NotImplemented

        def hashed(self: object) -> int:
            return hash(told(self))

        def shown_as(self: object) -> str:
            fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
            return f"{type(self).__qualname__}({fields})"

        def refuse(self: object, name: str, *values: object) -> None:
            from dataclasses import FrozenInstanceError  # noqa: PLC0415 - a hook loads what it needs

            raise FrozenInstanceError(
                f"cannot {'assign to' if values else 'delete'} field {name!r} of {self!r}"
            )

        def reduce(self: object) -> object:
            return type(self), values(self)

        return {
            "__eq__": eq,
            "__hash__": hashed,
            "__repr__": shown_as,
            "__setattr__": refuse,
            "__delattr__": refuse,
            "__reduce__": reduce,
        }
