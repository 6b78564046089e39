import { UA, WebSocketInterface } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { DisconnectEvent, RTCSessionEvent } from 'jssip/lib/UA'
import type { Schemas } from '@/api/schemas'

export type Credentials = Schemas['BrowserPhone']

/** Told by the line about everything that happens on it. */
export interface LineListener {
  /** Registered: the switch can ring us. `anew`: a connection before this one was lost. */
  registered(anew: boolean): void
  /** The connection is lost and will be made again. */
  lost(): void
  /** The server closed for good: another page has the phone (4409), or the session is over. */
  closed(code: number): void
  /** A call comes in; `automatic`: it is to be answered without asking. */
  ringing(call: RTCSession, automatic: boolean): void
  /** The other side's voice is here. */
  voice(call: RTCSession, stream: MediaStream): void
  /** A call is over, or was never answered. */
  over(call: RTCSession): void
  /** No sound gets through any more, in either direction. */
  silent(call: RTCSession): void
}

/** The switch's extension that sends back what it hears. */
const ECHO = 'echo-test'
/** WebSocket close codes after which trying again is useless. */
const FOR_GOOD: ReadonlySet<number> = new Set([4401, 4403, 4409])
/** What JsSIP ends a call with when no sound gets through. */
const NO_SOUND = 408
/** Hosts on the same network need no help from outside to find each other. */
const PEER: RTCConfiguration = { iceServers: [], bundlePolicy: 'max-bundle' }

/** The phone's line to the switch: registers, rings, and stays connected until closed. */
export class Line {
  readonly #agent: UA
  #wasLost = false

  /**
   * @param page names this page among the agent's others; the same one may come back at any time.
   * @param take takes the phone over from another page.
   */
  constructor(
    credentials: Credentials,
    page: string,
    take: boolean,
    private readonly listener: LineListener,
  ) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const query = `page=${page}${take ? '&take=true' : ''}`
    this.#agent = new UA({
      sockets: [
        new WebSocketInterface(`${scheme}://${location.host}${credentials.socket}?${query}`),
      ],
      uri: credentials.uri,
      authorization_user: credentials.username,
      password: credentials.password,
      register: true,
      register_expires: 120,
      // The switch itself keeps time.
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4,
      user_agent: 'OpenSeat',
    })
    this.#agent.on('registered', () => {
      const anew = this.#wasLost
      this.#wasLost = false
      listener.registered(anew)
    })
    this.#agent.on('registrationFailed', () => this.#again())
    this.#agent.on('disconnected', (event: DisconnectEvent) => this.#disconnected(event))
    this.#agent.on('newRTCSession', (event: RTCSessionEvent) => this.#begun(event))
  }

  open(): void {
    this.#agent.start()
  }

  /** Leave for good; what is still said on the line is cut. */
  close(): void {
    this.#agent.stop()
  }

  /** Answer a call with the voice of `microphone`. */
  answer(call: RTCSession, microphone: MediaStream): void {
    call.answer({ mediaStream: microphone, pcConfig: PEER })
  }

  /** Talk with oneself by way of the switch. */
  echo(microphone: MediaStream): void {
    this.#agent.call(`sip:${ECHO}@openseat`, { mediaStream: microphone, pcConfig: PEER })
  }

  /** The switch learns of an account a moment after the agent signed in. */
  #again(): void {
    window.setTimeout(() => {
      if (this.#agent.isConnected() && !this.#agent.isRegistered()) this.#agent.register()
    }, 400)
  }

  #disconnected(event: DisconnectEvent): void {
    if (event.code !== undefined && FOR_GOOD.has(event.code)) {
      this.#agent.stop()
      this.listener.closed(event.code)
    } else if (event.error || event.code !== undefined) {
      this.#wasLost = true
      this.listener.lost()
    }
  }

  #begun({ session, request }: RTCSessionEvent): void {
    const terminate = session.terminate.bind(session)
    session.terminate = (options) => {
      // JsSIP hangs up when the network is away. The switch keeps the call, and so do we.
      if (options?.status_code === NO_SOUND && session.isEstablished()) this.listener.silent(session)
      else terminate(options)
    }
    const listen = (connection: RTCPeerConnection): void =>
      connection.addEventListener('track', (event) =>
        this.listener.voice(session, event.streams[0] ?? new MediaStream([event.track])),
      )
    session.on('peerconnection', ({ peerconnection }) => listen(peerconnection))
    if (session.connection) listen(session.connection)
    session.on('ended', () => this.listener.over(session))
    session.on('failed', () => this.listener.over(session))
    if (session.direction === 'incoming') {
      const info = (request as { getHeader(name: string): string | undefined }).getHeader('Call-Info')
      this.listener.ringing(session, info?.includes('answer-after=0') ?? false)
    }
  }
}
