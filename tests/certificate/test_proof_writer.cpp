// The writer turns events, in whatever order they came, into one tree; it never writes a proof with a hole.
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>

#include "certificate/proof_writer.h"
#include "foldproof/foldproof.h"

namespace foldproof {
namespace {

class Writing : public ::testing::Test {
 protected:
  Writing() : writer_(std::filesystem::temp_directory_path()) {
    problem_.network = &network_;
    problem_.centre = {Rational(0), Rational(0)};
    problem_.max_radius = 4.0;
    result_.lower_by = "whole";
    path_ =
        (std::filesystem::temp_directory_path() / ("writer-test-" + std::to_string(::getpid()) + ".proof")).string();
  }
  ~Writing() override { std::filesystem::remove(path_); }

  std::string written() {
    size_ = writer_.write(path_, problem_, result_, {std::string(64, 'a'), "radius", {}});
    const gzFile file = gzopen(path_.c_str(), "rb");
    std::string text(1 << 16, 0);
    text.resize(static_cast<std::size_t>(gzread(file, text.data(), static_cast<unsigned>(text.size()))));
    gzclose(file);
    return text;
  }
  static std::string after(const std::string& text, const std::string& mark) { return text.substr(text.find(mark)); }
  Box ball(double r) const { return problem_.root(r); }

