/** What is remembered of the agent's headset, by device; empty: the system's choice. */
export interface Headset {
  microphone: string
  speaker: string
}

const KEPT = 'openseat.headset'

export function keptHeadset(): Headset {
  try {
    const kept = JSON.parse(window.localStorage.getItem(KEPT) ?? '{}') as Partial<Headset>
    return { microphone: kept.microphone ?? '', speaker: kept.speaker ?? '' }
  } catch {
    return { microphone: '', speaker: '' }
  }
}

export function keepHeadset(headset: Headset): void {
  window.localStorage.setItem(KEPT, JSON.stringify(headset))
}

/**
 * Open the microphone; a device that is gone is replaced by the system's choice.
 *
 * @throws DOMException when there is none, or the agent does not allow it.
 */
export async function openMicrophone(deviceId: string): Promise<MediaStream> {
  const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  // Only in a page served over TLS, or from this machine, is there a microphone to ask for.
  if (!navigator.mediaDevices) throw new DOMException('insecure page', 'SecurityError')
  if (deviceId !== '') {
    try {
      return await navigator.mediaDevices.getUserMedia({
        audio: { ...wanted, deviceId: { exact: deviceId } },
      })
    } catch (thrown) {
      if (!(thrown instanceof DOMException) || thrown.name !== 'OverconstrainedError') throw thrown
    }
  }
  return navigator.mediaDevices.getUserMedia({ audio: wanted })
}

/** A device to choose from. */
export interface Device {
  id: string
  name: string
}

/** Microphones and loudspeakers that are there now. */
export async function devices(): Promise<{ microphones: Device[]; speakers: Device[] }> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? []
  const of = (kind: MediaDeviceKind): Device[] =>
    all
      .filter((one) => one.kind === kind && one.deviceId !== '')
      .map((one) => ({ id: one.deviceId, name: one.label || one.deviceId }))
  return { microphones: of('audioinput'), speakers: of('audiooutput') }
}
