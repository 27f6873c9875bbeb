import tensorflow as tf


def f(a):
    return a / 0


print "start"
f(1)