  Network network_;
  Problem problem_;
  RadiusResult result_;
  ProofWriter writer_;
  ProofSize size_;
  std::string path_;
};

TEST_F(Writing, TreesAreCutToTheProvedBall) {
  writer_.root(0, ball(4.0), "local");
  writer_.split(0, 0, 0.0, 10);   // children 10, 11
  writer_.split(11, 1, 2.0, 12);  // beyond the ball of radius 1: 13 disappears
  writer_.leaf(12, {}, "perron", 1, 4.0, "l");
  writer_.split(10, 1, 0.5, 14);
  writer_.leaf(15, {}, "cells", 1, 4.0, "c s0 . .");
  writer_.leaf(14, {}, "norm", 1, 4.0, "l");
  result_.sign_lower = result_.local_lower = 1.0;
  const std::string text = written();
  EXPECT_EQ(after(text, "cover"), "cover sign 1 +\ns 0 0\ns 1 1b-1\nl\nc s0 . .\nl\nend lower 0 local 1 upper none\n");
  EXPECT_EQ(size_.leaves, 3U);
  const auto leaf = writer_.leaf_on_line(11);  // the header has 7 lines
  EXPECT_TRUE(leaf.has_value() && leaf->cover == "local");
}

TEST_F(Writing, FindsTheLeafOnALine) {
  writer_.root(0, ball(4.0), "local");
  writer_.split(0, 0, 0.5, 1);
  writer_.leaf(1, {}, "perron", -1, 4.0, "l");
  writer_.leaf(2, {}, "perron", -1, 4.0, "l");
  result_.sign_lower = result_.local_lower = 1.0;
  const std::string text = written();
  EXPECT_EQ(after(text, "cover"), "cover sign 1 -\ns 0 1b-1\nl\nl\nend lower 0 local 1 upper none\n");
  const auto line = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_FALSE(writer_.leaf_on_line(line).has_value());
  ASSERT_TRUE(writer_.leaf_on_line(line - 1).has_value());
  EXPECT_EQ(writer_.leaf_on_line(line - 1)->distance, 0.5);
  EXPECT_EQ(writer_.leaf_on_line(line - 2)->distance, 0.0);
  EXPECT_FALSE(writer_.leaf_on_line(line - 3).has_value());
}

TEST_F(Writing, AHoleIsNoticed) {
  writer_.root(0, ball(4.0), "local");
  writer_.split(0, 0, 0.0, 1);
  writer_.leaf(1, {}, "perron", 1, 4.0, "l");
  result_.sign_lower = result_.local_lower = 1.0;
  EXPECT_THROW(written(), std::logic_error);
  EXPECT_FALSE(std::filesystem::exists(path_)) << "a part of a proof was left behind";
  EXPECT_FALSE(std::filesystem::exists(path_ + ".part"));
}

TEST_F(Writing, AnOpenPairIsNoticed) {
  writer_.root(0, ball(4.0), "local");
  writer_.leaf(0, {}, "perron", 1, 4.0, "l");
  writer_.boundary(1.0, 4);
  for (std::uint64_t pair = 0; pair < 9; ++pair) writer_.pair_leaf(pair, 'm', {});
  result_.lower = result_.sign_lower = result_.local_lower = 1.0;
  result_.lower_by = "boundary";
  EXPECT_THROW(written(), std::logic_error);
  writer_.pair_leaf(9, 'f', {1.0, -0.5});
  EXPECT_NE(written().find("m\nf 1 -1b-1\nend lower 1"), std::string::npos);
  writer_.boundary(0.5, 4);  // begun anew: nothing of the first is left
  EXPECT_THROW(written(), std::logic_error);
}

TEST_F(Writing, PairsAndPatchesInPreorder) {
  writer_.root(0, ball(4.0), "local");
  writer_.leaf(0, {}, "perron", 1, 4.0, "l");
  writer_.boundary(1.0, 4);
  writer_.patch_split(0, 1, 0.25, 4, 5);
  writer_.pair_split(0, 'd', 10);
  writer_.pair_leaf(10, 't', {});
  writer_.pair_leaf(11, 'i', {});
  writer_.pair_leaf(12, 'i', {});
  writer_.pair_split(1, 'x', 13);
  writer_.pair_leaf(13, 'm', {});
  writer_.pair_leaf(14, 't', {});
  for (std::uint64_t pair = 2; pair < 10; ++pair) writer_.pair_leaf(pair, 'm', {});
  result_.lower = result_.sign_lower = result_.local_lower = 1.0;
  result_.lower_by = "boundary";
  EXPECT_EQ(after(written(), "boundary"),
            "boundary 1\npatches\ns 1 1b-2\n.\n.\n.\n.\n.\npairs\nd\nt\ni\ni\nx\nm\nt\nm\nm\nm\nm\nm\nm\nm\nm\n"
            "end lower 1 local 1 upper none\n");
  EXPECT_EQ(size_.pairs, 13U);
}

TEST_F(Writing, CellsOfAPairAreWrittenAsTheyCame) {
  writer_.all_pairs(1.0);
  writer_.patch_split(0, 0, 0.0, 1, 2);
  writer_.pair_split(0, 'd', 1);
  writer_.pair_cells(1, "s0 . .0:1;0:2");
  writer_.pair_leaf(2, 'i', {});
  writer_.pair_cells(3, ".");
  result_.lower = result_.local_lower = 1.0;
  result_.lower_by = "pairs";
  EXPECT_EQ(after(written(), "pairs"),
            "pairs 1\npatches\ns 0 0\n.\n.\npairs\nd\nc s0 . .0:1;0:2\ni\nc .\n"
            "end lower 1 local 1 upper none\n");
}

TEST_F(Writing, PatchesOfAllPairsStayAsTheyWereAskedWhenTheBallShrinks) {
  writer_.all_pairs(4.0);
  writer_.patch_split(0, 0, 2.0, 1, 2);
  writer_.pair_split(0, 'd', 1);
  writer_.pair_leaf(2, 'i', {});
  result_.lower = result_.local_lower = 2.0;
  result_.lower_by = "pairs";
  EXPECT_EQ(after(written(), "pairs"),
            "pairs 1b1 1b2\npatches\ns 0 1b1\n.\no\npairs\nd\no\ni\no\n"
            "end lower 1b1 local 1b1 upper none\n");
}

TEST_F(Writing, AFileThatCannotBeWrittenIsTheCallersMistake) {
  EXPECT_THROW(writer_.write("/no/such/folder/x.proof", problem_, result_, {"", "radius", {}}), InputError);
}

}  // namespace
}  // namespace foldproof
