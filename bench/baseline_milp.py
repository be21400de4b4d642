"""The published method: Problems 1 to 3 by bisection over mixed-integer programs, in Gurobi, HiGHS or SCIP.

What.  Problem 1 is the program (6) of Cui, Bertalan, Pappas, Morari, Kevrekidis and Fazlyab, "Certified
invertibility in neural networks via mixed-integer programming" (2023): two copies x, y of the input in the ball
of radius r, every unstable ReLU written with one binary and big-M constants from interval bounds, f(x) = f(y), and

    maximise F = |x - y|_inf,   F one of the 2n numbers F_i = x_i - y_i, F'_i = y_i - x_i, chosen by
    mutually exclusive binaries:  F_i <= F <= F_i + 4r (1 - f_i),  sum f_i + f'_i = 1.

The network is called invertible on the ball if the optimum does not exceed a threshold.  Problem 2
(--question pseudo) holds y at the centre.  Problem 3 (--question factor --second B) asks for equal outputs of
the network A and maximises |B(x) - B(y)|_inf: B is called a function of A on the ball if that is below the
threshold.  The radius is bisected on [0, --start].  As published, every program is solved to its optimum (the
solver's default gap).  With --early-stop a solver may stop as soon as its incumbent passes the threshold or
its bound falls below it: the paper does not ask for that, it decides the same, and it favours the baseline.

Why.  It is what there was; PERFORMANCE.md compares.  The answer is only as exact as the threshold and the
solver's tolerances, and the comparison says where that shows.

Run:  python bench/baseline_milp.py NET --at 1,2.1 --solver gurobi|highs|scip [--limit 300]
One line of JSON on standard output, and one line per program as it is solved on standard error.
"""

import argparse
import json
import sys
import time

import numpy as np

from network_files import add_network_arguments, evaluate, interval_bounds, load_from_arguments

INFINITY = float("inf")


class Milp:
    """A mixed-integer program, maximise variable `objective`, as plain lists that each solver can read."""

    def __init__(self):
        self.lower, self.upper, self.integer = [], [], []
        self.rows = []                      # ({variable: coefficient}, low, high)
        self.objective = None

    def variable(self, low, high, integer=False):
        self.lower.append(float(low))
        self.upper.append(float(high))
        self.integer.append(integer)
        return len(self.lower) - 1

    def row(self, terms, low, high):
        merged = {}
        for variable, coefficient in terms:
            merged[variable] = merged.get(variable, 0.0) + float(coefficient)
        self.rows.append(({v: c for v, c in merged.items() if c}, float(low), float(high)))


def input_variables(milp, center, radius):
    return [milp.variable(c - radius, c + radius) for c in center]


def network_copy(milp, layers, center, radius, x):
    """Variables and rows of one copy of the network on inputs x; its outputs as affine terms, without the last bias."""
    values = x
    for (W, b), (low, high) in zip(layers[:-1], interval_bounds(layers, center, radius)):
        after = []
        for row, bias, l, u in zip(W, b, low, high):
            terms = list(zip(values, row))
            if u <= 0:
                after.append(milp.variable(0, 0))
                continue
            z = milp.variable(max(l, 0), u)
            if l >= 0:
                milp.row([(z, -1)] + terms, -bias, -bias)
            else:
                # relu: z >= a, z <= a - l (1 - d), z <= u d, z >= 0 with a = row . values + bias.
                d = milp.variable(0, 1, integer=True)
                milp.row([(z, -1)] + terms, -INFINITY, -bias)
                milp.row([(z, 1), (d, -l)] + [(v, -c) for v, c in terms], -INFINITY, bias - l)
                milp.row([(z, 1), (d, -u)], -INFINITY, 0)
            after.append(z)
        values = after
    W, b = layers[-1]
    return [list(zip(values, row)) for row in W]


def maximise_distance(milp, p, q, most):
    """The objective F = |p - q|_inf, where no |p_i - q_i| exceeds `most`."""
    F = milp.variable(0, most)
    choices = []
    for a, b in zip(p, q):
        minus = lambda terms: [(v, -c) for v, c in terms]
        for difference in (a + minus(b), minus(a) + b):
            chosen = milp.variable(0, 1, integer=True)
            choices.append(chosen)
            milp.row([(F, 1)] + minus(difference), 0, INFINITY)
            milp.row([(F, 1), (chosen, 2 * most)] + minus(difference), -INFINITY, 2 * most)
    milp.row([(c, 1) for c in choices], 1, 1)
    milp.objective = F


