# Read by CMake right after llama.cpp's project() line: leaves out its `common` helper library,
# which the Python bindings never load. Saves about half of the compile.
set(LLAMA_BUILD_COMMON OFF)
