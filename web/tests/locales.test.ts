import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createI18n } from 'vue-i18n'
import en from '@/locales/en'
import zhCN from '@/locales/zh-CN'
import { AGENT_STATES, CALL_STATES } from '@/realtime/rows'
import { OUTCOMES } from '@/ui/states'

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    const name = path ? `${path}.${key}` : key
    if (typeof value === 'string') found.set(name, value)
    else for (const [inner, text] of flatten(value, name)) found.set(inner, text)
  }
  return found
}

const chinese = flatten(zhCN)
const english = flatten(en)

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'locales' ? [] : sources(path)
    return /\.(vue|ts)$/.test(entry.name) ? [path] : []
  })
}
const code = sources(resolve(__dirname, '../src')).map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}))

describe('texts', () => {
  test('both languages have the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  test('no text is empty', () => {
    for (const [key, text] of [...chinese, ...english]) expect(text, key).not.toBe('')
  })

  test('no English text is left in Chinese', () => {
    const left = [...english].filter(([, text]) => /[\u4e00-\u9fff]/.test(text))
    expect(left).toEqual([])
  })

  test('Chinese texts are Chinese, but for names and signs', () => {
    const foreign = [...chinese].filter(
      ([, text]) => !/[\u4e00-\u9fff]/.test(text.replaceAll(/\{\w+\}/g, '')),
    )
    expect(foreign.map(([key]) => key)).toEqual([])
  })

  test('a translation fills the same blanks, or fewer', () => {
    const blanks = (text = ''): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]!)
    for (const [key, text] of english) {
      const known = new Set([...blanks(chinese.get(key)), ...blanks(text)])
      expect(blanks(text).every((one) => known.has(one)), key).toBe(true)
      expect(new Set(blanks(text)), key).toEqual(new Set(blanks(chinese.get(key))))
    }
  })

  test.each(['zh-CN', 'en'] as const)('every text of %s can be shown', (locale) => {
    const i18n = createI18n({ legacy: false, locale, messages: { 'zh-CN': zhCN, en } })
    for (const key of chinese.keys()) {
      expect(() => i18n.global.t(key, {}), key).not.toThrow()
    }
  })

  test('every text that the code names exists', () => {
    const missing: string[] = []
    for (const { path, text } of code) {
      for (const [, key] of text.matchAll(/\b(?:t|text)\(\s*'([\w.]+)'/g)) {
        if (!chinese.has(key!)) missing.push(`${path}: ${key}`)
      }
      for (const [, key] of text.matchAll(/(?:title|label): '((?:menu|signIn|missing)\.\w+)'/g)) {
        if (!chinese.has(key!)) missing.push(`${path}: ${key}`)
      }
    }
    expect(missing).toEqual([])
  })

  test('every text is used', () => {
    const all = code.map(({ text }) => text).join('\n')
    const unused = [...chinese.keys()].filter((key) => {
      if (all.includes(`'${key}'`)) return false
      // Named by a computed last part: t(`group.${…}`).
      const group = key.slice(0, key.lastIndexOf('.'))
      const computed = ['`' + group + '.${', `'${group}'`, `reasonWord`, 'LISTED', '`events.${']
      if (group === 'events') return !all.includes(computed[4]!)
      return !(all.includes(computed[0]!) || all.includes(computed[1]!) || group === 'reasonWord')
    })
    expect(unused).toEqual([])
  })

  test('no template holds words of its own', () => {
    const found: string[] = []
    for (const { path, text } of code.filter((one) => one.path.endsWith('.vue'))) {
      const template = text.slice(text.indexOf('<template>'), text.lastIndexOf('</template>'))
      for (const line of template.replaceAll(/<!--[\s\S]*?-->/g, '').split('\n')) {
        if (/[\u4e00-\u9fff]/.test(line)) found.push(`${path}: ${line.trim()}`)
      }
    }
    expect(found).toEqual([])
  })

  test('every state and outcome has a name', () => {
    for (const state of AGENT_STATES) expect(chinese.has(`agentState.${state}`), state).toBe(true)
    for (const state of CALL_STATES) expect(chinese.has(`callState.${state}`), state).toBe(true)
    for (const one of [...OUTCOMES, 'in_progress']) {
      expect(chinese.has(`outcome.${one}`), one).toBe(true)
    }
  })

  test('every event of the journal has words', () => {
    const schemas = readdirSync(resolve(__dirname, '../../contracts/events'))
    const names = schemas.map((file) => file.replace(/\.\d+\.json$/, ''))
    expect(names.length).toBeGreaterThan(40)
    const wordless = names.filter((name) => !chinese.has(`events.${name.replace('.', '_')}`))
    expect(wordless).toEqual([])
  })
})
