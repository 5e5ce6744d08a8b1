ARG BASE
FROM $BASE
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/90machine apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends prometheus && \
    rm -rf /var/lib/apt/lists/* && install -d -o nobody /prometheus && ln -s /usr/bin/prometheus /usr/bin/promtool /bin/ 2>/dev/null || true
USER nobody
VOLUME /prometheus
ENTRYPOINT ["/usr/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
EXPOSE 9090
