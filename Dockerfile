# One image for the gateway and for the simulators: what `npm pack` ships, with its packages and the page.
# docs/docker.md says how to run it, and how to build it without a Docker daemon.
ARG NODE_IMAGE=node:24-bookworm-slim

# Compiles the program and builds the page. Install scripts are left out: they only fetch a Node of their own.
FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node node_modules/vite/bin/vite.js build dashboard \
  && node scripts/build.mjs \
  && mkdir -p dist/dashboard \
  && cp -r dashboard/dist dist/dashboard/

# The packages that the program needs when it runs, without what nobody runs: types, source maps, documents, tests.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev \
  && find node_modules -type f ! -iname 'licen[cs]e*' ! -iname 'notice*' \
    \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) -delete \
  && find node_modules -type d -regextype posix-extended \
    -regex '(.*/)?node_modules/(@[^/]+/)?[^/]+/(tests?|__tests__|docs|examples?|benchmarks?|\.github)' \
    -prune -exec rm -r {} + \
  && find node_modules/@expo-google-fonts -type f \( -name '*.ttf' -o -name '*.png' \) \
    ! -name '*_400Regular.ttf' ! -name '*_700Bold.ttf' -delete

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="seamwatt" \
  org.opencontainers.image.description="Edge gateway for water-wall welding lines and carbon-neutral parks" \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY scripts/forward-port.mjs ./scripts/
COPY --from=build /src/dist ./dist
RUN ln -s /app/bin/seamwatt.mjs /usr/local/bin/seamwatt \
  && mkdir -p /data /etc/seamwatt \
  && chown 1000:1000 /data
# One pool of memory for all threads and a small young generation: they cost little time and save much memory.
ENV GLIBC_TUNABLES=glibc.malloc.arena_max=1
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=2 SEAMWATT_CONFIG=/etc/seamwatt/site.yaml
# Everything else may be read-only.
VOLUME /data
WORKDIR /data
USER 1000:1000
# On loopback only, unless the site file has TLS: docs/docker.md.
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz', { signal: AbortSignal.timeout(4000) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["seamwatt"]
CMD ["run", "--data", "/data"]
