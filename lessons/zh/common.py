"""What `from common import …` finds first in a Chinese notebook: the course, speaking Chinese.

It gives way to the course's package, whatever else that Python finds is called common.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("COURSE_LANG", "zh")
del sys.modules[__name__]
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import common  # noqa: F401
