const { PATH = '', NODE_COMPILE_CACHE } = process.env

/** The environment of a process that a test starts: the path, and the run's cache of compiled code, and nothing else. */
export const childEnvironment: Readonly<Record<string, string>> = {
  PATH,
  ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
}
