"""foldproof: does this neural network fold? Answers with proof.

>>> import foldproof
>>> net = foldproof.load("flow.onnx")
>>> answer = foldproof.radius(net, at=[1, "2.1"])
>>> answer.lower, answer.upper

`answer.lower` is proved: the network is one-to-one on that ball. `answer.upper` is refuted: `answer.witness` holds two
inputs in that ball with one output, exactly. Numbers are taken exactly: `0.1` is the double nearest to one tenth,
`"0.1"` is one tenth.
"""

from ._answers import (Answer, Direction, Effort, Factor, Injective, J0, Preimages, PreimageSet, Proof, Pseudo, Radius,
                       Witness, from_json)
from ._core import InputError, version as _version
from ._model import Network, load
from ._questions import Check, check, factor, injective, j0, preimages, pseudo, radius
from ._sweep import Sweep, sweep
from ._sweep_results import Summary, SweepResult, SweepResults

__version__: str = _version()
__all__ = [
    "Answer", "Check", "Direction", "Effort", "Factor", "Injective", "InputError", "J0", "Network", "PreimageSet",
    "Preimages", "Proof", "Pseudo", "Radius", "Summary", "Sweep", "SweepResult", "SweepResults", "Witness", "check",
    "factor", "from_json", "injective", "j0", "load", "preimages", "pseudo", "radius", "sweep",
]
