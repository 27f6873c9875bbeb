import tensorflow as tf

queue = tf.FIFOQueue(2, "int32")
init = queue.enqueue_many(([0, 10],))
x = queue.dequeue()
again = queue.enqueue([x + 1])
with tf.Session() as sess:
    init.run()
    for _ in range(5):
        v, _ = sess.run([x, again])
        print(v)
    print(sess.run(queue.size()))
