import type { Frame, Heard } from './rows'

/** What the connection is doing, in words that a person can be shown. */
export type LinkState = 'connecting' | 'live' | 'lost'

/** Told by the socket about everything that happens to it. */
export interface SocketListener {
  frame(frame: Frame): void
  /** Something beside the floor has changed. */
  note?(about: string): void
  state(state: LinkState): void
  /** The server refused the session (closed with 4401 or 4403): trying again is useless. */
  refused(): void
}

/** Where in the stream to go on: the last frame applied and its epoch. */
export interface Place {
  no: number
  epoch: number | null
}

/** What the socket needs from the browser; tests pass their own. */
export interface SocketHost {
  /** With the link of a big screen, for the screen it is. */
  open(from: Place | null, link?: string): WebSocket
  random(): number
  setTimeout(action: () => void, ms: number): number
  clearTimeout(timer: number): void
}

/** Longest silence after the server has shown that it sends signs of life. */
const SILENCE_MS = 20_000
const SHORTEST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000

export const browserHost: SocketHost = {
  open(from, link = '') {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const epoch = from === null || from.epoch === null ? '' : `&epoch=${from.epoch}`
    const query = from === null ? '' : `?since=${from.no}${epoch}`
    const path = link === '' ? 'realtime' : 'screen/realtime'
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/${path}${query}`)
    if (link !== '') socket.addEventListener('open', () => socket.send(JSON.stringify({ link })))
    return socket
  },
  random: Math.random,
  setTimeout: (action, ms) => window.setTimeout(action, ms),
  clearTimeout: (timer) => window.clearTimeout(timer),
}

/**
 * The realtime connection: opens, resumes after a loss from the last frame applied, and waits a
 * little longer after each failure (with a random part, so that a thousand pages do not return
 * together).
 */
export class FeedSocket {
  #socket: WebSocket | null = null
  #failures = 0
  #retry = 0
  #watchdog = 0
  #sendsLife = false
  #wanted = false

  constructor(
    private readonly listener: SocketListener,
    /** Where to go on from, or null to ask for a snapshot. */
    private readonly place: () => Place | null,
    private readonly host: SocketHost = browserHost,
  ) {}

  /** Connect and stay connected until `stop`. */
  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#open()
  }

  /** Close and stay closed. */
  stop(): void {
    this.#wanted = false
    this.host.clearTimeout(this.#retry)
    this.#drop()
  }

  /** Connect again at once: the user asked, or the browser is back on the network. */
  again(): void {
    if (!this.#wanted) return
    this.#failures = 0
    this.host.clearTimeout(this.#retry)
    this.#drop()
    this.#open()
  }

  #open(): void {
    this.listener.state('connecting')
    const socket = this.host.open(this.place())
    this.#socket = socket
    this.#watch()
    socket.onmessage = (message: MessageEvent<string>) => {
      if (socket !== this.#socket) return
      this.#failures = 0
      const frame = JSON.parse(message.data) as Heard
      if (frame.feed === 'note') {
        this.listener.note?.(frame.about)
        return
      }
      if (frame.feed === 'alive') this.#sendsLife = true
      this.#watch()
      this.listener.frame(frame)
      if (socket === this.#socket) this.listener.state('live')
    }
    socket.onclose = (event: CloseEvent) => {
      if (socket !== this.#socket) return
      this.#drop()
      if (event.code === 4401 || event.code === 4403) {
        this.#wanted = false
        this.listener.refused()
        return
      }
      this.#lost()
    }
  }

  #lost(): void {
    this.listener.state('lost')
    const base = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** this.#failures)
    this.#failures += 1
    this.#retry = this.host.setTimeout(() => this.#open(), base * (0.5 + this.host.random() / 2))
  }

  /** A half-open connection says nothing: after too long a silence it counts as lost. */
  #watch(): void {
    this.host.clearTimeout(this.#watchdog)
    if (!this.#sendsLife) return
    this.#watchdog = this.host.setTimeout(() => {
      this.#drop()
      this.#lost()
    }, SILENCE_MS)
  }

  #drop(): void {
    this.host.clearTimeout(this.#watchdog)
    const socket = this.#socket
    this.#socket = null
    socket?.close()
  }
}
