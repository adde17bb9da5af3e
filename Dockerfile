# The image holds the program alone: no shell, no package manager, no root. Built from
# the same commit with the same arguments and the same golang image, its program has
# the same bytes as the one in a release.
#
#   docker build --build-arg VERSION=1.0.0 --build-arg COMMIT=$(git rev-parse HEAD) -t console:1.0.0 .
#   docker run -p 8080:8080 -v console-data:/data -e CONSOLE_… console:1.0.0

FROM golang:1.26.5@sha256:3aff6657219a4d9c14e27fb1d8976c49c29fddb70ba835014f477e1c70636647 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG COMMIT=unknown
ENV CGO_ENABLED=0 GOFLAGS= GOAMD64=v1 GOARM64=v8.0
RUN go build -trimpath -buildvcs=false \
    -ldflags "-s -w -buildid= -X main.version=$VERSION -X main.commit=$COMMIT" \
    -o /out/console ./cmd/console
RUN install -d -m 0700 /out/data

FROM scratch
ARG VERSION=dev
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="Console" \
      org.opencontainers.image.description="The users of an organisation, and every change to them" \
      org.opencontainers.image.source="https://github.com/roboto-ai/console" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/console /console
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
ENV CONSOLE_LISTEN=0.0.0.0:8080 CONSOLE_DATABASE=sqlite:/data/console.db
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["/console", "healthcheck"]
ENTRYPOINT ["/console"]
CMD ["serve"]
