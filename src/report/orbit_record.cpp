#include "foldproof/dynamics.h"
#include "report/record_parts.h"

namespace foldproof {

namespace {

std::string orbit_json(const char* what, Json of_what, const Orbit& orbit) {
  return json_text({{"foldproof", FOLDPROOF_VERSION},
                    {"question", "orbit"},
                    {what, std::move(of_what)},
                    {"at_exact", Json(orbit.at_exact)},
                    {"steps", orbit.steps},
                    {"skip", orbit.skip},
                    {"stride", orbit.stride},
                    {"kind", orbit.kind},
                    {"period", orbit.period > 0 ? Json(orbit.period) : Json()},
                    {"escaped", orbit.kind == "escapes" ? Json(orbit.escaped) : Json()},
                    {"points", Json(orbit.points)}});
}

}  // namespace

std::string to_json(const Model& model, const Orbit& orbit) {
  return orbit_json("network", network_json(model.network()), orbit);
}

std::string to_json(const Map& map, const Orbit& orbit) {
  return orbit_json("map", map_json(map.polynomials()), orbit);
}

}  // namespace foldproof
