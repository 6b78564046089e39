import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { address, get } from '@/api/http'
import { Problem } from '@/api/problem'
import type { Schemas } from '@/api/schemas'
import { useSession } from '@/session/store'

type Brand = Schemas['Brand']

/** What pages are called where nobody gave a name. */
export const PRODUCT = 'OpenSeat'

/**
 * Whose pages these are: the operator's, for a client's people their own company's.
 *
 * A page is never kept from anybody for want of a name or a picture.
 */
export const useBrand = defineStore('brand', () => {
  const session = useSession()
  const operator = shallowRef<Brand | null>(null)
  const client = shallowRef<Brand | null>(null)
  /** The picture of a big screen, which browsers cannot ask for by its address. */
  const screen = ref('')

  const shown = computed(() => client.value ?? operator.value)
  const name = computed(() => shown.value?.short_name || shown.value?.name || PRODUCT)
  const whole = computed(() => shown.value?.name || name.value)
  /** Address of the logo; empty for none. It changes with the picture, so browsers may keep it. */
  const logo = computed(() => {
    if (screen.value) return screen.value
    const mark = shown.value?.logo
    if (!mark) return ''
    const own = client.value ? `/clients/${session.user?.client_id ?? ''}/logo` : '/brand/logo'
    return address(own, { v: mark.slice(0, 16) })
  })

  async function quietly(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown
    }
  }

  /** Before anybody has signed in. */
  const loadOpen = (): Promise<void> =>
    quietly(async () => {
      operator.value = await get<Brand>('/brand')
    })

  /** For whoever is signed in. */
  const load = (): Promise<void> =>
    quietly(async () => {
      const asked = session.user?.id
      const found = await get<Schemas['Brands']>('/brand/mine')
      if (asked !== session.user?.id) return
      operator.value = found.operator
      client.value = found.client
    })

  /** What a big screen was told, and where its picture is. */
  function takeScreen(brand: Brand, picture: string): void {
    operator.value = brand
    screen.value = picture
  }

  /** The client's is nobody else's business. */
  function clear(): void {
    client.value = null
  }

  return { operator, client, name, whole, logo, load, loadOpen, takeScreen, clear }
})
