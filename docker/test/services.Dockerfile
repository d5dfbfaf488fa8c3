# Stand-ins, from Debian's packages and the Go module proxy, for the images of others that docker/compose names. For tests only.
FROM localhost/node:stand-in AS services
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends postgresql nginx-light >/dev/null \
 && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ 2>/dev/null || true
COPY postgres-entrypoint.sh /

FROM services AS nginx
CMD ["nginx", "-g", "daemon off;"]

FROM services AS postgres
ENTRYPOINT ["/bin/sh", "/postgres-entrypoint.sh"]

# versitygw, as .ci/run installs it; whoever builds this puts it beside this file.
FROM localhost/node:stand-in AS s3
COPY versitygw /usr/local/bin/
RUN mkdir -p /objects/farm
VOLUME /objects
CMD ["versitygw", "--quiet", "--keep-alive", "--port", "0.0.0.0:7070", "posix", "/objects"]

FROM localhost/node:stand-in AS prometheus
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends prometheus >/dev/null
CMD ["prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
