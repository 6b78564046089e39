import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useDesk } from './store'

/** A phone that the agent may work at. */
export interface OwnPhone {
  id: string
  name: string
}

/** The phones the agent may work at: the one in the page, those on desks, and a number outside. */
export function useOwnPhones(): ComputedRef<OwnPhone[]> {
  const { t } = useI18n()
  const desk = useDesk()
  return computed(() => {
    const own = desk.me
    if (!own) return []
    const outside = own.telephone
      ? [{ id: own.telephone, name: t('desk.signIn.telephone', { number: own.telephone_number }) }]
      : []
    return [
      { id: own.browser_phone, name: t('desk.signIn.inBrowser') },
      ...own.endpoints.map((id) => ({ id, name: t('desk.signIn.sip', { endpoint: id }) })),
      ...outside,
    ]
  })
}
