# The one place where the versions of build tools are said. Sourced.
# Of the rest: wasm-opt, esbuild and axe-core are in package.json, the library wasm-bindgen in Cargo.lock, from which its command follows.
# shellcheck shell=bash disable=SC2034,SC2154

# 0.22 needs a newer rustc than 1.95.
TRUNK_VERSION=0.21.14
CARGO_DENY_VERSION=0.20.2
CARGO_MACHETE_VERSION=0.9.2
# The library and the command must be the same version, or the glue they make does not fit.
WASM_BINDGEN_VERSION=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/[^0-9.]/, ""); print; exit }' "$root/Cargo.lock")
# What makes the glue and the style sheet smaller.
ESBUILD_VERSION=$(awk -F'"' '/"esbuild"/ { print $4 }' "$root/tools/package.json")
# What Trunk.toml expects of `wasm-opt --version`.
BINARYEN_VERSION=$(awk -F'"' '/"binaryen"/ { split($4, part, "."); print part[1] }' "$root/tools/package.json")
CARGO_FUZZ_VERSION=0.13.1
