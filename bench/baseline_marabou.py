"""The two-copy query in Marabou: is there a pair x, y in the ball with f(x) = f(y) and |x - y|_inf >= eps?

What.  Two copies of the network share one query; for every coordinate i the question x_i - y_i >= eps is
asked (the copies may be swapped, so n questions stand for all 2n).  "unsat" for all of them means that
colliding points of the ball are closer than eps, "sat" is a pair up to Marabou's tolerance.

Why.  Complete neural-network verifiers are the other way one would try to decide invertibility today.
Marabou has no notion of "largest radius" and no strict inequality, so it is asked at one radius with one
eps; injectivity as such cannot be written.

Run:  python bench/baseline_marabou.py NET --at 1,2.1 --radius 1.37 [--eps 1e-3] [--limit 300]
"""

import argparse
import json
import os
import time
import warnings

import numpy as np

from network_files import add_network_arguments, evaluate, interval_bounds, load_from_arguments

warnings.filterwarnings("ignore")                       # Marabou warns that tensorflow is absent
from maraboupy import Marabou, MarabouCore  # noqa: E402


def equation(terms, value, kind=MarabouCore.Equation.EQ):
    result = MarabouCore.Equation(kind)
    for coefficient, variable in terms:
        result.addAddend(float(coefficient), variable)
    result.setScalar(float(value))
    return result


def two_copies(layers, center, radius):
    """The query without the separation, and the input variables of both copies."""
    hidden = sum(len(b) for _, b in layers[:-1])
    inputs, outputs = len(center), len(layers[-1][1])
    per_copy = inputs + 2 * hidden + outputs
    query = MarabouCore.InputQuery()
    query.setNumberOfVariables(2 * per_copy)
    bounds = interval_bounds(layers, center, radius)
    copies = []
    for start in (0, per_copy):
        x = list(range(start, start + inputs))
        for k, (v, c) in enumerate(zip(x, center)):
            query.setLowerBound(v, c - radius)
            query.setUpperBound(v, c + radius)
            query.markInputVariable(v, start // per_copy * inputs + k)
        free, values = start + inputs, x
        for depth, (W, b) in enumerate(layers):
            last = depth == len(layers) - 1
            before = list(range(free, free + len(b)))
            free += len(b)
            for row, bias, z in zip(W, b, before):
                query.addEquation(equation([(1, z)] + [(-c, v) for c, v in zip(row, values) if c], bias))
            if last:
                values = before
                break
            after = list(range(free, free + len(b)))
            free += len(b)
            for z, a, l, u in zip(before, after, *bounds[depth]):
                query.setLowerBound(z, l)
                query.setUpperBound(z, u)
                query.setLowerBound(a, 0.0)
                query.setUpperBound(a, max(u, 0.0))
                MarabouCore.addReluConstraint(query, z, a)
            values = after
        for k, v in enumerate(values):
            query.markOutputVariable(v, start // per_copy * outputs + k)
        copies.append((x, values))
    for p, q in zip(copies[0][1], copies[1][1]):
        query.addEquation(equation([(1, p), (-1, q)], 0))
    return query, copies[0][0], copies[1][0]


def decide(layers, arguments):
    """All coordinates in turn, within the limit."""
    began = time.time()
    for coordinate in range(len(arguments.at)):
        left = arguments.limit - (time.time() - began)
        if left < 1:
            return "time", {}
        query, x, y = two_copies(layers, arguments.at, arguments.radius)
        query.addEquation(equation([(1, x[coordinate]), (-1, y[coordinate])], arguments.eps,
                                   MarabouCore.Equation.GE))
        options = Marabou.createOptions(verbosity=0, timeoutInSeconds=int(left), numWorkers=1)
        verdict, values, _ = MarabouCore.solve(query, options, os.devnull)
        if verdict == "sat":
            p, q = np.array([values[v] for v in x]), np.array([values[v] for v in y])
            gap = abs(evaluate(layers, p) - evaluate(layers, q)).max()
            return "pair", {"x": p.tolist(), "y": q.tolist(), "distance": float(abs(p - q).max()),
                            "image_gap": float(gap)}
        if verdict != "unsat":
            return {"TIMEOUT": "time"}.get(verdict, verdict), {}
    return "no pair", {}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_network_arguments(parser)
    parser.add_argument("--radius", type=float, required=True)
    parser.add_argument("--eps", type=float, default=1e-3)
    arguments = parser.parse_args()
    began = time.time()
    verdict, detail = decide(load_from_arguments(arguments), arguments)
    print(json.dumps({"solver": "marabou", "status": verdict, "radius": arguments.radius, "eps": arguments.eps,
                      "seconds": round(time.time() - began, 2)} | detail))


if __name__ == "__main__":
    main()
