// The report page: one file, offline, from a record alone. Its text is written here, so that the page reads without its
// script; the script (assets/report.js) only draws. Every string of a record is hostile until escaped.
#pragma once

#include <string>
#include <vector>

#include "report/json_text.h"
#include "report/words.h"

namespace foldproof {

/// What differs from page to page; all but the verdict and the claims is HTML.
struct Page {
  Verdict verdict;
  std::string bracket, limit, witness;
  std::vector<std::string> claims;
  std::string numbers;
};

// Parts of the page of a record of `radius`, `pseudo` or `injective`.
std::string bracket_html(const Json& record);
std::string witness_html(const Json& record);
std::string numbers_html(const Json& record);

/// The page of a record of `preimages` of a network.
Page preimages_page(const Json& record);
/// The page of a record of `preimages` or `j0` of a polynomial map, with a picture and nearest doubles of its values.
Page map_page(const Json& record);
Json drawn_map_record(Json record);
/// The page of a record of --method mip: what the MILP says, what is proved, and the pair that decides between them.
Page mip_page(const Json& record);
/// Adds what the MILP says of Problem 3 to the page of the engine's record, which may be empty.
void add_mip_of_two(const Json& record, Page& page);

}  // namespace foldproof
