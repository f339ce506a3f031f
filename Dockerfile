# The steps are those of `make build`: what is tested is what is shipped.
FROM node:20-bookworm-slim AS client
WORKDIR /src
COPY client/package.json client/package-lock.json client/.npmrc client/
RUN cd client && npm ci --no-audit --no-fund
COPY shared shared
COPY sync sync
COPY client client
RUN cd client && node_modules/.bin/vite build

FROM golang:1.26-bookworm AS server
WORKDIR /src
ENV CGO_ENABLED=1
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=client /src/client/dist client/dist
RUN go build -tags sqlite_fts5 -trimpath -ldflags='-s -w' -o /bin/buxun ./server

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin buxun \
 && install -d -o buxun -g buxun -m 0700 /data
COPY --from=server /bin/buxun /usr/local/bin/buxun
COPY LICENSE NOTICE* /usr/share/doc/buxun/
ENV TZ=Asia/Shanghai
USER buxun
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["buxun", "health", "--address", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["buxun"]
CMD ["serve", "--listen", ":8080", "--data", "/data"]
