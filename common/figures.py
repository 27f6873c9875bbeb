"""The figures of one run: saved, shown in a notebook, given to TensorBoard."""

from common import files, plots, progress, saved
from common.language import translate
from common.tf1 import tf


class Figures:
    """The figures of a run, in its folder summaries/NN_name/figures.

    number: the lesson's. note: called with a figure's name before that is saved.
    """

    def __init__(self, folder, number, note):
        self.folder = folder
        self._number = number
        self._note = note
        self._pngs = []  # pairs of a path and what is there, in the order in which they were drawn
        self._gifs = []

    @property
    def names(self):
        return [path.name for path, _ in self._pngs] + self._gifs

    def save(self, number, slug, title, caption):
        """Finish matplotlib's current figure; see Lesson.figure."""
        heading = translate(f"Figure {number}: {translate(title)}") if number else title
        png = plots.finished_png(plots.plt.gcf(), heading, caption)
        path = self.folder / (_file_name(number, slug) + ".png")
        self._write(path, png)
        self._pngs.append((path, png))
        _show_in_notebook(png, "png")

    def animate(self, slug, title, caption, draw, frames):
        """Finish matplotlib's current figure as an animation; see Lesson.animation."""
        figure, frames = plots.plt.gcf(), plots.thinned(frames)
        with progress.bar(f"{self._number} {slug}", 0, len(frames)) as move:
            gif = plots.finished_gif(figure, title, caption, draw, frames, move)
        path = self.folder / f"{slug}.gif"
        self._write(path, gif)
        self._gifs.append(path.name)
        _show_in_notebook(gif, "gif")

    def save_again(self):
        """Save those drawn so far into the folder, which was emptied."""
        files.make_writable(self.folder)
        for path, png in self._pngs:
            self._write(path, png)

    def _write(self, path, picture):
        self._note(path.name)
        files.write_bytes(path, picture)

    def write_events(self):
        """Write them into an event file of their own."""
        for path in saved.own_events(self.folder):  # of a run that was stopped, or the one restored
            path.unlink()
        if not self._pngs:
            return
        writer = tf.summary.FileWriter(str(self.folder))
        for path, png in self._pngs:
            width, height = plots.size_of_png(png)
            image = tf.Summary.Image(encoded_image_string=png, width=width, height=height)
            value = tf.Summary.Value(tag=f"figures/{path.stem}", image=image)
            writer.add_summary(tf.Summary(value=[value]))


def _show_in_notebook(picture, kind):
    """Show the bytes of a "png" or "gif" below the cell that runs, where a notebook does."""
    if progress.in_notebook():
        from IPython.display import Image, display

        display(Image(picture, format=kind))


def _file_name(number, slug):
    """The file's name: figure-03-slug for figure 3, figure-4-07-slug for 4-7, slug for our own."""
    if not number:
        return slug
    chapter, dash, last = number.rpartition("-")
    return f"figure-{chapter}{dash}{last.zfill(2)}-{slug}"
