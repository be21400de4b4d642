// What the checker says of files written by hand: the example of docs/certificate.md from that page, files that are no
// proofs (code 2), and for each rule of that page proofs that hold beside proofs that break it (code 1, and at which
// line).
#include <gtest/gtest.h>

#include <algorithm>
#include <cfenv>
#include <fstream>

#include "check.h"
#include "handmade.h"
#include "model/weights_file.h"
#include "proofs.h"

namespace foldproof::testing {
namespace {

using foldproof_check::Verdict;

Verdict check(const std::string& proof, const std::string& weights, const std::string& second = "") {
  MemoryFile proof_file, weights_file, second_file;
  return foldproof_check::check(proof_file.holding(proof), weights_file.holding(weights),
                                second.empty() ? "" : second_file.holding(second));
}

void expect_unusable(const Verdict& verdict) {
  EXPECT_EQ(verdict.code, 2) << verdict.statement << verdict.reason;
  EXPECT_NE(verdict.reason, "");
  EXPECT_EQ(verdict.reason.find('\n'), std::string::npos) << verdict.reason;
  EXPECT_EQ(verdict.statement, "");
}

// The example of the page: its two blocks of indented lines.
struct Example : ::testing::Test {
  Example() {
    std::ifstream page(std::string(FOLDPROOF_TESTS_DIR) + "/../docs/certificate.md");
    bool here = false;
    std::string* block = nullptr;
    for (std::string line; std::getline(page, line);) {
      here = here || line.rfind("## 6 ", 0) == 0;
      if (!here || line.rfind("    ", 0) != 0) continue;
      line.erase(0, 4);
      if (line.rfind("foldproof-network", 0) == 0) block = &weights;
      if (line.rfind("foldproof-proof", 0) == 0) block = &proof;
      if (block != nullptr) *block += line + '\n';
    }
  }
  std::string with(const std::string& from, const std::string& to) const {
    std::string text = proof;
    EXPECT_NE(text.find(from), std::string::npos) << from;
    return text.replace(text.find(from), from.size(), to);
  }
  std::string weights, proof;
};

TEST_F(Example, IsAcceptedAndStatesWhatItSays) {
  const Verdict verdict = check(proof, weights);
  EXPECT_EQ(verdict.code, 0) << verdict.reason;
  EXPECT_EQ(verdict.reason, "");
  EXPECT_EQ(verdict.statement, "network " + network_hash(weights) +
                                   "\nquestion radius\nnorm linf\ncenter 0\nx 1023b-10\ny 1025b-10\nend lower 1023b-10 "
                                   "local 1023b-10 upper 1025b-10\n");
  EXPECT_EQ(check(with("s 0 0\nl\nl\n", "l\n"), weights).code, 0);
  EXPECT_EQ(Judge(weights).false_claim(verdict.statement), "");
}

TEST_F(Example, IsReadCompressedToo) {
  const std::string bytes = packed(proof);
  EXPECT_EQ(check(bytes, weights).code, 0);
  ASSERT_GT(bytes.size(), 100U);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    expect_unusable(check(bytes.substr(0, i), weights));
    if (i < 10) continue;  // the header: the time of day and the like may change
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);  // the last byte of the data may have unused bits, but not this one
    EXPECT_NE(check(damaged, weights).code, 0) << i;
  }
}

TEST_F(Example, CutAnywhereIsUnusable) {
  for (std::size_t i = 0; i < proof.size(); ++i) expect_unusable(check(proof.substr(0, i), weights));
}

TEST_F(Example, OtherFilesAreUnusable) {
  const Verdict of_format_2 = check(with("foldproof-proof 3", "foldproof-proof 2"), weights);
  expect_unusable(of_format_2);
  EXPECT_NE(of_format_2.reason.find("format 2"), std::string::npos) << of_format_2.reason;
  EXPECT_NE(of_format_2.reason.find("ask again"), std::string::npos) << of_format_2.reason;
  expect_unusable(check(with("foldproof-proof 3", "foldproof-proof"), weights));
  expect_unusable(check(with("network c", "network 0"), weights));
  expect_unusable(check("\n", weights));
  expect_unusable(check("a  b\n", weights));
  expect_unusable(check("hello\n", weights));
  expect_unusable(check(std::string(1000, '\0'), weights));
  expect_unusable(check(weights, weights));
  MemoryFile proof_file, weights_file;
  proof_file.holding(proof);
  weights_file.holding(weights);
  expect_unusable(foldproof_check::check("/nowhere/proof", weights_file.holding(weights)));
  expect_unusable(foldproof_check::check("/", weights_file.holding(weights)));
  expect_unusable(foldproof_check::check(proof_file.holding(proof), "/nowhere/weights"));
  expect_unusable(foldproof_check::check(proof_file.holding(proof), "/"));
}

