"""Denormal numbers taken for zero on the thread that calls, as on TensorFlow's own threads.

Its thread pools set the processor so, in 1.15.5 as today: a result too small for a normal number is
0. A session that runs operations on the caller's thread must do the same there, and put back what
NumPy is used to: `put(FLUSHING)`, `put(USUAL)`. KNOWN says whether this machine can; elsewhere
`put` does nothing.
"""

import ctypes
import platform
import sys

import numpy as np

_BITS = 0x8040  # of the register MXCSR: results (bit 15) and operands (bit 6) that are denormal
_WHAT_HAPPENED = 0x3F  # its bits that note exceptions


def _environments():
    """libm's fesetenv, and the two floating-point environments that it is to set.

    OSError or AttributeError where there is none that is laid out as Linux has it on x86-64.
    """
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        raise OSError
    libm = ctypes.PyDLL("libm.so.6")
    libm.fesetenv.argtypes = [ctypes.c_void_p]
    usual = (ctypes.c_uint32 * 8)()  # fenv_t: seven words of the x87, then MXCSR
    libm.fegetenv(usual)
    usual[7] &= ~_WHAT_HAPPENED
    flushing = (ctypes.c_uint32 * 8)(*usual)
    flushing[7] |= _BITS
    return libm.fesetenv, flushing, usual


def _works():
    smallest, half = np.float32(2.0**-126), np.float32(0.5)
    put(FLUSHING)
    flushed = smallest * half
    put(USUAL)
    return flushed == 0 and smallest * half != 0


try:
    put, *_kept = _environments()
    FLUSHING, USUAL = (ctypes.c_void_p(ctypes.addressof(each)) for each in _kept)
    KNOWN = _works()
except (OSError, AttributeError):
    put, FLUSHING, USUAL, KNOWN = (lambda environment: None), None, None, False
