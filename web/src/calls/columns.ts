import type { useDirectory } from '@/directory/store'
import { hasText } from '@/i18n'
import { clock, dateTimeIn } from '@/ui/format'
import type { Column } from '@/ui/table'
import type { CallSummary } from './types'

/** What agents wrote, for those who take the history out. */
export function writtenColumns(t: (key: string) => string): Column<CallSummary>[] {
  const outcome = (code: string): string => (hasText(`disposition.${code}`) ? t(`disposition.${code}`) : code)
  const each = (row: CallSummary, part: (one: CallSummary['written'][number]) => string): string =>
    row.written.map(part).filter(Boolean).join(' | ')
  return [
    {
      key: 'disposition',
      label: t('desk.disposition.code'),
      exported: (row) => each(row, (one) => outcome(one.disposition)),
    },
    {
      key: 'answers',
      label: t('desk.disposition.form'),
      exported: (row) => each(row, (one) => one.answers.map((two) => `${two.label}: ${two.value}`).join('; ')),
    },
    {
      key: 'notes',
      label: t('desk.disposition.notes'),
      exported: (row) => each(row, (one) => one.notes),
    },
  ]
}

/** Columns of the history; who may not know clients or agents by name is spared the columns. */
export function callColumns(
  t: (key: string) => string,
  directory: ReturnType<typeof useDirectory>,
  shown: { client: boolean; agent: boolean },
): Column<CallSummary>[] {
  const fixed = { sortable: false }
  const client: Column<CallSummary> = {
    key: 'client',
    label: t('floor.client'),
    value: (row) => directory.name('clients', row.client_id),
    ...fixed,
  }
  const agent: Column<CallSummary> = {
    key: 'agent',
    label: t('calls.agent'),
    value: (row) => row.agent_ids.map((id) => directory.agent(id)).join(' → '),
    ...fixed,
  }
  return [
    {
      key: 'started',
      label: t('calls.started'),
      value: (row) => row.started_at,
      exported: (row) => dateTimeIn(directory.zone(row.project_id), row.started_at),
      width: 126,
    },
    {
      key: 'direction',
      label: t('calls.direction'),
      value: (row) => row.direction,
      exported: (row) => t(`direction.${row.direction}`),
      width: 56,
      ...fixed,
    },
    { key: 'caller', label: t('calls.caller'), value: (row) => row.caller, width: 148, ...fixed },
    { key: 'called', label: t('calls.called'), value: (row) => row.called, width: 148, ...fixed },
    ...(shown.client ? [client] : []),
    {
      key: 'queue',
      label: t('calls.queue'),
      value: (row) => row.queue_ids.map((id) => directory.name('queues', id)).join(' → '),
      ...fixed,
    },
    ...(shown.agent ? [agent] : []),
    {
      key: 'outcome',
      label: t('calls.outcome'),
      value: (row) => row.outcome,
      exported: (row) => t(`outcome.${row.outcome ?? 'in_progress'}`),
      width: 102,
      ...fixed,
    },
    {
      key: 'wait',
      label: t('calls.wait'),
      value: (row) => row.wait_s,
      exported: (row) => clock(row.wait_s),
      numeric: true,
      width: 70,
    },
    {
      key: 'talk',
      label: t('calls.talk'),
      value: (row) => row.talk_s,
      exported: (row) => clock(row.talk_s),
      numeric: true,
      width: 70,
    },
    {
      key: 'duration',
      label: t('calls.duration'),
      value: (row) => row.duration_s,
      exported: (row) => clock(row.duration_s),
      numeric: true,
      width: 74,
    },
    {
      key: 'rating',
      label: t('calls.rating'),
      value: (row) => row.score,
      numeric: true,
      width: 54,
      ...fixed,
    },
    {
      key: 'recorded',
      label: t('calls.recorded'),
      value: (row) => Number(row.recorded),
      exported: (row) => (row.recorded ? '✓' : ''),
      width: 48,
      ...fixed,
    },
  ]
}
