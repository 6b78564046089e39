import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { pages } from '@/api/http'
import { Problem } from '@/api/problem'
import type { Schemas } from '@/api/schemas'
import { useSession } from '@/session/store'

export type BusyReason = Schemas['BusyReason']

/** The operator's own busy reasons: names, colours, limits; read once a session. */
export const useReasons = defineStore('busy-reasons', () => {
  const byCode = shallowRef<ReadonlyMap<string, BusyReason>>(new Map())
  const session = useSession()
  let loading: Promise<void> | null = null

  async function read(): Promise<void> {
    if (!session.may('operator.read')) return
    const found = new Map<string, BusyReason>()
    try {
      for await (const rows of pages<BusyReason>('/busy-reasons', {}, 1000)) {
        for (const row of rows) found.set(row.code, row)
      }
      byCode.value = found
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown
      loading = null // Names are a comfort; the codes are shown meanwhile.
    }
  }

  function load(): Promise<void> {
    loading ??= read()
    return loading
  }

  function changed(): void {
    loading = null
    void load()
  }

  return { byCode, load, changed }
})
