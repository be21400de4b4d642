# What foldproof builds on. apt: see tools/bootstrap; PyPI: highsbox (HiGHS), plotly (the report's script).
# Everything that is missing is named at once, by its Debian package.
set(_missing "")
macro(foldproof_package name debian)
  find_package(${name} QUIET ${ARGN})
  if(NOT ${name}_FOUND)
    list(APPEND _missing ${debian})
  endif()
endmacro()
macro(foldproof_found_library variable debian)
  find_library(${variable} NAMES ${ARGN})
  if(NOT ${variable})
    list(APPEND _missing ${debian})
  endif()
endmacro()
foldproof_package(Protobuf "libprotobuf-dev;protobuf-compiler")
foldproof_package(ONNX libonnx-dev)
foldproof_package(fmt libfmt-dev)
foldproof_package(nlohmann_json nlohmann-json3-dev)
foldproof_package(OpenSSL libssl-dev COMPONENTS Crypto)
foldproof_package(ZLIB zlib1g-dev)
foldproof_package(CLI11 libcli11-dev)
foldproof_found_library(FLINT_LIBRARY libflint-dev flint)
foldproof_found_library(GMP_LIBRARY libgmp-dev gmp)
foldproof_found_library(GMPXX_LIBRARY libgmp-dev gmpxx)
# Ball arithmetic: FLINT 3 holds it; beside FLINT 2 it is a library of its own, which Debian calls flint-arb.
find_path(FLINT_ARB_INCLUDE flint/arb.h)
if(NOT FLINT_ARB_INCLUDE)
  foldproof_found_library(ARB_LIBRARY libflint-arb-dev flint-arb arb)
endif()
if(_missing)
  list(REMOVE_DUPLICATES _missing)
  list(JOIN _missing " " _missing)
  message(FATAL_ERROR
    "Some libraries that foldproof is built on were not found. Run as root: apt-get install ${_missing}")
endif()

add_library(foldproof_flint INTERFACE)
target_link_libraries(foldproof_flint INTERFACE ${FLINT_LIBRARY} ${GMP_LIBRARY})
if(FLINT_ARB_INCLUDE)
  target_include_directories(foldproof_flint SYSTEM INTERFACE ${FLINT_ARB_INCLUDE})
endif()
add_library(foldproof_arb INTERFACE)
target_link_libraries(foldproof_arb INTERFACE foldproof_flint)
if(NOT FLINT_ARB_INCLUDE)
  target_link_libraries(foldproof_arb INTERFACE ${ARB_LIBRARY})
endif()

# Folder of the Python environment that holds highsbox and plotly.
if(SKBUILD)  # pip builds a wheel, in an environment of its own
  set(FOLDPROOF_PYTHON "${Python_EXECUTABLE}")
endif()
set(FOLDPROOF_PYTHON "${CMAKE_SOURCE_DIR}/.venv/bin/python" CACHE FILEPATH "python with highsbox and plotly")
if(NOT HIGHS_DIST OR NOT PLOTLY_JS)
  execute_process(COMMAND ${FOLDPROOF_PYTHON} -c
    "import importlib.util as u, pathlib as p; d=lambda n: p.Path(u.find_spec(n).origin).parent; \
print(d('highsbox')/'highs_dist', d('plotly')/'package_data'/'plotly.min.js', sep=';', end='')"
    OUTPUT_VARIABLE _places RESULT_VARIABLE _failed)
  if(_failed)
    message(FATAL_ERROR "highsbox and plotly were not found with ${FOLDPROOF_PYTHON}: run 'make build', or set \
FOLDPROOF_PYTHON, or set HIGHS_DIST and PLOTLY_JS")
  endif()
  list(GET _places 0 _highs)
  list(GET _places 1 _plotly)
  set(HIGHS_DIST "${_highs}" CACHE PATH "highs_dist folder of the highsbox wheel")
  set(PLOTLY_JS "${_plotly}" CACHE FILEPATH "plotly.min.js")
endif()

# highsbox's own CMake config names a missing folder and its C++ symbols use the old string ABI: use the C API.
find_library(HIGHS_LIBRARY highs PATHS ${HIGHS_DIST}/lib ${HIGHS_DIST}/lib64 NO_DEFAULT_PATH REQUIRED)
find_path(HIGHS_INCLUDE interfaces/highs_c_api.h PATHS ${HIGHS_DIST}/include/highs NO_DEFAULT_PATH REQUIRED)
add_library(foldproof_highs SHARED IMPORTED)
set_target_properties(foldproof_highs PROPERTIES IMPORTED_LOCATION ${HIGHS_LIBRARY})
target_include_directories(foldproof_highs SYSTEM INTERFACE ${HIGHS_INCLUDE})
