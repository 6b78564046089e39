import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { address, get, pages } from '@/api/http'
import type { Schemas } from '@/api/schemas'
import { language } from '@/i18n'
import { useSession } from '@/session/store'

export type Prompt = Schemas['Prompt']
export type ShippedPrompt = Schemas['ShippedPrompt']

/** A prompt by its name, in every language it is there in. */
export interface NamedPrompt {
  name: string
  /** Language → what it says. */
  texts: Record<string, string>
  own: boolean
}

const LARGEST = 20_000
/** Parts of spoken numbers and dates: nobody plays them one by one. */
const PART = /^(num|digit|month|day|hour|daypart|money)-/

/** The prompts that flows may play: the shipped ones, and those of the installation. */
export const usePrompts = defineStore('prompts', () => {
  const shipped = shallowRef<readonly ShippedPrompt[]>([])
  const own = shallowRef<readonly Prompt[]>([])
  const session = useSession()
  let begun: Promise<void> | null = null

  async function read(): Promise<void> {
    if (!session.may('prompts.read')) return
    shipped.value = (await get<{ items: ShippedPrompt[] }>('/prompts/shipped')).items
    const found: Prompt[] = []
    for await (const rows of pages<Prompt>('/prompts', {}, LARGEST)) found.push(...rows)
    own.value = found
  }

  /** Read them unless they are here; `anew` after a change. */
  function load(anew = false): Promise<void> {
    if (anew || begun === null) {
      begun = read().catch((thrown: unknown) => {
        begun = null
        throw thrown
      })
    }
    return begun
  }

  const byName = computed(() => {
    const found = new Map<string, NamedPrompt>()
    const put = (one: { name: string; language: string; text: string }, mine: boolean): void => {
      const held = found.get(one.name)
      found.set(one.name, {
        name: one.name,
        texts: { ...held?.texts, [one.language]: one.text },
        own: mine || (held?.own ?? false),
      })
    }
    for (const one of shipped.value) put(one, false)
    for (const one of own.value) put(one, true)
    return found
  })
  /** What a form offers, own ones first. */
  const offered = computed(() =>
    [...byName.value.values()]
      .filter((one) => one.own || !PART.test(one.name))
      .sort((a, b) => Number(b.own) - Number(a.own) || a.name.localeCompare(b.name)),
  )

  /** What a prompt says, in the language shown if it is there. */
  function text(name: string): string {
    const texts = byName.value.get(name)?.texts ?? {}
    return texts[language()] ?? Object.values(texts)[0] ?? ''
  }

  /** Where a prompt's sound is. */
  const sound = (name: string, spoken: string): string =>
    address(`/prompts/sounds/${spoken}/${encodeURIComponent(name)}`)

  function clear(): void {
    begun = null
    shipped.value = own.value = []
  }

  return { shipped, own, byName, offered, load, clear, text, sound }
})
