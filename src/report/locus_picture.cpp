#include "report/locus_picture.h"

#include "model/sampler.h"
#include "report/picture.h"
#include "report/region.h"

namespace foldproof {

namespace {

constexpr std::size_t kMostTriangles = 60000;

Json mesh(const Locus& locus) {
  std::vector<Point> box;
  for (const auto& [lower, upper] : locus.domain_exact) {
    box.push_back({Rational::parse(lower).value().nearest_double(), Rational::parse(upper).value().nearest_double()});
  }
  Json result{{"kind", "mesh"}, {"window", Json(box)}};
  Json thinned = Json::array(), axes = Json::array(),
       corners = Json::array({Json::array(), Json::array(), Json::array()}),
       flats = Json::array({Json::array(), Json::array(), Json::array()});
  const bool shown = locus.triangles.size() + locus.flats.size() <= kMostTriangles;
  if (!shown) thinned.push_back("the surface has too many triangles for a page; --ply writes it");
  for (std::size_t i = 0; i < box.size(); ++i) {
    const Rounding rounded(box[i][1] - box[i][0]);
    Json values = Json::array();
    for (const auto& point : locus.points) {
      if (shown) values.push_back(rounded(point[i]));
    }
    axes.push_back(std::move(values));
  }
  for (const auto& triangle : locus.triangles) {
    for (std::size_t c = 0; shown && c < 3; ++c) corners[c].push_back(triangle[c]);
  }
  for (const auto& flat : locus.flats) {
    for (std::size_t k = 2; shown && k < flat.size(); ++k) {
      flats[0].push_back(flat[0]);
      flats[1].push_back(flat[k - 1]);
      flats[2].push_back(flat[k]);
    }
  }
  result["points"] = std::move(axes);
  result["triangles"] = std::move(corners);
  result["flats"] = std::move(flats);
  result["thinned"] = std::move(thinned);
  return result;
}

}  // namespace

Json locus_picture(const Model& model, const Locus& locus) {
  if (!locus.proof.refused.empty()) return nullptr;
  if (model.inputs() == 3) return mesh(locus);
  if (model.inputs() > 3) return nullptr;
  Answer box;
  static_cast<Outcome&>(box) = locus;
  Json result = picture(model, box);
  if (model.inputs() == 1) {
    const Sampler f(model.network());
    Json points = Json::array();
    for (const auto& line : locus.lines) {
      const double x = locus.points[static_cast<std::size_t>(line[0])][0];
      points.push_back(Json::array({x, f.value({x})[0]}));
    }
    result["folds"] = std::move(points);
  }
  return result;
}

}  // namespace foldproof
