# Cally's targets; `make` alone lists them. Needs Python 3.11 or newer with venv, and make.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/.ready-to-run
DEV := $(BIN)/.ready-to-test
LOCKED = --quiet --universal --generate-hashes --python-version 3.11 --upgrade --exclude-newer "$$(date -u -d '7 days ago' +%F)"
SOURCES := cally tests benchmarks packaging

.DEFAULT_GOAL := help
.PHONY: help run demo test check lint fix scan outdated update torture storm faults attack bench shots axe docs erd hooks pyz prove-pyz reproducible deb prove-deb clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(RUN) ## serve http://127.0.0.1:8080 on an encrypted database in ./var
	$(BIN)/python -m cally serve

demo: $(RUN) ## fill an empty database in ./var with a populated instance
	$(BIN)/python -m cally demo

test: $(DEV) tools ## run every test
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: lint test ## format, lint, types, floors, tests

lint: $(DEV) ## format, lint, types, floors
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(DEV) ## format, and mend what ruff can mend
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

scan: $(DEV) ## let ruff, bandit and pip-audit look for holes, and write the SBOM to dist/sbom.json
	$(BIN)/python -m tests.scan

outdated: $(DEV) ## list what is out that is newer than the locks
	$(BIN)/python -m pip list --outdated --disable-pip-version-check

update: $(DEV) ## write the locks anew, with the newest versions that are a week old
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCKED) --group dev pyproject.toml -o requirements-dev.lock

torture: $(DEV) ## kill -9 a booking server again and again, cut the power, and let the oracle judge
	$(BIN)/python -m tests.process.torture

storm: $(DEV) ## a day without a mail server, 5,000 messages waiting, kill -9 when it is back; prints figures
	$(BIN)/python -m tests.process.storm

faults: $(DEV) tools ## full and failing disks, turned bits, jumping clocks, stops under load, crowds; prints figures
	$(BIN)/python -m tests.process.faults --json

attack: $(DEV) ## let sqlmap and wapiti loose on a furnished server
	$(BIN)/python -m tests.process.scanners

bench: $(DEV) tools ## measure, beside a ceiling measured in the same run; prints JSON
	$(BIN)/python -m benchmarks

shots: $(DEV) tools ## take the screenshots of docs/screenshots
	$(BIN)/python -m tests.browser.shots
	$(BIN)/python -m tests.browser.alert_journey

pyz: $(DEV) ## build dist/cally.pyz, the one file; MINISIGN_KEY= signs it, RELEASE_KEY= is what it trusts
	PYTHONPATH=packaging $(BIN)/python -m pyz

prove-pyz: pyz ## try the one file on bare systems, for each Python and architecture that can be had (root, Debian)
	PYTHONPATH=packaging $(BIN)/python -m pyz.prove

reproducible: $(DEV) ## build everything twice, elsewhere and otherwise, and compare the bytes
	PYTHONPATH=packaging $(BIN)/python -m reproducible

axe: $(DEV) tools ## let axe-core judge every page of the demo that links lead to, on a desk and on a phone
	$(BIN)/python -m tests.browser.every_page

docs: $(DEV) ## make the generated pages of docs/
	$(BIN)/python -m tests.conformance
	CALLY_KEEP_EXAMPLES=1 $(BIN)/pytest -q tests/web/test_api_examples.py

erd: $(RUN) ## draw the schema as a Mermaid diagram, docs/schema.md
	$(BIN)/python -m cally db erd --markdown > docs/schema.md

deb: $(DEV) ## build dist/cally_VERSION_ARCH.deb; needs debhelper, says what lintian says
	PYTHONPATH=packaging $(BIN)/python -m deb.build $(ARCH)
	! command -v lintian >/dev/null || lintian --allow-root --fail-on error,warning dist/cally_*.deb

prove-deb: $(DEV) ## boot a Debian, and look at what the .deb promises; for root; SUITES="bookworm trixie"
	PYTHONPATH=packaging $(BIN)/python -m deb.prove $(SUITES)

hooks: ## run `make check` before every commit
	git config core.hooksPath .githooks

clean: ## remove what was built, not the database in ./var
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: tools
tools: ## bring what the tests need beside Python, where it is missing and can be had
	@sh packaging/test-tools.sh

$(RUN): requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	touch $@

$(DEV): requirements-dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	touch $@ $(RUN)
