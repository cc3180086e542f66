const { PATH = '', NODE_COMPILE_CACHE } = process.env

/** For a process that a test starts: the path, and the run's cache of compiled code. Nothing else of this process's environment. */
export const childEnvironment: Readonly<Record<string, string>> = {
  PATH,
  ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
}
