# `make help` lists what there is to make. Building and running need Go alone; `make
# vendor` needs npm, and some tests PostgreSQL or a Chromium.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null)
BUILD    = go build -trimpath -ldflags "-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)"

export CGO_ENABLED = 0

.PHONY: help
help: ## list what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: build ## build and start the demo on http://127.0.0.1:8080, its data in data/
	@bin/console demo

.PHONY: build
build: ## build the program, bin/console
	@echo "Building bin/console (the first time takes a few minutes)"
	@$(BUILD) -o bin/console ./cmd/console

.PHONY: watch
watch: ## run the demo, and again at every change; http://127.0.0.1:7331 reloads itself
	go tool templ generate -path . --watch --watch-pattern '.+\.(go|templ)$$|static/src/.+' --ignore-pattern '_templ\.go$$' \
		--proxy http://127.0.0.1:8080 --open-browser=false --cmd 'make --no-print-directory rerun'

.PHONY: rerun
rerun:
	@go generate ./static && exec go run ./cmd/console demo

# --- Checks -------------------------------------------------------------------

.PHONY: test
test: lint test-go test-deploy test-faults test-sdk test-browser ## check everything: lint, then all tests

.PHONY: test-go
test-go: ## run the unit, HTTP and program tests
	go test -timeout 30m ./...
	go test -tags bench -run '^TestMemory' ./web ./web/api
	@$(MAKE) --no-print-directory test-postgres

# INSTALL installs packages with apt-get, for root on Debian alone, and names them first. dpkg finds
# stand-ins for three programs first in its PATH, so that the packages start no service, and
# PostgreSQL's create no cluster.
INSTALL = if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		echo "Installing these packages for the tests: $(1)"; \
		bin=$$(mktemp -d) && for p in pg_conftool invoke-rc.d deb-systemd-invoke; do \
			printf '\#!/bin/sh\necho off\n' >"$$bin/$$p" && chmod 755 "$$bin/$$p" || exit 1; done; \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
			-o DPkg::Path="$$bin:/usr/sbin:/usr/bin:/sbin:/bin" $(1) || { rm -r "$$bin"; exit 1; }; \
		rm -r "$$bin"; \
	fi

# The programs that tests start, and the packages of Debian that hold them. Add to both.
TOOLS         = postgres pgbouncer strace
TOOL_PACKAGES = postgresql pgbouncer strace
# MISSING prints which of its arguments are no installed programs. Debian keeps PostgreSQL's out of the PATH.
MISSING = PATH="$${CONSOLE_TEST_POSTGRES:-/}:$$PATH:$$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tr '\n' ':')"; \
	for t in $(1); do command -v "$$t" >/dev/null || echo "$$t"; done

.PHONY: test-tools
test-tools: # installs the missing programs that tests start
	@if [ -n "$$($(call MISSING,$(TOOLS)))" ]; then $(call INSTALL,$(TOOL_PACKAGES)); fi

# The programs that read the files in deploy/. Each is the build tag of its test, with _ for -.
READERS = caddy nginx kubectl docker systemd-analyze promtool

.PHONY: test-deploy
test-deploy: ## have the programs that read the files in deploy/ check them, as far as they are installed
	@tags=$$(for p in $(READERS); do \
		if [ $$p = docker ]; then docker compose version; else command -v $$p; fi >/dev/null 2>&1 && echo $$p | tr - _ || \
			echo "The test of deploy/ with $$p did not run: it is not installed." >&2; done); \
	[ -z "$$tags" ] || { set -x; go test -tags "$$(echo $$tags | tr ' ' ,)" -run '^Test(Caddy|Nginx|Kubectl|Docker|Systemd|Promtool)Reads' ./internal/repotest ./internal/metrics; }

# The packages whose tests run on PostgreSQL as they do on SQLite, and which test it.
ON_POSTGRES = ./internal/database/... ./internal/users ./internal/directory ./internal/history ./internal/bench ./web ./web/api

