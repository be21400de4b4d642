"""Evaluates a record's colliding pair again, in exact rationals, from the weights in the ONNX file.

What.  Reads `witness.x_exact`, `witness.y_exact` and `center_exact` from a foldproof record, evaluates the network
at both points with `fractions.Fraction`, and prints as JSON whether the images are equal, the radius of the
smallest ball about the centre that holds the pair, and the distance of the two points.  Why.  A comparison
that says another method is wrong must not rest on our own program's word.

Run:  python bench/verify_pair.py NET RECORD.json
"""

import json
import sys
from fractions import Fraction

from network_files import load


def evaluate(layers, x):
    for k, (W, b) in enumerate(layers):
        x = [sum((Fraction(w) * v for w, v in zip(row, x) if w and v), Fraction(c))
             for row, c in zip(W.tolist(), b.tolist())]
        if k < len(layers) - 1:
            x = [max(v, Fraction(0)) for v in x]
    return x


def main():
    network, path = sys.argv[1:3]
    with open(path) as file:
        record = json.load(file)
    outputs = record["network"].get("outputs_kept") or None
    layers = load(network, outputs=outputs)
    x, y = ([Fraction(v) for v in record["witness"][key]] for key in ("x_exact", "y_exact"))
    center = [Fraction(v) for v in record["center_exact"]]
    radius = max(abs(v - c) for p in (x, y) for v, c in zip(p, center))
    print(json.dumps({"collides": x != y and evaluate(layers, x) == evaluate(layers, y),
                      "radius": str(radius), "radius_double": float(radius),
                      "distance": float(max(abs(p - q) for p, q in zip(x, y)))}))


if __name__ == "__main__":
    main()
