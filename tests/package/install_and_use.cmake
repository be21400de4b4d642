# Installs BUILD into a fresh prefix, moves it elsewhere (it must not depend on where it was), builds EXAMPLE
# against it and runs both programs on NETWORK.
set(work ${BUILD}/package-test)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  message("${output}")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGN}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${work}/first)
file(RENAME ${work}/first ${work}/prefix)

file(GLOB_RECURSE headers RELATIVE ${work}/prefix/include ${work}/prefix/include/*)
list(SORT headers)
if(NOT headers STREQUAL "foldproof/dynamics.h;foldproof/foldproof.h")
  message(FATAL_ERROR "only the interface may be installed, not: ${headers}")
endif()

run(${CMAKE_COMMAND} -S ${EXAMPLE} -B ${work}/example -DCMAKE_PREFIX_PATH=${work}/prefix -DCMAKE_CXX_COMPILER=${CXX})
run(${CMAKE_COMMAND} --build ${work}/example)
run(${work}/example/largest_ball ${NETWORK} 1 2.1)
if(NOT output MATCHES "injective on the ball of radius 1\\.39.*not injective on the ball of radius 1\\.[34]")
  message(FATAL_ERROR "the example gave another answer")
endif()
run(${work}/prefix/bin/foldproof info ${NETWORK})