.PHONY: test-postgres
test-postgres: test-tools ## run the tests on PostgreSQL; on Debian, root gets it installed if there is none
	@if [ -z "$$($(call MISSING,postgres))" ]; then \
		tags=postgres; if command -v pgbouncer >/dev/null; then tags=postgres,pgbouncer; else echo "The test with PgBouncer did not run: it is not installed."; fi; \
		echo "CONSOLE_TEST_ENGINE=postgres go test -tags $$tags -timeout 30m $(ON_POSTGRES)"; \
		CONSOLE_TEST_ENGINE=postgres go test -tags $$tags -timeout 30m $(ON_POSTGRES) && \
		go test -tags postgres -run '^Test(Postgres|Copy)' ./cmd/console && \
		go test -tags postgres -run 'OfPostgreSQL$$' ./internal/doctor && \
		CONSOLE_TEST_ENGINE=postgres go test -tags postgres -run '^Test(Postgres|Handover|StopWithoutLoss|TwoConsoles)' ./internal/torture; \
	else \
		echo "The tests on PostgreSQL did not run: there is no postgres. Install it (Debian: apt-get install postgresql) and run make test-postgres."; \
		[ "$$CI" != true ]; \
	fi

# TAGS prints what the machine has of what tests of faults need, as build tags, and says
# what does not run without the rest.
TAGS = sh internal/torture/tags.sh

.PHONY: test-faults
test-faults: test-tools ## run the tests of faults that want a Linux, root and strace; on Debian, root gets strace installed
	@tags=$$($(TAGS)) || exit 1; [ -z "$$tags" ] || { \
		echo "go test -tags $$tags ./internal/torture"; \
		CONSOLE_TEST_STRACE=$$(command -v strace) go test -tags $$tags -run '^TestDisk' ./internal/torture; }

# The tests outside internal/torture that do more at full size, CONSOLE_TORTURE=full.
LARGE_TESTS = ^Test(SlowClients|OversizeRequests|MemoryUnderAttack|MigrationKilled|Provider.*)$$

.PHONY: torture
torture: test-tools ## do to the console what a bad day does, at full size: half an hour
	@tags=$$($(TAGS)) || exit 1; \
	CONSOLE_TORTURE=full CONSOLE_TEST_STRACE=$$(command -v strace) \
		go test -tags "$$tags" -timeout 60m -count=1 -v ./internal/torture && \
	CONSOLE_TORTURE=full go test -timeout 60m -count=1 -v -run '$(LARGE_TESTS)' ./cmd/console ./internal/database ./web

# The official SDK and command line, in the versions that are pinned with their digests, in a virtual
# environment that is kept in the user's cache.
SDK_REQUIREMENTS = cmd/console/testdata/sdk/requirements.txt
HAVE_VENV = python3 -c 'import ensurepip, venv' 2>/dev/null

