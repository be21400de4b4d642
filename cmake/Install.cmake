# What `cmake --install` leaves: bin/foldproof, one shared library with the interface of include/foldproof, and
# the package that find_package(foldproof CONFIG) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(FOLDPROOF_HIGHS_RPATH "" CACHE STRING
  "where the installed files look for libhighs.so, such as $ORIGIN/../highsbox/highs_dist/lib in a wheel; \
empty: it is installed beside them")

# Every room goes into the one library; cmake/exports.map lets only the names of the interface out.
# The rooms that define those names go in object by object, or the linker would take nothing from them.
add_library(foldproof_library SHARED
  $<TARGET_OBJECTS:foldproof_model> $<TARGET_OBJECTS:foldproof_dynamics> $<TARGET_OBJECTS:foldproof_certificate>
  $<TARGET_OBJECTS:foldproof_report> $<TARGET_OBJECTS:foldproof_sweep>)
target_link_libraries(foldproof_library PRIVATE foldproof_sweep foldproof_certificate foldproof_report
                      foldproof_dynamics foldproof_model)
target_include_directories(foldproof_library INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(foldproof_library INTERFACE cxx_std_20)
target_link_options(foldproof_library PRIVATE "LINKER:--version-script=${CMAKE_SOURCE_DIR}/cmake/exports.map")
set_target_properties(foldproof_library PROPERTIES
  OUTPUT_NAME foldproof
  EXPORT_NAME foldproof
  LINKER_LANGUAGE CXX
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/exports.map
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
add_library(foldproof::foldproof ALIAS foldproof_library)

file(RELATIVE_PATH _lib_from_bin "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
if(FOLDPROOF_HIGHS_RPATH)
  set_target_properties(foldproof foldproof_library PROPERTIES INSTALL_RPATH "${FOLDPROOF_HIGHS_RPATH}")
else()
  set_target_properties(foldproof PROPERTIES INSTALL_RPATH "$ORIGIN/${_lib_from_bin}")
  set_target_properties(foldproof_library PROPERTIES INSTALL_RPATH "$ORIGIN")
  install(FILES ${HIGHS_LIBRARY} DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()

set(_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/foldproof)
install(TARGETS foldproof foldproof-check RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS foldproof_library EXPORT foldproof LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/foldproof DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT foldproof NAMESPACE foldproof:: FILE foldproofTargets.cmake DESTINATION ${_package_folder})
configure_package_config_file(cmake/foldproofConfig.cmake.in ${CMAKE_BINARY_DIR}/foldproofConfig.cmake
  INSTALL_DESTINATION ${_package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/foldproofConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/foldproofConfig.cmake ${CMAKE_BINARY_DIR}/foldproofConfigVersion.cmake
  DESTINATION ${_package_folder})