def program(question, layers, second, center, radius):
    """The mixed-integer program of one question for one radius, and its two copies of the input."""
    milp = Milp()
    x = input_variables(milp, center, radius)
    y_radius = 0 if question == "pseudo" else radius
    y = input_variables(milp, center, y_radius)
    fx, fy = network_copy(milp, layers, center, radius, x), network_copy(milp, layers, center, y_radius, y)
    for p, q in zip(fx, fy):
        milp.row(p + [(v, -c) for v, c in q], 0, 0)
    if question == "factor":
        low, high = interval_bounds(second + [None], center, radius)[-1]
        maximise_distance(milp, network_copy(milp, second, center, radius, x),
                          network_copy(milp, second, center, radius, y), float((high - low).max()))
    else:
        maximise_distance(milp, [[(v, 1)] for v in x], [[(v, 1)] for v in y], 2 * radius)
    return milp, x, y


# ---------------------------------------------------------------- solvers: (bound, values or None)
# `stop_at`: objective value at which incumbent or bound may end the solve, or None to solve to the optimum.

def solve_gurobi(milp, stop_at, limit):
    import gurobipy as gp
    from gurobipy import GRB
    with gp.Env(empty=True) as environment:
        environment.setParam("OutputFlag", 0)
        environment.start()
        with gp.Model(env=environment) as model:
            model.Params.Threads = 1
            model.Params.TimeLimit = max(limit, 0.01)
            if stop_at is not None:
                model.Params.BestObjStop = model.Params.BestBdStop = stop_at
            v = [model.addVar(lb=l, ub=u, vtype=GRB.BINARY if i else GRB.CONTINUOUS)
                 for l, u, i in zip(milp.lower, milp.upper, milp.integer)]
            for terms, low, high in milp.rows:
                expression = gp.LinExpr(list(terms.values()), [v[k] for k in terms])
                if low == high:
                    model.addLConstr(expression, GRB.EQUAL, low)
                elif low == -INFINITY:
                    model.addLConstr(expression, GRB.LESS_EQUAL, high)
                else:
                    model.addLConstr(expression, GRB.GREATER_EQUAL, low)
            model.setObjective(v[milp.objective], GRB.MAXIMIZE)
            model.optimize()
            if model.Status == GRB.INFEASIBLE:
                return -INFINITY, None
            return model.ObjBound, [t.X for t in v] if model.SolCount else None


def solve_highs(milp, stop_at, limit):
    import highspy
    solver = highspy.Highs()
    solver.silent()
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = len(milp.lower), len(milp.rows)
    cost = np.zeros(len(milp.lower))
    cost[milp.objective] = 1
    problem.col_cost_, problem.sense_ = cost, highspy.ObjSense.kMaximize
    problem.col_lower_, problem.col_upper_ = np.array(milp.lower), np.array(milp.upper)
    problem.row_lower_ = np.array([low for _, low, _ in milp.rows])
    problem.row_upper_ = np.array([high for _, _, high in milp.rows])
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    problem.a_matrix_.start_ = np.cumsum([0] + [len(terms) for terms, _, _ in milp.rows])
    problem.a_matrix_.index_ = np.array([k for terms, _, _ in milp.rows for k in terms])
    problem.a_matrix_.value_ = np.array([c for terms, _, _ in milp.rows for c in terms.values()])
    problem.integrality_ = [highspy.HighsVarType.kInteger if i else highspy.HighsVarType.kContinuous
                            for i in milp.integer]
    solver.passModel(problem)
    for option, value in (("threads", 1), ("time_limit", max(limit, 0.01))):
        solver.setOptionValue(option, value)
    if stop_at is not None:
        solver.setOptionValue("objective_target", stop_at)

        # HiGHS has no option to stop at a bound: interrupt it as soon as the bound is below the threshold.
        def stop_at_bound(event):
            if event.data_out.mip_dual_bound < stop_at:
                event.interrupt()
        solver.cbMipInterrupt += stop_at_bound
    if solver.run() == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS did not run: {solver.modelStatusToString(solver.getModelStatus())}")
    info = solver.getInfo()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return -INFINITY, None
    found = info.primal_solution_status == 2
    return info.mip_dual_bound, list(solver.getSolution().col_value) if found else None


