/** Finds `npx.cmd` and the like on Windows, with the arguments quoted as `cmd.exe` wants them. */
declare module 'cross-spawn' {
  const spawn: typeof import('node:child_process').spawn;
  export default spawn;
}
