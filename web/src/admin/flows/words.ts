import { useI18n } from 'vue-i18n'
import { hasText } from '@/i18n'
import { useOptions } from '../options'
import { usePrompts } from '../prompts/store'
import type { Arrow, Step } from './steps'

/** A finding of the check, as the API gives it. */
export interface Finding {
  code: string
  step_id: string
  severity: string
  arguments: Record<string, string | number>
}

const FIRST = ['prompt', 'value', 'url', 'flow', 'queue', 'target', 'box', 'label', 'language', 'number', 'into', 'project', 'cause']
const REFERENCES = { queue: 'queues', flow: 'flows', project: 'projects' } as const

/** Steps, their ways out and what is wrong with them, in words. */
export function useStepWords() {
  const { t } = useI18n()
  const options = useOptions()
  const prompts = usePrompts()

  const media = (item: string): string => {
    const [kind = '', ...data] = item.split(':')
    const what = data.join(':')
    if (kind === 'prompt') return prompts.text(what) || what
    return kind === 'silence' ? t('flow.silence', { ms: what }) : `${t(`flow.media.${kind}`)} ${what}`
  }

  /** What a step does, in a line. */
  function gist(step: Step): string {
    if (step.note) return step.note
    if (step.kind === 'condition') return t('flow.branches', { count: (step.branches as unknown[]).length })
    if (step.kind === 'set') {
      const names = [...Object.keys((step.values ?? {}) as object), ...Object.keys((step.add ?? {}) as object)]
      return names.join('、')
    }
    const field = FIRST.find((name) => step[name] !== undefined && step[name] !== '')
    if (field === undefined) return ''
    const held = step[field]
    if (Array.isArray(held)) return held.map((item) => media(String(item))).join(' ')
    if (field === 'language') return t(`setup.language.${String(held)}`)
    if (field in REFERENCES) return options.label(REFERENCES[field as keyof typeof REFERENCES], String(held))
    return String(held)
  }

  const way = (arrow: Arrow): string => t(`flow.way.${arrow.label}`, { blank: arrow.blank ?? '' })

  /** The name of a field of a step, or the place in one. */
  function field(place: string): string {
    const name = place.split(/[.[]/)[0]!
    return hasText(`step.field.${name}`) ? t(`step.field.${name}`) : place
  }

  function finding(one: Finding): string {
    const key = `flow.finding.${one.code.replace('flow.', '')}`
    const values = { ...one.arguments, field: field(String(one.arguments.field ?? '')) }
    return hasText(key) ? t(key, values) : one.code
  }

  return { gist, way, field, finding, media }
}
