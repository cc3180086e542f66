# syntax=docker/dockerfile:1
# The service with everything that it needs at run time: the bundle in dist/ and the Node that package-lock.json names.
#   docker build -t occupy .
#   docker run -p 127.0.0.1:5000:5000 -v occupy-data:/data -e HOST=0.0.0.0 -e PUBLIC_URL=http://127.0.0.1:5000 -e ALLOW_DEMO_SCHOOL=1 occupy

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY . .
# npm ci also builds dist/.
RUN npm ci --omit=dev

FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libatomic1 \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --system --gid 10001 occupy \
  && useradd --system --uid 10001 --gid occupy --home-dir /data --shell /usr/sbin/nologin occupy \
  && install -d -o occupy -g occupy -m 700 /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/deploy/container ./deploy/container
ENV PATH=/app/deploy/container:/app/node_modules/node/bin:$PATH \
    DATABASE_URL=file:/data/occupy.sqlite \
    PORT=5000 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    MALLOC_ARENA_MAX=2 \
    NODE_OPTIONS=--max-semi-space-size=8
USER occupy
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["ready"]
ENTRYPOINT ["occupy"]
CMD ["serve"]
