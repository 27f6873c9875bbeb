import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from mpl_toolkits.mplot3d import Axes3D

X, Y = np.meshgrid(np.arange(-2, 2, 0.5), np.arange(-2, 2, 0.5))
fig = plt.figure()
ax = fig.gca(projection="3d")
ax.plot_surface(X, Y, X**2 + Y**2, cmap="rainbow")
print(ax.name, isinstance(ax, Axes3D))
n, bins, _ = plt.figure().gca().hist([1, 2, 2, 3], bins=3)
print(n)
