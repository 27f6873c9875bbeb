import tensorflow as tf

with tf.python_io.TFRecordWriter("out.tfrecords") as writer:
    for k in range(3):
        feature = {
            "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[k])),
            "raw": tf.train.Feature(bytes_list=tf.train.BytesList(value=[bytes([k, k + 1])])),
        }
        example = tf.train.Example(features=tf.train.Features(feature=feature))
        writer.write(example.SerializeToString())
reader = tf.TFRecordReader()
queue = tf.train.string_input_producer(["out.tfrecords"], shuffle=False)
_, serialized = reader.read(queue)
parsed = tf.parse_single_example(
    serialized,
    features={
        "label": tf.FixedLenFeature([], tf.int64),
        "raw": tf.FixedLenFeature([], tf.string),
    },
)
image = tf.decode_raw(parsed["raw"], tf.uint8)
with tf.Session() as sess:
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess, coord)
    for _ in range(4):
        print(sess.run([parsed["label"], image]))
    coord.request_stop()
    coord.join(threads)
