// The extension foldproof._core: the interface of foldproof.h for the Python package, numbers as exact texts and
// answers as records (JSON). What people meet is python/foldproof.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "foldproof/foldproof.h"
#include "number/decimal.h"
#include "python/delegate.h"
#include "python/running.h"
#include "report/words.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace foldproof::python {

namespace {

using Texts = std::vector<std::string>;
using Sides = std::vector<std::pair<std::string, std::string>>;
using Matrix = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Vector = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// An answer and the networks it is about, so that its record can be written whenever it is wanted.
struct Answered {
  std::function<std::string(bool)> record;
};

template <class AnswerType>
Answered answered(const Model& model, AnswerType answer) {
  auto kept = std::make_shared<const AnswerType>(std::move(answer));
  return {[model, kept](bool picture) { return to_json(model, *kept, picture); }};
}

std::vector<Layer> layers_of(const std::vector<std::pair<Matrix, Vector>>& arrays) {
  std::vector<Layer> layers;
  for (const auto& [W, b] : arrays) {
    Layer layer;
    for (std::size_t i = 0; i < W.shape(0); ++i) {
      const double* const row = W.data() + i * W.shape(1);
      layer.W.emplace_back(row, row + W.shape(1));
    }
    layer.b.assign(b.data(), b.data() + b.shape(0));
    layers.push_back(std::move(layer));
  }
  return layers;
}

ModelOptions choice(std::map<int, std::string> fix, std::vector<int> outputs) {
  return {std::move(fix), std::move(outputs)};
}

void bind_model(nb::module_& m) {
  using Release = nb::call_guard<nb::gil_scoped_release>;
  nb::class_<Model>(m, "Model")
      .def_static(
          "load",
          [](const std::string& path, std::map<int, std::string> fix, std::vector<int> outputs) {
            return Model::load(path, choice(std::move(fix), std::move(outputs)));
          },
          "path"_a, "fix"_a, "outputs"_a, Release())
      .def_static(
          "from_bytes",
          [](nb::bytes bytes, const std::string& name, std::map<int, std::string> fix, std::vector<int> outputs) {
            const std::string_view view(bytes.c_str(), bytes.size());
            const nb::gil_scoped_release release;
            return Model::from_bytes(view, name, choice(std::move(fix), std::move(outputs)));
          },
          "bytes"_a, "name"_a, "fix"_a, "outputs"_a)
      .def_static(
          "from_layers",
          [](const std::vector<std::pair<Matrix, Vector>>& arrays, const std::string& name,
             std::map<int, std::string> fix, std::vector<int> outputs) {
            const std::vector<Layer> layers = layers_of(arrays);
            const nb::gil_scoped_release release;
            return Model::from_layers(layers, name, choice(std::move(fix), std::move(outputs)));
          },
          "layers"_a, "name"_a, "fix"_a, "outputs"_a)
      .def_prop_ro("inputs", &Model::inputs)
      .def_prop_ro("outputs", &Model::outputs)
      .def_prop_ro("neurons", &Model::neurons)
      .def("evaluate", &Model::evaluate, "x"_a, Release())
      .def("weights", &Model::weights, Release());
}

void bind_options(nb::module_& m) {
  nb::class_<LocusOptions>(m, "Options")
      .def(nb::init<>())
      .def_rw("gap", &LocusOptions::gap)
      .def_rw("max_radius", &LocusOptions::max_radius)
      .def_rw("domain", &LocusOptions::domain)
      .def_rw("time", &LocusOptions::time)
      .def_rw("memory_gib", &LocusOptions::memory_gib)
      .def_rw("threads", &LocusOptions::threads)
      .def_rw("norm", &LocusOptions::norm)
      .def_rw("scale", &LocusOptions::scale)
      .def_rw("check", &LocusOptions::check)
      .def_rw("proof", &LocusOptions::proof)
      .def_rw("keep_leaves", &LocusOptions::keep_leaves)
      .def_rw("resolution", &LocusOptions::resolution)
      .def(
          "ask_workers", [](LocusOptions& options, PythonDelegate& delegate) { options.delegate = &delegate; },
          "delegate"_a, nb::keep_alive<1, 2>());
}

void bind_workers(nb::module_& m) {
  nb::class_<PythonDelegate>(m, "Delegate").def(nb::init<nb::object>(), "workers"_a);
  nb::class_<PartSolver>(m, "PartSolver")
      .def(nb::init<const Model&>(), "model"_a)
      .def("answer", &answer_part, "request"_a);
}

void bind_questions(nb::module_& m) {
  nb::class_<Answered>(m, "Answered")
      .def(
          "record", [](const Answered& answer, bool picture) { return answer.record(picture); }, "picture"_a,
          nb::call_guard<nb::gil_scoped_release>());
  m.def(
      "radius",
      [](const Model& model, const Texts& at, const LocusOptions& options, const Listener& progress) {
        return run(options, progress, [&](const LocusOptions& o) { return answered(model, radius(model, at, o)); });
      },
      "model"_a, "at"_a, "options"_a, "progress"_a.none());
  m.def(
      "pseudo",
      [](const Model& model, const Texts& at, const LocusOptions& options, const Listener& progress) {
        return run(options, progress, [&](const LocusOptions& o) { return answered(model, pseudo(model, at, o)); });
      },
      "model"_a, "at"_a, "options"_a, "progress"_a.none());
  m.def(
      "injective",
      [](const Model& model, const Sides& box, const LocusOptions& options, const Listener& progress) {
        return run(options, progress, [&](const LocusOptions& o) { return answered(model, injective(model, box, o)); });
      },
      "model"_a, "box"_a, "options"_a, "progress"_a.none());
  m.def(
      "preimages",
      [](const Model& model, const std::vector<Texts>& values, const Sides& box, const LocusOptions& options,
         const Listener& progress) {
        return run(options, progress,
                   [&](const LocusOptions& o) { return answered(model, preimages(model, values, box, o)); });
      },
      "model"_a, "values"_a, "box"_a, "options"_a, "progress"_a.none());
  m.def(
      "j0",
      [](const Model& model, const Sides& box, const LocusOptions& options, const Listener& progress) {
        return run(options, progress, [&](const LocusOptions& o) { return answered(model, j0(model, box, o)); });
      },
      "model"_a, "box"_a, "options"_a, "progress"_a.none());
  m.def(
      "factor",
      [](const Model& a, const Model& b, const Texts& at, const LocusOptions& options, const Listener& progress) {
        return run(options, progress, [&](const LocusOptions& o) {
          auto kept = std::make_shared<const FactorAnswer>(factor(a, b, at, o));
          return Answered{[a, b, kept](bool pictures) { return to_json(a, b, *kept, pictures); }};
        });
      },
      "a"_a, "b"_a, "at"_a, "options"_a, "progress"_a.none());
  m.def(
      "check",
      [](const Model& a, const Model* b, const std::string& proof) {
        const nb::gil_scoped_release release;
        const CheckAnswer answer = b == nullptr ? check(a, proof) : check(a, *b, proof);
        return std::pair(answer.code, answer.words);
      },
      "a"_a, "b"_a.none(), "proof"_a);
  nb::class_<Words>(m, "Words")
      .def_prop_ro("tone", [](const Words& words) { return words.verdict.tone; })
      .def_prop_ro("headline", [](const Words& words) { return words.verdict.headline; })
      .def_prop_ro("sentence", [](const Words& words) { return words.verdict.sentence; })
      .def_ro("limit", &Words::limit);
  m.def(
      "bracket_end",
      [](const std::string& x, double lower, std::optional<double> upper, bool above) {
        return bracket_end(Rational::parse(x).value(), lower, upper, above ? Towards::above : Towards::zero);
      },
      "x"_a, "lower"_a, "upper"_a.none(), "above"_a);
  m.def("words", &words_of, "record"_a, nb::call_guard<nb::gil_scoped_release>());
  m.def("html", &to_html, "record"_a, "command"_a, nb::call_guard<nb::gil_scoped_release>());
}

}  // namespace

}  // namespace foldproof::python

NB_MODULE(_core, m) {
  using namespace foldproof::python;
  nb::exception<foldproof::InputError>(m, "InputError", PyExc_ValueError);
  bind_model(m);
  bind_workers(m);
  bind_options(m);
  bind_questions(m);
  m.def("version", &foldproof::version);
}
