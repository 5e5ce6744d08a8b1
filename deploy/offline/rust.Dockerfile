ARG BASE
FROM $BASE
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/90machine apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends ca-certificates gcc g++ libc6-dev make pkg-config && \
    rm -rf /var/lib/apt/lists/*
ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY rust /usr/local
COPY registry /usr/local/cargo/registry
# There is no registry to ask.
ENV CARGO_NET_OFFLINE=true
