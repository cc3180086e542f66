export interface PostgresAddress {
  /** `host:port`, for messages. */
  name: string
  /** The database's URL with only this host. */
  url: string
}

/** Parses the servers of `postgres://user@a:1,b:2/name`, in order. @throws Error when a host is missing or malformed */
export function splitHosts(url: string): PostgresAddress[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]+)(.*)$/.exec(url)
  if (parts === null) throw new Error('not a postgres:// URL with a host')
  const [, head = '', authority = '', tail = ''] = parts
  return authority.split(',').map((text) => {
    const name = checkedAddress(text)
    return { name, url: `${head}${name}${tail}` }
  })
}

function checkedAddress(text: string): string {
  const parts = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text)
  const port = Number(parts?.[2] ?? 5432)
  if (parts?.[1] === undefined || port < 1 || port > 65535)
    throw new Error('a host of the postgres:// URL is malformed')
  return `${parts[1]}:${port}`
}
