/** Why something was not done. Its message is the service's own, in the language of the page. */
export interface Refusal {
  /** Zero where no answer came. */
  status: number
  message: string
  /** When to try again. */
  retryAfterSeconds?: number | undefined
  /** In the line before the school: how many are ahead, and the place to come back with. */
  ahead?: number | undefined
  place?: string | undefined
}

export type Result<T> = { ok: true; data: T; status: number } | { ok: false; refusal: Refusal }

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Turns what openapi-fetch returns, or the failure of the network, into a value. */
export async function resultOf<T>(answer: Promise<Answer<T>>, offlineMessage: string): Promise<Result<T>> {
  try {
    const { data, error, response } = await answer
    if (response.ok) return { ok: true, data: data as T, status: response.status }
    return { ok: false, refusal: refusalOf(error, response, offlineMessage) }
  } catch {
    return { ok: false, refusal: { status: 0, message: offlineMessage } }
  }
}

function refusalOf(error: unknown, { status, headers }: Response, offlineMessage: string): Refusal {
  const message = (error as { message?: unknown } | undefined)?.message
  return {
    status,
    message: typeof message === 'string' ? message : offlineMessage,
    retryAfterSeconds: number(headers.get('retry-after')),
    ahead: number(headers.get('waiting-ahead')),
    place: headers.get('waiting-place') ?? undefined,
  }
}

function number(text: string | null): number | undefined {
  return text === null || !/^\d+$/.test(text) ? undefined : Number(text)
}
