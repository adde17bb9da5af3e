# The image holds the program alone: no shell, no package manager, no root.
#
#   docker build --build-arg VERSION=1.0.0 -t console .
#   docker run -p 8080:8080 -v console-data:/data -e CONSOLE_… console

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ENV CGO_ENABLED=0
RUN go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/console ./cmd/console
RUN install -d -m 0700 /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/console /console
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
ENV CONSOLE_LISTEN=0.0.0.0:8080 CONSOLE_DATABASE=sqlite:/data/console.db
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["/console", "healthcheck"]
ENTRYPOINT ["/console"]
CMD ["serve"]