TEST_F(Example, DamagedWeightsAreUnusable) {
  // what is replaced > by what; | is a line feed
  const Lines damages = lines_of(R"(network 1>network 2
foldproof-network>foldproof-proof
source -|>
source ->source
source ->source abc
source ->source - -
source ->sources -
source -|>source -|source -|
source -|fixed|>fixed|source -|
kept 0|>kept 0|source -|
0:1|output>0:1|source -|output
end|>source -|end|
end|>end|source -|
fixed|>
kept 0|>
inputs 1|>
inputs 1>inputs 0
inputs 1>inputs -1
inputs 1>inputs 1 1
relu -1 0:1>relu
-1 0:1>-1 1:1
-1 0:1>-1 0:1 0:1
-1 0:1>-1 0:0
-1 0:1>-1 0:x
-1 0:1>-1 0
-1 0:1>-1  0:1
-1 0:1>1b20001 0:1
-1 0:1>1/0 0:1
-1 0:1>nan 0:1
relu>rule
0:1 1:-1b1>1:-1b1 0:1
output 0 0:1 1:-1b1|>
end|>
end|>end|end|
end|>relu 0 0:1|end|
end|>end
fixed>fixed junk
fixed>fixed 1
fixed>fixed 1=2
fixed>fixed 1=1 1=1
fixed>fixed 2=1 1=1
kept 0>kept
kept 0>kept x
kept 0>kept 01
kept 0>kept 0 1
kept 0>kept 1000000000
inputs 1>inputs 01
relu -1>relu -2
relu -1>relu -1b0
relu -1>relu -2b-1
relu -1>relu 2/6
relu -1>relu 1/2
relu -1>relu 9/3
1:-1b1>1:-2
1:-1b1>1:-4/2
1:-1b1>1:-2b0)");
  for (std::string damage : damages) {
    SCOPED_TRACE(damage);
    std::replace(damage.begin(), damage.end(), '|', '\n');
    const std::string from = damage.substr(0, damage.find('>')), to = damage.substr(damage.find('>') + 1);
    std::string text = weights;
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const Verdict verdict = check(with(network_hash(weights), network_hash(text)), text);
    expect_unusable(verdict);
    EXPECT_NE(verdict.reason.find("weights"), std::string::npos) << verdict.reason;
  }
  expect_unusable(check(with(network_hash(weights), sha256_of("")), ""));
}

// Numbers have one form in weights files, so that equal networks have one hash; these are all forms there are.
TEST_F(Example, AWeightsFileMayHoldAllThatItsFormatAllows) {
  for (const char* number : {"0", "1", "-3", "10001", "1b10", "-21b-300", "1/3", "-2/3", "1/10", "3/14"}) {
    SCOPED_TRACE(number);
    std::string text = weights;
    text.replace(text.find("output 0"), 8, std::string("output ") + number);
    text.replace(text.find("kept 0"), 6, "kept 999999999");
    text.replace(text.find("fixed"), 5, std::string("fixed 0=0 7=") + number);
    const Verdict verdict = check(with(network_hash(weights), network_hash(text)), text);
    EXPECT_EQ(verdict.code, 0) << verdict.reason;
  }
}

// Where the file came from is not the network: the same proof holds. Its numbers are: no proof holds of others.
TEST_F(Example, IsAboutTheNumbersOfTheNetworkAlone) {
  const std::string statement = check(proof, weights).statement, hash(64, '5');
  std::string elsewhere = weights;
  elsewhere.replace(elsewhere.find("source -"), 8, "source " + hash);
  const Verdict verdict = check(proof, elsewhere);
  EXPECT_EQ(verdict.code, 0) << verdict.reason;
  EXPECT_EQ(verdict.statement, statement);
  for (const std::string& source : Lines{"source " + hash + "5", "source " + hash.substr(1),
                                         "source " + std::string(64, 'A'), "source  " + hash, "source", "source --"}) {
    std::string other = weights;
    expect_unusable(check(proof, other.replace(other.find("source -"), 8, source)));
  }
  const std::size_t rows = weights.find("fixed");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (i >= weights.find("source") && i < rows) continue;
    for (const char c : {'0', '7', '-', ' ', '\n', 'b'}) {
      if (c == weights[i]) continue;
      std::string other = weights;
      other[i] = c;
      expect_unusable(check(proof, other));
    }
  }
  std::string other = elsewhere;
  other.replace(other.find("relu -1"), 7, "relu -3");
  const std::string reason = check(proof, other).reason;
  EXPECT_NE(reason.find("names the hash " + network_hash(weights)), std::string::npos) << reason;
  EXPECT_NE(reason.find("weights file is " + network_hash(other)), std::string::npos) << reason;
}

