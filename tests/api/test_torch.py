"""PyTorch modules: what is read is the module, bit for bit; what cannot be read is named; the module stays as it
was."""

import importlib.util
import os
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import fuse_linear_bn_eval, parametrizations, prune

import foldproof
from foldproof import InputError, _core, _torch


def dense(*sizes, act=nn.ReLU, seed=0):
    torch.manual_seed(seed)
    layers = [layer for n, m in zip(sizes, sizes[1:]) for layer in (nn.Linear(n, m), act())]
    return nn.Sequential(*layers[:-1])


class Step(nn.Module):
    """x + dt g(x, dt): a residual step with the time step as a second argument."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 8), nn.Linear(8, 2)

    def forward(self, x, dt):
        return x + self.second(F.relu(self.first(torch.cat([x, dt], dim=-1))))


def same_function(net, module, *shapes):
    """Agreement far below what another function would give, at points of the test's own."""
    module = module.double().eval()
    generator = torch.Generator().manual_seed(7)
    for _ in range(4):
        parts = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
        with torch.no_grad():
            own = module(*parts).reshape(-1)
        read = net.exact([value for part in parts for value in part.reshape(-1).tolist()])
        assert max(abs(Fraction(a) - b) for a, b in zip(own.tolist(), read, strict=True)) < 1e-12


