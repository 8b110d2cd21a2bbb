# The daemon in a container: one volume, no root, nothing fetched at the start.
#   docker build -t executor . && docker compose -f docs/compose/compose.yaml up
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20-slim
ENV NODE_ENV=production EXECUTOR_DATA_DIR=/data EXECUTOR_HOST=0.0.0.0 EXECUTOR_PORT=4788
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 4788
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4788/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli.js"]
# Another bind than loopback wants EXECUTOR_PUBLIC_URL, and the names it is reached by: see docs/compose/compose.yaml.
CMD ["web", "--foreground", "--no-browser", "--allowed-host", "executor"]
