"""Reading TOML: what Python 3.10 has under another name."""

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10; pytest brings this one
    import tomli as tomllib


def read(path):
    """The dictionary in the TOML file at `path`, a Path."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
