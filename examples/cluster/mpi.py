"""A sweep over MPI: one rank leads, the others answer.

mpirun -n 64 python -m mpi4py.futures examples/cluster/mpi.py nets/brusselator.onnx points.csv partial.jsonl

points.csv has a point a line. Given again after it was killed, the command goes on where it was.
"""

import sys

from mpi4py.futures import MPIPoolExecutor

import foldproof

if __name__ == "__main__":
    network, points, results = sys.argv[1:]
    with open(points, encoding="utf-8") as lines, MPIPoolExecutor() as executor:
        sweep = foldproof.sweep(network, lines, executor=executor, results=results, time=600)
        for result in sweep:
            if result.failure:
                print(result.failure, file=sys.stderr)
    print(sweep.summary)
