import { describe, expect, test } from 'vitest'
import { ServerClock } from '@/realtime/clock'
import { FeedGap, Picture } from '@/realtime/picture'
import type { CallRow, DeltaFrame, QueueRow, SnapshotFrame } from '@/realtime/rows'
import { FeedSocket, type LinkState, type Place } from '@/realtime/socket'
import { Trend } from '@/realtime/trend'

function call(id: string, state: CallRow['state'] = 'flow'): CallRow {
  return {
    call_id: id,
    client_id: 'c',
    project_id: 'p',
    direction: 'inbound',
    caller: '+861',
    called: '+862',
    state,
    since: 1,
    started_at: 1,
    queue_id: '',
    agent_id: '',
    recording: false,
    recording_paused: false,
    agent_ids: [],
    host_id: '',
    parties: [],
    language: 'zh-CN',
    prompt: null,
    consult: null,
  }
}
function queue(waiting: number, answered: number, abandoned = 0): QueueRow {
  return {
    queue_id: 'q',
    client_id: 'c',
    project_id: 'p',
    name: 'q',
    waiting,
    longest_since: null,
    idle: 0,
    signed_in: 0,
    talking: 0,
    today: {
      offered: answered + abandoned,
      answered,
      abandoned,
      short_abandoned: 0,
      overflowed: 0,
      within_service_level: answered,
      wait_ms: 0,
      talk_ms: 0,
    },
  }
}
const snapshot = (no: number, calls: CallRow[], epoch = 1): SnapshotFrame => ({
  feed: 'snapshot',
  no,
  at: 0,
  epoch,
  calls: Object.fromEntries(calls.map((row) => [row.call_id, row])),
})
const delta = (no: number, set: CallRow[], gone: string[] = [], epoch = 1): DeltaFrame => ({
  feed: 'delta',
  no,
  at: 0,
  epoch,
  set: { calls: Object.fromEntries(set.map((row) => [row.call_id, row])) },
  gone: { calls: gone },
})

