/** One field that is wrong: its path, a stable code, and the server's words. */
export interface FieldProblem {
  field: string
  code: string
  detail: string
}

/** Something that still uses what was to be deleted. */
export interface UsedBy {
  kind: string
  id: string
  name: string
}

const listed = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : [])

/** What the server answers instead of success: RFC 9457 problem details with a stable code. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** The server's own words in the language asked for; empty when it sent none. */
    readonly detail: string,
    /** Seconds to wait before trying again, from Retry-After. */
    readonly retryAfter: number | null = null,
    readonly errors: readonly FieldProblem[] = [],
    readonly usedBy: readonly UsedBy[] = [],
  ) {
    super(detail || code)
    this.name = 'Problem'
  }

  /** No answer at all: the network, or the server, is away. */
  static unreachable(): Problem {
    return new Problem(0, 'network.unreachable', '')
  }

  static async from(response: Response): Promise<Problem> {
    const after = Number(response.headers.get('Retry-After'))
    const retryAfter = Number.isFinite(after) && after > 0 ? Math.ceil(after) : null
    let body: unknown
    try {
      body = await response.json()
    } catch {
      body = null // A proxy's page instead of a problem: the status has to do.
    }
    const fields = (body ?? {}) as Record<string, unknown>
    const code = typeof fields.code === 'string' ? fields.code : `http.${response.status}`
    // A value that the database alone can refuse names its field among the arguments.
    const named = (fields.arguments as { field?: unknown } | undefined)?.field
    const text = [fields.detail, fields.title].find((part) => typeof part === 'string' && part)
    const detail = typeof text === 'string' ? text : ''
    const errors = listed<FieldProblem>(fields.errors)
    if (errors.length === 0 && typeof named === 'string') errors.push({ field: named, code, detail })
    return new Problem(
      response.status,
      code,
      detail,
      retryAfter,
      errors,
      listed<UsedBy>(fields.used_by),
    )
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof TypeError) return Problem.unreachable()
  return new Problem(0, 'page.failed', thrown instanceof Error ? thrown.message : String(thrown))
}
