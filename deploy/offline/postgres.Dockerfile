ARG BASE
FROM $BASE
# The number that the official image gives to the user, so that volumes can be exchanged.
RUN groupadd --system --gid 999 postgres && \
    useradd --system --gid postgres --uid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/90machine apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends postgresql-common && \
    sed -i '/create_main_cluster/ c create_main_cluster = false' /etc/postgresql-common/createcluster.conf && \
    apt-get install -y -qq --no-install-recommends postgresql-17 gosu && \
    rm -rf /var/lib/apt/lists/*
ENV PATH=$PATH:/usr/lib/postgresql/17/bin PGDATA=/var/lib/postgresql/data
RUN install -d -o postgres -g postgres -m 3777 /var/run/postgresql && \
    install -d -o postgres -g postgres -m 1777 "$PGDATA" && mkdir /docker-entrypoint-initdb.d
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
