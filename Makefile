# Everything a newcomer and the build need. `make help` lists it; every target makes .venv first when
# it is missing, or pyproject.toml or requirements.lock has changed, and then starts at once, without the network.

VENV := .venv
BIN := $(VENV)/bin
SITE ?= demo-site
ARGS ?=
# Test files run so many at a time. Tests wait more than they compute; 0 runs them one after the other.
JOBS ?= 4
FAST := tests/unit tests/conformance tests/docs

# Servers start in half the time with what Python has compiled before; some containers switch that off.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install lock lowest peers demo demo-zh test test-fast test-long speech lint check serve bench clean

help: ## say what there is
	@echo "hotline: a telephony and IVR call-centre server"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv with everything in it, in the versions of requirements.lock
	@sh scripts/install.sh

lock: install ## renew requirements.lock: the newest versions that pyproject.toml allows, with hashes
	@sh scripts/lock.sh

lowest: install ## test with the oldest versions that pyproject.toml names
	@sh scripts/lowest.sh $(ARGS)

peers: install ## install what tests run against (SIPp, baresip, PostgreSQL, Chromium)
	@sh scripts/peers.sh --again

demo: install ## play the main job: a customer leaves a problem with the bot, an agent calls back
	@$(BIN)/hotline models get en zh
	@$(BIN)/hotline demo $(ARGS)

demo-zh: install ## the same in Chinese
	@$(BIN)/hotline models get en zh
	@$(BIN)/hotline demo --language zh $(ARGS)

test: install ## run all tests but those that listen and speak (ARGS="-k sdp" runs some)
	@sh scripts/peers.sh
	@echo "hotline: all tests but make speech, $(JOBS) at a time, about 14 minutes on 2 cores; the slowest are listed at the end"
	@sh scripts/test.sh $(JOBS) $(ARGS)

test-fast: install ## run the tests that start no other program and wait for nothing, while working (ARGS as above)
	@echo "hotline: tests/unit, tests/conformance and tests/docs without those marked slow, under 90 seconds on 2 cores"
	@$(BIN)/python -m pytest -n $(JOBS) -m "not slow" $(FAST) $(ARGS)

test-long: install ## what takes longest: all random examples, then half an hour of calls that go wrong
	@sh scripts/peers.sh
	@HOTLINE_TESTS=long $(BIN)/python -m pytest tests/property tests/robustness tests/peers $(ARGS)
	@$(BIN)/python -m bench.soak --seconds 1800 --every 60

speech: install ## run the tests that listen and speak, and the demo; fetches models (520 MB) and wants a quiet machine
	@$(BIN)/python -m pytest tests/speech tests/story $(ARGS)

lint: install ## check format, style, types and layers
	@sh scripts/lint.sh

check: lint test ## everything that must hold before a commit: lint, then test

serve: install ## run a server (SITE=folder; made when there is none)
	@test -e $(SITE)/hotline.yaml || $(BIN)/hotline init $(SITE)
	@$(BIN)/hotline serve --site $(SITE) $(ARGS)

bench: install ## measure load and speed on this machine
	@$(BIN)/python -m bench $(ARGS)

clean: ## remove .venv and caches
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
