/** Sounds made ready for the server in the browser: whatever it can play becomes a WAV file. */

/** A sound that no browser part can read. */
export class NotASound extends Error {}

/** Samples of one channel as a 16-bit WAV file. */
export function wav(samples: Float32Array, rate: number): Blob {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2))
  const text = (at: number, word: string): void => {
    for (const [n, letter] of [...word].entries()) view.setUint8(at + n, letter.charCodeAt(0))
  }
  text(0, 'RIFF')
  view.setUint32(4, 36 + samples.length * 2, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, samples.length * 2, true)
  for (const [n, sample] of samples.entries()) {
    view.setInt16(44 + n * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true)
  }
  return new Blob([view], { type: 'audio/wav' })
}

/** The channels of a sound mixed into one. */
function mixed(sound: AudioBuffer): Float32Array {
  const made = new Float32Array(sound.length)
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    for (const [n, sample] of sound.getChannelData(channel).entries()) {
      made[n] = made[n]! + sample / sound.numberOfChannels
    }
  }
  return made
}

/**
 * A sound file as WAV; WAV files stay as they are, since the server knows more of their kinds.
 *
 * @throws NotASound for what the browser cannot read.
 */
export async function asWav(file: Blob): Promise<Blob> {
  const bytes = await file.arrayBuffer()
  if (new TextDecoder('latin1').decode(bytes.slice(0, 4)) === 'RIFF') return file
  const context = new AudioContext()
  try {
    const sound = await context.decodeAudioData(bytes)
    return wav(mixed(sound), sound.sampleRate)
  } catch {
    throw new NotASound()
  } finally {
    await context.close()
  }
}
