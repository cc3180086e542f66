/** Bundles src/main.ts into this folder. */
export function bundleInto(outdir: string): Promise<void>
