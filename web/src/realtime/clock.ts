import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/**
 * The server's clock as seen from here, so that timers are right on a machine whose clock is not.
 *
 * A reading arrives late by the way it travelled, never early: the largest offset seen is the
 * truest. Old readings are dropped, so that a clock that is set right is followed.
 */
export class ServerClock {
  #readings: { offset: number; seen: number }[] = []

  constructor(private readonly local: () => number = Date.now) {}

  /** Take in the server's time `at`, read just now. */
  read(at: number): void {
    const seen = this.local()
    this.#readings = this.#readings.filter((reading) => seen - reading.seen < 600_000).slice(-50)
    this.#readings.push({ offset: at - seen, seen })
  }

  /** Milliseconds since the Unix epoch by the server's clock. */
  now(): number {
    const offset = this.#readings.length
      ? Math.max(...this.#readings.map((reading) => reading.offset))
      : 0
    return this.local() + offset
  }
}

export const serverClock = new ServerClock()

const now = ref(serverClock.now())
let users = 0
let timer = 0

function tick(): void {
  now.value = serverClock.now()
}

/** Server time that advances once a second for as long as the calling component lives. */
export function useNow(): Readonly<Ref<number>> {
  if (users === 0) {
    tick()
    timer = window.setInterval(tick, 1000)
  }
  users += 1
  onScopeDispose(() => {
    users -= 1
    if (users === 0) window.clearInterval(timer)
  })
  return readonly(now)
}
