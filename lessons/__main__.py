"""`python -m lessons`: list, run, restore, open and watch the lessons."""

import os
import sys

# this course's `common`, whatever lies in the working directory
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from common import strays, supported_python

supported_python.check(genuine=False)

with strays.explained():
    from common.command import commands

    sys.exit(commands.main())
