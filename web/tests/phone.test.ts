import { describe, expect, test } from 'vitest'
import { quality } from '@/phone/quality'

const quiet = { received: 100, lost: 0, jitterMs: 2, roundTripMs: 20 }

describe('network quality', () => {
  test('a calm network is good', () => {
    expect(quality(null, quiet).grade).toBe('good')
    expect(quality(quiet, { ...quiet, received: 200 }).grade).toBe('good')
  })

  test('loss counts since the last look, not since the call began', () => {
    const lossy = { ...quiet, received: 195, lost: 5 }
    expect(quality(quiet, lossy).loss).toBeCloseTo(0.05)
    expect(quality(quiet, lossy).grade).toBe('fair')
    expect(quality(lossy, { ...lossy, received: 295 }).loss).toBe(0)
  })

  test.each([
    [{ roundTripMs: 400 }, 'fair'],
    [{ roundTripMs: 700 }, 'poor'],
    [{ jitterMs: 40 }, 'fair'],
    [{ jitterMs: 80 }, 'poor'],
  ] as const)('%o is %s', (change, grade) => {
    expect(quality(quiet, { ...quiet, received: 200, ...change }).grade).toBe(grade)
  })

  test('when nothing comes at all the network is poor, whatever the counters say', () => {
    expect(quality(quiet, quiet).grade).toBe('poor')
  })
})
