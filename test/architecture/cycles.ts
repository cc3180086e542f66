/** The circles among files: each the files of one circle, in the order in which they import each other. */
export function cyclesAmong(importsOf: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  const path: string[] = []

  function visit(file: string): void {
    const at = path.indexOf(file)
    if (at >= 0) circles.push(path.slice(at))
    if (at >= 0 || done.has(file)) return
    path.push(file)
    for (const target of importsOf.get(file) ?? []) visit(target)
    path.pop()
    done.add(file)
  }

  for (const file of importsOf.keys()) visit(file)
  return circles
}
