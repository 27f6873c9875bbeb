"""The ways through the course: for each document its lessons, in the order of its sections."""

from common.command import catalogue
from common.errors import UsageError

WAYS = {
    "Tensorflow_神经网络": "03 04 05 01 06 07 08 09 02 24 25 27 30",
    "神经网络优化": "10 11 12 13 14 18 19",
    "四、训练神经网络": "15 16 17 23 24 25 28 29",
    "深度神经网络-中": "03 26 02 24 25 16 19 20 21 22",
    "Tensorflow 笔记": "01 10 11 12 13 14 18",
}


def of_document(word):
    """The lessons of the document that `word` names, or of the one whose title holds it."""
    titles = [word] if word in WAYS else [title for title in WAYS if word in title]
    if len(titles) != 1:
        documents = ", ".join(WAYS)
        if titles:
            raise UsageError(
                f"{len(titles)} documents are called {word!r}: the documents are {documents}."
            )
        raise UsageError(f"There is no document {word!r}: the documents are {documents}.")
    return [catalogue.find(number) for number in WAYS[titles[0]].split()]
