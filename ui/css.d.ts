declare module '*.css';

/** The layout engine runs in a worker: what is imported is its address. */
declare module 'elkjs/lib/elk-worker.min.js' {
  const url: string;
  export default url;
}
