// The files of the report page, embedded in the library (assets.S.in).
#pragma once

#include <string_view>

extern "C" {
extern const char foldproof_asset_html[], foldproof_asset_html_end[];
extern const char foldproof_asset_css[], foldproof_asset_css_end[];
extern const char foldproof_asset_js[], foldproof_asset_js_end[];
extern const char foldproof_asset_plotly[], foldproof_asset_plotly_end[];
}

namespace foldproof::asset {

inline std::string_view html() { return {foldproof_asset_html, foldproof_asset_html_end}; }
inline std::string_view css() { return {foldproof_asset_css, foldproof_asset_css_end}; }
inline std::string_view js() { return {foldproof_asset_js, foldproof_asset_js_end}; }
inline std::string_view plotly() { return {foldproof_asset_plotly, foldproof_asset_plotly_end}; }

}  // namespace foldproof::asset
