# Everything a person types. `make help` lists it. Paths with spaces are fine: nothing here but
# relative names.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export PATH := $(CURDIR)/build/deps/node/bin:$(PATH)
-include Makefile.local

.PHONY: help run build web test check unit sanitize bench fault format lint setup clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: build ## build, then the demo on http://127.0.0.1:8600
	build/release/kanpan demo

build: setup web ## build/release/kanpan and the page that it serves
	@cmake --preset release -Wno-dev >build/configure.log || { cat build/configure.log; exit 3; }
	cmake --build --preset release --target kanpan

setup:
	@tools/setup

web: setup
	@tools/build-web

test: setup web ## every test, as CI runs them; closes with "N passed, N failed"
	@tools/run-tests

bench: build ## long benchmarks, side by side with what a user would use instead
	cmake --build --preset release
	tools/run-bench

sanitize: setup ## everything that runs under ASan, UBSan or TSan, the long ones too
	@cmake --preset asan -Wno-dev >build/configure.log
	cmake --build build/asan --target sanitize_tests sanitize_long_tests
	ctest --test-dir build/asan -L sanitize -j "$$(nproc)" --output-on-failure --no-tests=error --timeout 300
	@cmake --preset tsan -Wno-dev >build/configure.log
	cmake --build build/tsan --target threads_tests threads_long_tests
	ctest --test-dir build/tsan -L threads -j "$$(nproc)" --output-on-failure --no-tests=error --timeout 300

fault: setup ## long kill -9 and disk-full loops
	@cmake --preset release -Wno-dev >build/configure.log
	cmake --build --preset release
	KANPAN_FAULT_CYCLES=$${KANPAN_FAULT_CYCLES:-1000} ctest --test-dir build/release -L fault --no-tests=error --output-on-failure

format: setup ## clang-format over C++, biome over the page
	git ls-files -z '*.cpp' '*.hpp' | xargs -0 clang-format -i
	cd web && npm run --silent format

lint: setup ## clang-tidy over src (minutes), shellcheck over the scripts
	@tools/run-lint

clean: ## remove build results (not downloads)
	rm -rf build/release build/debug build/asan build/tsan web/dist