TEST_F(Example, LeavesTheRoundingModeAsItWas) {
  const std::string texts[] = {proof, with("cover sign 1023b-10 +", "cover sign 1023b-10 -"), "nothing\n"};
  for (const int mode : {FE_DOWNWARD, FE_TOWARDZERO, FE_UPWARD, FE_TONEAREST}) {
    for (int code = 0; code < 3; ++code) {
      MemoryFile proof_file, weights_file;
      const std::string path = proof_file.holding(texts[code]), weights_path = weights_file.holding(weights);
      std::fesetround(mode);
      const Verdict verdict = foldproof_check::check(path, weights_path);
      const int after = std::fegetround();
      std::fesetround(FE_TONEAREST);
      EXPECT_EQ(verdict.code, code) << verdict.reason;
      EXPECT_EQ(after, mode) << code;
    }
  }
}

TEST(TwoNetworks, AreAskedForByFactorProofsOnly) {
  const std::vector<Handmade> proofs = handmade_proofs();
  const auto named = [&](const std::string& name) {
    return std::find_if(proofs.begin(), proofs.end(), [&](const Handmade& proof) { return proof.name == name; });
  };
  const Handmade &factor = *named("factor, flat above"), &radius = *named("rule 1"), &curve = *named("rule 5");
  const std::string a = factor.weights(), b = factor.second_weights();
  EXPECT_EQ(check(joined(factor.lines()), a, b).code, 0);
  expect_unusable(check(joined(factor.lines()), a));
  expect_unusable(check(joined(factor.lines()), b, a));
  expect_unusable(check(joined(factor.lines()), a, a));
  expect_unusable(check(joined(radius.lines()), radius.weights(), b));
  MemoryFile proof_file, weights_file;
  const std::string &proof = proof_file.holding(joined(factor.lines())), &weights = weights_file.holding(a);
  expect_unusable(foldproof_check::check(proof, weights, "/nowhere/weights"));

  Lines lines = factor.lines();
  lines[2] = "second " + network_hash(curve.weights());
  const Verdict verdict = check(joined(lines), a, curve.weights());  // of another number of inputs
  EXPECT_EQ(verdict.code, 1) << verdict.reason;
  EXPECT_EQ(verdict.reason.rfind("line 3: ", 0), 0U) << verdict.reason;
}

// A statement stays short: many values are stated by the hash of their lines.
TEST(Statements, OfManyValuesNameAHash) {
  const std::vector<Handmade> proofs = handmade_proofs();
  const auto ramp = std::find_if(proofs.begin(), proofs.end(), [](const Handmade& p) { return p.net == "ramp"; });
  const std::string weights = ramp->weights();
  const std::string head = "network " + network_hash(weights) + "\nquestion preimages\nnorm linf\ndomain -1:1\n";
  for (const int count : {4681, 4682}) {  // values of 14 bytes: 65534 and 65548
    std::string listed, proof = "foldproof-proof 3\n" + head + "ball 1\ninactive\n";
    for (int i = 0; i < count; ++i) {
      const std::string value = "value -" + std::to_string(100001 + 2 * i) + "\n";
      listed += value;
      proof += value + "cover points 1\nv 0\n";
    }
    const std::string end = "end values " + std::to_string(count) + " points 0 flats 0 open 0\n";
    const Verdict verdict = check(proof + end, weights);
    EXPECT_EQ(verdict.code, 0) << verdict.reason;
    EXPECT_EQ(verdict.statement, head + (count == 4681 ? listed : "listed " + sha256_of(listed) + '\n') + end);
  }
}

class Rules : public ::testing::TestWithParam<Handmade> {};

TEST_P(Rules, HoldOrAreRefusedWhereTheyShould) {
  const std::string weights = GetParam().weights(), second = GetParam().second_weights();
  const Lines lines = GetParam().lines();
  const Verdict verdict = check(joined(lines), weights, second);
  const std::size_t refused = GetParam().refused == 0 ? 0 : GetParam().refused + GetParam().header().size();
  if (refused == 0) {
    ASSERT_EQ(verdict.code, 0) << verdict.reason;
    EXPECT_EQ(Judge(weights, second).false_claim(verdict.statement), "");
    if (verdict.statement.find("question j0\n") != std::string::npos) {
      EXPECT_EQ(Judge(weights).false_leaf(lines), "");
    }
    return;
  }
  EXPECT_EQ(verdict.code, 1) << verdict.reason;
  EXPECT_EQ(verdict.reason.rfind("line " + std::to_string(refused) + ": ", 0), 0U)
      << verdict.reason << "\nnot at " << refused;
  EXPECT_EQ(verdict.reason.find('\n'), std::string::npos);
  EXPECT_EQ(verdict.statement, "");
}

std::string name_of(const ::testing::TestParamInfo<Handmade>& info) {
  std::string name = info.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Handmade, Rules, ::testing::ValuesIn(handmade_proofs()), name_of);

}  // namespace
}  // namespace foldproof::testing
