"""`make torture`: every campaign, or those named, and a table of what was tried and lost."""

import argparse
import collections
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

import torture
from common import tables

CAMPAIGNS = [each.name for each in pkgutil.iter_modules(torture.__path__) if each.name[0] != "_"]


def campaign(name, tries, seed):
    """Make the attempts of one campaign: {what: [problems of its attempts, "" for none]}."""
    module = importlib.import_module(f"torture.{name}")
    count = tries or module.TRIES
    found = collections.defaultdict(list)
    bar = tqdm(total=count, desc=module.TITLE, disable=None)
    with tempfile.TemporaryDirectory() as folder, bar:
        for attempt in module.attempts(count, seed, Path(folder)):
            found[attempt.what].append(attempt.problem)
            bar.update()
    return found


def main(words):
    parser = argparse.ArgumentParser(
        prog="python -m torture",
        description="Try to break the course; exit code 1 where an attempt was lost.",
        epilog="example: python -m torture damage --tries 50 --seed 7",
    )
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=", ".join(CAMPAIGNS))
    parser.add_argument("--tries", type=int, help="of each campaign (default: its own number)")
    parser.add_argument("--seed", type=int, default=0, help="another one tries others (default 0)")
    options = parser.parse_args(words)
    unknown = set(options.campaigns) - set(CAMPAIGNS)
    if unknown:
        parser.error(f"there is no campaign {min(unknown)}; there are {', '.join(CAMPAIGNS)}")
    rows, lost = [], []
    for name in options.campaigns or CAMPAIGNS:
        for what, problems in campaign(name, options.tries, options.seed).items():
            problems_ = [each for each in problems if each]
            rows.append([name, what, len(problems), len(problems_)])
            lost += [f"{name}, {what}: {each}" for each in problems_]
    rows.append(["all", "", sum(row[2] for row in rows), len(lost)])
    tables.show("Attempts to break the course", ["campaign", "what", "tried", "lost"], rows)
    print("\n".join(lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