/** A repeatable source of numbers in 0..1. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

describe('the picture of the floor', () => {
  test('a stale snapshot and the deltas since equal a fresh snapshot', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = seeded(seed)
      const truth = new Map<string, CallRow>()
      const picture = new Picture()
      picture.apply(snapshot(0, []))
      const late = new Picture()
      for (let no = 1; no <= 60; no += 1) {
        const set: CallRow[] = []
        const gone: string[] = []
        for (let n = 0; n < 3; n += 1) {
          const id = `call-${Math.floor(random() * 8)}`
          if (random() < 0.3 && truth.delete(id)) gone.push(id)
          else if (!gone.includes(id)) {
            const row = call(id, random() < 0.5 ? 'talking' : 'waiting')
            truth.set(id, row)
            set.push(row)
          }
        }
        const kept = set.filter((row) => !gone.includes(row.call_id))
        const frame = delta(no, kept, gone)
        picture.apply(frame)
        if (no === 30) late.apply(snapshot(30, [...truth.values()]))
        // The stream repeats what the snapshot holds already, as after a resume.
        if (no >= 30) late.apply(frame)
      }
      expect(Object.fromEntries(picture.calls)).toEqual(Object.fromEntries(truth))
      expect(Object.fromEntries(late.calls)).toEqual(Object.fromEntries(truth))
    }
  })

  test('a missing delta is noticed and changes nothing', () => {
    const picture = new Picture()
    picture.apply(snapshot(5, [call('a')]))
    expect(() => picture.apply(delta(7, [call('b')]))).toThrow(FeedGap)
    expect([...picture.calls.keys()]).toEqual(['a'])
    expect(picture.no).toBe(5)
  })

  test('a delta before the first snapshot, or of another writer, is a gap', () => {
    const picture = new Picture()
    expect(() => picture.apply(delta(1, []))).toThrow(FeedGap)
    picture.apply(snapshot(5, [], 1))
    expect(() => picture.apply(delta(6, [], [], 2))).toThrow(FeedGap)
  })

  test('a snapshot replaces everything', () => {
    const picture = new Picture()
    picture.apply(snapshot(5, [call('a'), call('b')]))
    picture.apply(snapshot(2, [call('b', 'talking')], 9))
    expect([...picture.calls.keys()]).toEqual(['b'])
    expect(picture.calls.get('b')?.state).toBe('talking')
    expect([picture.no, picture.epoch]).toEqual([2, 9])
  })
})

describe("the server's clock", () => {
  test('follows the reading that travelled least', () => {
    let local = 1000
    const clock = new ServerClock(() => local)
    expect(clock.now()).toBe(1000)
    clock.read(61_000)
    local = 2000
    clock.read(61_400) // Travelled 600 ms longer.
    expect(clock.now()).toBe(62_000)
  })

  test('forgets old readings, so that a clock set right is followed', () => {
    let local = 0
    const clock = new ServerClock(() => local)
    clock.read(5000)
    local = 700_000
    clock.read(700_000)
    expect(clock.now()).toBe(700_000)
  })
})

describe('the connection', () => {
  class FakeSocket {
    onmessage: ((event: { data: string }) => void) | null = null
    onclose: ((event: { code: number }) => void) | null = null
    closed = false
    close(): void {
      this.closed = true
    }
  }

  function harness() {
    const opened: (Place | null)[] = []
    const sockets: FakeSocket[] = []
    const timers = new Map<number, { action: () => void; ms: number }>()
    const states: LinkState[] = []
    const frames: unknown[] = []
    let refused = 0
    let place: Place | null = null
    let next = 1
    const socket = new FeedSocket(
      {
        frame: (frame) => {
          frames.push(frame)
          place = { no: frame.no, epoch: 1 }
        },
        state: (state) => states.push(state),
        refused: () => {
          refused += 1
        },
      },
      () => place,
      {
        open: (from) => {
          opened.push(from)
          const made = new FakeSocket()
          sockets.push(made)
          return made as unknown as WebSocket
        },
        random: () => 1,
        setTimeout: (action, ms) => {
          timers.set(next, { action, ms })
          next += 1
          return next - 1
        },
        clearTimeout: (timer) => timers.delete(timer),
      },
    )
    const fire = (): number => {
      const [id, timer] = [...timers][0]!
      timers.delete(id)
      timer.action()
      return timer.ms
    }
    const say = (frame: object): void => sockets.at(-1)!.onmessage!({ data: JSON.stringify(frame) })
    const close = (code = 1006): void => sockets.at(-1)!.onclose!({ code })
    return { socket, opened, sockets, timers, states, frames, refused: () => refused, fire, say, close }
  }

  test('resumes from the last frame applied, waiting longer after each failure', () => {
    const h = harness()
    h.socket.start()
    h.say({ feed: 'snapshot', no: 7, at: 0 })
    expect(h.states).toEqual(['connecting', 'live'])
    h.close()
    expect(h.states.at(-1)).toBe('lost')
    const waits = [h.fire()]
    for (let n = 0; n < 6; n += 1) {
      h.close()
      waits.push(h.fire())
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000])
    expect(h.opened[0]).toBeNull()
    expect(h.opened.at(-1)).toEqual({ no: 7, epoch: 1 })
    h.say({ feed: 'delta', no: 8, at: 0 })
    expect(h.states.at(-1)).toBe('live')
  })

  test('a silence after signs of life counts as lost', () => {
    const h = harness()
    h.socket.start()
    h.say({ feed: 'snapshot', no: 1, at: 0 })
    expect(h.timers.size).toBe(0)
    h.say({ feed: 'alive', no: 1, at: 0 })
    expect(h.fire()).toBe(20_000)
    expect(h.states.at(-1)).toBe('lost')
    expect(h.sockets[0]!.closed).toBe(true)
    expect(h.timers.size).toBe(1)
  })

  test('a refused session is not tried again', () => {
    const h = harness()
    h.socket.start()
    h.close(4401)
    expect(h.refused()).toBe(1)
    expect(h.timers.size).toBe(0)
  })

  test('stays closed after stop, and ignores what an old socket says', () => {
    const h = harness()
    h.socket.start()
    const old = h.sockets[0]!
    h.socket.again()
    old.onmessage!({ data: '{"feed":"snapshot","no":1,"at":0}' })
    expect(h.frames).toEqual([])
    h.socket.stop()
    expect(h.sockets.at(-1)!.closed).toBe(true)
    h.socket.again()
    expect(h.sockets.length).toBe(2)
  })
})

describe('the last quarter of an hour', () => {
  const M = 60_000

  test('counts what was answered and abandoned in its minute', () => {
    let trend = new Trend()
    trend = trend.with(10 * M, [queue(2, 100, 4)], [call('a', 'talking'), call('b', 'waiting')])
    expect(trend.minutes).toEqual([{ start: 10 * M, answered: 0, abandoned: 0 }])
    expect(trend.moments).toEqual([{ at: 10 * M, waiting: 2, talking: 1 }])
    trend = trend.with(10 * M + 2000, [queue(2, 103, 4)], [])
    trend = trend.with(11 * M, [queue(0, 104, 6)], [])
    expect(trend.minutes).toEqual([
      { start: 10 * M, answered: 3, abandoned: 0 },
      { start: 11 * M, answered: 1, abandoned: 2 },
    ])
  })

  test('survives the fall of the counters at midnight', () => {
    const trend = new Trend().with(0, [queue(0, 900, 50)], []).with(M, [queue(0, 2, 1)], [])
    expect(trend.minutes.at(-1)).toEqual({ start: M, answered: 2, abandoned: 1 })
  })

  test('forgets what is older', () => {
    let trend = new Trend()
    for (let minute = 0; minute < 40; minute += 1) {
      trend = trend.with(minute * M, [queue(0, minute)], [])
    }
    expect(trend.minutes.length).toBeLessThanOrEqual(17)
    expect(trend.moments.every((one) => one.at > 24 * M - 1)).toBe(true)
  })
})
