/** Why a request was not fulfilled. The message is the service's, in the language of the page. */
export interface Refusal {
  /** 0 if there was no response. */
  status: number
  message: string
  retryAfterSeconds?: number | undefined
  /** In the waiting room: how many are ahead, and the place to send with the next try. */
  ahead?: number | undefined
  place?: string | undefined
}

export type Result<T> = { ok: true; data: T; status: number } | { ok: false; refusal: Refusal }

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Converts the result of openapi-fetch, or a network error, to a value. */
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
