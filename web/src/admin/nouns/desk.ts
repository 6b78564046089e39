/** What agents see and write: scripts, clients' own pages, outcomes, forms. */
import { ACTIVE, CLIENT, NAME, ENABLED, type Noun } from './noun'
import type { Field } from '../fields/types'

const CLIENT_FIELD: Field = { name: 'client_id', kind: 'reference', to: 'clients', needed: true, fixed: true }
const PROJECT_FIELD: Field = {
  name: 'project_id', kind: 'reference', to: 'projects', optional: true, within: 'client_id', hint: 'everyProject',
}
const FILTERS = [{ name: 'client_id', to: 'clients' }, { name: 'project_id', to: 'projects' }] as const

export const scripts: Noun = {
  path: 'scripts',
  kind: 'script',
  permission: 'scripts',
  filters: FILTERS,
  columns: [{ name: 'name' }, CLIENT, { name: 'project_id', as: 'reference', to: 'projects' }, { name: 'version', as: 'count', width: 90 }, ACTIVE],
  groups: [
    { title: 'what', fields: [NAME, CLIENT_FIELD, PROJECT_FIELD, ENABLED] },
    { title: 'script', fields: [{ name: 'body', kind: 'markdown', longest: 20_000, preset: '', hint: 'script' }] },
  ],
}

export const clientPages: Noun = {
  path: 'client-pages',
  kind: 'client-page',
  permission: 'scripts',
  filters: FILTERS,
  columns: [
    { name: 'name' },
    CLIENT,
    { name: 'project_id', as: 'reference', to: 'projects' },
    { name: 'url' },
    { name: 'opens', as: 'choice', texts: 'setup.opens', width: 130 },
    ACTIVE,
  ],
  groups: [
    { title: 'what', fields: [NAME, CLIENT_FIELD, PROJECT_FIELD, ENABLED] },
    {
      title: 'page',
      fields: [
        { name: 'url', kind: 'text', needed: true, longest: 1000, lines: 3, hint: 'pageUrl' },
        { name: 'opens', kind: 'choice', options: ['frame', 'tab'], texts: 'setup.opens', preset: 'frame' },
        { name: 'secret', label: 'pageSecret', kind: 'password', needed: true, hint: 'pageSecret' },
        { name: 'valid_s', kind: 'number', lowest: 30, highest: 3600, unit: 's', preset: 300 },
        { name: 'full_numbers', kind: 'flag', preset: false, hint: 'fullNumbers' },
      ],
    },
  ],
}

export const dispositions: Noun = {
  path: 'dispositions',
  kind: 'disposition',
  permission: 'dispositions',
  filters: FILTERS,
  columns: [
    { name: 'code', width: 160 },
    { name: 'name' },
    CLIENT,
    { name: 'project_id', as: 'reference', to: 'projects' },
    { name: 'position', as: 'count', width: 80 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'what',
      fields: [
        { name: 'code', kind: 'text', needed: true, fixed: true, pattern: /^[A-Za-z0-9_.-]{1,64}$/, longest: 64, hint: 'code' },
        NAME,
        CLIENT_FIELD,
        PROJECT_FIELD,
        { name: 'position', kind: 'number', lowest: 0, highest: 1000, preset: 0 },
        ENABLED,
      ],
    },
  ],
}

export const forms: Noun = {
  path: 'forms',
  kind: 'form',
  permission: 'dispositions',
  filters: FILTERS,
  columns: [
    { name: 'name' },
    CLIENT,
    { name: 'project_id', as: 'reference', to: 'projects' },
    { name: 'fields', label: 'questions', as: 'count', width: 90 },
    { name: 'version', as: 'count', width: 90 },
    ACTIVE,
  ],
  groups: [
    { title: 'what', fields: [NAME, CLIENT_FIELD, PROJECT_FIELD, ENABLED] },
    { title: 'questions', fields: [{ name: 'fields', label: 'questions', kind: 'questions', preset: [], hint: 'formVersions' }] },
  ],
}
