// The Model class, and what the tensors under the reader promise. The operators themselves are compared with
// onnxruntime in tests/python/test_onnx.py.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "foldproof/foldproof.h"
#include "model/network.h"
#include "model/tensor.h"

namespace foldproof {
namespace {

Model hinge() {
  NetworkBuilder builder(2);
  const AffineRow z = NetworkBuilder::add(builder.input(0), builder.input(1), Rational(-1));
  return Model(std::make_shared<const Network>(builder.finish({builder.relu(z), z}, {})));
}

TEST(Model, EvaluatesExactly) {
  const Model model = hinge();
  EXPECT_EQ(model.inputs(), 2);
  EXPECT_EQ(model.outputs(), 2);
  EXPECT_EQ(model.neurons(), 1);
  EXPECT_EQ(model.evaluate({"0.1", "1/3"}), (std::vector<std::string>{"0", "-7/30"}));
}

TEST(Model, RefusesPointsItCannotRead) {
  EXPECT_THROW(hinge().evaluate({"1"}), InputError);
  EXPECT_THROW(hinge().evaluate({"1", "2", "3"}), InputError);
  EXPECT_THROW(hinge().evaluate({"1", "two"}), InputError);
}

std::string network_folder() { return std::string(FOLDPROOF_TESTS_FOLDER) + "/data/nets/"; }

TEST(Model, BytesAreReadAsTheirFileIs) {
  const std::string path = network_folder() + "brus3_b.onnx";
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const ModelOptions options{{{2, "1/3"}}, {1, 0}};
  const Model read = Model::load(path, options),
              given = Model::from_bytes(bytes, "a folder/that is not there", options);
  EXPECT_EQ(given.weights(), read.weights());
  EXPECT_EQ(given.as_read().from.sha256, read.as_read().from.sha256);
  EXPECT_EQ(given.as_read().from.file, "a folder/that is not there");
}

void refuses_layers(const std::vector<Layer>& layers, const std::string& part, const ModelOptions& options = {}) {
  try {
    Model::from_layers(layers, "net", options);
    ADD_FAILURE() << "read, but: " << part;
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("net: " + part), std::string::npos) << error.what();
  }
}

TEST(Model, LayersAreTakenExactly) {
  const std::vector<Layer> layers{{{{1, 0.1}, {-2, 0}}, {0, 0.5}}, {{{1, 1}}, {-0.25}}};
  const Model model = Model::from_layers(layers, "net");
  EXPECT_EQ(model.inputs(), 2);
  EXPECT_EQ(model.outputs(), 1);
  EXPECT_EQ(model.neurons(), 2);
  EXPECT_EQ(model.evaluate({"0", "1"}).front(), (Rational::from_double(0.1) + *Rational::parse("1/4")).str());
  EXPECT_EQ(model.evaluate({"-1", "0"}).front(), "9/4");
  const Model fixed = Model::from_layers(layers, "net", {{{0, "-1"}}, {}});
  EXPECT_EQ(fixed.inputs(), 1);
  EXPECT_EQ(fixed.evaluate({"0"}).front(), "9/4");
  EXPECT_EQ(Model::from_layers({{{{1}, {2}}, {0, 0}}}, "net", {{}, {1}}).evaluate({"3"}),
            (std::vector<std::string>{"6"}));
}

TEST(Model, HasOneHashWhereverItsNumbersCameFrom) {
  const std::vector<Layer> layers{{{{1, 0.5}, {-2, 0}}, {0, 0.5}}, {{{1, 1}}, {-0.25}}};
  std::vector<Layer> others = layers;
  others[0].W[0][1] = std::nextafter(0.5, 1.0);
  const Model model = Model::from_layers(layers, "net");
  EXPECT_EQ(model.weights().substr(0, 29), "foldproof-network 1\nsource -\n");
  auto network = std::make_shared<Network>(model.as_read());
  network->from.sha256 = std::string(64, 'a');
  const Model from_a_file{std::shared_ptr<const Network>(network)};
  EXPECT_NE(from_a_file.weights(), model.weights());
  EXPECT_EQ(from_a_file.hash(), model.hash());
  EXPECT_NE(Model::from_layers(others, "net").hash(), model.hash());
}

TEST(Model, RefusesLayersThatDoNotFit) {
  refuses_layers({}, "there are no layers");
  refuses_layers({{{}, {}}}, "layer 0: W has no rows");
  refuses_layers({{{{}}, {0}}}, "layer 0: W has no columns");
  refuses_layers({{{{1}}, {}}}, "layer 0: b has 0 numbers where W has 1 rows");
  refuses_layers({{{{1}}, {0}}, {{{1, 2}}, {0}}}, "layer 1: row 0 of W has 2 numbers where 1 values come in");
  refuses_layers({{{{1, 2}, {3}}, {0, 0}}}, "layer 0: row 1 of W has 1 numbers where 2 values come in");
  refuses_layers({{{{std::numeric_limits<double>::quiet_NaN()}}, {0}}}, "layer 0: row 0 of W holds nan");
  refuses_layers({{{{1}}, {std::numeric_limits<double>::infinity()}}}, "layer 0: row 0 of b holds inf");
  refuses_layers({{{{1}}, {0}}}, "input 1 cannot be fixed", {{{1, "0"}}, {}});
  refuses_layers({{{{1}}, {0}}}, "output 2 cannot be kept", {{}, {2}});
}

TEST(Model, RefusesWhatIsNoNetwork) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "foldproof_test_model";
  std::filesystem::create_directories(folder);
  const auto says = [](const std::filesystem::path& path, const std::string& part) {
    try {
      Model::load(path);
      ADD_FAILURE() << path << " was read";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
    }
  };
  const auto with = [&](const std::string& bytes) {
    std::ofstream(folder / "net.onnx", std::ios::binary) << bytes;
    return folder / "net.onnx";
  };
  says(folder / "missing.onnx", "no such file");
  says(folder, "folder");
  says("/dev/null", "regular file");
  says(with(""), "empty");
  says(with("This is a text."), "not an ONNX file");
  says(with("\x08\x08"), "no graph");
  says(with(std::string("\x3a\x00", 2)), "opset");
  std::filesystem::remove_all(folder);
}

