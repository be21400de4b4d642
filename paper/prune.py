"""Pruning by magnitude while training goes on, after Zhu and Gupta, "To prune, or not to prune" (2017).

What.  Every few steps the smallest weights of each layer are set to zero, biases excepted, until a share s of each
layer's weights is zero.  Between the moments begin and end (shares of the whole training) the sparsity rises as

    s(t) = s (1 - (1 - (t - begin) / (end - begin))^power),

their polynomial decay from sparsity 0; afterwards the masks stay and the remaining weights are trained on.  A weight
once masked is held at zero, but a mask is chosen anew at each pruning step from the magnitudes of that moment, so the
zeros of one step are the first candidates of the next.

Why.  The paper compares a network A with pruned networks B: is the one a function of the other?  It prunes by 40, 50
and 60 % with several schedules.
"""

import numpy as np
import onnx
from onnx import numpy_helper

# begin, end, power
SCHEDULES = {"cubic": (0.05, 0.5, 3), "linear": (0.05, 0.5, 1), "late": (0.05, 0.9, 3)}
GRID = [(share, schedule) for share in (0.4, 0.5, 0.6) for schedule in SCHEDULES]
EVERY, EPOCHS, RATE = 20, 600, 0.001


def sparsity(share, schedule, moment):
    begin, end, power = SCHEDULES[schedule]
    passed = min(max((moment - begin) / (end - begin), 0), 1)
    return share * (1 - (1 - passed) ** power)


def mask(W, share):
    """True for the weights kept: all but the round(share * size) smallest in magnitude."""
    keep = np.ones(W.size, bool)
    keep[np.argsort(abs(W), axis=None, kind="stable")[:round(share * W.size)]] = False
    return keep.reshape(W.shape)


def prune(layers, share, schedule, fit):
    """Runs fit(after_step), which trains these layers in place, and prunes them on the way."""
    masks = [np.ones(W.shape, bool) for W, _ in layers]

    def after_step(step, steps):
        if step % EVERY == 0 or step == steps:
            now = sparsity(share, schedule, step / steps)
            masks[:] = [mask(W, now) for W, _ in layers]
        for (W, _), keep in zip(layers, masks):
            W *= keep

    fit(after_step)


def load(path):
    """The layers [W, b] of a plain network written by tools/train.py."""
    tensors = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(path)).graph.initializer}
    return [[tensors[f"W{k}"], tensors[f"b{k}"]] for k in range(len(tensors) // 2)]
