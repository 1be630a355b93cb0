# What people type. Each target installs what it lacks: with Rust, Node and the package registries, nothing else is needed.
# `.ci/run` calls the same targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
# Every recipe runs cargo, which takes all cores by itself.
.NOTPARALLEL:

.PHONY: fuzz help widget demo serve test bench lint conformance screenshots
.DEFAULT_GOAL := help

help:
	@echo 'make demo                      try Relais: a sample DS, a sample Grist, the real widget and proxy'
	@echo 'make test                      every test, in a browser too'
	@echo '  RELAIS_FAULT_SEEDS=200         with so many stories of faults; RELAIS_FAULT_SEED=17, one of them'
	@echo 'make serve                     the real server, from relais.toml or the environment'
	@echo 'make lint                      format, clippy, licences, unused dependencies, purity of the engine'
	@echo 'make bench                     the figures, into target/bench.json'
	@echo 'make fuzz                      what reads what strangers send; SECONDS=60 for each target'
	@echo 'make conformance SHARED=DIR    against the real schemas and recordings kept in DIR'
	@echo 'make screenshots               pictures of the screens, into target/screenshots'

# The widget as it is shipped. The proxy embeds dist/.
widget_sources := $(shell find widget engine/src -type f -not -name '*.snap') tools/minify tools/pages index.html Trunk.toml Cargo.toml Cargo.lock

dist/index.html: $(widget_sources)
	@tools/need wasm-target trunk wasm-bindgen wasm-opt esbuild
	tools/with tools/pages

widget: dist/index.html

# ARGUMENTS="--help" tells the options.
demo: widget
	tools/with cargo run --package relais-tests --bin demo -- $(ARGUMENTS)

serve: widget
	tools/with cargo run --release --package relais-proxy --bin relais -- $(ARGUMENTS)

test: widget
	@tools/need browser node-packages
	tools/with cargo test --workspace
	# The proxy keeps its state in either.
	tools/postgres tools/with cargo test --package relais-proxy

bench: widget
	@tools/need browser node-packages
	tools/with cargo build --package relais-widget --example engine_speed --target wasm32-unknown-unknown --profile widget
	tools/with wasm-bindgen --target nodejs --no-typescript --out-dir target/engine-speed target/wasm32-unknown-unknown/widget/examples/engine_speed.wasm
	tools/postgres tools/with cargo bench --package relais-tests --bench figures

lint:
	tools/lint

# What reads what strangers send, against what nobody would write; SECONDS for each target.
SECONDS ?= 600
fuzz:
	tools/fuzz $(SECONDS)

conformance:
	tools/conformance '$(SHARED)'

screenshots: widget
	@tools/need browser node-packages
	RELAIS_SCREENSHOTS='$(CURDIR)/target/screenshots' tools/with cargo test --package relais-tests --test it browser::
