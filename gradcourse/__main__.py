"""`python -m gradcourse` is the command `gradcourse`."""

import sys

from gradcourse.cli import main

sys.exit(main())