def solve_scip(milp, stop_at, limit):
    from pyscipopt import Model, quicksum
    model = Model()
    model.hideOutput()
    model.setParam("limits/time", max(limit, 0.01))
    if stop_at is not None:
        model.setParam("limits/primal", stop_at)
        model.setParam("limits/dual", stop_at)
    v = [model.addVar(lb=l, ub=u, vtype="B" if i else "C")
         for l, u, i in zip(milp.lower, milp.upper, milp.integer)]
    for terms, low, high in milp.rows:
        expression = quicksum(c * v[k] for k, c in terms.items())
        if low == high:
            model.addCons(expression == low)
        elif low == -INFINITY:
            model.addCons(expression <= high)
        else:
            model.addCons(expression >= low)
    model.setObjective(v[milp.objective], "maximize")
    model.optimize()
    if model.getStatus() == "infeasible":
        return -INFINITY, None
    solution = model.getBestSol() if model.getNSols() else None
    return model.getDualbound(), [solution[t] for t in v] if solution is not None else None


SOLVERS = {"gurobi": solve_gurobi, "highs": solve_highs, "scip": solve_scip}


def decide(layers, center, radius, arguments, limit):
    """('injective' | 'pair' | 'unknown', details) for one ball."""
    began = time.time()
    milp, x, y = program(arguments.question, layers, arguments.second_layers, center, radius)
    threshold = arguments.threshold
    bound, values = SOLVERS[arguments.solver](milp, threshold if arguments.early_stop else None, limit)
    detail = {"radius": radius, "seconds": round(time.time() - began, 3), "bound": bound,
              "variables": len(milp.lower), "rows": len(milp.rows), "binaries": sum(milp.integer)}
    if values is not None and values[milp.objective] > threshold:
        p, q = np.array([values[k] for k in x]), np.array([values[k] for k in y])
        detail |= {"x": p.tolist(), "y": q.tolist(), "distance": values[milp.objective],
                   "image_gap": float(abs(evaluate(layers, p) - evaluate(layers, q)).max())}
        return "pair", detail
    return ("injective" if bound <= threshold else "unknown"), detail


def bisect(layers, center, arguments):
    """The bisection; also the largest ball called injective and the smallest with a pair."""
    began = time.time()
    lower, upper, history = 0.0, arguments.start, []
    status = "solved"
    while upper - lower > arguments.gap * upper:
        left = arguments.limit - (time.time() - began)
        if left <= 0:
            status = "time"
            break
        # The first program asks for the whole starting ball; it must hold a pair for bisection to apply.
        radius = upper if not history else (lower + upper) / 2
        verdict, detail = decide(layers, center, radius, arguments, left)
        history.append({"verdict": verdict} | detail)
        print(f"r = {radius:.7f}: {verdict}, {detail['seconds']} s", file=sys.stderr, flush=True)
        if verdict == "unknown":
            status = "time"
            break
        if verdict == "pair":
            upper = radius
        else:
            lower = radius
            if len(history) == 1:
                status = "injective on the whole starting ball"
                break
    return {"status": status, "lower": lower, "upper": upper if any(h["verdict"] == "pair" for h in history) else None,
            "seconds": round(time.time() - began, 2), "programs": len(history), "history": history}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_network_arguments(parser)
    parser.add_argument("--solver", choices=SOLVERS, required=True)
    parser.add_argument("--question", choices=("radius", "pseudo", "factor"), default="radius")
    parser.add_argument("--second", help="the network B of factor")
    parser.add_argument("--start", type=float, default=4.0, help="first radius of the bisection")
    parser.add_argument("--gap", type=float, default=1e-3, help="stop when upper - lower <= gap * upper")
    parser.add_argument("--threshold", type=float, default=1e-4)
    parser.add_argument("--early-stop", action="store_true", help="stop a program once it is decided")
    parser.add_argument("--radius", type=float, default=None, help="decide one ball only")
    arguments = parser.parse_args()
    layers = load_from_arguments(arguments)
    arguments.second_layers = load_from_arguments(arguments, arguments.second) if arguments.second else None
    if arguments.radius is not None:
        verdict, detail = decide(layers, arguments.at, arguments.radius, arguments, arguments.limit)
        print(json.dumps({"verdict": verdict} | detail))
        return
    try:
        result = bisect(layers, arguments.at, arguments)
    except Exception as error:  # a licence limit, a missing package: recorded as this solver's answer
        result = {"status": f"failed: {error}"}
    print(json.dumps({"solver": arguments.solver, "threshold": arguments.threshold, "early_stop": arguments.early_stop,
                      "gap": arguments.gap, "start": arguments.start} | result))


if __name__ == "__main__":
    main()
