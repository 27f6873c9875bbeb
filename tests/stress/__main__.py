"""`make stress`: every campaign, or those named, and a table of what was tried and lost."""

import argparse
import collections
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

import stress
from common import tables

CAMPAIGNS = [each.name for each in pkgutil.iter_modules(stress.__path__) if each.name[0] != "_"]


def campaign(name, tries, seed):
    """Make the attempts of one campaign: {what: [tried, lost]}; says how each one was lost."""
    module = importlib.import_module(f"stress.{name}")
    count = tries or module.TRIES
    found = collections.defaultdict(lambda: [0, 0])
    bar = tqdm(total=count, desc=module.TITLE, disable=None)
    with tempfile.TemporaryDirectory() as folder, bar:
        for attempt in module.attempts(count, seed, Path(folder)):
            found[attempt.what][0] += 1
            if attempt.problem:
                found[attempt.what][1] += 1
                tqdm.write(f"{name}, {attempt.what}: {attempt.problem}", file=sys.stderr)
            bar.update()
    return found


def main(words):
    parser = argparse.ArgumentParser(
        prog="python -m stress",
        description="Try to break the course; exit code 1 where an attempt was lost.",
        epilog="example: python -m stress damage --tries 50 --seed 7",
    )
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=", ".join(CAMPAIGNS))
    parser.add_argument("--tries", type=int, help="of each campaign (default: its own number)")
    parser.add_argument("--seed", type=int, default=0, help="another one tries others (default 0)")
    options = parser.parse_args(words)
    unknown = set(options.campaigns) - set(CAMPAIGNS)
    if unknown:
        parser.error(f"there is no campaign {min(unknown)}; there are {', '.join(CAMPAIGNS)}")
    rows = []
    for name in options.campaigns or CAMPAIGNS:
        found = campaign(name, options.tries, options.seed)
        rows += [[name, what, tried, lost] for what, (tried, lost) in found.items()]
    tried, lost = (sum(row[place] for row in rows) for place in (2, 3))
    columns = ["campaign", "what", "tried", "lost"]
    tables.show("Attempts to break the course", columns, [*rows, ["all", "", tried, lost]])
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
