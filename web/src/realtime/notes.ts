/** Words of the server that something has changed which a page shows beside the floor. */

type Hear = () => void
const listeners = new Map<string, Set<Hear>>()

/** Hear of changes of `about`; returns how to stop. */
export function onNote(about: string, hear: Hear): () => void {
  const known = listeners.get(about) ?? new Set<Hear>()
  listeners.set(about, known.add(hear))
  return () => known.delete(hear)
}

/** Pass a note on; `everything` is for all: something may have been missed. */
export function passNote(about: string): void {
  for (const [known, hearing] of listeners) {
    if (about === known || about === 'everything') for (const hear of hearing) hear()
  }
}
