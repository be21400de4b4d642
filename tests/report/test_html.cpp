// The page: true numbers in plain words, and nothing in a record can break out of its place.
#include <gtest/gtest.h>

#include <string>

#include "examples.h"
#include "model/network.h"

namespace foldproof {
namespace {

std::string page_of(const examples::Example& example, const std::string& command = "foldproof radius net.onnx") {
  return to_html(to_json(example.model, example.answer, false), command);
}

bool has(const std::string& page, const std::string& text) { return page.find(text) != std::string::npos; }

std::size_t count(const std::string& page, const std::string& text) {
  std::size_t found = 0;
  for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++found;
  return found;
}

TEST(Html, SaysTheVerdict) {
  const std::string page = page_of(examples::crease());
  EXPECT_TRUE(has(page, "Proved: f is one-to-one on the ball of radius 0.9999 around (1, 0)."));
  EXPECT_TRUE(has(page, "Refuted at 1.0001: two different inputs in that ball have exactly the same output."));
}

TEST(Html, SaysWhatTheCheckerSaid) {
  examples::Example example = examples::crease();
  EXPECT_TRUE(has(page_of(example), "has not been checked by the independent checker"));
  example.answer.proof.refused = "line 7: leaf";
  EXPECT_TRUE(has(page_of(example), "refused the proof (line 7: leaf). Nothing is claimed."));
  example.answer.proof = {"fold.proof", 1234, 56, 78, std::string(64, 'a'), true, "", 0.5, 1};
  EXPECT_TRUE(has(page_of(example), "a separate program, foldproof-check"));
  EXPECT_TRUE(has(page_of(example), "56 leaves, 78 pairs"));
  EXPECT_TRUE(has(page_of(example), "in fold.proof"));
}

TEST(Html, RoundsTheBracketOutwards) {
  examples::Example example = examples::crease();
  example.answer.lower_exact = "1398425599999/1000000000001";
  example.answer.upper_exact = "1398426000001/1000000000001";
  example.answer.lower = 1.398425599998;
  example.answer.upper = 1.398426000000;
  const std::string page = page_of(example);
  EXPECT_TRUE(has(page, "radius 1.3984255 around"));
  EXPECT_TRUE(has(page, "Refuted at 1.3984260:"));
}

TEST(Html, SaysHowItEnded) {
  examples::Example zero = examples::fold_at_centre();
  EXPECT_TRUE(has(page_of(zero), "Refuted at every radius"));
  EXPECT_TRUE(has(page_of(zero), "for every 0 &lt; t ≤ 5/2"));
  EXPECT_TRUE(has(page_of(examples::crease_on_a_box()), "Proved: f is one-to-one on the box [0.5, 2] × [-1, 1]."));
  EXPECT_TRUE(has(page_of(examples::wide(3)), "Beyond that nothing is decided: the time allowed was used up."));
  examples::Example refuted = examples::crease_on_a_box();
  refuted.answer.verdict = "refuted";
  EXPECT_TRUE(has(page_of(refuted), "Refuted: f is not one-to-one on the box"));
}

TEST(Html, EscapesWhatTheRecordHolds) {
  const examples::Example example = examples::crease();
  Network network = example.model.network();
  network.from.file = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"{{record}}.onnx";
  const Model hostile(std::make_shared<const Network>(network));
  const std::string plain = page_of(example, "x");
  const std::string page = to_html(to_json(hostile, example.answer, false), "foldproof radius '</pre><script>' {{js}}");
  EXPECT_EQ(count(page, "<script"), count(plain, "<script"));
  EXPECT_EQ(count(page, "</script"), count(plain, "</script"));
  EXPECT_FALSE(has(page, "<img"));
  EXPECT_TRUE(has(page, "&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&quot;{{record}}.onnx"));
  EXPECT_TRUE(has(page, "&lt;/pre&gt;&lt;script&gt;&#39; {{js}}"));
}

TEST(Html, AsksForNothingFromOutside) {
  const std::string page = page_of(examples::crease());
  EXPECT_FALSE(has(page, "src=\"http"));
  EXPECT_FALSE(has(page, "href=\"http"));
  EXPECT_FALSE(has(page, "@import"));
}

TEST(Html, CarriesThePlottingScriptOnlyWithAPicture) {
  const examples::Example example = examples::crease();
  constexpr std::size_t kSmall = 200'000, kLarge = 1'000'000;
  EXPECT_LT(page_of(example).size(), kSmall);
  EXPECT_GT(to_html(to_json(example.model, example.answer, true), "").size(), kLarge);
}

TEST(Html, RefusesWhatIsNotARecord) {
  for (const char* const text : {"", "{}", "[1, 2]", "{\"question\": \"radius\"}", "\"radius\"", "not json"}) {
    EXPECT_THROW(to_html(text, ""), InputError) << text;
  }
}

}  // namespace
}  // namespace foldproof
