ARG BASE
FROM $BASE
RUN groupadd --system --gid 999 rabbitmq && \
    useradd --system --gid rabbitmq --uid 999 --home-dir /var/lib/rabbitmq --shell /bin/bash rabbitmq
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/90machine apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends rabbitmq-server gosu && \
    rm -rf /var/lib/apt/lists/* /var/lib/rabbitmq/.erlang.cookie /var/lib/rabbitmq/mnesia
ENV HOME=/var/lib/rabbitmq RABBITMQ_DATA_DIR=/var/lib/rabbitmq RABBITMQ_LOGS=- LANG=C.UTF-8
# As in the official image everybody reaches it from elsewhere.
RUN install -d -o rabbitmq -g rabbitmq /etc/rabbitmq/conf.d /var/lib/rabbitmq /var/log/rabbitmq && \
    printf 'loopback_users.guest = false\nlog.console = true\n' >/etc/rabbitmq/conf.d/10-defaults.conf && \
    echo '[rabbitmq_management,rabbitmq_prometheus].' >/etc/rabbitmq/enabled_plugins && \
    chown -R rabbitmq:rabbitmq /etc/rabbitmq /var/lib/rabbitmq
COPY rabbitmq-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/rabbitmq
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 4369 5671 5672 15671 15672 15691 15692 25672
CMD ["rabbitmq-server"]
