// Loaded into a daemon before it starts (NODE_OPTIONS=--expose-gc --require): says on a socket what it holds once all that nothing needs is gone.
const { createServer } = require('node:http');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.COLLECT_SOCKET) {
  createServer((_req, res) => {
    // What one collection frees, another may need to have been freed before.
    for (let n = 0; n < 3; n++) global.gc();
    res.end(JSON.stringify(process.memoryUsage()));
  })
    .listen(process.env.COLLECT_SOCKET)
    .unref();
}
