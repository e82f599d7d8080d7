# syntax=docker/dockerfile:1
# Kontor in a container. docs/INSTALL.md shows how to run it; compose.yaml does.
FROM rust:1.95.0-slim-bookworm AS build
# What the bundled SQLite and libpq are compiled with. The version is Debian's of the day.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin kontor \
    && strip -o /usr/local/bin/kontor target/release/kontor

FROM debian:bookworm-slim
# Channels and mail servers are checked against the certificates of the system.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 kontor \
    && useradd --system --uid 10001 --gid kontor --home-dir /var/lib/kontor --no-create-home --shell /usr/sbin/nologin kontor \
    && install -d -m 750 -o kontor -g kontor /var/lib/kontor \
    && install -d -m 750 -o root -g kontor /etc/kontor
COPY --from=build /usr/local/bin/kontor /usr/local/bin/kontor
USER 10001:10001
WORKDIR /var/lib/kontor
VOLUME /var/lib/kontor
EXPOSE 8080
# Kontor lets running calls end; give it 150 seconds (docker stop --time 150).
STOPSIGNAL SIGTERM
# /live, not /ready: a restart does not repair a database. Bash speaks TCP, so the image needs no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /live HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["kontor"]
# In a container 127.0.0.1 is reachable for nobody else; what is published decides who may connect.
CMD ["serve", "--config", "/etc/kontor/kontor.toml", "--listen", "0.0.0.0:8080"]
