// The record of J0, and its surface as a PLY file.
#include <fmt/format.h>

#include <string>

#include "foldproof/foldproof.h"
#include "model/network.h"
#include "report/locus_picture.h"
#include "report/record_parts.h"

namespace foldproof {

std::string to_json(const Model& model, const Locus& locus, bool with_picture) {
  const Network& network = model.network();
  Json points = Json::array(), exact = Json::array(), lines = Json::array(), triangles = Json::array(),
       flats = Json::array();
  for (const auto& point : locus.points) points.push_back(doubles(point));
  for (const auto& point : locus.points_exact) exact.push_back(Json(point));
  for (const auto& line : locus.lines) lines.push_back(Json(line));
  for (const auto& triangle : locus.triangles) triangles.push_back(Json(triangle));
  for (const auto& flat : locus.flats) flats.push_back(Json(flat));
  const bool some_exact = locus.points_exact.size() == locus.points.size();
  Json record{{"foldproof", FOLDPROOF_VERSION},
              {"question", locus.question},
              {"network", network_json(network)},
              {"box", intervals(locus.domain_exact)},
              {"status", locus.status},
              {"stop_reason", locus.stop_reason ? Json(*locus.stop_reason) : Json()},
              {"complete", locus.complete},
              {"points", std::move(points)},
              {"points_exact", some_exact ? std::move(exact) : Json()},
              {"lines", std::move(lines)},
              {"triangles", std::move(triangles)},
              {"flats", std::move(flats)},
              {"cells", locus.cells},
              {"enclosure", {{"boxes", locus.boxes}, {"open", locus.open}, {"width", finite_or_null(locus.width)}}},
              {"proof", proof_json(locus.proof)},
              {"effort", effort_json(locus.effort)}};
  record["picture"] = with_picture ? locus_picture(model, locus) : Json();
  return json_text(record);
}

std::string to_ply(const Locus& locus) {
  if (locus.domain_exact.size() != 3) throw InputError("only the J0 of a network with three inputs is a surface");
  std::string text =
      fmt::format("ply\nformat ascii 1.0\ncomment J0 of a neural network, by foldproof " FOLDPROOF_VERSION
                  "\nelement vertex {}\nproperty double x\n"
                  "property double y\nproperty double z\nelement face {}\nproperty list uchar int vertex_indices\n"
                  "property uchar flat\nend_header\n",
                  locus.points.size(), locus.triangles.size() + locus.flats.size());
  for (const auto& point : locus.points) text += fmt::format("{} {} {}\n", point[0], point[1], point[2]);
  for (const auto& [a, b, c] : locus.triangles) text += fmt::format("3 {} {} {} 0\n", a, b, c);
  for (const auto& flat : locus.flats) {
    text += std::to_string(flat.size());
    for (const int v : flat) text += fmt::format(" {}", v);
    text += " 1\n";
  }
  return text;
}

}  // namespace foldproof
