export function openRunFolder(): string
export function removeDeadRuns(): void
export function removeRun(folder: string, group?: number): string[]
export function removeSharedMemory(folder: string): void
