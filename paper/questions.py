"""The radii of the paper's experiments, as questions: asked of foldproof by ask.py, of the MILP by milp.py.

The published figures are those of the paper's first version, as its authors printed them in the notebooks beside it
(github.com/noninvertibility/noninvertibility): networks of the same kind, trained on the same system, not the same
weights.  So their radii should look like ours and need not agree with them.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    name: str
    command: str                    # radius, pseudo or factor
    network: str                    # in paper/nets
    at: str
    second: str = ""                # the network B of factor
    fix: tuple = ()
    published: float | None = None  # radius in the paper
    milp_limit: int = 0             # seconds for the recorded MILP; 0: it is not asked
    options: tuple = field(default=())

    def arguments(self, nets):
        """The command line of foldproof after its name."""
        networks = [f"{nets}/{name}.onnx" for name in (self.network, self.second) if name]
        return [self.command, *networks, f"--at={self.at}", *(f"--fix={f}" for f in self.fix), *self.options]


TOY_POINTS = ("-1.8", "-1", "0.6")
# Two points of the attractor at b = 2.1, and the published radii there.
ATTRACTOR_POINTS = {"1.96433,1.24951": (0.655344127938151, 2.77382102844230),
                    "0.666201,1.99221": (1.18737691940507, 4.23615564741905)}
MILP_PRUNED = ("vdp_B1", "vdp_B4", "vdp_B7")   # one of each sparsity: the MILP finishes none of them in a minute
PRUNED = tuple(f"vdp_B{k}" for k in range(1, 10))

FIG2 = [Question(f"fig2 {command} {at}", command, "toy1d", at, milp_limit=60)
        for command in ("radius", "pseudo") for at in TOY_POINTS]
FIG4 = [Question(f"fig4 {command} {at}", command, "brus_b", at, fix=("2=2.1",), published=published, milp_limit=300)
        for at, pair in ATTRACTOR_POINTS.items() for command, published in zip(("radius", "pseudo"), pair)]
RESNETS = [Question(f"residual radius {network} {at}", "radius", network, at)
           for network, at in (("brus_res1", "1,2.1"), ("vdp_res1", "0,0"), ("vdp_res3", "0,0"))]
OWN = Question("table1 own", "radius", "vdp_A", "0,0")   # r_AB is never below it
TABLE1 = [Question(f"table1 {other}", "factor", "vdp_A", "0,0", second=other) for other in PRUNED]
QUESTIONS = [*FIG2, *FIG4, OWN, *TABLE1, *RESNETS]

# The MILP answers one direction at a time: is B a function of A?
MILP_TABLE1 = [Question(f"table1 {a} {b}", "factor", a, "0,0", second=b, milp_limit=60)
               for other in MILP_PRUNED for a, b in (("vdp_A", other), (other, "vdp_A"))]

MAP = "maps/brusselator.field"
EULER_B = ("2", "2.5", "3", "3.2")      # the four panels of the paper's Fig. 3
NETWORK_B = ("2", "2.1", "2.5", "3")    # brus_b was trained for b from 1.8 to 3
TAUS = ("0.01", "0.05", "0.1", "0.15", "0.2", "0.3")
PICTURED = "fig2 curve"                 # the one record whose picture the page draws from
PLANE = "-5:10,-5:10"                   # the window of the paper's figures


def figures():
    """What the figures need beyond the radii: (name, arguments of foldproof)."""
    nets, out = "paper/nets", "paper/out"
    orbit = ("--skip=4000", "--steps=300")
    result = [(PICTURED, ["injective", f"{nets}/toy1d.onnx", "--box=-3.2:2.4"])]
    for kind, values, map_or_net, setting in (("euler", EULER_B, MAP, "--set=b={}"),
                                              ("network", NETWORK_B, f"{nets}/brus_b.onnx", "--fix=2={}")):
        for b in values:
            with_b = [map_or_net, setting.format(b)]
            csv = f"{out}/{kind}_{b}.csv"
            result += [(f"fig3 {kind} orbit {b}", ["orbit", *with_b, f"--at=1.2,{b}", *orbit, "-o", csv]),
                       (f"fig3 {kind} inverses {b}", ["preimages", *with_b, f"--of=@{csv}", f"--box={PLANE}"])]
    loci = [(f"fig3 network j0 {b}", "brus_b", b) for b in NETWORK_B]
    loci += [(f"fig4 network j0 {tau}", "brus_tau", tau) for tau in TAUS]
    result += [(name, ["j0", f"{nets}/{net}.onnx", f"--fix=2={value}", f"--box={PLANE}"]) for name, net, value in loci]
    steps = [(f"fig3 euler j0 {b}", f"b={b}") for b in EULER_B] + [
        (f"fig4 euler j0 {tau}", f"b=2,tau={tau}") for tau in TAUS]
    result += [(name, ["j0", MAP, f"--set={setting}", f"--box={PLANE}"]) for name, setting in steps]
    result.append(("table1 orbit", ["orbit", f"{nets}/vdp_A.onnx", "--at=1,1", *orbit, "-o", f"{out}/vdp_A.csv"]))
    result += [(f"table1 j0 {net}", ["j0", f"{nets}/{net}.onnx", "--box=-4:4,-4:4"]) for net in ("vdp_A", *PRUNED)]
    turn = f"{out}/turn.csv"
    brus_b, brus_tau = f"{nets}/brus_b.onnx", f"{nets}/brus_tau.onnx"
    result += [("margin orbit", ["orbit", brus_b, "--fix=2=2.1", "--at=1.2,2.1", "--skip=4000", "--steps=100",
                                 "-o", turn]),
               ("margin along", ["radius", brus_b, "--fix=2=2.1", f"--along={turn}"]),
               ("margin b", ["radius", brus_b, "--at=1.96433,1.24951", "--sweep=2=1.8:3:100"]),
               ("margin tau", ["radius", brus_tau, "--at=1,2", "--sweep=2=0.01:0.3:100"])]
    return result


FIGURES = figures()
