"""The figures of executed notebooks: what each is called, and small copies for the web."""

import ast
import base64
import functools
import io
import re

from PIL import Image, ImageSequence

from common import files, language

DRAWING = {"figure": (0, 1, 2), "animation": (None, 0, 1)}  # where number, slug and title stand
WIDTH, QUALITY = 720, 80  # of a small copy: as wide as a page's text
_HOLE = re.compile(r"%[-+#0]*\d*(?:\.\d+)?[sdfger]")
UNKNOWN = "…"  # what only a run knows
_AROUND = re.compile(f"^{UNKNOWN}[:：] *|[:：,，] *{UNKNOWN}$")


class Title:
    """What a lesson calls one of its figures: the document's number, or "", a slug and words."""

    def __init__(self, number, slug, words):
        self.number, self.slug, self._words = number, slug, words

    def text(self, lesson, spoken):
        """The alternative text of the figure, in that language."""
        words = self._words
        if spoken == "zh":
            whole = translated(lesson, words)
            words = whole if whole != words else translated(lesson, _AROUND.sub("", words))
        words = _AROUND.sub("", words)
        if not self.number:
            return words
        return f"图 {self.number}：{words}" if spoken == "zh" else f"Figure {self.number}: {words}"


@functools.lru_cache(maxsize=None)
def _catalogue(name):
    of_lesson, of_course = map(language.sentences, (language.catalogue_of(name), language.COURSE))
    catalogue = language.Catalogue(*of_course)
    catalogue.add(*of_lesson)
    return catalogue


def translated(lesson, words):
    """The words of a lesson as it says them in Chinese."""
    return _catalogue(lesson.name).translate(words)


def titles(cells):
    """For each of a lesson's cells, sources of code or "", the Titles of the figures it draws."""
    trees = [ast.parse(source) for source in cells]
    own = {}  # functions of the lesson that draw: their parameters, and the call in them
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and _drawing(node):
                own[node.name] = ([each.arg for each in node.args.args], _drawing(node)[0])
    names = {}  # what the names of the lesson stand for, as far as it has come
    return [list(_titles(tree, own, names)) for tree in trees]


def _drawing(tree):
    """The calls of lesson.figure and lesson.animation in a tree."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in calls if re.match(r"lesson\.(figure|animation)$", _name(node))]


def _name(call):
    return ast.unparse(call.func)


def _titles(tree, own, names):
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                names[node.targets[0].id] = node.value
        for call in _drawing(statement):
            yield _title(call, names)
        for call in [node for node in ast.walk(statement) if isinstance(node, ast.Call)]:
            if _name(call) in own:
                parameters, drawing = own[_name(call)]
                given = list(zip(parameters, call.args))
                given += [(each.arg, each.value) for each in call.keywords]
                given = {name: ast.Constant(_words(node, names)) for name, node in given}
                yield _title(drawing, {**names, **given})


def _title(call, names):
    places = DRAWING[_name(call).partition(".")[2]]
    words = ["" if place is None else _words(call.args[place], names) for place in places]
    return Title(*words)


def _words(node, names):
    """The text of an expression, as far as it is known without running it."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name) and node.id in names:
        return _words(names[node.id], {name: names[name] for name in names if name != node.id})
    if isinstance(node, ast.IfExp):
        return _words(node.body, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        values = iter([_words(each, names) for each in values])
        return _HOLE.sub(lambda hole: next(values), _words(node.left, names))
    return UNKNOWN


# For the web --------------------------------------------------------------------------------------


def write(data, folder, name):
    """Write a picture of a notebook, in base64, below `folder` as WebP, and a small copy of it.

    Returns the names of the small one and of the whole one, and the small one's size in pixels.
    """
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    if getattr(picture, "n_frames", 1) > 1:
        return _write_animation(picture, folder, name)
    picture = picture.convert("RGB")
    whole, small = _webp(picture, lossless=True), picture
    if picture.width > WIDTH:
        small = picture.resize(
            (WIDTH, round(picture.height * WIDTH / picture.width)), Image.LANCZOS
        )
    copy = _webp(small, quality=QUALITY)
    files.write_bytes(folder / f"{name}.webp", whole)
    if len(copy) >= len(whole):
        return f"{name}.webp", f"{name}.webp", picture.size
    files.write_bytes(folder / f"{name}-small.webp", copy)
    return f"{name}-small.webp", f"{name}.webp", small.size


def _webp(picture, **how):
    content = io.BytesIO()
    picture.save(content, "WEBP", **how)
    return content.getvalue()


def _write_animation(picture, folder, name):
    """The small copy of an animation is its last frame, which stands still."""
    frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
    how = {"duration": picture.info["duration"], "loop": 0, "append_images": frames[1:]}
    files.write_bytes(folder / f"{name}.webp", _webp(frames[0], save_all=True, quality=60, **how))
    files.write_bytes(folder / f"{name}-small.webp", _webp(frames[-1], quality=QUALITY))
    return f"{name}-small.webp", f"{name}.webp", picture.size
