import { createI18n } from 'vue-i18n'
import { useProblemLanguage } from '@/api/http'
import en from '@/locales/en'
import zhCN from '@/locales/zh-CN'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEY = 'openseat.language'

function remembered(): Language {
  const stored = window.localStorage.getItem(KEY)
  return LANGUAGES.find((language) => language === stored) ?? 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: remembered() as string,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en },
})

function apply(language: Language): void {
  document.documentElement.lang = language
  useProblemLanguage(language)
}
apply(remembered())

/** The language shown. */
export function language(): Language {
  return i18n.global.locale.value as Language
}

/** Show another language and remember it in this browser. */
export function setLanguage(next: Language): void {
  i18n.global.locale.value = next
  window.localStorage.setItem(KEY, next)
  apply(next)
}

/** A text outside of components. */
export const text = (key: string, values: Record<string, unknown> = {}): string =>
  i18n.global.t(key, values)

/** Whether a text exists, for codes that the server may add to. */
export const hasText = (key: string): boolean => i18n.global.te(key) || i18n.global.te(key, 'zh-CN')