TEST(Tensor, KnowsWhatATypeHolds) {
  const auto exact = [](double x) { return Rational::from_double(x); };
  EXPECT_TRUE(holds(ElementType::float32, exact(0x1p-149)));
  EXPECT_FALSE(holds(ElementType::float32, exact(0x1p-150)));
  EXPECT_TRUE(holds(ElementType::float32, exact(0x1.fffffep127)));
  EXPECT_FALSE(holds(ElementType::float32, exact(0x1p128)));
  EXPECT_FALSE(holds(ElementType::float32, exact(1 + 0x1p-24)));
  EXPECT_TRUE(holds(ElementType::float64, exact(0x1p-1074)));
  EXPECT_FALSE(holds(ElementType::float64, Rational(1) / Rational(10)));
  EXPECT_TRUE(holds(ElementType::float16, exact(65504)));
  EXPECT_FALSE(holds(ElementType::float16, exact(65536)));
  EXPECT_FALSE(holds(ElementType::bfloat16, exact(257)));
  EXPECT_TRUE(holds(ElementType::int32, Rational(-(1L << 31U))));
  EXPECT_FALSE(holds(ElementType::int32, Rational(1L << 31U)));
  EXPECT_FALSE(holds(ElementType::int64, Rational(1) / Rational(2)));
  EXPECT_FALSE(holds(ElementType::boolean, Rational(2)));
}

TEST(Tensor, WidensOnlyWithoutRounding) {
  EXPECT_TRUE(widens(ElementType::float32, ElementType::float64));
  EXPECT_TRUE(widens(ElementType::bfloat16, ElementType::float32));
  EXPECT_FALSE(widens(ElementType::float64, ElementType::float32));
  EXPECT_FALSE(widens(ElementType::bfloat16, ElementType::float16));
  EXPECT_FALSE(widens(ElementType::float16, ElementType::bfloat16));
  EXPECT_FALSE(widens(ElementType::int64, ElementType::float64));
  EXPECT_TRUE(widens(ElementType::int32, ElementType::float64));
}

TEST(Tensor, SizesAreBounded) {
  EXPECT_EQ(element_count({}), 1U);
  EXPECT_EQ(element_count({3, 0, 1L << 62U}), 0U);
  EXPECT_THROW(element_count({1L << 62U, 1L << 62U}), Refusal);
  EXPECT_THROW(element_count({-1}), Refusal);
  TensorAlgebra algebra(1);
  EXPECT_THROW(algebra.charge(1UL << 60U), Refusal);
}

TEST(Tensor, StridedIndexWalksBackwardsAndRepeats) {
  EXPECT_EQ(strided_index({2, 3}, {0, -1}, 2), (std::vector<std::size_t>{2, 1, 0, 2, 1, 0}));
  EXPECT_EQ(strided_index({}, {}, 4), std::vector<std::size_t>{4});
  EXPECT_TRUE(strided_index({2, 0}, {1, 1}, 0).empty());
}

}  // namespace
}  // namespace foldproof