class TestWhatIsRead:
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_weights_are_taken_bit_for_bit(self, dtype):
        module = dense(2, 16, 16, 2).to(dtype)
        layers = [(part.weight, part.bias) for part in module if isinstance(part, nn.Linear)]
        rows = [line for line in foldproof.load(module).weights().splitlines() if line.startswith(("relu", "output"))]
        assert rows == [line for line in foldproof.load(layers).weights().splitlines()
                        if line.startswith(("relu", "output"))]

    def test_a_proof_of_a_module_is_one_of_its_weights(self, tmp_path):
        module, proof = dense(2, 4, 2, seed=3), tmp_path / "module.proof"
        assert foldproof.radius(module, at=[0, 0], proof=proof).proof.checked
        assert foldproof.check(proof, [(part.weight, part.bias) for part in module if isinstance(part, nn.Linear)])

    def test_a_layer_without_bias_and_a_flat_network(self):
        module = nn.Sequential(nn.Flatten(), nn.Linear(3, 4, bias=False), nn.ReLU(), nn.Identity(), nn.Linear(4, 1))
        same_function(foldproof.load(module), module, (1, 3))

    def test_two_arguments(self):
        module = Step()
        net = foldproof.load(module, example=(torch.zeros(5, 2), torch.zeros(5, 1)), fix={2: "0.1"})
        assert (net.inputs, net.outputs) == (2, 2)
        whole = foldproof.load(module, example=(torch.zeros(1, 2), torch.zeros(1, 1)))
        assert net.exact([1, 2]) == whole.exact([1, 2, "0.1"])
        same_function(whole, module, (1, 2), (1, 1))

    @pytest.mark.parametrize("mean", [
        lambda x: torch.tensor([1.0, 0.1]), lambda x: torch.as_tensor((1, 2)), lambda x: torch.tensor(data=0.5),
        lambda x: torch.tensor(np.array([1.0, 0.125]), dtype=x.dtype), lambda x: torch.tensor([np.float32(0.1), 2]),
        lambda x: torch.from_numpy(np.array([1.0, 0.1], dtype=np.float32))])
    def test_constants_made_in_forward(self, mean, monkeypatch):
        class Normalized(nn.Module):
            def __init__(self):
                super().__init__()
                self.a = nn.Linear(2, 2)

            def forward(self, x):
                return self.a((x - mean(x)) / torch.tensor([3.0, 0.5]))

        monkeypatch.setattr(_torch, "_export_by_graph", None)  # the trace is enough
        module = Normalized()
        same_function(foldproof.load(module), module, (1, 2))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_numbers_in_forward_are_those_of_its_precision(self, dtype):
        class Euler(nn.Module):
            def __init__(self):
                super().__init__()
                self.g = nn.Linear(1, 1, bias=False)

            def forward(self, x):
                return (x - torch.tensor(np.array([0.3]), dtype=x.dtype)) + 0.1 * self.g(x)

        module = Euler().to(dtype)
        module.g.weight.data.fill_(0.5)
        tenth, shift = (float(torch.tensor(number, dtype=dtype)) for number in (0.1, 0.3))
        assert foldproof.load(module).exact([1]) == (1 - Fraction(shift) + Fraction(tenth) / 2,)

    def test_pruned_weights(self):
        module = dense(2, 8, 2)
        prune.l1_unstructured(module[0], "weight", amount=0.5)
        net = foldproof.load(module)
        masked = module[0].weight_orig * module[0].weight_mask
        assert module[0].weight.dtype == torch.float32 and torch.equal(module[0].weight, masked)
        rows = [line for line in net.weights().splitlines() if line.startswith("relu")]
        assert sum(line.count(":") for line in rows) == int((masked != 0).sum())

    def test_a_folded_batch_norm(self):
        linear, norm = nn.Linear(2, 4), nn.BatchNorm1d(4)
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(1, 2)
        module = nn.Sequential(fuse_linear_bn_eval(linear.eval(), norm.eval()), nn.ReLU(), nn.Linear(4, 2))
        same_function(foldproof.load(module), module, (1, 2))

    def test_dropout_is_that_of_evaluation(self):
        module = nn.Sequential(nn.Linear(2, 64), nn.Dropout(0.9), nn.ReLU(), nn.Linear(64, 2)).train()
        net = foldproof.load(module)
        assert module.training and module[1].training
        same_function(net, module, (1, 2))

    @pytest.mark.parametrize("wrap", [torch.jit.script, torch.compile])
    def test_wrapped_modules(self, wrap):
        module = dense(2, 8, 2)
        same_function(foldproof.load(wrap(module)), module, (1, 2))

    def test_deep_and_wide(self):
        module = dense(24, *[48] * 7, 24)
        same_function(foldproof.load(module), module, (1, 24))

    def test_a_decision_by_shapes_needs_the_other_exporter(self):
        class Guarded(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = dense(3, 4, 2)

            def forward(self, x):
                if x.shape[-1] != 3:
                    raise ValueError("three numbers are needed")
                return self.inner(x)

        module = Guarded()
        same_function(foldproof.load(module), module, (1, 3))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_both_exporters_give_the_same_weights(self, dtype):
        module = Step().to(dtype).eval()
        example = (torch.zeros(1, 2, dtype=dtype), torch.zeros(1, 1, dtype=dtype))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            files = [export(module, example) for export in (_torch._export_by_trace, _torch._export_by_graph)]
        first, second = (_core.Model.from_bytes(file, "net", {}, []).weights().split("\n", 2)[2] for file in files)
        assert first == second

    def test_the_answer_is_that_of_the_layers(self):
        module = dense(2, 6, 2)
        layers = [(part.weight, part.bias) for part in module if isinstance(part, nn.Linear)]
        asked = [foldproof.radius(net, at=[1, "2.1"], threads=1) for net in (module, layers)]
        assert asked[0].record["radius"] == asked[1].record["radius"] and asked[0].proof.checked
        assert asked[0].record["network"]["file"] == "Sequential"


class TestWhatIsRefused:
    @pytest.mark.parametrize("module, words", [
        (dense(2, 4, 2, act=nn.GELU), r"layer 1 \(GELU\)"),
        (nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Tanh()), nn.Sigmoid()),
         r"layer 1\.1 \(Tanh\).*also: 2 \(Sigmoid\)"),
        (dense(2, 4, 2, act=nn.LeakyReLU), r"layer 1 \(LeakyReLU\).*relu\(x\) - slope \* relu\(-x\)"),
        (nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4)), r"layer 1 \(BatchNorm1d\).*fuse_linear_bn_eval"),
        (nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4)), r"layer 1 \(LayerNorm\)"),
        (nn.Sequential(nn.Linear(2, 4), nn.Softmax(-1)), r"layer 1 \(Softmax\)"),
        (nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4)).train(), r"layer 1 \(BatchNorm1d\).*call \.eval\(\)"),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(4, 2)), r": layer 0 \(Conv2d\) is not read"),
        (nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 2), nn.Tanh()),
         r": layer 2 \(Tanh\) is not read.*if forward\(\) does without it: forward\(\) fails"),
        (nn.Sequential(parametrizations.weight_norm(nn.Linear(2, 4))), "layer 0 .*remove_parametrizations"),
        (nn.Sequential(nn.LazyLinear(4), nn.ReLU()), "0.weight has no numbers yet"),
        (dense(2, 4, 2).half(), r"0\.weight is of type torch\.float16"),
        (dense(2, 4, 2).bfloat16(), r"0\.weight is of type torch\.bfloat16"),
        (dense(2, 4, 2).to("meta"), r"0\.weight is on the device meta"),
        (Step(), r"argument: 'dt'.*example=\(torch.zeros\(1, 2\), torch.zeros\(1, 1\)\)"),
        (nn.ReLU(), "no torch.nn.Linear"),
        (nn.Sequential(nn.Conv1d(1, 1, 3), nn.ReLU()),
         r"layer 0 \(Conv1d\) is not read.*if forward\(\) does without it: .*load\(module, example"),
    ])
    def test_layers_and_states_are_named(self, module, words, capfd):
        with pytest.raises(InputError, match=words) as told:
            foldproof.load(module)
        assert "\n" not in str(told.value) and len(str(told.value)) < 400
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("example", [None, torch.zeros(1, 5, 2)])
    def test_a_recurrent_layer_is_named_before_what_fails_because_of_it(self, example):
        class Recurrent(nn.Module):
            def __init__(self):
                super().__init__()
                self.l, self.out = nn.LSTM(2, 4, batch_first=True), nn.Linear(4, 2)

            def forward(self, x):
                return self.out(self.l(x)[0][:, -1])

        with pytest.raises(InputError, match=r"^Recurrent: layer l \(LSTM\) is not read; use a network of affine"):
            foldproof.load(Recurrent(), example=example)

    def test_a_layer_that_is_not_called_is_no_hindrance(self):
        class Spare(nn.Module):
            def __init__(self):
                super().__init__()
                self.unused, self.out = nn.LSTM(2, 4), nn.Linear(2, 2)

            def forward(self, x):
                return self.out(x)

        module = Spare()
        same_function(foldproof.load(module), module, (1, 2))

    def test_a_convolution_with_an_example(self):
        words = r"layer 0 \(Conv2d\) is not read; write the convolution as a torch.nn.Linear"
        module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2))
        with pytest.raises(InputError, match=words):
            foldproof.load(module, example=torch.zeros(9, 1, 4, 4))

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_a_weight_that_is_no_number(self, value):
        module = dense(2, 4, 2)
        module[2].weight.data[1, 3] = value
        with pytest.raises(InputError, match=rf"2\.weight\[1, 3\] is {value}"):
            foldproof.load(module)

    @pytest.mark.parametrize("example", ["text", torch.zeros(0, 2), torch.zeros(1, 7), [[1, 2], [3]], (), object()])
    def test_a_wrong_example(self, example):
        with pytest.raises(InputError, match="example"):
            foldproof.load(dense(2, 4, 2), example=example)

    def test_outputs_that_are_no_tensors(self):
        class Named(nn.Linear):
            def forward(self, x):
                return {"y": super().forward(x)}

        with pytest.raises(InputError, match="gives dict"):
            foldproof.load(Named(2, 2))

    def test_a_functional_layer_is_named_by_the_reader(self):
        class Smooth(nn.Linear):
            def forward(self, x):
                return torch.tanh(super().forward(x))

        with pytest.raises(InputError, match="Smooth: .*Tanh.* not supported"):
            foldproof.load(Smooth(2, 2))

    def test_a_decision_by_values(self, capfd):
        class Branching(nn.Linear):
            def forward(self, x):
                return super().forward(x) if x.sum() < 1000 else x

        with pytest.raises(InputError, match="takes a decision by values"):
            foldproof.load(Branching(2, 2))
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("constant", [
        lambda x: torch.tensor(x.sum()), lambda x: torch.as_tensor(x), lambda x: torch.tensor(x[0].tolist()),
        lambda x: torch.tensor([1.0, x[0, 1]]), lambda x: torch.tensor(float(x.sum() > 1e6)),
        lambda x: torch.from_numpy(x.numpy()), lambda x: torch.tensor(x.sum() > 1e6)])
    def test_a_constant_made_of_the_input(self, constant, monkeypatch):
        """Also one that the comparison would not notice: a decision that falls otherwise only far away."""
        class Normalized(nn.Linear):
            def forward(self, x):
                return super().forward(x) + constant(x)

        monkeypatch.setattr(_torch, "_export_by_graph", None)
        with pytest.raises(InputError, match=r"Normalized: forward\(\) .*; write forward\(\) with tensor operations"):
            foldproof.load(Normalized(2, 2))

    def test_a_function_that_leaves_pytorch(self):
        class Away(nn.Linear):
            def forward(self, x):
                return torch.from_numpy(super().forward(x).numpy())

        with pytest.raises(InputError, match="leaves PyTorch"):
            foldproof.load(Away(2, 2))


