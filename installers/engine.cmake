# Read by CMake right after llama.cpp's project() line.
# The `common` helper library is never loaded by the Python bindings; without it the compile takes half the time.
set(LLAMA_BUILD_COMMON OFF)
# One copy of each library, in llama_cpp/lib where the bindings look. With versioned names a wheel stores each three
# times (it cannot hold links), and one process then loads two copies of ggml with a registry each.
set(CMAKE_PLATFORM_NO_VERSIONED_SONAME ON)
set(CMAKE_INSTALL_LIBDIR llama_cpp/lib)
set(CMAKE_INSTALL_BINDIR llama_cpp/lib)
set(CMAKE_INSTALL_INCLUDEDIR llama_cpp/include)
