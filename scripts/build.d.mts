/** Whether dist/ was built from the sources and the lockfile as they are now. */
export function isBuilt(): boolean
/** Replaces dist/ as a whole. @throws Error where the installed packages are not those of package-lock.json */
export function build(): Promise<void>
export function bundleInto(outdir: string): Promise<void>
