# What people do here; CONTRIBUTING.md says more. The gate is .ci/run.
.PHONY: demo test long bench generate lint release

LENGTH = 1h # of the tests that can run for any time

demo:
	go run . demo

test:
	go test ./...

# Beside the tests of the gate: a soak, an hour at the rate limit, the release as a snapshot, the steps of the Dockerfile.
long:
	LIVEADMIN_TEST_POSTGRES=required LIVEADMIN_TEST_LONG=$(LENGTH) go test -timeout 5h ./...

bench:
	bot/e2e/bench.sh

generate:
	go generate ./...

lint:
	go tool -modfile=.ci/tools/golangci-lint/go.mod golangci-lint run
	go tool -modfile=.ci/tools/actionlint/go.mod actionlint

# The commit has a tag: v, then app.Release.
release:
	go test -count=1 -run TestRelease ./deploy
	go tool -modfile=.ci/tools/goreleaser/go.mod goreleaser release --clean
