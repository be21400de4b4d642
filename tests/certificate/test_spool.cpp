// The spool keeps what it is given, however far it grows, and leaves nothing behind on the disk.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "certificate/spool.h"

namespace foldproof {
namespace {

namespace fs = std::filesystem;

struct Entry {
  double value;
  char kind;
};

TEST(Spool, KeepsEntriesInAnyOrder) {
  Spool<Entry> spool(fs::temp_directory_path());
  std::mt19937_64 random(1);
  std::vector<std::size_t> places(200000);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::shuffle(places.begin(), places.end(), random);
  for (const std::size_t place : places) spool.at(place) = {static_cast<double>(place) * 0.5, 's'};
  ASSERT_EQ(spool.size(), places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    ASSERT_EQ(spool[i].value, static_cast<double>(i) * 0.5);
    ASSERT_EQ(spool[i].kind, 's');
  }
}

TEST(Spool, NewEntriesAreZero) {
  Spool<Entry> spool(fs::temp_directory_path());
  spool.at(70000).kind = 'l';
  for (std::size_t i = 0; i < 70000; ++i) ASSERT_EQ(spool[i].kind, 0);
}

TEST(Spool, ClearForgetsEverything) {
  Spool<Entry> spool(fs::temp_directory_path());
  for (std::size_t i = 0; i < 1000; ++i) spool.at(i) = {1.0, 'l'};
  spool.clear();
  EXPECT_EQ(spool.size(), 0U);
  EXPECT_EQ(spool.at(999).kind, 0);
}

TEST(Spool, AppendSaysWhere) {
  Spool<char> spool(fs::temp_directory_path());
  EXPECT_EQ(spool.append("abc", 3), 0U);
  EXPECT_EQ(spool.append("", 0), 3U);
  EXPECT_EQ(spool.append("de", 2), 3U);
  EXPECT_EQ(std::string(&spool[0], spool.size()), "abcde");
}

TEST(Spool, TheFolderStaysEmpty) {
  const fs::path folder = fs::temp_directory_path() / ("spool-test-" + std::to_string(std::random_device{}()));
  fs::create_directory(folder);
  {
    Spool<double> spool(folder);
    spool.at(100000) = 1.0;
    EXPECT_TRUE(fs::is_empty(folder));
  }
  EXPECT_TRUE(fs::remove(folder));
}

TEST(Spool, AMissingFolderIsAnError) { EXPECT_THROW(Spool<int>("/no/such/folder"), std::runtime_error); }

}  // namespace
}  // namespace foldproof