class TestTheComparison:
    def test_a_decision_that_the_trace_froze(self):
        class Frozen(nn.Linear):
            def forward(self, x):  # torch.equal gives a bool, and the trace does not notice
                return super().forward(x) * (1 if torch.equal(x, torch.zeros_like(x)) else 1.001)

        words = r"at the input \(.*\) output 0 of the module is .* and that of its export"
        with pytest.raises(InputError, match=words):
            foldproof.load(Frozen(2, 2))

    def test_a_module_that_remembers(self):
        class Counting(nn.Linear):
            calls = 0

            def forward(self, x):
                self.calls += 1
                return super().forward(x) + 1e-3 * self.calls

        with pytest.raises(InputError, match="the export is another function"):
            foldproof.load(Counting(2, 2))

    @pytest.mark.parametrize("dtype, change", [(torch.float32, 1e-6), (torch.float64, 1e-12)])
    def test_a_last_bit_of_a_weight_is_noticed(self, dtype, change, monkeypatch):
        """The export of a module whose weight differs by a relative `change`: in double precision this is seen."""
        module = dense(2, 16, 16, 2).to(dtype)
        export = _torch._export_by_trace

        def wrong(module, inputs):
            kept = module[2].weight.data.clone()
            module[2].weight.data *= 1 + change
            file = export(module, inputs)
            module[2].weight.data = kept
            return file

        monkeypatch.setattr(_torch, "_export_by_trace", wrong)
        with pytest.raises(InputError, match="the export is another function"):
            foldproof.load(module)

    def test_a_module_that_insists_on_its_precision_is_compared_in_it(self, monkeypatch):
        class Single(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = nn.Linear(2, 2)

            def forward(self, x):
                return F.linear(x.float(), self.inner.weight.float()) + self.inner.bias.float()

        module = Single()
        assert foldproof.load(module).inputs == 2
        monkeypatch.setattr(_torch, "_outputs_in_double", lambda *given: None)
        assert foldproof.load(dense(2, 64, 64, 2)).neurons == 128

    def test_the_allowance_covers_what_rounding_does(self):
        """Networks whose rows nearly cancel, where float32 loses most digits, are still taken for what they are."""
        for seed in range(5):
            module = dense(3, 32, 32, 3, seed=seed)
            with torch.no_grad():
                module[0].weight *= 1e4
                module[2].weight -= module[2].weight.mean(dim=1, keepdim=True)
                module[4].weight *= 1e-4
            assert foldproof.load(module).inputs == 3


class TestTheModuleStaysAsItWas:
    def test_modes_hooks_gradients_and_random_numbers(self):
        module = nn.Sequential(dense(2, 8, 8), nn.Dropout(), nn.Linear(8, 2))
        module[1].eval()
        module[2].weight.requires_grad_(False)
        before = {name: value.clone() for name, value in module.state_dict().items()}
        modes = [part.training for part in module.modules()]
        state = torch.get_rng_state()
        foldproof.load(module)
        assert [part.training for part in module.modules()] == modes
        assert torch.equal(torch.get_rng_state(), state)
        assert all(torch.equal(value, before[name]) and value.dtype == torch.float32
                   for name, value in module.state_dict().items())
        assert not any(part._forward_pre_hooks for part in module.modules())
        assert all(part.grad is None for part in module.parameters())
        module(torch.ones(1, 2)).sum().backward()

    def test_no_files_and_no_words(self, tmp_path, monkeypatch, capfd):
        monkeypatch.chdir(tmp_path)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            foldproof.load(dense(2, 8, 2))
            with pytest.raises(InputError):
                foldproof.load(dense(2, 8, 2, act=nn.GELU))
        assert os.listdir(tmp_path) == [] and capfd.readouterr() == ("", "")

    def test_a_failing_forward_leaves_it_in_training(self):
        module = nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 2)).train()
        with pytest.raises(InputError, match="forward\\(\\) fails"):
            foldproof.load(module)
        assert module.training and all(part.training for part in module)


def test_without_onnx_the_sentence_says_what_to_install(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "onnx" else found(name, *rest))
    with pytest.raises(InputError, match=r"pip install 'foldproof\[torch\]'"):
        foldproof.load(dense(2, 4, 2))