.PHONY: test-sdk
test-sdk: ## run the official SDK and command line against a console; on Debian, root gets Python's venv installed
	@if ! $(HAVE_VENV); then $(call INSTALL,python3-venv); fi
	@venv="$${XDG_CACHE_HOME:-$$HOME/.cache}/roboto-console/sdk-$$(cksum <$(SDK_REQUIREMENTS) | tr -c '0-9\n' -)"; \
	if ! $(HAVE_VENV); then \
		echo "The tests with the SDK did not run: there is no Python with venv. Install it (Debian: apt-get install python3-venv) and run make test-sdk."; \
		[ "$$CI" != true ]; \
	elif [ ! -e "$$venv/installed" ] && ! { rm -rf "$$venv" && python3 -m venv "$$venv" && \
		"$$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $(SDK_REQUIREMENTS) && touch "$$venv/installed"; }; then \
		echo "The tests with the SDK did not run: it could not be installed. Look at what pip says above, and run make test-sdk."; \
		[ "$$CI" != true ]; \
	else \
		echo "go test -tags sdk -run '^TestSDK' ./cmd/console  # in $$venv"; \
		CONSOLE_TEST_PYTHON="$$venv/bin/python" go test -tags sdk -timeout 15m -run '^TestSDK' ./cmd/console; \
	fi

# The first of these that is there runs the browser tests.
BROWSERS = chromium chromium-browser google-chrome google-chrome-stable chrome headless-shell \
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium
FIND_BROWSER = for b in $(BROWSERS); do command -v "$$b" && break; done

.PHONY: test-browser
test-browser: ## run the browser tests; on Debian, root gets a Chromium installed if there is none
	@if [ -z "$$($(FIND_BROWSER))" ]; then $(call INSTALL,chromium fonts-noto-core); fi
	@browser=$$($(FIND_BROWSER)); \
	if [ -n "$$browser" ]; then \
		echo "go test -tags browser ./internal/browsertest  # in $$browser"; \
		CONSOLE_TEST_BROWSER="$$browser" go test -tags browser -timeout 30m ./internal/browsertest; \
	else \
		echo "The browser tests did not run: there is no Chromium or Chrome. Install one (Debian: apt-get install chromium) and run make test-browser."; \
		[ "$$CI" != true ]; \
	fi

.PHONY: docs-test
docs-test: ## run the commands of the documents as written, in a bare Debian that it makes; on Debian, as root
	@if ! command -v mmdebstrap >/dev/null; then $(call INSTALL,mmdebstrap); fi
	go test -tags docs -count=1 -timeout 30m ./internal/docstest

.PHONY: check
check: test ## the same as test

# Every build tag.
ALL_TAGS = bench,browser,sdk,strace,mounts,postgres,pgbouncer,docs,chroot,caddy,nginx,kubectl,docker,systemd_analyze,promtool

.PHONY: lint
lint: ## check form: gofmt, templ fmt, vet, staticcheck, go.mod, generated files
	@echo "gofmt"; files=$$(gofmt -l cmd internal static views web) && [ -z "$$files" ] || { echo "not formatted: $$files"; exit 1; }
	@echo "templ fmt"; go tool templ fmt -fail -log-level error -prettier-command true views internal
	@echo "go mod tidy"; go mod tidy -diff
	@echo "generated files"; before=$$($(GENERATED)); $(MAKE) --no-print-directory generate; \
		[ "$$before" = "$$($(GENERATED))" ] || { echo "some generated files were not up to date; now they are: see git status"; exit 1; }
	@echo "go vet"; go vet ./... && go vet -tags $(ALL_TAGS) ./...
	@echo "staticcheck"; go tool staticcheck -tags $(ALL_TAGS) ./...

# GENERATED prints a checksum of every generated file.
GENERATED = find static/dist views internal web -type f \( -path 'static/dist/*' -o -name '*_templ.go' \) -exec cksum {} + | sort

# --- Measuring ------------------------------------------------------------------

.PHONY: bench
bench: ## measure the console at a million users; BENCH="-engine postgres" on PostgreSQL, "-write docs/performance.md" keeps it, "-help" lists more
	@go run ./internal/bench $(BENCH)

# --- Files made from others ---------------------------------------------------

.PHONY: generate
generate: ## make the generated files: pages from templ, minified assets
	@go tool templ generate -path . -log-level error
	@go generate ./...

.PHONY: vendor
vendor: ## fetch the vendored files again, as static/vendor.json lists them (needs npm)
	go run ./static/vendoring

.PHONY: screenshots
screenshots: ## take the screenshots of the README again
	CONSOLE_TEST_BROWSER="$$($(FIND_BROWSER))" go test -tags browser -count=1 -run '^TestScreenshots$$' ./internal/browsertest -update

.PHONY: release
release: ## build what is released, into dist/: archives, checksums, lists of parts; the version is the tag
	@go run ./internal/release

.PHONY: clean
clean: ## remove what was built; data/ stays
	rm -rf bin dist
