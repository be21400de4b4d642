"""The cases of the comparison: which networks, where, and how fast we want to be.

`known` is a radius found earlier by other means (a float64 search, agreeing with the mixed-integer program
wherever that finished); it only chooses the two radii at which Marabou is asked, never an answer.
`target` is the goal in seconds on one thread, `ball` the radius the goal speaks about if not the whole answer.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    network: str                       # under tests/data/nets, or below --public
    at: str
    known: float | None = None
    target: float | None = None
    max_radius: str | None = None
    fix: str | None = None
    outputs: str | None = None
    public: bool = False
    baselines: tuple = ()
    limit: float = 300.0               # seconds for each baseline, and for foldproof
    note: str = field(default="", compare=False)

    @property
    def name(self):
        ball = f", to {self.max_radius}" if self.max_radius else ""
        return f"{self.network.split('/')[-1].removesuffix('.onnx')} at ({self.at}){ball}"

    def network_options(self):
        """Options that all programs share."""
        options = [f"--at={self.at}"]
        if self.fix:
            options += ["--fix", self.fix]
        if self.outputs:
            options += ["--outputs", self.outputs]
        return options


MILP = ("gurobi", "highs", "scip")
MARABOU = ("marabou-below", "marabou-above")
ALL = ("gurobi-published",) + MILP + MARABOU

CASES = (
    Case("toy1d_s1.onnx", "-1.8", known=0.22275742, baselines=MILP),
    Case("toy1d_s1.onnx", "-1.0", known=0.39298271, baselines=MILP),
    Case("toy1d_s1.onnx", "0.6", known=0.36569258, baselines=MILP),
    Case("brus_A.onnx", "1,2.1", known=1.398425, target=0.03, baselines=ALL),
    Case("brus_A.onnx", "2,0.4", known=0.384874, target=0.03, baselines=ALL),
    Case("vdp_A.onnx", "0,0", known=3.064355, target=0.1, baselines=MILP + MARABOU),
    Case("vdp_B4.onnx", "0,0", known=3.524079),
    Case("brus_64x2.onnx", "1,2.1", known=1.342275),
    Case("brus_256x2.onnx", "1,2.1", known=1.423548, target=1.0),
    Case("vdp_256x2.onnx", "0,0", known=3.585889, target=3.0),
    Case("lorenz3_32x2.onnx", "0,0,0", known=0.800187, target=1.0),
    Case("cb4_32x2.onnx", "1,2.1,1,2.1", known=1.410197, target=20.0, note="proved to 1.41 wanted in 10 s"),
    Case("cb6_64x2.onnx", "1,2.1,1,2.1,1,2.1", target=10.0, max_radius="0.75"),
    Case("cb6_64x2.onnx", "1,2.1,1,2.1,1,2.1", target=60.0, max_radius="1.0"),
    Case("reach_prob_density/vdp.onnx", "0,0", known=0.344285, fix="2=0.2", outputs="1,2", public=True),
    Case("reach_prob_density/vdp.onnx", "1.5,1.5", known=0.528513, fix="2=0.2", outputs="1,2", public=True),
    Case("acasxu/ACASXU_run2a_1_1_batch_2000_pruned30.onnx", "0.1,0.1,0.1,0.1,0.1", known=0.00681, target=10.0,
         public=True, note="the goal is for the local part"),
)
