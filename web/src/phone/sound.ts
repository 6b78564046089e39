/** The page's sounds: how loud a stream is, the ring, and the voice of the other side. */

let shared: AudioContext | null = null

/** One context for everything: browsers allow a few only. */
export function audio(): AudioContext {
  shared ??= new AudioContext()
  // A context that was made before the first click or key sleeps until told.
  if (shared.state === 'suspended') void shared.resume()
  return shared
}

/** Reads how loud a stream is. */
export class Meter {
  readonly #source: MediaStreamAudioSourceNode
  readonly #analyser: AnalyserNode
  readonly #samples: Float32Array<ArrayBuffer>

  constructor(stream: MediaStream) {
    const context = audio()
    this.#source = context.createMediaStreamSource(stream)
    this.#analyser = context.createAnalyser()
    this.#analyser.fftSize = 1024
    this.#samples = new Float32Array(this.#analyser.fftSize)
    this.#source.connect(this.#analyser)
  }

  /** Loudness from 0 (silent) to 1: -60 dB to full scale. */
  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples)
    let sum = 0
    for (const one of this.#samples) sum += one * one
    const rms = Math.sqrt(sum / this.#samples.length)
    return rms === 0 ? 0 : Math.min(1, Math.max(0, 1 + (20 * Math.log10(rms)) / 60))
  }

  close(): void {
    this.#source.disconnect()
  }
}

/** Rings as long as it is on: one second in three, softly. */
export class Ringer {
  #timer = 0

  start(): void {
    if (this.#timer !== 0) return
    this.#ring()
    this.#timer = window.setInterval(() => this.#ring(), 3000)
  }

  stop(): void {
    window.clearInterval(this.#timer)
    this.#timer = 0
  }

  #ring(): void {
    const context = audio()
    const tone = context.createOscillator()
    const volume = context.createGain()
    const now = context.currentTime
    tone.frequency.value = 450
    volume.gain.setValueAtTime(0, now)
    volume.gain.linearRampToValueAtTime(0.12, now + 0.05)
    volume.gain.setValueAtTime(0.12, now + 0.9)
    volume.gain.linearRampToValueAtTime(0, now + 1)
    tone.connect(volume).connect(context.destination)
    tone.start(now)
    tone.stop(now + 1)
  }
}

/** Plays the other side's voice on the chosen loudspeaker. */
export class Loudspeaker {
  readonly #element = new Audio()

  constructor() {
    this.#element.autoplay = true
  }

  play(stream: MediaStream | null): void {
    this.#element.srcObject = stream
    if (stream !== null) void this.#element.play().catch(() => audio().resume())
  }

  /** Use a loudspeaker; one that is gone is replaced by the system's choice. */
  async use(deviceId: string): Promise<void> {
    if (!('setSinkId' in this.#element)) return
    await this.#element.setSinkId(deviceId).catch(() => this.#element.setSinkId(''))
  }
}
