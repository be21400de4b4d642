"""The questions, through Python: the answers are those of the command line and of the zoo, numbers are exact, and an
answer stays what it is."""

import gzip
import json
import pickle
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import onnx
import pytest
from networks_api import NETS, ROOT, command_line
from networks import ZOO, evaluate, save_layers, zoo_layers

import foldproof
from foldproof import InputError

BRUSSELATOR = ROOT / "nets" / "brusselator.onnx"
VANDERPOL = [NETS / "vdp_A.onnx", NETS / "vdp_B4.onnx"]


def without_times(record):
    """What two runs on one thread have in common."""
    if isinstance(record, dict):
        return {key: without_times(value) for key, value in record.items()
                if key not in ("seconds", "peak_memory_mib", "check_seconds", "file")}
    return [without_times(entry) for entry in record] if isinstance(record, list) else record


def read_ply(path):
    """The lines of the head, and the numbers of each line below it."""
    head, body = path.read_text().split("end_header\n")
    return head.splitlines(), [[float(word) for word in line.split()] for line in body.splitlines()]


class TestQuestions:
    @pytest.mark.parametrize("ask, command", [
        (lambda: foldproof.radius(BRUSSELATOR, at=[1, "2.1"], threads=1), ["radius", BRUSSELATOR, "--at", "1,2.1"]),
        (lambda: foldproof.radius(NETS / "brus3_b.onnx", at=[1, 2], fix={2: "2.2"}, norm="l1", scale=[1, "1/2"],
                                  gap=1e-3, domain=[(0, 2), ("1.5", 3)], max_radius="0.9", threads=1),
         ["radius", NETS / "brus3_b.onnx", "--at", "1,2", "--fix", "2=2.2", "--norm", "l1", "--scale", "1,1/2", "--gap",
          "1e-3", "--domain", "0:2,1.5:3", "--max-radius", "0.9"]),
        (lambda: foldproof.pseudo(BRUSSELATOR, at=[1, "2.1"], norm="l2", threads=1),
         ["pseudo", BRUSSELATOR, "--at", "1,2.1", "--norm", "l2"]),
        (lambda: foldproof.factor(*VANDERPOL, at=[0, 0], threads=1), ["factor", *VANDERPOL, "--at", "0,0"]),
        (lambda: foldproof.injective(BRUSSELATOR, box=[(0, 2), ("-1.5", 3)], threads=1),
         ["injective", BRUSSELATOR, "--box", "0:2,-1.5:3"]),
        (lambda: foldproof.preimages(BRUSSELATOR, of=["0.9", 2], box=[("-1.5", 4), ("-1.5", 5)], threads=1),
         ["preimages", BRUSSELATOR, "--of", "0.9,2", "--box=-1.5:4,-1.5:5"]),
        (lambda: foldproof.j0(BRUSSELATOR, box=[(-3, 3), (-3, 3)], threads=1), ["j0", BRUSSELATOR, "--box=-3:3,-3:3"]),
    ], ids=["radius", "radius with everything", "pseudo", "factor", "injective", "preimages", "j0"])
    def test_the_record_is_that_of_the_command_line(self, ask, command):
        answer = ask()
        told = command_line(*command, "--threads", 1)
        assert without_times(json.loads(answer.to_json())) == without_times(told)
        assert answer.record["question"] == command[0]

    @pytest.mark.parametrize("name", sorted(ZOO))
    def test_a_bracket_holds_what_is_known(self, zoo, name):
        known = ZOO[name]
        answer = foldproof.radius(zoo(name), at=[str(value) for value in known["centre"]],
                                  max_radius=known["search_radius"], threads=1)
        assert answer.status == "solved" and answer.proof.checked
        if known["r_star_Linf"] == "inf":
            assert (answer.lower, answer.upper, answer.witness) == (known["search_radius"], None, None)
            return
        truth = Fraction(known["r_star_Linf"])
        assert answer.lower_exact <= truth <= answer.upper_exact
        assert answer.upper - answer.lower <= 1e-6 * answer.upper

    def test_a_witness_is_a_collision(self, zoo):
        answer = foldproof.radius(zoo("shift_fold"), at=[0, 0], max_radius=3)
        x, y = answer.witness.x_exact, answer.witness.y_exact
        layers = zoo_layers("shift_fold")
        assert x != y and evaluate(layers, x) == evaluate(layers, y) == list(answer.witness.f_exact)
        assert all(abs(value) <= answer.upper_exact for value in x + y)
        assert answer.witness.x.tolist() == [float(value) for value in x]

    def test_a_ball_in_l2_has_a_rational_square(self, brusselator):
        answer = foldproof.radius(brusselator, at=[1, "2.1"], norm="l2", gap=1e-3)
        assert answer.norm == "l2" and answer.upper_squared_exact <= answer.upper_exact**2
        far = max(sum((value - centre)**2 for value, centre in zip(point, answer.center_exact))
                  for point in (answer.witness.x_exact, answer.witness.y_exact))
        assert answer.upper_squared_exact == far

    def test_a_box_is_proved_or_refuted(self, zoo):
        net = zoo("abs1d")
        assert foldproof.injective(net, box=[(0, 5)]).verdict == "proved"
        refuted = foldproof.injective(net, box=[(-1, 5)])
        assert refuted.verdict == "refuted" and refuted.witness.x_exact[0] == -refuted.witness.y_exact[0] != 0
        assert refuted.box_exact == ((-1, 5),)

    def test_preimages_are_all_of_them(self, zoo):
        answer = foldproof.preimages(zoo("abs1d"), of=[[2], [0], [-1], [4]], box=[(-3, 5)])
        assert [set(found.points_exact) for found in answer.sets] == [{(-2,), (2,)}, {(0,)}, set(), {(4,)}]
        assert answer.complete and answer.count == 4 and all(found.complete for found in answer.sets)
        assert answer.sets[0].points.shape == (2, 1) and answer.sets[2].count == 0
        at = foldproof.preimages(zoo("abs1d"), at=[-2], box=[(-3, 5)])
        assert set(at.sets[0].points_exact) == {(-2,), (2,)} and at.sets[0].value_exact == (2,)

    def test_flat_preimages_are_segments(self, zoo):
        answer = foldproof.preimages(zoo("plateau1d"), at=[2], box=[(-4, 4)])
        (flat,) = answer.sets[0].flats
        assert Fraction(flat["x_exact"][0]) != Fraction(flat["y_exact"][0])

    def test_folds_of_known_places(self, zoo):
        answer = foldproof.j0(zoo("abs1d"), box=[(-3, 5)])
        assert answer.complete and answer.points_exact == ((0,),) and answer.lines == ((0,),)
        assert answer.enclosure["open"] == 0

    def test_the_surface_of_a_fold_in_three_dimensions(self, lorenz):
        answer = foldproof.j0(lorenz, box=[(0, 4), (-10, -6), (-4, 0)])
        assert answer.complete and answer.points.shape[1] == 3 and len(answer.triangles) > 0
        assert max(map(max, answer.triangles)) < len(answer.points)

    def test_the_surface_for_a_viewer_is_that_of_the_command_line(self, lorenz, tmp_path):
        ours, theirs = tmp_path / "ours.ply", tmp_path / "theirs.ply"
        answer = foldproof.j0(lorenz, box=[(0, 4), (-10, -6), (-4, 0)])
        foldproof.from_json(answer.to_json()).ply(ours)
        command_line("j0", NETS / "lorenz3_32x2.onnx", "--box=0:4,-10:-6,-4:0", "--ply", theirs)
        (our_head, our_numbers), (their_head, their_numbers) = map(read_ply, (ours, theirs))
        assert our_head == their_head and our_head[0] == "ply"
        assert our_numbers == their_numbers and len(our_numbers) == len(answer.points) + len(answer.triangles)

    def test_flat_pieces_are_marked_for_a_viewer(self, tmp_path):
        """f(x, y, z) = (relu(x), y, z): det J = 0 on the half of the box where x < 0."""
        y_and_z = [[0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]
        net = [(np.array([[1, 0, 0], *y_and_z]), np.zeros(5)),
               (np.array([[1, 0, 0, 0, 0], [0, 1, -1, 0, 0], [0, 0, 0, 1, -1]]), np.zeros(3))]
        answer = foldproof.j0(net, box=[(-1, 1)] * 3)
        answer.ply(tmp_path / "flat.ply")
        head, numbers = read_ply(tmp_path / "flat.ply")
        faces = numbers[len(answer.points):]
        assert f"element face {len(faces)}" in head and len(answer.flats) > 0
        assert [tuple(map(int, face[1:-1])) for face in faces if face[-1]] == list(answer.flats)
        assert all(face[0] == len(face) - 2 for face in faces)

    def test_what_is_no_surface_is_not_written(self, zoo, lorenz, tmp_path):
        with pytest.raises(InputError, match="three inputs is a surface, and this one has 1"):
            foldproof.j0(zoo("abs1d"), box=[(-3, 5)]).ply(tmp_path / "line.ply")
        answer = foldproof.j0(lorenz, box=[(0, 1), (-10, -9), (-4, -3)])
        with pytest.raises(InputError, match="the surface cannot be written"):
            answer.ply(tmp_path / "nowhere" / "j0.ply")
        record = json.loads(answer.to_json())
        record["proof"] |= {"checked": False, "refused": "line 7"}
        with pytest.raises(InputError, match="refused the proof"):
            foldproof.from_json(json.dumps(record)).ply(tmp_path / "refused.ply")
        assert list(tmp_path.iterdir()) == []

    def test_factor_asks_in_both_directions(self, zoo):
        answer = foldproof.factor(zoo("abs1d"), [([[1.0]], [0.0])], at=[1], max_radius=3)
        assert answer.ab.lower_exact <= 1 <= answer.ab.upper_exact
        assert answer.ab.witness.b_x_exact != answer.ab.witness.b_y_exact
        assert answer.ba.lower == 3 and answer.ba.upper is None and answer.status == "solved"
        with pytest.raises(AttributeError, match=r"\.ab\.proof"):
            answer.proof

    def test_factor_of_networks_with_unlike_inputs(self, brusselator):
        with pytest.raises(InputError, match=r"brusselator.onnx has 2 free inputs and .* 1, .*load\(..., fix=\)"):
            foldproof.factor(brusselator, [([[1.0]], [0.0])], at=[1, 2])

    def test_a_kept_proof_is_checked_again(self, brusselator, zoo, tmp_path):
        proof = tmp_path / "fold.proof"
        answer = foldproof.radius(brusselator, at=[1, "2.1"], gap=1e-2, proof=proof)
        assert answer.proof.file == str(proof) and answer.proof.bytes == proof.stat().st_size
        checked = foldproof.check(proof, brusselator)
        assert checked and checked.accepted and "radius" in checked.words
        text = gzip.decompress(proof.read_bytes())
        end = text.rindex(b"end lower ")
        proof.write_bytes(gzip.compress(text[:end] + re.sub(rb"lower \S+", b"lower 1", text[end:])))
        refused = foldproof.check(proof, brusselator)
        assert not refused and "rejected" in refused.words
        with pytest.raises(InputError, match="another network"):
            foldproof.check(proof, zoo("shift_fold"))
        proof.write_bytes(b"no proof")
        for file, words in ((proof, "this is not a proof file"), (tmp_path / "none", "cannot be read")):
            with pytest.raises(InputError, match=rf"{file.name}.*{words}; give a file that proof="):
                foldproof.check(file, brusselator)
        with pytest.raises(InputError, match="proof: 3 is not a path"):
            foldproof.check(3, brusselator)

    def test_a_proof_is_about_the_numbers_wherever_they_came_from(self, tmp_path):
        proof = tmp_path / "fold.proof"
        layers = [tuple(np.array(part, dtype=float) for part in layer) for layer in zoo_layers("shift_fold")]
        file = foldproof.load(save_layers(tmp_path / "net.onnx", layers))
        answer = foldproof.radius(file, at=[0, 0], proof=proof)
        assert answer.proof.checked and file.weights() != foldproof.load(layers).weights()
        assert foldproof.check(proof, layers)
        assert foldproof.radius(layers, at=[0, 0]).proof.network_sha256 == answer.proof.network_sha256
        layers[0][0][0, 0] = np.nextafter(layers[0][0][0, 0], 9)
        with pytest.raises(InputError, match=f"names the hash {answer.proof.network_sha256}, and"):
            foldproof.check(proof, layers)

    def test_without_a_check_nothing_is_called_checked(self, brusselator):
        answer = foldproof.radius(brusselator, at=[1, "2.1"], gap=1e-2, check=False)
        assert not answer.proof.checked and "checked" not in repr(answer)

    def test_one_thread_and_two_agree(self, brusselator):
        one, two = (foldproof.radius(brusselator, at=[1, "2.1"], threads=threads) for threads in (1, 2))
        assert (one.effort.threads, two.effort.threads) == (1, 2)
        assert one.limit == two.limit and one.lower_exact <= two.upper_exact and two.lower_exact <= one.upper_exact

    def test_a_time_limit_leaves_a_bracket(self, hard):
        answer = foldproof.radius(hard[0], at=hard[1], time=0.3, check=False)
        assert (answer.status, answer.stop_reason) == ("stopped", "time")
        assert 0 < answer.lower and (answer.upper is None or answer.lower < answer.upper) and answer.effort.seconds < 5
        assert repr(answer).endswith(", stopped (time)>")
        checked = foldproof.radius(hard[0], at=hard[1], time=0.3)
        assert checked.proof.checked and repr(checked).endswith(", stopped (time), checked>")

    def test_counts_of_one_are_singular(self):
        identity = foldproof.load([([[1.0]], [0.0])])
        assert repr(identity).endswith(": 1 input, 1 output, 0 neurons>")
        found = foldproof.preimages(identity, of=[0], box=[(-1, 1)])
        assert repr(found) == "<Preimages: 1 point of 1 output, checked>"


class TestNumbers:
    TENTH = Fraction(1, 10)

    @pytest.mark.parametrize("given, exact", [
        (0.1, Fraction(0.1)), ("0.1", TENTH), ("1/10", TENTH), (" 0.1 ", TENTH), (TENTH, TENTH),
        (Decimal("0.1"), TENTH), (Decimal("1e-30"), Fraction(1, 10**30)), (np.float64(0.1), Fraction(0.1)),
        (np.float32(0.1), Fraction(float(np.float32(0.1)))), (np.float16(0.1), Fraction(float(np.float16(0.1)))),
        (np.int8(-3), -3), (3, 3), (10**30, 10**30), (np.array(0.1), Fraction(0.1)),
        (np.longdouble(1) / 3, Fraction(*(np.longdouble(1) / 3).as_integer_ratio())),
    ])
    def test_every_number_is_taken_exactly(self, given, exact):
        identity = foldproof.load([([[1.0]], [0.0])])
        assert identity.exact([given]) == (exact,)

    @pytest.mark.parametrize("given, words", [
        (float("nan"), "not a finite number"), (float("inf"), "not a finite number"),
        (np.float32("-inf"), "not a finite number"), (Decimal("nan"), "not a finite number"), (1j, "not a number"),
        (np.complex64(1), "not a number"), (True, "not a number"), (np.bool_(True), "not a number"),
        (None, "not a number"), ("", "empty"), ("one", "one"), (b"1", "not a number"), ([1], "nested"),
    ])
    def test_what_is_no_number_is_named(self, brusselator, given, words):
        with pytest.raises(InputError) as told:
            foldproof.radius(brusselator, at=[1, given])
        sentence = str(told.value)
        assert words in sentence and "\n" not in sentence and len(sentence) < 200

    @pytest.mark.parametrize("at", [
        np.array([1, 2.1]), np.array([[1, 0], [2.1, 0]])[:, 0], np.asfortranarray([[1, 2.1]])[0],
        np.array([1, 2.1])[::-1][::-1], (1, 2.1), np.array([1, 2.1], dtype=object), iter([1, 2.1]), range(1, 3),
    ], ids=["array", "strided", "fortran", "reversed", "tuple", "objects", "iterator", "range"])
    def test_every_row_of_numbers_is_a_point(self, brusselator, at):
        second = 2 if isinstance(at, range) else 2.1
        answer = foldproof.pseudo(brusselator, at=at, max_radius="0.01")
        assert answer.center_exact == (1, Fraction(second)) and answer.center.tolist() == [1, second]

    @pytest.mark.parametrize("at", [5, None, {1: 2}, [], [1], [1, 2, 3], [[1, 2]], np.zeros((1, 2)), np.float64(1),
                                    b"1,2", "", "1,", "1;2"])
    def test_what_is_no_point_is_refused(self, brusselator, at):
        with pytest.raises(InputError, match="a list, such as|a single point|number") as told:
            foldproof.radius(brusselator, at=at)
        assert "\n" not in str(told.value)

    @pytest.mark.parametrize("box, words", [
        ([(0, 1), (3, -3)], r"box, side 1: \(3, -3\) ends before it begins; give \(-3, 3\)"),
        ([(0, 1), ("0.1", Fraction(1, 10))], "box, side 1: .* is a single point.*fix=")])
    def test_the_ends_of_a_box_are_looked_at(self, brusselator, box, words):
        for ask in (foldproof.injective, foldproof.j0):
            with pytest.raises(InputError, match=words):
                ask(brusselator, box=box)
        with pytest.raises(InputError, match=words.replace("box", "domain")):
            foldproof.radius(brusselator, at=[1, 2], domain=box)

    @pytest.mark.parametrize("norm, name", [(np.inf, "linf"), (1, "l1"), (2, "l2"), (np.float64(2), "l2"),
                                            ("l1", "l1")])
    def test_norms_have_the_names_of_numpy_too(self, brusselator, norm, name):
        assert foldproof.pseudo(brusselator, at=[1, 2], norm=norm, max_radius="0.01").norm == name

    def test_j0_of_unlike_numbers_of_inputs_and_outputs(self):
        with pytest.raises(InputError, match=r"j0: .* 3 free inputs to 2 outputs.*fix=.*outputs="):
            foldproof.j0([(np.eye(2, 3), np.zeros(2))], box=[(0, 1)] * 3)

    @pytest.mark.parametrize("box", [5, [], [(0, 1)], [0, 1], [(0, 1), (1, 0)], [(0, 1), (1, 1)],
                                     [(0, 1), (0, float("nan"))], [(0, 1, 2), (0, 1, 2)], np.zeros((2, 3)), None])
    def test_what_is_no_box_is_refused(self, brusselator, box):
        with pytest.raises(InputError):
            foldproof.injective(brusselator, box=box)

    def test_a_box_may_be_an_array(self, brusselator):
        box = np.array([[0.5, 0.75], [2, 2.25]]).T.copy().T
        assert foldproof.injective(brusselator, box=box).box_exact == ((0.5, 0.75), (2, 2.25))

    @pytest.mark.parametrize("options, words", [
        ({"norm": "l3"}, "'l3' is not known; give 'linf'"), ({"norm": 3}, "norm: 3"), ({"norm": []}, "norm"),
        ({"gap": 0}, "gap: 0 is not between 0 and 1"), ({"gap": -1}, "gap: -1"), ({"gap": None}, "gap"),
        ({"gap": float("nan")}, "gap: nan"), ({"gap": 1}, "gap"), ({"gap": "small"}, "gap"), ({"time": 0}, "time"),
        ({"time": -1}, "time"), ({"threads": 0}, "threads: 0 .* one per core"), ({"threads": 2.5}, "threads"),
        ({"memory": float("nan")}, "memory"),
        ({"scale": [1, 0]}, "scale"), ({"scale": [1]}, "scale"), ({"domain": [(2, 3), (2, 3)]}, "domain"),
        ({"max_radius": -1}, "radius"), ({"fix": {7: 1}}, "7"), ({"fix": {0.5: 1}}, "0.5"),
        ({"proof": "/nowhere/fold.proof"}, "nowhere"), ({"proof": 3}, "proof: 3 is not a path"),
        ({"fix": [0]}, r"fix: \[0\] is not a dictionary"), ({"progress": "yes"}, "progress: 'yes' is neither"),
    ])
    def test_a_wrong_option_is_named(self, brusselator, options, words):
        with pytest.raises(InputError, match=words):
            foldproof.radius(brusselator, at=[1, 2], **options)

    def test_either_outputs_or_points(self, brusselator):
        for options in ({}, {"of": [1, 2], "at": [1, 2]}):
            with pytest.raises(InputError, match="either of=, an output, or at="):
                foldproof.preimages(brusselator, box=[(0, 1), (0, 1)], **options)


class TestNetworks:
    W = np.array([[1, 2], [3, 4], [5, 6]])

    @pytest.mark.parametrize("matrix", [
        W.astype(float), W.astype(np.float32), W.astype(np.float16), W.astype(np.int64),
        np.asfortranarray(W, dtype=float), np.repeat(W.astype(float), 2, axis=1)[:, ::2], W.tolist(),
    ], ids=["float64", "float32", "float16", "int64", "fortran", "strided", "list"])
    def test_weights_of_any_layout_are_the_same(self, matrix):
        net = foldproof.load([(matrix, np.zeros(3)), (np.eye(3), [0.5, 0, 0])])
        assert (net.inputs, net.outputs, net.neurons) == (2, 3, 3)
        assert net.exact([1, "0.1"]) == (Fraction(17, 10), Fraction(34, 10), Fraction(56, 10))
        assert net([1, -1]).tolist() == [0.5, 0, 0]

    def test_float32_weights_are_taken_exactly(self):
        tenth = np.float32(0.1)
        net = foldproof.load([(np.array([[tenth]]), np.array([tenth], dtype=np.float32))])
        assert net.exact([1]) == (2 * Fraction(float(tenth)),)

    def test_a_network_does_not_change_with_the_arrays_it_came_from(self):
        matrix = np.eye(2)
        net = foldproof.load([(matrix, np.zeros(2))])
        matrix[:] = 7
        assert pickle.loads(pickle.dumps(net)).exact([1, 2]) == net.exact([1, 2]) == (1, 2)

    @pytest.mark.parametrize("layers, words", [
        ([], "layer"), ([(np.eye(2),)], "pair"), ([(np.eye(2), np.zeros(3))], "3"),
        ([(np.zeros(2), np.zeros(2))], "shape"), ([(np.eye(2), np.zeros((2, 1)))], "shape"),
        ([(np.eye(2) * 1j, np.zeros(2))], "complex"), ([(np.eye(2) > 0, np.zeros(2))], "bool"),
        ([(np.full((2, 2), np.nan), np.zeros(2))], "nan|NaN|finite"), ([(np.eye(2), [np.inf, 0])], "inf|finite"),
        ([(np.eye(2), np.zeros(2)), (np.eye(3), np.zeros(3))], "layer 1"), ([(np.array([["a"]]), [0.0])], "dtype"),
        ([(np.array([[2**60 + 1]]), np.array([0]))], "float64"),
        ([(np.eye(2) * np.longdouble("0.1"), np.zeros(2))], "float64"), (np.eye(2), "ndarray"), (7, "int"),
        ([np.eye(2)], "pair"), ([(np.eye(2), None)], "layer 0: b is None; give zeros"),
        ([(np.zeros((2, 3)), np.zeros(3))], "layer 0: b has 3 numbers where W has 2 rows.*transpose"),
        ([(np.full((1, 1), Fraction(1, 3)), [0.0])], "dtype object; give an array of floats .*for points"),
        ({"0.weight": np.eye(2)}, r"dict is not a network.*load_state_dict\(\)"),
    ])
    def test_wrong_layers_are_named(self, layers, words):
        with pytest.raises(InputError, match=words) as told:
            foldproof.load(layers)
        assert "\n" not in str(told.value)

    @pytest.mark.parametrize("source, words", [
        ("nowhere.onnx", "nowhere.onnx"), (b"", "empty"), (b"no network", "ONNX"), (ROOT, "folder"),
        (b"PK\x03\x04 and so on", "torch.save.*export the module"),
        (foldproof.load([([[1.0]], [0.0])]).weights().encode(), "foldproof export wrote.*foldproof-check")])
    def test_what_is_no_file_of_a_network_is_refused(self, source, words):
        with pytest.raises(InputError, match=words):
            foldproof.load(source)

    def test_bytes_are_the_file(self, brusselator):
        for source in (BRUSSELATOR.read_bytes(), bytearray(BRUSSELATOR.read_bytes()),
                       memoryview(BRUSSELATOR.read_bytes())):
            assert foldproof.load(source).weights() == brusselator.weights()

    def test_a_model_of_the_package_onnx_is_its_bytes(self, brusselator):
        model = onnx.load(BRUSSELATOR)
        assert foldproof.load(model).weights().splitlines()[2:] == brusselator.weights().splitlines()[2:]

    @pytest.mark.parametrize("outputs, words", [([], "empty"), ("01", "'01' is not a whole number"), ([None], "None"),
                                                (0.5, "0.5"), (2, "2")])
    def test_wrong_outputs_are_named(self, outputs, words):
        with pytest.raises(InputError, match=f"output.*{words}"):
            foldproof.load(BRUSSELATOR, outputs=outputs)

    def test_a_name_is_a_text(self):
        with pytest.raises(InputError, match="name: 3 is not a text"):
            foldproof.load(BRUSSELATOR, name=3)

    def test_a_single_output(self, brusselator):
        assert foldproof.load(BRUSSELATOR, outputs=1).exact([1, 2]) == brusselator.exact([1, 2])[1:]

    def test_inputs_are_fixed_and_outputs_chosen(self):
        net = foldproof.load(NETS / "brus3_b.onnx")
        part = foldproof.load(net, fix={2: "2.2"}, outputs=[1, 0])
        assert (net.inputs, part.inputs, part.outputs) == (3, 2, 2)
        assert part.exact([1, 2]) == net.exact([1, 2, "2.2"])[::-1]
        assert net.fixed({0: 1, 2: "2.2"}).exact([2]) == net.exact([1, 2, "2.2"])

    def test_many_points_at_once(self, brusselator):
        points = np.array([[1, 2.1], [0.5, 2], [1, 1]])
        values = brusselator(points)
        assert values.shape == (3, 2) and values[1].tolist() == [float(value) for value in brusselator.exact(points[1])]
        assert brusselator(np.empty((0, 2))).shape == (0, 2)


@pytest.fixture(scope="module")
def answers(answer, brusselator, zoo):
    box = [(0, 2), (1, 3)]
    return [answer, foldproof.pseudo(brusselator, at=[1, 2]), foldproof.injective(brusselator, box=box),
            foldproof.preimages(brusselator, at=[1, 2], box=box), foldproof.j0(brusselator, box=box),
            foldproof.factor(*VANDERPOL, at=[0, 0], gap=1e-2), foldproof.radius(zoo("hat_fold"), at=[0, 0])]


class TestAnswers:
    def test_come_back_from_their_text_and_from_a_pickle(self, answers):
        for first in answers:
            for again in (foldproof.from_json(first.to_json()), pickle.loads(pickle.dumps(first))):
                assert type(again) is type(first) and again == first and hash(again) == hash(first)
                assert (again.record, again.picture, repr(again)) == (first.record, first.picture, repr(first))
                assert again.html() == first.html()
            bare = foldproof.from_json(first.to_json(picture=False))
            assert bare == first and bare.picture is None
        assert len({hash(first) for first in answers}) == len(answers)

    def test_directions_come_back_too(self, answers):
        direction = answers[5].ab
        again = pickle.loads(pickle.dumps(direction))
        assert (again.record, again.lower_exact) == (direction.record, direction.lower_exact)
        assert again == direction and direction != answers[5].ba

    def test_do_not_change(self, answers):
        for first in answers:
            for name in ("record", "lower", "status", "anything"):
                with pytest.raises(AttributeError):
                    setattr(first, name, 1)
            with pytest.raises(AttributeError):
                del first.record
        with pytest.raises(ValueError, match="read-only"):
            answers[0].witness.x[0] = 1
        with pytest.raises(AttributeError):
            answers[0].witness.x = 1
        with pytest.raises(AttributeError):
            answers[0].proof.checked = False

    def test_a_record_that_is_changed_is_not_the_answer_s(self, answers):
        answers[0].record["radius"]["lower"] = 99
        assert answers[0].lower < 1

    def test_say_nothing_that_is_rounded_the_wrong_way(self, answer):
        words = repr(answer).replace(",", " ").split()
        proved, refuted = Fraction(words[words.index("to") + 1]), Fraction(words[words.index("at") + 1])
        assert proved <= answer.lower_exact <= answer.upper_exact <= refuted and refuted - proved < 2e-6

    @pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"question": "sweep"}', '{"question": []}', "no JSON"])
    def test_other_texts_are_refused(self, text):
        with pytest.raises(InputError, match="not the record of an answer"):
            foldproof.from_json(text)

    def test_make_pages(self, answers, tmp_path):
        for k, first in enumerate(answers):
            first.report(tmp_path / f"{k}.html")
            page = (tmp_path / f"{k}.html").read_text()
            assert page.startswith("<!DOCTYPE html>") and "https://" not in page.split("<script")[0]
        with pytest.raises(InputError, match="cannot be written"):
            answers[0].report(tmp_path / "nowhere" / "page.html")
