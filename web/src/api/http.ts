import { Problem } from './problem'

/** Values a query string can carry; empty ones are left out, arrays repeat the name. */
export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>

const ROOT = '/api/v1'

let csrfToken = ''
let language = 'zh-CN'
let onSignedOut: () => void = () => undefined

/** Remember the token of the session at hand; it lives in memory only, never in storage. */
export function useCsrfToken(token: string): void {
  csrfToken = token
}

/** The language the server's problem texts are asked for in. */
export function useProblemLanguage(tag: string): void {
  language = tag
}

/** What to do when the server says that the session is over. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action
}

/** The address of an API path with its query. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return `${ROOT}${path}${text ? `?${text}` : ''}`
}

/** Changes that are under way: asked for once more meanwhile, each is made once. */
const underWay = new Map<string, Promise<unknown>>()

/**
 * Ask the API and return the parsed answer, or undefined for "no content".
 *
 * The same change, asked for while it is under way, is not asked for again: both get the one answer.
 *
 * @throws Problem for every answer that is not a success, and when there is no answer.
 */
export function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  if (method === 'GET' || options.body instanceof FormData) return ask<T>(method, path, options)
  const same = JSON.stringify([method, address(path, options.query), options.version, options.body])
  let answer = underWay.get(same) as Promise<T> | undefined
  if (!answer) {
    answer = ask<T>(method, path, options).finally(() => underWay.delete(same))
    underWay.set(same, answer)
  }
  return answer
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Options {
  query?: Query
  /** Sent as JSON, or as it is when it is a form. */
  body?: unknown
  /** The version that was read; the change is refused when there is a newer one. */
  version?: number
  signal?: AbortSignal
}

async function ask<T>(method: Method, path: string, options: Options): Promise<T> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': language,
  }
  const form = options.body instanceof FormData ? options.body : null
  if (options.body !== undefined && !form) headers['Content-Type'] = 'application/json'
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`
  if (method !== 'GET' && csrfToken) headers['X-OpenSeat-CSRF'] = csrfToken
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      signal: options.signal,
    })
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown
    throw Problem.unreachable()
  }
  if (!response.ok) {
    const problem = await Problem.from(response)
    if (problem.status === 401 && path !== '/session') onSignedOut()
    throw problem
  }
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

/**
 * Ask the API for a file, in the language of the pages.
 *
 * @throws Problem as `request` does.
 */
export async function file(path: string, query?: Query): Promise<Blob> {
  let response: Response
  try {
    response = await fetch(address(path, query), {
      headers: { 'Accept-Language': language },
      credentials: 'same-origin',
    })
  } catch {
    throw Problem.unreachable()
  }
  if (!response.ok) throw await Problem.from(response)
  return response.blob()
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', path, { query, signal })

export const post = <T>(path: string, body?: unknown): Promise<T> =>
  request<T>('POST', path, { body: body ?? {} })

/** One page of a list. */
export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** Every row of a list, page by page, until `limit` rows were read. */
export async function* pages<T>(
  path: string,
  query: Query,
  limit: number,
  signal?: AbortSignal,
): AsyncGenerator<T[]> {
  let cursor: string | null = null
  let left = limit
  do {
    const page: Page<T> = await get<Page<T>>(
      path,
      { ...query, limit: Math.min(200, left), cursor },
      signal,
    )
    yield page.items
    left -= page.items.length
    cursor = page.next_cursor
  } while (cursor !== null && left > 0)
}
