"""A terminal that takes everything and shows nothing: layout, compositing and encoding are all paid for."""

from textual.drivers.headless_driver import HeadlessDriver


class QuietDriver(HeadlessDriver):
    """Not headless as far as the app can tell, so that it writes frames; they are counted and dropped."""

    written = 0

    @property
    def is_headless(self) -> bool:
        """No: frames are to be made."""
        return False

    def write(self, data: str) -> None:
        """Count it."""
        QuietDriver.written += len(data)
