# One image for everything: `start` (the default), or bin, dist/main.js and dist/worker.js by hand.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages stay: PostgreSQL's binaries for this platform are one.
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 THROUGHLINE_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
COPY --from=build /app/models ./models
# PostgreSQL does not run as root, and initdb wants a user that has a name.
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Requests and jobs are finished first; run with --init, so that somebody reaps PostgreSQL's children.
STOPSIGNAL SIGTERM
CMD ["node", "bin/throughline.js", "start"]
