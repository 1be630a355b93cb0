# Where the build tools are. Sourced, by scripts that need them and by `tools/with`.
#
# What `tools/need` installs goes to a cache of the user, one folder per tool and version, shared by every clone. Nothing that
# the user installed is replaced, and the toolchain that `rustup default` names stays what it is.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/relais
# shellcheck source=tools/versions.sh
. "$root/tools/versions.sh"

# Debian's toolchain with a standard library for wasm32, made by tools/debian-toolchain.
debian_toolchain=$cache/debian-toolchain

# Whether the toolchain in force can build for the browser.
has_wasm_target() {
  local libraries
  libraries=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) && compgen -G "$libraries/libstd-*.rlib" >/dev/null
}

for folder in "$cache"/trunk-"$TRUNK_VERSION"/bin "$cache"/wasm-bindgen-cli-"$WASM_BINDGEN_VERSION"/bin \
  "$cache"/cargo-deny-"$CARGO_DENY_VERSION"/bin "$cache"/cargo-machete-"$CARGO_MACHETE_VERSION"/bin "$cache"/cargo-fuzz-"$CARGO_FUZZ_VERSION"/bin "$root/tools/node_modules/.bin"; do
  case ":$PATH:" in
    *":$folder:"*) ;;
    *) [ ! -d "$folder" ] || PATH=$folder:$PATH ;;
  esac
done

if [ -e "$debian_toolchain/ready" ] && ! has_wasm_target; then
  if command -v rustup >/dev/null; then
    export RUSTUP_TOOLCHAIN=$debian_toolchain
  else
    PATH=$debian_toolchain/bin:$PATH
  fi
fi
export PATH
