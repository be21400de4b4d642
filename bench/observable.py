"""Writes a network with one output more: a fixed random combination of the last hidden layer.

What.  Takes NET, whose last node is a Gemm with transB, and writes OUT with m + 1 outputs.  Why.  Networks with more
outputs than inputs, which foldproof proves over all pairs of the ball, are measured on relatives of the other cases.

Run:  python bench/observable.py NET OUT
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper


def main():
    source, target = sys.argv[1:]
    model = onnx.load(source)
    last = model.graph.node[-1]
    arrays = {t.name: t for t in model.graph.initializer}
    weights, bias = (numpy_helper.to_array(arrays[name]) for name in last.input[1:3])
    row = 0.05 * np.random.default_rng(3).normal(size=(1, weights.shape[1]))
    for name, value in ((last.input[1], np.vstack([weights, row])), (last.input[2], np.append(bias, 0.1))):
        arrays[name].CopyFrom(numpy_helper.from_array(value.astype(weights.dtype), name))
    model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value = len(bias) + 1
    onnx.save(model, target)


if __name__ == "__main__":
    main()
