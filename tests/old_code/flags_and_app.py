import tensorflow as tf

flags = tf.app.flags
FLAGS = flags.FLAGS
flags.DEFINE_integer("steps", 5, "how many")
flags.DEFINE_float("rate", 0.1, "the rate")
flags.DEFINE_string("name", "net", "its name")
tf.flags.DEFINE_boolean("fast", False, "whether")


def main(_):
    print(FLAGS.steps, FLAGS.rate, FLAGS.name, FLAGS.fast)


if __name__ == "__main__":
    tf.app.run()
