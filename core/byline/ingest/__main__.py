"""``python -m byline.ingest``: for hooks that name the interpreter themselves."""

import sys

from byline.ingest.main import main

if __name__ == "__main__":
    sys.exit(main())
