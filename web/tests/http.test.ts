import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { address, get, pages, post, useCsrfToken, whenSignedOut } from '@/api/http'
import { asProblem, Problem } from '@/api/problem'
import { nameOf } from '@/agent/shortcuts'
import { problemText } from '@/ui/problem-text'

const answers: Response[] = []
const asked: { url: string; init: RequestInit }[] = []

beforeEach(() => {
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push({ url, init })
    const answer = answers.shift()
    return answer ? Promise.resolve(answer) : Promise.reject(new TypeError('away'))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  answers.length = asked.length = 0
  useCsrfToken('')
})
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers })

describe('requests', () => {
  test('leave empty values out of the address', () => {
    expect(address('/calls', { a: '', b: null, c: 0, d: ['x', 'y'], e: '+86 1' })).toBe(
      '/api/v1/calls?c=0&d=x&d=y&e=%2B86+1',
    )
  })

  test('carry the CSRF token with changes only', async () => {
    useCsrfToken('secret')
    answers.push(json({}), new Response(null, { status: 204 }))
    await get('/session')
    await post('/me/agent/state', { state: 'idle' })
    const headers = asked.map(({ init }) => (init.headers as Record<string, string>)['X-OpenSeat-CSRF'])
    expect(headers).toEqual([undefined, 'secret'])
  })

  test('are made once while the same change is under way, and again afterwards', async () => {
    answers.push(json({ id: 1 }), json({ id: 2 }), json({ id: 3 }))
    const made = await Promise.all([post('/flows', { name: 'a' }), post('/flows', { name: 'a' })])
    expect(made).toEqual([{ id: 1 }, { id: 1 }])
    expect(await Promise.all([post('/flows', { name: 'b' }), post('/flows', { name: 'a' })])).toEqual([
      { id: 2 },
      { id: 3 },
    ])
    expect(asked).toHaveLength(3)
  })

  test('that were refused are made when asked for again', async () => {
    answers.push(json({ code: 'floor.unavailable' }, 503), json({ id: 4 }))
    const both = [post('/flows', {}), post('/flows', {})].map((one) => one.catch(asProblem))
    expect(await Promise.all(both)).toMatchObject([{ status: 503 }, { status: 503 }])
    expect(await post('/flows', {})).toEqual({ id: 4 })
  })

  test('keep no token in storage', () => {
    useCsrfToken('secret')
    expect(JSON.stringify({ ...window.localStorage, ...window.sessionStorage })).not.toContain('secret')
  })

  test('turn a refusal into a problem with its code', async () => {
    answers.push(json({ code: 'sign_in.throttled', detail: 'wait' }, 429, { 'Retry-After': '42' }))
    const problem = await post('/session', {}).catch(asProblem)
    expect(problem).toMatchObject({ status: 429, code: 'sign_in.throttled', retryAfter: 42 })
    expect(problemText(problem as Problem)).toBe('尝试次数过多，请在 42 秒后重试。')
  })

  test('turn no answer, and an answer that is no problem, into problems too', async () => {
    expect(await get('/calls').catch(asProblem)).toMatchObject({ code: 'network.unreachable' })
    answers.push(new Response('<html>', { status: 502 }))
    const problem = (await get('/calls').catch(asProblem)) as Problem
    expect(problem.code).toBe('http.502')
    expect(problemText(problem)).toContain('服务器出现错误')
  })

  test('end the session on 401, but not on a refused sign-in', async () => {
    let ended = 0
    whenSignedOut(() => {
      ended += 1
    })
    answers.push(json({ code: 'session.refused' }, 401), json({ code: 'session.required' }, 401))
    await post('/session', {}).catch(asProblem)
    expect(ended).toBe(0)
    await get('/calls').catch(asProblem)
    expect(ended).toBe(1)
  })

  test('read a list page by page up to a limit', async () => {
    answers.push(
      json({ items: [1, 2], next_cursor: 'n1' }),
      json({ items: [3], next_cursor: 'n2' }),
    )
    const rows: number[] = []
    for await (const part of pages<number>('/calls', { outcome: 'served' }, 3)) rows.push(...part)
    expect(rows).toEqual([1, 2, 3])
    expect(asked[1]!.url).toContain('cursor=n1')
    expect(asked.length).toBe(2)
  })
})

describe('shortcuts', () => {
  test.each([
    [{ key: 'F2', code: 'F2' }, 'F2'],
    [{ key: 'Enter', code: 'Enter', ctrlKey: true }, 'Ctrl+Enter'],
    [{ key: 'Enter', code: 'Enter', metaKey: true }, 'Ctrl+Enter'],
    [{ key: '˜', code: 'KeyN', altKey: true }, 'Alt+N'],
  ])('%o is %s', (init, name) => {
    expect(nameOf(new KeyboardEvent('keydown', init))).toBe(name)
  })
})
