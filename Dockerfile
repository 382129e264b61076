# The project with everything set up, for a user that is not root. Nothing of yours is in it: .env stays outside
# (.dockerignore), and credentials come with the environment when it is run.
ARG PYTHON=3.13
FROM python:${PYTHON}-slim-bookworm

# psql for `make psql`: the one that comes with the embedded Postgres has no TLS. tini ends what a run leaves behind.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make postgresql-client tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 amazon-ads \
    && install --directory --owner=amazon-ads /opt/amazon-ads-entities

USER amazon-ads
WORKDIR /opt/amazon-ads-entities
COPY --chown=amazon-ads . .

# Mirrors and certificates of a company, for the set-up alone (--build-arg); an address with a password would stay in
# the history of the image.
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
ARG PIP_CERT
ARG SSL_CERT_FILE
RUN UV_NO_CACHE=1 PIP_NO_CACHE_DIR=1 make install && mkdir -m 700 .sandbox

# Healthy: every profile and entity is there and fresh.
HEALTHCHECK --interval=10m --timeout=60s --start-period=6h CMD [".venv/bin/entities-status", "--json"]
ENTRYPOINT ["tini", "--"]
CMD [".venv/bin/entities-sync"]
