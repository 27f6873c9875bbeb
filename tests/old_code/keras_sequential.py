import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

model = Sequential([Dense(2, input_shape=(2,), kernel_initializer="ones"), Dense(1, kernel_initializer="ones")])
model.compile(optimizer=tf.keras.optimizers.SGD(0.01), loss="mse", metrics=["mae"])
x = np.array([[0.0, 1.0], [1.0, 2.0]])
history = model.fit(x, np.array([[1.0], [2.0]]), epochs=3, verbose=0, shuffle=False)
print([round(v, 4) for v in history.history["loss"]])
print(model.predict(x))
print(sorted(history.history), model.count_params())
