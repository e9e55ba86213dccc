#pragma once

/// Compiles a function for several instruction sets and picks one when the program starts. An
/// attribute cannot be a function, hence a macro. Sanitizers run before the choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SHARPEN_VECTORISED \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SHARPEN_VECTORISED
#endif
