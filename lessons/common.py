"""What `from common import …` finds first in a lesson that is run as a script or a notebook.

It gives way to the course's package, whatever else that Python finds is called common.
"""

import sys
from pathlib import Path

del sys.modules[__name__]
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import common  # noqa: F401
