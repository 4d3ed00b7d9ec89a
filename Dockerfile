# A static binary in an empty image, for a user without rights. What it keeps, with
# SQLite, is in the volume /data.
FROM --platform=$BUILDPLATFORM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /liveadmin . && mkdir -m 700 /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/LICENSE /src/THIRD_PARTY_NOTICES.txt /licenses/
COPY --from=build /liveadmin /liveadmin
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
# The image has no /tmp; the demo needs a temporary folder.
ENV HTTP_ADDR=:8080 TMPDIR=/data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["/liveadmin", "healthcheck"]
ENTRYPOINT ["/liveadmin"]
