import numpy as np
import tensorflow as tf

image = tf.constant(np.arange(48).reshape(4, 4, 3) / 48.0, tf.float32)
with tf.Session() as sess:
    print(sess.run(tf.image.resize_images(image, [2, 2]))[..., 0])
    print(sess.run(tf.image.flip_left_right(image))[0, :, 0])
    print(sess.run(tf.image.rgb_to_grayscale(image))[0, :, 0])
    print(sess.run(tf.image.per_image_standardization(image))[0, 0])
    print(sess.run(tf.image.resize_image_with_crop_or_pad(image, 2, 2)).shape)
    print(sess.run(tf.image.random_flip_up_down(image, seed=1))[0, 0])
