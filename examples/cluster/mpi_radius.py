"""One hard question over MPI: the rank that leads searches and writes the proof, the others do parts of the search.

mpirun -n 64 python -m mpi4py.futures examples/cluster/mpi_radius.py NET.onnx 1,2.1,1,2.1 fold.proof
"""

import sys

from mpi4py.futures import MPIPoolExecutor

import foldproof

if __name__ == "__main__":
    network, centre, proof = sys.argv[1:]
    with MPIPoolExecutor() as executor:
        answer = foldproof.radius(network, at=centre, executor=executor, proof=proof)
    print(answer)
