# Stand-ins, from Debian's packages, for the images of others that docker/compose names. For tests only.
FROM localhost/node:stand-in AS services
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends postgresql nginx-light >/dev/null \
 && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ 2>/dev/null || true
COPY postgres-entrypoint.sh /

FROM services AS nginx
CMD ["nginx", "-g", "daemon off;"]

FROM services AS postgres
ENTRYPOINT ["/bin/sh", "/postgres-entrypoint.sh"]
