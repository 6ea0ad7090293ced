"""`python -m gradcourse.web [FOLDER]`: build the site, by default into `site`."""

import sys
import time
from pathlib import Path

from gradcourse.web.build import build, jobs_here

if __name__ == "__main__":
    began = time.perf_counter()
    try:
        first = build(Path((sys.argv[1:] or ["site"])[0]).resolve(), jobs=jobs_here())
    except ValueError as error:
        sys.exit(f"site: {error}")
    print(f"site: {first} ({time.perf_counter() - began:.0f} s)")
